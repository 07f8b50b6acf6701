"""Databases under kill -9, several processes, a full disk and a server that goes away."""

import asyncio
import contextvars
import re
import signal
import uuid

import pytest

from storage.engine import bind, close_database, open_database, run_sql, run_whole, sqlite_url, transaction
from storage.errors import StorageError, StorageUncertain
from storage.migrations.run import migrate, read_applied
from tests.faults.actors import STEPS
from tests.faults.running import find_say, finish, kill, start, trace
from tests.postgres import PostgresServer, find_programs, get_server, postgres_server, postgres_url  # noqa: F401 (fixtures)

LINES = "CREATE TABLE line (id uuid PRIMARY KEY, n bigint NOT NULL)"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else sqlite_url(tmp_path / "t.db")


@pytest.fixture
async def engine(database_url):
    opened = await open_database(database_url)
    bind(opened, [])
    await run_sql(LINES)
    yield opened
    await close_database(opened)


async def read_lines():
    return {row["n"] for row in await run_sql("SELECT n FROM line")}


async def test_two_processes_that_read_and_then_write_lose_no_update(engine, database_url):
    await run_sql("CREATE TABLE tally (n bigint NOT NULL)")
    await run_sql("INSERT INTO tally (n) VALUES (0)")

    processes = [start("add", database_url, 150) for _ in range(2)]
    for process in processes:
        await asyncio.to_thread(finish, process)

    assert await run_sql("SELECT n FROM tally") == [{"n": 300}]


async def test_a_process_killed_in_a_transaction_leaves_nothing_and_holds_nobody_up(engine, database_url):
    process = start("hold", database_url)
    assert await asyncio.to_thread(process.stdout.readline) == "held\n"
    kill(process)

    async with asyncio.timeout(5), transaction():
        await run_sql("UPDATE line SET n = 0")

    assert await read_lines() == set()


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
async def test_what_a_killed_process_said_was_saved_is_there_whole(engine, database_url, acknowledged):
    process = start("write_on", database_url)
    for _ in range(acknowledged):
        last = int(await asyncio.to_thread(process.stdout.readline))
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()  # `communicate` would pass by what `readline` has read ahead
    process.communicate()
    last = max([last, *map(int, rest.split("\n")[:-1])])

    found = await read_lines()

    assert found >= {sign * n for n in range(1, last + 1) for sign in (1, -1)}
    assert len(found) in {2 * last, 2 * last + 2}
    assert {-n for n in found} == found


async def test_a_migration_killed_in_the_middle_starts_again(engine, database_url):
    process = start("migrate_and_hang", database_url)
    assert await asyncio.to_thread(process.stdout.readline) == "in the middle\n"
    kill(process)
    assert await read_applied(engine) == {1: "m0001_one"}

    async with asyncio.timeout(15):
        assert await migrate(engine, STEPS) == ("m0002_two",)

    assert await run_sql("SELECT n FROM two") == [{"n": 2}]


async def test_on_a_full_disk_writes_fail_whole_reads_go_on_and_no_restart_is_needed(tmp_path):
    url = sqlite_url(tmp_path / "t.db")
    opened = await open_database(url)
    bind(opened, [])
    await run_sql(LINES)
    await close_database(opened)

    said = await asyncio.to_thread(finish, start("fill_database", url))

    assert said == ["full", "read 1", "written again"]


async def test_after_the_server_was_killed_and_came_back_the_same_engine_goes_on(request):
    server = PostgresServer(find_programs())
    request.addfinalizer(server.stop)
    server.start()
    url = await server.create_database()
    opened = await open_database(url)
    bind(opened, [])
    await run_sql(LINES)
    await run_sql("INSERT INTO line (id, n) VALUES ('00000000-0000-4000-8000-000000000001', 5)")

    await asyncio.to_thread(server.kill)
    with pytest.raises(StorageError):
        await run_sql("SELECT n FROM line")
    with pytest.raises(StorageError):
        async with transaction():
            await run_sql("DELETE FROM line")
    await asyncio.to_thread(server.start)

    assert await read_lines() == {5}
    async with transaction():
        await run_sql("DELETE FROM line")
    await close_database(opened)


async def test_every_connection_of_the_sqlite_engine_waits_for_the_disk(tmp_path):
    opened = await open_database(sqlite_url(tmp_path / "t.db"))
    bind(opened, [])

    assert await run_sql("PRAGMA synchronous") == [{"synchronous": 2}]
    assert await run_sql("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
    assert await run_sql("PRAGMA foreign_keys") == [{"foreign_keys": 1}]
    await close_database(opened)


@pytest.mark.parametrize("saving", ["save_once", "save_whole"])
async def test_a_commit_is_on_the_disk_before_it_is_acknowledged(engine, database_url, tmp_path, saving):
    """On PostgreSQL its processes write and wait for the disk, the new one for this connection among them."""
    is_ours = database_url.startswith("sqlite")
    beside = () if is_ours else get_server().list_processes()
    calls = await asyncio.to_thread(trace, tmp_path / "trace", saving, database_url, beside=beside)

    between = calls[find_say(calls, "before") : find_say(calls, "saved")]
    log = r"t\.db-wal" if is_ours else r"/pg_wal/[0-9A-F]{24}"
    written = max(number for number, call in enumerate(between) if re.search(rf"pwrite(64|v)\(\d+<[^>]*{log}>", call))
    assert any(re.search(rf"f(data)?sync\(\d+<[^>]*{log}>\) += 0", call) for call in between[written:])


async def count_up():
    async with transaction():
        await run_sql("UPDATE line SET n = n + 1")


async def count_up_whole():
    await run_whole(("UPDATE line SET n = n + 1 RETURNING n", ()), ("SELECT 'counted' AS told", ()))


@pytest.fixture
async def one_line():
    opened = await open_database(await get_server().create_database())
    bind(opened, [])
    await run_sql(LINES)
    await run_sql("INSERT INTO line (id, n) VALUES ({}, {})", uuid.uuid4(), 1)
    yield
    await close_database(opened)


@pytest.mark.parametrize("count_up", [count_up, count_up_whole])
async def test_a_change_that_waits_for_the_disk_holds_up_nobody(one_line, count_up):
    """A standby that is waited for, and never comes, stands for a disk that takes its time."""
    async with get_server().waiting_for_a_standby():
        first = asyncio.create_task(count_up())
        await see_lines({2})  # its lock is let go with this
        second = asyncio.create_task(count_up())
        await see_lines({3})
        answered = [each.done() for each in (first, second)]
    await asyncio.gather(first, second)

    assert answered == [False, False]


@pytest.mark.parametrize("count_up", [count_up, count_up_whole])
async def test_whoever_is_cut_off_while_the_disk_is_waited_for_is_told_that_nobody_knows(one_line, count_up):
    async with get_server().waiting_for_a_standby():
        cut = asyncio.create_task(count_up())
        await see_lines({2})
        await run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        with pytest.raises(StorageUncertain):
            await cut

    assert await read_lines() == {2}


async def test_a_change_in_one_statement_that_is_cut_off_before_its_end_is_as_uncertain(one_line):
    async with transaction():
        await run_sql("UPDATE line SET n = 5")
        cut = asyncio.create_task(count_up_whole(), context=contextvars.Context())
        await see_waiting()
        await run_sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
        with pytest.raises(StorageUncertain):
            await cut

    assert await read_lines() == {5}


async def see_waiting():
    async with asyncio.timeout(30):
        while not await run_sql("SELECT 1 FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 (as below)
            await asyncio.sleep(0.01)


async def see_lines(expected):
    async with asyncio.timeout(30):
        while await read_lines() != expected:  # noqa: ASYNC110 (the server tells of no event)
            await asyncio.sleep(0.01)
