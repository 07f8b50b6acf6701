"""PostgreSQL's server is lost with its disk, alone or with the bucket; base, log and copy bring it back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from service.actors import Actor
from service.audit_check import head, holds, verify
from service.settings import Settings
from service.usecases.entering.starting import start_entry
from service.usecases.files.accepting import inspect_upload
from service.usecases.files.uploads import send_file
from service.usecases.operating.doctor import examine
from storage.engine import bind, close_database, open_database, run_sql
from storage.objects.s3 import S3Store
from storage.objects.store import ObjectStore
from storage.piccolo_app import TABLES
from tests.competition import JUDGING, OPENS, Competition
from tests.conftest import SetClock, World
from tests.entrants import write_pdf
from tests.faults.keeping import KeptServer, find_position, is_kept
from tests.faults.last_hour import open_another
from tests.faults.marking import Marker, begin_to_mark
from tests.program import get_program
from tests.s3 import RcloneServer
from tests.stages import Stage, fresh

pytestmark = [pytest.mark.soak, pytest.mark.s3, pytest.mark.parametrize("engine_name", ["postgres"], indirect=True)]
SECONDS_AT_MOST = 60


@pytest.fixture
def bucket() -> Iterator[RcloneServer]:
    made = RcloneServer()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def server(bucket: RcloneServer) -> Iterator[KeptServer]:
    made = KeptServer(bucket)
    made.start()
    asyncio.run(made.make_judge_role())
    yield made
    made.stop()


@pytest.fixture
async def judging(server: KeptServer, judging_stage: Stage) -> AsyncIterator[Competition]:
    url = await server.copy_from(judging_stage.url)
    engine = await open_database(url, judge_url=server.make_judge_url(url))
    bind(engine, TABLES)
    yield fresh(judging_stage.competition)
    await close_database(engine)


@pytest.fixture
async def bench(judging: Competition, bucket: RcloneServer, settings: Settings) -> AsyncIterator[World]:
    clock = SetClock(JUDGING)
    app = await get_program(settings, clock)
    app.answer_from(settings, clock, S3Store(bucket.make_address()))
    world = World(app, settings, clock, judging.edition_id, {"judge": judging.judges[0].actor})
    async with world.exit:
        yield world


class Students:
    """Send a file each, one after the other; the names of those that were received and inspected are kept."""

    def __init__(self, actors: list[Actor], category: UUID, objects: ObjectStore, folder: Path) -> None:
        self._left, self._category, self._objects, self._folder = actors, category, objects, folder
        self.acknowledged: list[str] = []

    async def send(self) -> None:
        actor, name = self._left.pop(), f"dossier-{len(self.acknowledged)}.pdf"
        number = await start_entry(actor, category_id=self._category, title_ar="الفلج", title_en="Falaj", now=OPENS)
        path = write_pdf(self._folder / name, text=name)
        upload = await send_file(actor, number, "dossier", name=name, path=path, objects=self._objects, now=OPENS)
        await inspect_upload(upload.id, objects=self._objects, now=OPENS)
        self.acknowledged.append(name)


@pytest.fixture
async def students(judging: Competition, bench: World, tmp_path: Path) -> Students:
    edition_id, actors = await open_another(judging)
    (category,) = await run_sql("SELECT id FROM category WHERE edition = {} LIMIT 1", edition_id)
    return Students(actors, category["id"], bench.app.state.objects, tmp_path)


async def wait_until_kept() -> None:
    position = await find_position()
    async with asyncio.timeout(SECONDS_AT_MOST):
        while not await is_kept(position):  # noqa: ASYNC110 (as said below)
            await asyncio.sleep(0.1)  # another program hands the log over; it tells nobody


async def find_files() -> set[str]:
    return {row["name"] for row in await run_sql("SELECT name FROM upload WHERE state = 'ready'")}


async def find_broken(bench: World) -> list[str]:
    found = examine(bench.app.state.objects, now=bench.clock.now, is_thorough=True)
    return [each.code async for each in found if each.is_broken and each.code != "work-late"]


async def find_marks() -> dict[int, str]:
    return {row["revision"]: row["after"] for row in await run_sql("SELECT revision, after FROM mark_change")}


@pytest.mark.parametrize("lost", ["server", "server and bucket"])
async def test_what_was_acknowledged_before_the_last_copy_comes_back_and_nothing_is_half(
    bench: World, judging: Competition, students: Students, server: KeptServer, lost: str
):
    is_bucket_lost = lost != "server"
    marker = await begin_to_mark(bench, judging)
    await save_some(marker)
    await asyncio.to_thread(server.take_base)
    await save_some(marker)
    await students.send()
    await asyncio.to_thread(server.copy_objects)
    copied, files = len(marker.acknowledged), list(students.acknowledged)
    await save_some(marker)
    await students.send()
    await wait_until_kept()
    kept, last_link = len(marker.acknowledged), (await head())[1]
    await save_some(marker)

    await asyncio.to_thread(server.destroy)
    if is_bucket_lost:
        await asyncio.to_thread(server.bucket.lose)
    await asyncio.to_thread(server.recover, with_objects=is_bucket_lost)

    stands, told = await find_marks(), {revision: str(step) for revision, step in marker.acknowledged.items()}
    assert stands == {revision: told[revision] for revision in list(told)[: len(stands)]}
    if is_bucket_lost:
        assert len(stands) == copied
        assert await find_files() == set(files)
    else:
        assert kept <= len(stands)
        assert await find_files() == set(students.acknowledged)
        assert await holds(last_link)
    assert (await verify()).broken is None
    assert await find_broken(bench) == []
    again = await begin_to_mark(bench, judging)
    again.acknowledged = {revision: int(step) for revision, step in stands.items()}
    assert (await again.save()).status_code == httpx.codes.OK


async def save_some(marker: Marker) -> None:
    for _ in range(5):
        assert (await marker.save()).status_code == httpx.codes.OK
