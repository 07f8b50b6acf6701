import asyncio
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from piccolo.table import Table

from storage.columns import big, flag, key, ref, small, text, when
from storage.engine import (
    bind,
    chunks,
    close_database,
    count_queries,
    for_update,
    get_engine,
    insert_many,
    is_in_transaction,
    on_postgres,
    open_database,
    run_sql,
    savepoint,
    skip_locked,
    snapshot,
    sqlite_url,
    transaction,
)
from storage.errors import (
    CheckViolation,
    ForeignKeyViolation,
    NaiveDatetime,
    RowProtected,
    StorageMisuse,
    StorageUnavailable,
    TransactionFailed,
    TransactionMisuse,
    UniqueViolation,
)

NOON = datetime(2027, 3, 14, 12, 0, tzinfo=timezone(timedelta(hours=4)))


class Jar(Table, tablename="jar"):
    id = key()
    label = text(unique=True)
    marbles = big()
    steps = small()
    is_open = flag()
    filled_at = when(null=True)


class Marble(Table, tablename="marble"):
    id = key()
    jar = ref("Jar", "none")


TABLES = [Jar]
SCHEMA = (
    """CREATE TABLE jar (
        id uuid PRIMARY KEY, label text NOT NULL, marbles bigint NOT NULL CHECK (marbles >= 0),
        steps smallint NOT NULL, is_open boolean NOT NULL, filled_at timestamptz)""",
    "CREATE UNIQUE INDEX one_label ON jar (label, steps)",
    "CREATE TABLE marble (id uuid PRIMARY KEY, jar uuid NOT NULL REFERENCES jar (id) ON DELETE RESTRICT)",
)


@pytest.fixture
async def jars(engine):
    bind(engine, TABLES)
    for statement in SCHEMA:
        await run_sql(statement)
    return engine


def make_jar(label="blue", marbles=0, **values):
    return Jar(**{"label": label, "marbles": marbles, "steps": 3, "is_open": True, "filled_at": NOON, **values})


async def count_marbles(label="blue"):
    return (await Jar.select(Jar.marbles).where(Jar.label == label).first())["marbles"]


async def add_marble(label="blue"):
    async with transaction():
        found = await for_update(Jar.select(Jar.marbles).where(Jar.label == label)).first()
        await asyncio.sleep(0)
        await Jar.update({Jar.marbles: found["marbles"] + 1}).where(Jar.label == label)


async def test_rows_come_back_with_their_types(jars):
    jar = make_jar(marbles=2**60)
    await jar.save()

    [row] = await Jar.select()

    assert row == {
        "id": jar.id, "label": "blue", "marbles": 2**60, "steps": 3, "is_open": True, "filled_at": NOON,
    }  # fmt: skip
    assert isinstance(row["id"], uuid.UUID)
    assert row["is_open"] is True
    assert row["filled_at"].utcoffset() == timedelta(0)


async def test_rows_that_an_update_returns_have_their_types_too(jars):
    jar = make_jar()
    await jar.save()

    rows = await Jar.update({Jar.steps: 4}).where(Jar.id == jar.id).returning(Jar.id, Jar.filled_at, Jar.is_open)

    assert rows == [{"id": jar.id, "filled_at": NOON, "is_open": True}]
    assert isinstance(rows[0]["id"], uuid.UUID)


async def test_times_compare_by_instant_whatever_their_offset(jars):
    await make_jar().save()

    assert await Jar.count().where(Jar.filled_at == NOON.astimezone(UTC)) == 1
    assert await Jar.count().where(Jar.filled_at < NOON + timedelta(microseconds=1)) == 1
    assert await Jar.count().where(Jar.filled_at < NOON) == 0


def test_a_naive_time_is_refused_when_it_is_set():
    with pytest.raises(NaiveDatetime):
        make_jar(filled_at=NOON.replace(tzinfo=None))


async def test_a_naive_time_is_refused_in_a_condition_and_in_an_update(jars):
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(NaiveDatetime):
        await Jar.select().where(Jar.filled_at < naive)
    with pytest.raises(NaiveDatetime):
        await Jar.update({Jar.filled_at: naive}).where(Jar.steps == 3)


def test_a_row_without_a_required_value_is_refused_when_it_is_made():
    with pytest.raises(ValueError, match="label"):
        Jar(marbles=1, steps=1)


async def test_a_second_row_with_the_same_values_names_the_columns(jars):
    await make_jar().save()

    with pytest.raises(UniqueViolation) as caught:
        await make_jar().save()

    assert caught.value.table == "jar"
    assert caught.value.columns == ("label", "steps")


async def test_a_row_that_points_at_nothing_is_refused(jars):
    with pytest.raises(ForeignKeyViolation):
        await run_sql("INSERT INTO marble (id, jar) VALUES ({}, {})", uuid.uuid4(), uuid.uuid4())


async def test_a_row_that_others_point_at_is_not_deleted(jars):
    jar = make_jar()
    await jar.save()
    await run_sql("INSERT INTO marble (id, jar) VALUES ({}, {})", uuid.uuid4(), jar.id)

    with pytest.raises(ForeignKeyViolation):
        await Jar.delete().where(Jar.id == jar.id)


async def test_a_check_and_a_missing_value_are_told_alike(jars):
    with pytest.raises(CheckViolation):
        await make_jar(marbles=-1).save()
    with pytest.raises(CheckViolation):
        await run_sql("INSERT INTO marble (id, jar) VALUES ({}, NULL)", uuid.uuid4())


async def test_a_trigger_that_protects_rows_is_told_as_such(jars):
    if on_postgres():
        await run_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''protected''; END'"
        )
        await run_sql("CREATE TRIGGER keep BEFORE UPDATE ON jar FOR EACH ROW EXECUTE FUNCTION refuse()")
    else:
        await run_sql("CREATE TRIGGER keep BEFORE UPDATE ON jar BEGIN SELECT RAISE(ABORT, 'protected'); END")
    await make_jar().save()

    with pytest.raises(RowProtected):
        await Jar.update({Jar.steps: 1}).where(Jar.label == "blue")


async def test_faulty_sql_is_our_fault(jars):
    with pytest.raises(StorageMisuse):
        await run_sql("SELECT nothing FROM nowhere")


async def test_twenty_tasks_that_read_and_then_write_lose_no_update(jars):
    await make_jar().save()

    await asyncio.gather(*(add_marble() for _ in range(20)))

    assert await count_marbles() == 20


async def test_an_exception_rolls_everything_back(jars):
    with pytest.raises(KeyError):
        async with transaction():
            await make_jar().save()
            raise KeyError

    assert await Jar.count() == 0
    assert not is_in_transaction()


async def test_an_inner_transaction_joins_the_outer_one(jars):
    with pytest.raises(KeyError):
        async with transaction():
            async with transaction():
                await make_jar().save()
            assert is_in_transaction()
            raise KeyError

    assert await Jar.count() == 0


async def test_an_inner_failure_that_is_caught_still_undoes_the_whole(jars):
    with pytest.raises(TransactionFailed):
        async with transaction():
            await make_jar("green").save()
            with pytest.raises(KeyError):
                async with transaction():
                    await make_jar("red").save()
                    raise KeyError

    assert await Jar.count() == 0


async def test_after_a_failed_statement_nothing_more_is_done(jars):
    await make_jar().save()

    with pytest.raises(TransactionFailed):
        async with transaction():
            await make_jar("green").save()
            with pytest.raises(UniqueViolation):
                await make_jar().save()
            await make_jar("red").save()

    assert await Jar.count() == 1


async def test_leaving_a_failed_transaction_as_if_nothing_were_wrong_is_told(jars):
    await make_jar().save()

    with pytest.raises(TransactionFailed):
        async with transaction():
            with pytest.raises(UniqueViolation):
                await make_jar().save()

    await add_marble()
    assert await count_marbles() == 1


async def test_a_savepoint_undoes_only_what_came_after_it(jars):
    await make_jar().save()

    async with transaction():
        await make_jar("green").save()
        with pytest.raises(UniqueViolation):
            async with savepoint():
                await make_jar("red").save()
                await make_jar("blue").save()
        async with savepoint():
            await make_jar("white").save()

    labels = await Jar.select(Jar.label).order_by(Jar.label).output(as_list=True)
    assert labels == ["blue", "green", "white"]


async def test_a_savepoint_needs_a_transaction(jars):
    with pytest.raises(TransactionMisuse):
        async with savepoint():
            pass


async def test_another_task_may_not_use_the_transaction_it_inherited(jars):
    async with transaction():
        task = asyncio.create_task(run_sql("SELECT 1 AS one"))
        with pytest.raises(TransactionMisuse):
            await task


async def test_a_task_started_in_a_transaction_that_has_ended_stands_alone(jars):
    ended = asyncio.Event()

    async def write_later():
        await ended.wait()
        await make_jar().save()

    with pytest.raises(KeyError):
        async with transaction():
            task = asyncio.create_task(write_later())
            raise KeyError
    ended.set()
    await task

    assert await Jar.count() == 1


async def test_a_task_cancelled_in_a_transaction_leaves_nothing_behind(jars):
    begun = asyncio.Event()

    async def hold():
        async with transaction():
            await make_jar().save()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await Jar.count() == 0
    await make_jar("after").save()


async def test_tasks_cancelled_at_any_moment_block_nobody_and_half_write_nothing(jars):
    """Cancel after 0, 1, 2 … turns of the loop: while waiting, in BEGIN, in a statement, in COMMIT, after it."""
    await make_jar("left").save()
    await make_jar("right").save()

    async def move():
        async with transaction():
            await Jar.update({Jar.marbles: Jar.marbles + 1}).where(Jar.label == "left")
            await Jar.update({Jar.marbles: Jar.marbles + 1}).where(Jar.label == "right")

    for turns in range(60):
        tasks = [asyncio.create_task(move()) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await move()

    assert await count_marbles("left") == await count_marbles("right") >= 1


async def test_single_statements_cancelled_at_any_moment_block_nobody(jars):
    for turns in range(30):
        tasks = [asyncio.create_task(Jar.count().run()) for _ in range(6)]
        tasks += [asyncio.create_task(make_jar(f"{turns}.{n}").save().run()) for n in range(2)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(5):
        await make_jar("last").save()
        assert await Jar.count() >= 1


async def test_a_task_whose_commit_was_refused_is_not_left_in_the_dead_transaction(jars):
    await run_sql(
        "CREATE TABLE late (id uuid PRIMARY KEY, jar uuid NOT NULL REFERENCES jar (id) DEFERRABLE INITIALLY DEFERRED)"
    )

    for _ in range(6):
        with pytest.raises(ForeignKeyViolation):
            async with transaction():
                await run_sql("INSERT INTO late (id, jar) VALUES ({}, {})", uuid.uuid4(), uuid.uuid4())
        assert not is_in_transaction()

    await make_jar().save()
    assert await Jar.count() == 1
    assert await run_sql("SELECT id FROM late") == []


async def test_readers_go_on_while_a_writer_holds_its_transaction(jars):
    await make_jar().save()
    begun, done = asyncio.Event(), asyncio.Event()

    async def hold():
        async with transaction():
            await Jar.update({Jar.marbles: 7}).where(Jar.label == "blue")
            begun.set()
            await done.wait()

    task = asyncio.create_task(hold())
    await begun.wait()
    async with asyncio.timeout(5):
        seen = await asyncio.gather(*(count_marbles() for _ in range(20)))
    done.set()
    await task

    assert set(seen) == {0}
    assert await count_marbles() == 7


async def test_a_snapshot_sees_one_instant_and_writes_nothing(jars):
    await make_jar().save()

    async with snapshot():
        before = await count_marbles()
        await asyncio.create_task(add_marble_in_a_context_of_its_own())
        after = await count_marbles()
        with pytest.raises(TransactionMisuse):
            async with transaction():
                pass

    assert (before, after) == (0, 0)
    assert await count_marbles() == 1


async def add_marble_in_a_context_of_its_own():
    get_engine().current_transaction.set(None)
    await add_marble()


async def test_a_write_inside_a_snapshot_is_refused(jars):
    await make_jar().save()

    with pytest.raises(StorageMisuse):
        async with snapshot():
            await Jar.update({Jar.marbles: 9}).where(Jar.label == "blue")

    assert await count_marbles() == 0


async def test_many_rows_go_in_by_pieces_that_fit_a_statement(jars):
    rows = [make_jar(f"jar {n}") for n in range(6_000)]

    with count_queries() as counted:
        async with transaction():
            await insert_many(rows)

    assert counted.count == 2
    assert await Jar.count() == 6_000


def test_a_long_list_is_cut_without_loss():
    assert [list(piece) for piece in chunks(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]


async def test_inserting_no_rows_sends_nothing(jars):
    with count_queries() as counted:
        await insert_many([])

    assert counted.count == 0


async def test_rows_can_be_claimed_without_waiting_for_each_other(jars):
    await insert_many([make_jar(f"jar {n}") for n in range(30)])
    claim = (
        "UPDATE jar SET is_open = {} WHERE id IN (SELECT id FROM jar WHERE is_open ORDER BY label LIMIT 1"
        + skip_locked()
        + ") AND is_open RETURNING id"
    )

    async def work():
        mine = []
        while rows := await run_sql(claim, False):
            mine += [row["id"] for row in rows]
        return mine

    claimed = [one for many in await asyncio.gather(*(work() for _ in range(5))) for one in many]

    assert len(claimed) == 30
    assert len(set(claimed)) == 30


async def test_placeholders_are_values_and_never_sql(jars):
    await make_jar("x' OR '1'='1").save()

    rows = await run_sql("SELECT label FROM jar WHERE label = {} AND steps = {}", "x' OR '1'='1", 3)

    assert rows == [{"label": "x' OR '1'='1"}]


async def test_a_database_serves_a_second_event_loop_with_connections_of_its_own(jars):
    await make_jar().save()

    async def count_and_close():
        counted = await Jar.count()
        await jars.close_loop()
        return counted

    assert await asyncio.to_thread(asyncio.run, count_and_close()) == 1
    assert await Jar.count() == 1


async def test_without_a_bound_database_a_query_says_so(engine):
    await close_database(engine)

    with pytest.raises(TransactionMisuse):
        await run_sql("SELECT 1")


async def test_an_unknown_kind_of_database_is_refused():
    with pytest.raises(StorageMisuse):
        await open_database("mysql://localhost/x")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://a:b@127.0.0.1:1/none"])
async def test_a_database_that_is_not_there_is_told_at_the_start(url):
    with pytest.raises(StorageUnavailable):
        await open_database(url)


async def test_a_file_whose_folder_has_any_name_can_be_opened(tmp_path):
    folder = tmp_path / "تحكيم 100% ?#"
    folder.mkdir()

    opened = await open_database(sqlite_url(folder / "t.db"))
    await close_database(opened)

    assert (folder / "t.db").stat().st_mode & 0o777 == 0o600
