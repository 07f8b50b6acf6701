"""From each schema that ever stood, with rows in every table of it, to the newest; failed and killed in the middle.

Before each step a row is put into every table that there is. The rows of the first schema then live through all steps,
those of the last but one through the last: one pass is an upgrade from each release with data.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from storage.dump import dump_rows
from storage.engine import bind, close_database, get_engine, on_postgres, open_database, run_sql, snapshot
from storage.engines.transactions import TahkimEngine
from storage.errors import NewerSchema, StorageUnavailable
from storage.migrations.run import check_current, find_steps, migrate, read_applied
from storage.piccolo_app import TABLES
from tests.databases import copy_database, drop_database
from tests.faults.failing import Failing

AT = datetime(2027, 2, 1, 8, tzinfo=UTC)
STEPS = find_steps()
CHANGED_ON_PURPOSE = {("round", "institution_once"), ("round", "team_once")}
"""Columns whose value a later step sets for rows that stand (m0056)."""
NEVER_WRITTEN = {"question": 15}
"""Tables of which nothing wrote a row before the step of this number made them anew."""
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
async def url(tmp_path: Path, engine_name: str) -> AsyncIterator[str]:
    """The address of a database without a schema."""
    made = await copy_database(None, tmp_path, engine=engine_name)
    yield made
    await drop_database(made)


@pytest.fixture
async def engine(url: str) -> AsyncIterator[TahkimEngine]:
    opened = await open_database(url)
    bind(opened, TABLES)
    yield opened
    await close_database(opened)


async def read_columns() -> dict[str, list[tuple[str, str, str | None]]]:
    """Each table's required columns: name, type, and the table that it points at."""
    if on_postgres():
        rows = await run_sql(
            "SELECT c.table_name::text AS tab, c.column_name::text AS col, c.data_type::text AS kind, ("
            " SELECT t.relname::text FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid"
            " JOIN pg_class t ON t.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = s.oid"
            " AND a.attnum = k.conkey[1] WHERE k.contype = 'f' AND s.relname = c.table_name"
            " AND a.attname = c.column_name LIMIT 1) AS target FROM information_schema.columns c"
            " WHERE c.table_schema = 'public' AND c.is_nullable = 'NO' AND c.table_name <> 'schema_version'"
        )
    else:
        rows = await run_sql(
            'SELECT m.name AS tab, c.name AS col, c.type AS kind, k."table" AS target FROM sqlite_master m'
            ' JOIN pragma_table_info(m.name) c LEFT JOIN pragma_foreign_key_list(m.name) k ON k."from" = c.name'
            " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_version'"
            ' AND (c."notnull" OR c.pk)'
        )
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    for row in rows:
        found.setdefault(row["tab"], []).append((row["col"], row["kind"].lower(), row["target"]))
    return found


STANDS_ONCE_OPEN = {"retention_run": ("ended_at",)}
"""Of these one at a time may be unfinished: those that are added here have ended."""


async def add_a_row_to_each_table(number: int) -> None:
    """One row, pointing at the rows of the same number; the log's head stands once from the beginning."""
    columns = await read_columns()
    made: dict[str, object] = {}

    async def add(table: str) -> None:
        if table in made or table == "audit_head" or STEPS[number - 1].number < NEVER_WRITTEN.get(table, 0):
            return
        for _, _, target in columns[table]:
            if target and target != table:
                await add(target)
        values = {name: _value(kind, number, made.get(target or "")) for name, kind, target in columns[table]}
        values |= dict.fromkeys(STANDS_ONCE_OPEN.get(table, ()), AT)
        made[table] = values.get("id")
        names, places = ", ".join(f'"{name}"' for name in values), ", ".join("{}" for _ in values)
        await run_sql(f'INSERT INTO "{table}" ({names}) VALUES ({places})', *values.values())

    for table in sorted(columns):
        await add(table)


def _value(kind: str, number: int, pointed_at: object) -> object:
    if kind == "uuid":
        return pointed_at or uuid4()
    if kind == "boolean":
        return bool(number % 2)
    if kind in {"smallint", "bigint"}:
        return number
    return AT if kind.startswith("timestamp") else f"v{number}-{uuid4()}"


async def read_all() -> Rows:
    names = [*await read_columns(), "schema_version"]
    return {name: sorted(await run_sql(f'SELECT * FROM "{name}"'), key=repr) for name in names}


async def schema() -> str:
    """The schema in the database's own words."""
    if on_postgres():
        rows = await run_sql(
            "SELECT table_name::text AS a, column_name::text AS b, data_type::text AS c, is_nullable::text AS d,"
            " column_default::text AS e FROM information_schema.columns WHERE table_schema = 'public'"
            " UNION ALL SELECT tablename::text, indexname::text, indexdef, '', '' FROM pg_indexes"
            " WHERE schemaname = 'public' ORDER BY 1, 2"
        )
    else:
        rows = await run_sql("SELECT name, sql FROM sqlite_master ORDER BY name")
    return repr(rows)


async def fail_and_apply(number: int, places: Iterable[int]) -> None:
    """Fail one step at these of its statements (its commit is one more): all stands as before. Then it is applied."""
    engine, rows, stood = get_engine(), await read_all(), await schema()
    for at in places:
        failing = Failing(at)
        engine.counters.append(failing)  # type: ignore[arg-type]
        engine.begin = failing.begin  # type: ignore[method-assign]
        try:
            await migrate(engine, STEPS[: number + 1])
        except StorageUnavailable:
            assert failing.has_failed
        else:
            return
        finally:
            engine.counters.remove(failing)  # type: ignore[arg-type]
            del engine.begin
        assert await schema() == stood, f"{STEPS[number].id} was half done at statement {at}"
    assert await read_all() == rows
    await migrate(engine, STEPS[: number + 1])


def some_places(number: int) -> Iterable[int]:
    """The first statement, one in the middle, and one near the end."""
    n = len(STEPS[number].statements)
    return (1, 4 + n // 2, 4 + n)


def all_places(_: int) -> Iterable[int]:
    return range(1, 500)


@pytest.mark.long
@pytest.mark.parametrize("places", [some_places, pytest.param(all_places, marks=pytest.mark.soak)])
async def test_rows_of_every_schema_come_through_each_step_even_when_it_fails_at_first(
    engine: TahkimEngine, places: Callable[[int], Iterable[int]]
):
    before: Rows = {}
    await migrate(engine, STEPS[:1])
    for number in range(1, len(STEPS)):
        await add_a_row_to_each_table(number)
        before = await read_all()
        await fail_and_apply(number, places(number))
        await assert_nothing_was_lost(before)

    assert await check_current(engine)
    assert set(await read_columns()) == {table._meta.tablename for table in TABLES}
    assert all(rows for rows in before.values())
    assert len(before["person"]) > len(STEPS) / 2
    if not on_postgres():
        assert await run_sql("PRAGMA foreign_key_check") == []
    async with snapshot():  # what a backup reads: every value is of a type that it can write
        assert len([line async for line in dump_rows()]) >= sum(map(len, before.values())) - len(
            before["schema_version"]
        )


async def assert_nothing_was_lost(before: Rows) -> None:
    after = await read_all()
    for table, rows in before.items():
        if table == "schema_version":
            continue
        left = [
            {name: row[name] for name in rows[0] if (table, name) not in CHANGED_ON_PURPOSE} for row in after[table]
        ]
        told = [{name: value for name, value in row.items() if (table, name) not in CHANGED_ON_PURPOSE} for row in rows]
        assert sorted(map(repr, left)) == sorted(map(repr, told)), table


KILLED = """
import asyncio, os, signal, sys
from storage.engine import open_database
from storage.migrations.run import migrate

class Killer:
    left = int(sys.argv[2])
    @property
    def statements(self): return self
    def append(self, _):
        self.left -= 1
        if self.left == 0: os.kill(os.getpid(), signal.SIGKILL)

async def go():
    engine = await open_database(sys.argv[1])
    engine.counters.append(Killer())
    await migrate(engine)

asyncio.run(go())
"""


@pytest.mark.long
@pytest.mark.parametrize("share", [0.1, 0.6, 0.9])
async def test_a_killed_upgrade_goes_on_at_the_next_start(engine: TahkimEngine, url: str, share: float):
    await migrate(engine, STEPS[:3])
    await add_a_row_to_each_table(3)
    before = await read_all()
    n_statements = 3 * len(STEPS) + sum(len(step.statements) for step in STEPS[3:])

    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, url, str(round(n_statements * share)), cwd=Path(__file__).parents[2]
    )
    assert await killed.wait() == -signal.SIGKILL

    done = await read_applied(engine)
    assert 3 <= len(done) < len(STEPS)
    await assert_nothing_was_lost(before)
    assert len(await migrate(engine)) == len(STEPS) - len(done)
    await assert_nothing_was_lost(before)
    assert await check_current(engine)


async def test_an_older_release_refuses_the_newer_schema_and_touches_nothing(engine: TahkimEngine):
    await migrate(engine)
    rows, stood = await read_all(), await schema()

    with pytest.raises(NewerSchema) as refused:
        await migrate(engine, STEPS[:-1])

    assert STEPS[-1].id in str(refused.value)
    assert (await read_all(), await schema()) == (rows, stood)
