"""``tahkim status-page`` writes one file in both languages that says what is so, whatever of the platform is away."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from service.cli.main import main
from service.cli.status import AWAY, FILES_AWAY, WORKS, ask_site
from service.cli.status_page import find_known
from service.text import Words
from service.usecases.setup.editions import extend_deadline
from storage.engine import run_sql
from tests.competition import DEADLINE, OPENS
from tests.databases import copy_database, drop_database, standing
from tests.stages import Stage

NOBODY = "postgresql://nobody:none@127.0.0.1:1/none"
REASON = "The network of <two> colleges was down"
LATER = DEADLINE + timedelta(days=1)
EN, AR = Words("en"), Words("ar")


class Site:
    """Answers ``/readyz`` as a platform in some state."""

    def __init__(self) -> None:
        self.status, self.told = 200, {"database": "ok", "schema": "ok", "objects": "ok"}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(site.told).encode()
                self.send_response(site.status if self.path == "/readyz" else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def database(
    open_stage: Stage, engine_name: str, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A database with an edition open for entries, whose deadline was extended, and its terminal."""
    url = asyncio.run(copy_database(open_stage.url, tmp_path, engine=engine_name))

    async def extend() -> None:
        async with standing(url):
            chair, edition = open_stage.competition.chair, open_stage.competition.edition_id
            await extend_deadline(chair, edition, to=LATER, reason=REASON, now=OPENS)
            await run_sql("UPDATE edition SET notice_ar = 'تنبيه', notice_en = 'A word'")

    asyncio.run(extend())
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("TAHKIM_DATA", str(tmp_path))
    monkeypatch.setenv("TAHKIM_DATABASE_URL", url)
    monkeypatch.setenv("TAHKIM_BASE_URL", site.address)
    yield url
    asyncio.run(drop_database(url))


def test_the_page_says_in_both_languages_how_it_stands_until_when_and_since_when(
    database: str, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    status = main(["status-page", str(tmp_path / "status.html")])

    page = (tmp_path / "status.html").read_text("utf-8")
    assert (status, *capsys.readouterr()) == (0, "", "")
    for words in (AR, EN):
        part = page.partition(f'<section lang="{words.lang}" dir="{words.dir}">')[2].partition("</section>")[0]
        assert words("status.title") in part
        assert words(f"status.{WORKS}") in part
        assert words("status.extended", date=DEADLINE, time=DEADLINE, reason=REASON) in part
        assert {"ar": "تنبيه", "en": "A word"}[words.lang] in part
        assert f'href="{site.address}/{words.lang}/"' in part
    assert REASON not in page
    known = find_known(tmp_path / "status.html")
    assert known is not None
    assert [(each.deadline_at, each.was_at, each.reason) for each in known.editions] == [(LATER, DEADLINE, REASON)]
    assert EN("status.written", date=known.at, time=known.at) in page


def test_the_page_needs_nothing_beside_it(database: str, site: Site, tmp_path: Path):
    main(["status-page", str(tmp_path / "status.html")])

    page = (tmp_path / "status.html").read_text("utf-8")
    assert set(re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\')]+)', page)) == {
        f"{site.address}/ar/",
        f"{site.address}/en/",
    }
    assert "<script" not in page
    assert list(tmp_path.glob("*status.html*")) == [tmp_path / "status.html"]


def test_without_the_database_the_last_page_s_dates_stand_with_their_time(
    database: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    to = tmp_path / "status.html"
    main(["status-page", str(to)])
    before = find_known(to)
    assert before is not None
    monkeypatch.setenv("TAHKIM_DATABASE_URL", NOBODY)
    site.status, site.told = 503, {"database": "away", "schema": "away", "objects": "ok"}

    for _ in range(2):  # the second takes it from a page that did not know itself
        status = main(["status-page", str(to), "--notice-ar", "نمدّد", "--notice-en", "We extend"])

    page = to.read_text("utf-8")
    assert status == 0
    assert EN.plain(f"status.{AWAY}") in capsys.readouterr().err
    assert find_known(to) == before
    for words, notice in ((AR, "نمدّد"), (EN, "We extend")):
        assert words(f"status.{AWAY}") in page
        assert words("status.known_at", date=before.at, time=before.at) in page
        assert notice in page


def test_where_nothing_is_known_the_page_says_so(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TAHKIM_DATABASE_URL", NOBODY)
    to = tmp_path / "status.html"
    to.write_text('<meta name="known" content="{&quot;at&quot;: 3}">')

    assert main(["status-page", str(to)]) == 0

    assert AR("status.unknown") in to.read_text("utf-8")
    assert EN("status.none") not in to.read_text("utf-8")


def test_words_of_the_committee_in_one_language_alone_are_refused(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["status-page", str(tmp_path / "status.html"), "--notice-en", "We extend"]) == 2

    assert "--notice-ar" in capsys.readouterr().err
    assert not (tmp_path / "status.html").exists()


@pytest.mark.parametrize(
    ("status", "told", "state"),
    [
        (200, {"database": "ok", "schema": "ok", "objects": "ok"}, WORKS),
        (503, {"database": "ok", "schema": "ok", "objects": "away"}, FILES_AWAY),
        (503, {"database": "ok", "schema": "other", "objects": "ok"}, AWAY),
        (503, {}, AWAY),
        (503, [], AWAY),
        (502, {"database": "ok", "schema": "ok", "objects": "away"}, AWAY),
    ],
)
def test_the_platform_is_asked_as_people_ask_it(site: Site, status: int, told: dict[str, str], state: str):
    site.status, site.told = status, told

    assert ask_site(site.address) == state


def test_a_platform_that_nobody_reaches_is_away(site: Site):
    site.server.shutdown()
    site.server.server_close()

    assert ask_site(site.address) == AWAY
