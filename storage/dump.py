"""All rows of a database as lines of JSON, and back: the same text whichever of the two databases it came from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from piccolo import columns as kinds
from piccolo.table import Table, sort_table_classes

from storage.engine import insert_rows, read_in_parts, run_sql
from storage.piccolo_app import TABLES

__all__ = ["dump_rows", "find_row_tables", "is_empty", "load_rows"]

_ROWS_AT_ONCE = 5_000
_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder()


async def dump_rows() -> AsyncIterator[str]:
    """Give a line a row: its table's name and its values. Call it inside ``snapshot``: all is then of one instant."""
    for table in _in_order():
        name = table._meta.tablename  # noqa: SLF001 (Piccolo's only way to its name)
        async for rows in read_in_parts(f'SELECT * FROM "{name}"'):  # noqa: S608 (the table's name is ours)
            for row in rows:
                yield _ENCODER.encode([name, row]).decode()


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


@cache
def _readers(table_name: str) -> dict[str, Callable[[Any], Any]]:
    """Give, for each column that JSON has no type for, what reads it. Keys stay text, which both databases take."""
    table = next(each for each in TABLES if each._meta.tablename == table_name)  # noqa: SLF001 (as above)
    found: dict[str, Callable[[Any], Any]] = {}
    for column in table._meta.columns:  # noqa: SLF001 (Piccolo's only way to them)
        name = column._meta.db_column_name  # noqa: SLF001 (as above)
        if isinstance(column, kinds.Timestamptz):
            found[name] = datetime.fromisoformat
        elif isinstance(column, kinds.Boolean):
            found[name] = bool
    return found


def _grouped(lines: Iterable[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    name, rows = "", list[dict[str, Any]]()
    for line in lines:
        table, row = _DECODER.decode(line)
        if rows and (table != name or len(rows) == _ROWS_AT_ONCE):
            yield name, rows
            rows = []
        name = table
        rows.append(row)
    if rows:
        yield name, rows


async def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    columns = tuple(rows[0])
    for column, read in _readers(name).items():
        for row in rows:
            if row[column] is not None:
                row[column] = read(row[column])
    await insert_rows(name, columns, [tuple(row.values()) for row in rows])
