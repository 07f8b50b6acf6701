"""All rows of a database as lines of JSON, and back: the same text whichever of the two databases it came from."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo import columns as kinds
from piccolo.table import Table, sort_table_classes

from storage.engine import ARGUMENTS_AT_MOST, chunks, run_sql
from storage.piccolo_app import TABLES

__all__ = ["dump_rows", "find_row_tables", "is_empty", "load_rows"]

_ROWS_AT_ONCE = 500


async def dump_rows() -> AsyncIterator[str]:
    """Give a line a row: its table's name and its values. Call it inside ``snapshot``: all is then of one instant."""
    for table in _in_order():
        name = table._meta.tablename  # noqa: SLF001 (Piccolo's only way to its name)
        for row in await run_sql(f'SELECT * FROM "{name}"'):  # noqa: S608 (the table's name is ours)
            yield json.dumps([name, {key: _write(value) for key, value in row.items()}], ensure_ascii=False)


async def load_rows(lines: Iterable[str]) -> int:
    """Insert rows that ``dump_rows`` gave, in the order in which it gave them; return how many. In a transaction.

    Rows that the schema's own steps made give way first.
    """
    for table in reversed(_in_order()):
        name = table._meta.tablename  # noqa: SLF001 (as above)
        if await run_sql(f'SELECT 1 AS there FROM "{name}" LIMIT 1'):  # noqa: S608 (as above)
            await run_sql(f'DELETE FROM "{name}"')  # noqa: S608 (as above)
    count = 0
    for name, rows in _grouped(lines):
        await _insert(name, rows)
        count += len(rows)
    return count


async def is_empty() -> bool:
    """Whether nobody and no edition is in the database yet."""
    return not await run_sql("SELECT id FROM person LIMIT 1") and not await run_sql("SELECT id FROM edition LIMIT 1")


def find_row_tables() -> tuple[str, ...]:
    """Give the names of the tables that are written out, those that others point at first."""
    return tuple(table._meta.tablename for table in _in_order())  # noqa: SLF001 (as above)


def _in_order() -> list[type[Table]]:
    return sort_table_classes(list(TABLES))


def _write(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _readers(table: type[Table]) -> dict[str, Any]:
    """Give, for each column that JSON has no type for, what reads it."""
    found: dict[str, Any] = {}
    for column in table._meta.columns:  # noqa: SLF001 (Piccolo's only way to them)
        name = column._meta.db_column_name  # noqa: SLF001 (as above)
        if isinstance(column, kinds.UUID | kinds.ForeignKey):
            found[name] = UUID
        elif isinstance(column, kinds.Timestamptz):
            found[name] = datetime.fromisoformat
        elif isinstance(column, kinds.Boolean):
            found[name] = bool
    return found


def _grouped(lines: Iterable[str]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    name, rows = "", list[Mapping[str, Any]]()
    for line in lines:
        table, row = json.loads(line)
        if rows and (table != name or len(rows) == _ROWS_AT_ONCE):
            yield name, rows
            rows = []
        name = table
        rows.append(row)
    if rows:
        yield name, rows


async def _insert(name: str, rows: list[Mapping[str, Any]]) -> None:
    table = next(each for each in TABLES if each._meta.tablename == name)  # noqa: SLF001 (as above)
    readers = _readers(table)
    columns = list(rows[0])
    places = f"({', '.join(['{}'] * len(columns))})"
    head = f'INSERT INTO "{name}" ({", ".join(f"{chr(34)}{column}{chr(34)}" for column in columns)}) VALUES '  # noqa: S608 (our own names)
    for chunk in chunks(rows, ARGUMENTS_AT_MOST // len(columns)):
        values = [_read(readers.get(column), row[column]) for row in chunk for column in columns]
        await run_sql(head + ", ".join([places] * len(chunk)), *values)


def _read(reader: Any, value: Any) -> Any:
    return value if value is None or reader is None else reader(value)
