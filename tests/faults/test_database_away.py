"""The database cut off in the middle of a request, and back again, as people meet it over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from service.settings import Settings
from storage.engine import run_sql
from tests.competition import JUDGING, Competition
from tests.conftest import SetClock, World, csrf_in
from tests.databases import copy_database, drop_database, standing
from tests.network import Network, network_to
from tests.program import get_program
from tests.stages import Stage, fresh

pytestmark = pytest.mark.parametrize("engine_name", ["postgres"], indirect=True)
MORE_THAN_CONNECTIONS = 25
AT_MOST = 60


@pytest.fixture
async def line(tmp_path: Path, judging_stage: Stage) -> AsyncIterator[tuple[Network, Competition]]:
    """A competition in judging whose database is reached over a line that can be cut."""
    url = await copy_database(judging_stage.url, tmp_path, engine="postgres")
    port = urlsplit(url).port
    assert port
    async with network_to(port) as network, standing(url.replace(f":{port}/", f":{network.port}/")):
        yield network, fresh(judging_stage.competition)
        network.mend()
    await drop_database(url)


@pytest.fixture
async def network(line: tuple[Network, Competition]) -> Network:
    return line[0]


@pytest.fixture
async def judging(line: tuple[Network, Competition]) -> Competition:
    return line[1]


@pytest.fixture
async def bench(judging: Competition, settings: Settings) -> AsyncIterator[World]:
    clock = SetClock(JUDGING)
    app = await get_program(settings, clock)
    world = World(app, settings, clock, judging.edition_id, {"judge": judging.judges[0].actor})
    async with world.exit:
        yield world


class Countdown:
    """Lets so many chunks pass."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, _: bytes) -> bool:
        self.left -= 1
        return self.left >= 0


async def test_pages_say_when_to_come_again_and_come_back_without_a_restart(bench: World, network: Network):
    browser = await bench.client("judge")
    before = await browser.get("/ar/judging")
    network.cut()

    away = [await browser.get(path) for path in ("/ar/judging", "/ar/", "/en/judging/guide", "/en/sign-in")]
    sent = await browser.post("/en/sign-out", data={"csrf": csrf_in(before.text)})
    asked = await browser.get("/en/judging", headers={"accept": "application/json"})
    network.mend()
    after = await browser.get("/ar/judging")

    for answer in (*away, sent, asked):
        assert answer.status_code == 503, answer.url
        assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert all("content-security-policy" in answer.headers for answer in away)
    assert re.search(r'<html lang="ar" dir="rtl".*http-equiv="refresh"', away[0].text, re.DOTALL)
    assert "http-equiv" not in sent.text  # what was sent is not sent again by itself
    assert asked.headers["content-type"].startswith("application/problem+json")
    assert before.status_code == after.status_code == 200
    together = await asyncio.gather(*(browser.get("/ar/judging") for _ in range(MORE_THAN_CONNECTIONS)))
    assert {answer.status_code for answer in together} == {200}  # no connection was lost to the pool


@pytest.mark.parametrize("way", ["let_through", "let_back"])
async def test_a_mark_is_saved_whole_or_not_wherever_the_line_is_cut_and_once_when_sent_again(
    bench: World, judging: Competition, network: Network, way: str
):
    judge = judging.judges[0]
    sheet, code = await judging.sheet(judge), (await judging.list_codes(judge))[0]
    criterion = str(sheet.criteria[0].id)
    browser = await bench.client("judge")
    headers = {"accept": "application/json", "x-csrf-token": csrf_in((await browser.get("/en/account")).text)}

    async def save(revision: int) -> httpx.Response:
        body = {"criterion": criterion, "step": revision % 8 + 1, "revision": revision}
        return await browser.put(f"/en/judging/{code}/marks", json=body, headers=headers)

    for revision in range(AT_MOST):
        setattr(network, way, Countdown(revision))
        answer = await save(revision)
        was_cut = network.is_cut
        network.mend()
        if was_cut:
            assert answer.status_code == 503, answer.text
            assert "retry-after" in answer.headers
            held = await count_held()
            assert held in {(revision, revision, revision), (revision + 1, revision + 1, revision + 1)}
            answer = await save(revision)
        assert answer.status_code == 200, answer.text
        assert answer.json()["revision"] == revision + 1
        assert answer.json()["marks"] == {criterion: revision % 8 + 1}
        assert await count_held() == (revision + 1, revision + 1, revision + 1)
        if not was_cut:
            assert revision > 3
            return
    raise AssertionError("it never passed untouched")


async def count_held() -> tuple[int, int, int]:
    """The sheet's revision, how many changes of the mark are kept, and how many rows the log has of them."""
    [row] = await run_sql(
        "SELECT s.revision, COUNT(c.id) AS n FROM score_sheet s JOIN mark_change c ON c.sheet = s.id "
        "GROUP BY s.revision"
    ) or [{"revision": 0, "n": 0}]
    [logged] = await run_sql("SELECT COUNT(*) AS n FROM audit_event WHERE event = 'mark-saved'")
    return row["revision"], row["n"], logged["n"]
