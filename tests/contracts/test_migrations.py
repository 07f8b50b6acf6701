"""The migrations make the very tables that the program's classes describe, on both databases."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from piccolo.columns import UUID, BigInt, Boolean, Column, ForeignKey, SmallInt, Text, Timestamptz

from storage.engine import bind, close_database, on_postgres, open_database, run_sql, sqlite_url
from storage.errors import ForeignKeyViolation, RowProtected
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.award import Publication
from tests.cast import NOW
from tests.postgres import quick_postgres_url  # noqa: F401 (a fixture)

TYPES = {
    "uuid": "uuid", "text": "text", "smallint": "smallint", "bigint": "bigint", "boolean": "boolean",
    "timestamptz": "timestamptz", "timestamp with time zone": "timestamptz",
}  # fmt: skip
KINDS = {
    ForeignKey: "uuid", UUID: "uuid", Text: "text", SmallInt: "smallint", BigInt: "bigint", Boolean: "boolean",
    Timestamptz: "timestamptz",
}  # fmt: skip
Columns = dict[str, tuple[str, bool]]
Keys = set[tuple[str, str, str]]


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("quick_postgres_url"))
    shutil.copy(empty_database, tmp_path / "tahkim.db")
    return sqlite_url(tmp_path / "tahkim.db")


@pytest.fixture
async def migrated(address: str) -> AsyncIterator[None]:
    """A database to which every step was applied."""
    engine = await open_database(address)
    await migrate(engine)
    bind(engine, TABLES)
    yield
    await close_database(engine)


def name_of(table: type[Any]) -> str:
    return str(table._meta.tablename)


def wanted_columns(table: type[Any]) -> Columns:
    return {each._meta.db_column_name: (type_of(each), not each._meta.null) for each in table._meta.columns}


def type_of(column: Column) -> str:
    return next(name for kind, name in KINDS.items() if isinstance(column, kind))


def wanted_keys(table: type[Any]) -> Keys:
    return {
        (
            each._meta.db_column_name,
            each._foreign_key_meta.resolved_references._meta.tablename,
            each._foreign_key_meta.on_delete.value,
        )
        for each in table._meta.columns
        if isinstance(each, ForeignKey)
    }


def wanted_indexes(table: type[Any]) -> set[tuple[str, bool]]:
    """Single columns that are looked up by, or may stand once."""
    return {
        (each._meta.db_column_name, bool(each._meta.unique))
        for each in table._meta.columns
        if (each._meta.index or each._meta.unique) and not each._meta.primary_key
    }


async def found_tables() -> set[str]:
    if on_postgres():
        rows = await run_sql("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'")
    else:
        rows = await run_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {row["name"] for row in rows}


async def found_columns(table: str) -> Columns:
    if on_postgres():
        rows = await run_sql(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = {}", table
        )
        return {row["column_name"]: (TYPES[row["data_type"]], row["is_nullable"] == "NO") for row in rows}
    rows = await run_sql(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')")
    return {row["name"]: (TYPES[row["type"].lower()], bool(row["notnull"] or row["pk"])) for row in rows}


async def found_keys(table: str) -> Keys:
    if on_postgres():
        rows = await run_sql(
            "SELECT a.attname AS name, t.relname AS target, c.confdeltype AS kind FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " JOIN pg_class t ON t.oid = c.confrelid JOIN pg_class s ON s.oid = c.conrelid"
            " WHERE c.contype = 'f' AND s.relname = {}",
            table,
        )
        acts = {"r": "RESTRICT", "c": "CASCADE", "a": "NO ACTION", "n": "SET NULL"}
        return {(row["name"], row["target"], acts[_letter(row["kind"])]) for row in rows}
    rows = await run_sql(f'SELECT "from", "table", on_delete FROM pragma_foreign_key_list(\'{table}\')')
    return {(row["from"], row["table"], row["on_delete"]) for row in rows}


def _letter(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


async def found_indexes(table: str) -> set[tuple[tuple[str, ...], bool]]:
    """Every index as its columns in order, and whether they may stand once."""
    if on_postgres():
        rows = await run_sql(
            "SELECT array_agg(a.attname::text ORDER BY k.place) AS names, i.indisunique AS is_unique FROM pg_index i"
            " JOIN pg_class t ON t.oid = i.indrelid"
            " JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place) ON true"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number"
            " WHERE t.relname = {} GROUP BY i.indexrelid, i.indisunique",
            table,
        )
        return {(tuple(row["names"]), bool(row["is_unique"])) for row in rows}
    found = set()
    for row in await run_sql(f"SELECT name, \"unique\" FROM pragma_index_list('{table}')"):
        columns = await run_sql(f"SELECT name FROM pragma_index_info('{row['name']}') ORDER BY seqno")
        found.add((tuple(each["name"] for each in columns), bool(row["unique"])))
    return found


async def test_there_are_the_tables_of_the_program_and_no_other(migrated: None):
    found = await found_tables()

    assert {name_of(table) for table in TABLES} <= found
    assert len(found - {name_of(table) for table in TABLES}) <= 1


async def test_every_column_has_its_type_and_says_whether_it_may_be_empty(migrated: None):
    assert {name_of(table): await found_columns(name_of(table)) for table in TABLES} == {
        name_of(table): wanted_columns(table) for table in TABLES
    }


async def test_every_reference_is_kept_by_the_database_and_refuses_or_follows_as_its_class_says(migrated: None):
    assert {name_of(table): await found_keys(name_of(table)) for table in TABLES} == {
        name_of(table): wanted_keys(table) for table in TABLES
    }


async def test_what_is_looked_up_by_has_an_index_and_what_stands_once_a_unique_one(migrated: None):
    missing = []
    for table in TABLES:
        found = await found_indexes(name_of(table))
        for column, is_unique in wanted_indexes(table):
            fits = any(
                columns[0] == column and (not is_unique or (unique and len(columns) == 1)) for columns, unique in found
            )
            if not fits:
                missing.append((name_of(table), column, "unique" if is_unique else "index"))

    assert missing == []


async def test_pairs_that_may_stand_once_do(migrated: None):
    """The unique indexes over several columns that the classes' own descriptions promise."""
    promised = {
        "assignment": {("entry", "judge", "round"), ("judge", "entry", "round"), ("round", "entry", "judge")},
        "conflict": {("judge", "entry"), ("entry", "judge")},
        "mark": {("sheet", "criterion"), ("criterion", "sheet")},
        "mark_change": {("sheet", "revision"), ("revision", "sheet")},
        "panel_member": {
            ("round", "category", "judge"),
            ("judge", "round", "category"),
            ("round", "judge", "category"),
        },
        "decision_signature": {("decision", "person"), ("person", "decision")},
        "outcome": {("decision", "entry"), ("entry", "decision")},
        "file_opening": {("sheet", "file"), ("file", "sheet")},
    }
    for table, either in promised.items():
        unique = {columns for columns, is_unique in await found_indexes(table) if is_unique}
        assert unique & either, (table, unique)


@pytest.mark.parametrize("sql", ["UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event"])
async def test_a_row_of_the_log_is_neither_changed_nor_removed(migrated: None, sql: str):
    await run_sql(
        "INSERT INTO audit_event (sequence, at, actor, role, event, subject, subject_id, reason, prev_hash, hash)"
        " VALUES (1, '2027-02-01 08:00:00+00:00', 'system', 'system', 'marked', 'sheet', '1', '', 'before', 'after')"
    )

    with pytest.raises(RowProtected):
        await run_sql(sql)

    [row] = await run_sql("SELECT reason FROM audit_event")
    assert row["reason"] == ""


async def test_references_are_enforced(migrated: None):
    stray = {"figures": "", "bundle_hash": "", "audit_head": "", "published_at": NOW}
    with pytest.raises(ForeignKeyViolation):
        await Publication.insert(Publication(edition="00000000-0000-4000-8000-000000000009", **stray))


def test_the_file_that_tests_copy_is_whole(empty_database: Path):
    connection = sqlite3.connect(empty_database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()
