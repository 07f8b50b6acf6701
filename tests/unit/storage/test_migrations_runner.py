import asyncio
import itertools
import uuid
from datetime import datetime

import pytest

from storage.engine import bind, close_database, on_postgres, open_database, run_sql
from storage.errors import NewerSchema, RowProtected, SchemaMismatch, StorageMisuse
from storage.migrations.run import PerEngine, Step, check_current, find_steps, migrate, read_applied

FIRST = Step(1, "m0001_box", "A box", ("CREATE TABLE box (id uuid PRIMARY KEY, size bigint NOT NULL)",))


async def fill(run):
    for size in (1, 2, 3):
        await run(f"INSERT INTO box (id, size) VALUES ('{uuid.uuid4()}', {size})")


SECOND = Step(2, "m0002_boxes", "Three boxes", (), fill)
PROTECT = PerEngine(
    sqlite=("CREATE TRIGGER keep BEFORE DELETE ON box BEGIN SELECT RAISE(ABORT, 'kept'); END",),
    postgres=(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$",
        "CREATE TRIGGER keep BEFORE DELETE ON box FOR EACH STATEMENT EXECUTE FUNCTION keep()",
    ),
)
THIRD = Step(3, "m0003_keep", "Boxes are kept", ("ALTER TABLE box ADD COLUMN label text", PROTECT))
STEPS = (FIRST, SECOND, THIRD)


async def test_each_step_is_applied_once_and_in_order(engine):
    assert await migrate(engine, STEPS[:1]) == ("m0001_box",)
    assert await migrate(engine, STEPS) == ("m0002_boxes", "m0003_keep")
    assert await migrate(engine, STEPS) == ()

    assert await read_applied(engine) == {1: "m0001_box", 2: "m0002_boxes", 3: "m0003_keep"}
    assert await run_sql("SELECT size FROM box ORDER BY size") == [{"size": 1}, {"size": 2}, {"size": 3}]


async def test_what_truly_differs_between_engines_has_statements_for_each(engine):
    await migrate(engine, STEPS)

    with pytest.raises(RowProtected):
        await run_sql("DELETE FROM box")


async def test_an_empty_database_has_no_steps_and_is_not_current(engine):
    assert await read_applied(engine) == {}
    assert not await check_current(engine, STEPS)

    await migrate(engine, STEPS)

    assert await check_current(engine, STEPS)
    assert not await check_current(engine, (*STEPS, Step(4, "m0004_more", "More")))


async def test_a_step_that_fails_leaves_nothing_and_runs_again(engine):
    is_broken = True

    async def fail_once(run):
        await fill(run)
        if is_broken:
            raise KeyError

    broken = Step(2, "m0002_boxes", "Three boxes", ("CREATE TABLE lid (id uuid PRIMARY KEY)",), fail_once)
    with pytest.raises(KeyError):
        await migrate(engine, (FIRST, broken))
    assert await read_applied(engine) == {1: "m0001_box"}
    assert await run_sql("SELECT size FROM box") == []

    is_broken = False
    assert await migrate(engine, (FIRST, broken)) == ("m0002_boxes",)


async def test_a_newer_schema_is_refused_and_not_touched(engine):
    await migrate(engine, STEPS)

    with pytest.raises(NewerSchema) as caught:
        await migrate(engine, STEPS[:2])

    assert caught.value.found == "m0003_keep"
    assert caught.value.known == "m0002_boxes"
    with pytest.raises(NewerSchema):
        await check_current(engine, STEPS[:2])


async def test_a_schema_of_other_steps_is_refused(engine):
    await migrate(engine, STEPS[:1])

    with pytest.raises(SchemaMismatch):
        await migrate(engine, (Step(1, "m0001_crate", "A crate"), SECOND))


async def test_starts_at_the_same_time_apply_each_step_once(database_url):
    engines = [await open_database(database_url) for _ in range(4)]

    applied = await asyncio.gather(*(migrate(engine, STEPS) for engine in engines))

    assert sorted(step for steps in applied for step in steps) == ["m0001_box", "m0002_boxes", "m0003_keep"]
    bind(engines[0], [])
    assert len(await run_sql("SELECT size FROM box")) == 3
    for engine in engines:
        await close_database(engine)


async def test_this_release_migrates_an_empty_database(engine):
    steps = find_steps()

    assert await migrate(engine) == tuple(step.id for step in steps)

    assert await check_current(engine)


def test_the_steps_of_this_release_come_in_rising_numbers():
    numbers = [step.number for step in find_steps()]

    assert numbers[0] == 1
    assert all(one < next_ for one, next_ in itertools.pairwise(numbers))


async def test_values_of_each_portable_type_come_back_as_they_went_in(engine):
    await run_sql("CREATE TABLE kinds (a uuid, b timestamptz, c smallint, d bigint, e text, f boolean, g bytea)")
    moment = "2027-03-14T08:00:00.000001+00:00"

    row = (uuid.uuid4(), datetime.fromisoformat(moment), -3, 2**62, "نص {} ' \x01", True, b"\x00\xff")
    await run_sql("INSERT INTO kinds (a, b, c, d, e, f, g) VALUES ({}, {}, {}, {}, {}, {}, {})", *row)

    [found] = await run_sql("SELECT * FROM kinds")

    assert tuple(found.values()) == row
    assert found["b"].isoformat() == moment
    assert on_postgres() == (engine.engine_type == "postgres")


def test_a_step_named_otherwise_than_its_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "m0001_one.py").write_text("ID = 'm0001_two'\nDESCRIPTION = ''\n")
    monkeypatch.setattr("storage.migrations.__path__", [str(tmp_path)])

    with pytest.raises(StorageMisuse):
        find_steps()


def test_two_steps_of_one_number_are_refused(tmp_path, monkeypatch):
    for name in ("m0001_twin", "m0001_other"):
        (tmp_path / f"{name}.py").write_text(f"ID = '{name}'\nDESCRIPTION = ''\n")
    monkeypatch.setattr("storage.migrations.__path__", [str(tmp_path)])

    with pytest.raises(StorageMisuse):
        find_steps()


async def test_a_step_that_fills_a_gap_is_applied_to_a_database_that_is_beyond_it(engine):
    first, last = (Step(number, f"m000{number}_step", "", (f"CREATE TABLE t{number} (a text)",)) for number in (1, 3))
    await migrate(engine, [first, last])
    between = Step(2, "m0002_step", "", ("CREATE TABLE t2 (a text)",))

    assert await migrate(engine, [first, between, last]) == ("m0002_step",)
    assert await check_current(engine, [first, between, last])
