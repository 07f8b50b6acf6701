import asyncio
import uuid
from datetime import UTC, timedelta

import pytest

from storage.engine import (
    chunks,
    close_database,
    count_queries,
    insert_many,
    on_postgres,
    open_database,
    run_sql,
    skip_locked,
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
    TransactionMisuse,
    UniqueViolation,
)
from tests.unit.storage.jars import NOON, Jar, make_jar


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


async def test_closing_waits_for_what_runs_and_answers_who_still_waits_for_a_connection(engine):
    long = (
        "SELECT MAX(n) AS n FROM (WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 200000) "
        "SELECT n FROM up) counted"
    )
    asked = [asyncio.create_task(run_sql(long)) for _ in range(15)]
    await asyncio.sleep(0.02)

    async with asyncio.timeout(30):
        await engine.close()
        answers = await asyncio.gather(*asked, return_exceptions=True)

    assert answers[0] == [{"n": 200_000}]
    assert all(answer == answers[0] or isinstance(answer, StorageUnavailable) for answer in answers)


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
