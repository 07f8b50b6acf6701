"""PostgreSQL on a disk that is full: no room for rows, and no room for its log, at which it ends by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from service.audit_check import verify
from service.settings import Settings
from service.usecases.operating.doctor import examine
from storage.engine import bind, close_database, open_database, run_sql
from storage.errors import StorageUnavailable
from storage.piccolo_app import TABLES
from tests.competition import JUDGING, Competition
from tests.conftest import SetClock, World, csrf_in
from tests.faults.conftest import fill, small_disk_at
from tests.faults.marking import begin_to_mark
from tests.postgres import PostgresServer, find_programs
from tests.program import get_program
from tests.stages import Stage, fresh

pytestmark = [pytest.mark.soak, pytest.mark.parametrize("engine_name", ["postgres"], indirect=True)]
MEGABYTES = 160
SAVES_AT_MOST = 2000


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server that waits for its disk, which is small. It is no child of the test's folder, which is root's alone."""
    with (
        TemporaryDirectory(prefix="tahkim-disk-") as folder,
        small_disk_at(Path(folder, "disk"), megabytes=MEGABYTES) as disk,
    ):
        Path(folder).chmod(0o711)
        made = PostgresServer(find_programs(), within=disk)
        made.start()
        asyncio.run(made.make_judge_role())
        yield made
        made.stop()


@pytest.fixture
async def judging(server: PostgresServer, judging_stage: Stage) -> AsyncIterator[Competition]:
    url = await server.copy_from(judging_stage.url)
    engine = await open_database(url, judge_url=server.make_judge_url(url))
    bind(engine, TABLES)
    yield fresh(judging_stage.competition)
    await close_database(engine)


@pytest.fixture
async def bench(judging: Competition, settings: Settings) -> AsyncIterator[World]:
    clock = SetClock(JUDGING)
    app = await get_program(settings, clock)
    world = World(app, settings, clock, judging.edition_id, {"judge": judging.judges[0].actor})
    async with world.exit:
        yield world


async def find_broken(bench: World) -> list[str]:
    """What the doctor names, and the log of what happened where its chain is broken. No worker runs: work is late."""
    found = examine(bench.app.state.objects, now=bench.clock.now, is_thorough=True)
    broken = [each.code async for each in found if each.is_broken and each.code != "work-late"]
    return [*broken, *(["audit"] if (await verify()).broken is not None else [])]


async def test_without_room_for_rows_saves_are_refused_in_words_and_pages_go_on_and_no_restart_is_needed(
    bench: World, judging: Competition, server: PostgresServer
):
    marker = await begin_to_mark(bench, judging)
    await marker.save()
    await run_sql("SELECT pg_switch_wal()")  # the log has a whole empty file: the rows have no room first
    await run_sql("CHECKPOINT")

    taken = fill(server.folder)
    refused = await marker.save_until_refused(at_most=SAVES_AT_MOST)
    bench.clock.advance(minutes=10)  # so that a page would note when its reader was seen
    shown = [await marker.browser.get(path) for path in ("/ar/judging", f"/en/judging/{marker.code}", "/en/")]
    again = await marker.save()
    taken.unlink()

    assert refused.status_code == again.status_code == 507, refused.text
    assert "retry-after" in refused.headers
    assert refused.json()["type"] == "urn:tahkim:refused.full"
    assert {answer.status_code for answer in shown} == {200}
    assert (await marker.save()).status_code == 200
    assert await marker.find_wrong() == {}
    assert await find_broken(bench) == []


async def test_without_room_for_its_log_the_server_ends_and_what_was_acknowledged_is_there_when_it_is_back(
    bench: World, judging: Competition, server: PostgresServer
):
    marker = await begin_to_mark(bench, judging)
    await marker.save()
    page = (await marker.browser.get("/ar/judging")).text

    taken = fill(server.folder)
    with pytest.raises(StorageUnavailable):
        for _ in range(SAVES_AT_MOST):
            await run_sql("SELECT pg_logical_emit_message(true, 'filling', repeat('x', 1000000))")
    refused = await marker.save()
    shown = await marker.browser.get("/ar/judging")
    sent = await marker.browser.post("/ar/sign-out", data={"csrf": csrf_in(page)})
    taken.unlink()
    await asyncio.to_thread(server.start_unless_running)

    for answer in (refused, shown, sent):
        assert answer.status_code == 503, answer.text
        assert "retry-after" in answer.headers
    assert refused.json()["type"] == "urn:tahkim:refused.unavailable"
    assert (await marker.save()).status_code == 200
    assert await marker.find_wrong() == {}
    assert await find_broken(bench) == []
