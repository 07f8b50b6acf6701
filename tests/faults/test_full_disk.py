"""The program on a disk that is full: it refuses to save in clear words, shows its pages, and needs no restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.audit_check import verify
from service.settings import read_settings
from tests.competition import JUDGING, Competition
from tests.conftest import SetClock, World, csrf_in
from tests.databases import copy_database, standing
from tests.faults.conftest import fill
from tests.faults.marking import begin_to_mark
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


async def test_a_full_disk_refuses_saves_whole_and_in_words_and_keeps_what_was_acknowledged(
    bench: World, judging: Competition, small_disk: Path
):
    marker = await begin_to_mark(bench, judging)
    browser = marker.browser
    await marker.save()
    taken = fill(small_disk)
    refused = await marker.save_until_refused(at_most=AT_MOST)
    bench.clock.advance(minutes=10)  # so that a page would note when its reader was seen
    shown = [await browser.get(path) for path in ("/ar/judging", f"/en/judging/{marker.code}", "/en/")]
    sent = await browser.post("/ar/sign-out", data={"csrf": csrf_in(shown[0].text)})
    taken.unlink()

    assert refused.status_code == sent.status_code == 507
    assert "retry-after" in refused.headers
    assert refused.json()["type"] == "urn:tahkim:refused.full"
    assert "لا مساحة للحفظ" in sent.text
    assert {answer.status_code for answer in shown} == {200}
    assert (await marker.save()).status_code == 200
    assert await marker.find_wrong() == {}
    assert (await verify()).broken is None
