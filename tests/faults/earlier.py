"""What a database holds, put into a database of an earlier schema: what that schema had no place for is left out."""

from collections.abc import Sequence
from typing import Any

from storage.dump import find_row_tables
from storage.engine import on_postgres, run_sql

Rows = dict[str, list[dict[str, Any]]]


async def read_rows() -> Rows:
    """Every row of every table, those first that others point at."""
    return {name: await run_sql(f'SELECT * FROM "{name}"') for name in find_row_tables()}


async def find_columns() -> dict[str, list[str]]:
    """The columns of each table that there is."""
    if on_postgres():
        rows = await run_sql(
            "SELECT table_name::text AS tab, column_name::text AS col FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
    else:
        rows = await run_sql(
            "SELECT m.name AS tab, c.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            " WHERE m.type = 'table'"
        )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["tab"], []).append(row["col"])
    return found


async def write_as_far_as_there_is_room(rows: Rows) -> set[str]:
    """Insert them instead of what the schema's steps made; tell what had no place, as ``table`` or ``table.column``."""
    columns = await find_columns()
    for name in reversed(list(rows)):
        if name in columns and await run_sql(
            f'SELECT 1 FROM "{name}" LIMIT 1'
        ):  # the log's rows never go, even if none
            await run_sql(f'DELETE FROM "{name}"')
    left_out: set[str] = set()
    for name, each in rows.items():
        if name not in columns:
            left_out |= {name} if each else set()
            continue
        for row in each:
            told = {column: value for column, value in row.items() if column in columns[name]}
            left_out |= {f"{name}.{column}" for column in row.keys() - told.keys()}
            await _insert(name, list(told), list(told.values()))
    return left_out


async def _insert(table: str, names: Sequence[str], values: Sequence[object]) -> None:
    told, places = ", ".join(f'"{name}"' for name in names), ", ".join(["{}"] * len(names))
    await run_sql(f'INSERT INTO "{table}" ({told}) VALUES ({places})', *values)
