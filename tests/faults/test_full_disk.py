"""The program on a disk that is full: it refuses to save in clear words, shows its pages, and needs no restart."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from service.audit import verify
from service.settings import read_settings
from storage.engine import run_sql
from tests.competition import JUDGING, Competition
from tests.conftest import SetClock, World, csrf_in
from tests.databases import copy_database, standing
from tests.program import get_program
from tests.stages import Stage, fresh

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
AT_MOST = 400


@pytest.fixture
async def judging(small_disk: Path, judging_stage: Stage) -> AsyncIterator[Competition]:
    url = await copy_database(judging_stage.url, small_disk, engine="sqlite")
    async with standing(url):
        yield fresh(judging_stage.competition)


@pytest.fixture
async def bench(small_disk: Path, judging: Competition, fonts: Path) -> AsyncIterator[World]:
    (small_disk / "fonts").symlink_to(fonts)
    settings, clock = read_settings({}, data=small_disk), SetClock(JUDGING)
    app = await get_program(settings, clock)
    world = World(app, settings, clock, judging.edition_id, {"judge": judging.judges[0].actor})
    async with world.exit:
        yield world


def fill(disk: Path) -> Path:
    """Take all the room that is left."""
    taken = disk / "taken"
    with suppress(OSError), taken.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return taken


async def test_a_full_disk_refuses_saves_whole_and_in_words_and_keeps_what_was_acknowledged(
    bench: World, judging: Competition, small_disk: Path
):
    judge = judging.judges[0]
    sheet, code = await judging.sheet(judge), (await judging.list_codes(judge))[0]
    criterion = str(sheet.criteria[0].id)
    browser = await bench.client("judge")
    headers = {"accept": "application/json", "x-csrf-token": csrf_in((await browser.get("/en/account")).text)}
    acknowledged: dict[int, int] = {}

    async def save() -> httpx.Response:
        revision = max(acknowledged, default=0)
        body = {"criterion": criterion, "step": revision % 8 + 1, "revision": revision}
        answer = await browser.put(f"/en/judging/{code}/marks", json=body, headers=headers)
        if answer.status_code == httpx.codes.OK:
            acknowledged[answer.json()["revision"]] = body["step"]
        return answer

    await save()
    taken = fill(small_disk)
    for _ in range(AT_MOST):  # there may be room in files that are there already
        refused = await save()
        if refused.status_code != httpx.codes.OK:
            break
    bench.clock.advance(minutes=10)  # so that a page would note when its reader was seen
    shown = [await browser.get(path) for path in ("/ar/judging", f"/en/judging/{code}", "/en/")]
    sent = await browser.post("/ar/sign-out", data={"csrf": csrf_in(shown[0].text)})
    taken.unlink()

    assert refused.status_code == sent.status_code == 507
    assert "retry-after" in refused.headers
    assert refused.json()["type"] == "urn:tahkim:refused.full"
    assert "لا مساحة للحفظ" in sent.text
    assert {answer.status_code for answer in shown} == {200}
    assert (await save()).status_code == 200
    kept = {row["revision"]: row["after"] for row in await run_sql("SELECT revision, after FROM mark_change")}
    assert kept == {revision: str(step) for revision, step in acknowledged.items()}
    assert (await verify()).broken is None
