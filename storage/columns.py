"""The few column types that tables are made of, each with one meaning on both databases.

A required column has no default: a row made without it is refused when it is made.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from piccolo.columns import UUID, BigInt, Boolean, ForeignKey, OnDelete, SmallInt, Text, Timestamptz
from piccolo.columns.reference import LazyTableReference

from storage.errors import NaiveDatetime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from piccolo.columns import Column
    from piccolo.columns.combination import Where
    from piccolo.table import Table


class AwareTimestamp(Timestamptz):
    """An instant, in UTC. Unlike Piccolo's it refuses a naive datetime, and never fills in the clock's time itself."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default", None)
        super().__init__(**kwargs)

    @property
    def column_type(self) -> str:
        """SQLite's converters know the type by this name."""
        return "TIMESTAMPTZ"

    def __set__(self, obj: Table, value: datetime | None) -> None:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise NaiveDatetime(column=self._meta.name)
        super().__set__(obj, value)


def key() -> UUID:
    """Give a primary key: a random UUID, made by us."""
    return UUID(primary_key=True)


def ref(table: str, module: str, *, null: bool = False, unique: bool = False, cascade: bool = False) -> ForeignKey[Any]:
    """Point at a table of ``storage.tables.<module>``, by name, so that no table module imports another."""
    return ForeignKey(
        references=LazyTableReference(table_class_name=table, module_path=f"storage.tables.{module}"),
        null=null,
        default=None,
        unique=unique,
        index=True,
        on_delete=OnDelete.cascade if cascade else OnDelete.restrict,
    )


def text(*, null: bool = False, unique: bool = False, index: bool = False) -> Text:
    """Hold text of any length; limits are checked where it comes in."""
    return Text(null=null, default=None, unique=unique, index=index)


def small(*, null: bool = False, default: int | None = None) -> SmallInt:
    """Hold a whole number of a person's size: a position, a level, a step."""
    return SmallInt(null=null, default=default)


def number(*, null: bool = False) -> BigInt:
    """Hold a count or a duration."""
    return BigInt(null=null, default=None)


def big(*, null: bool = False) -> BigInt:
    """Hold a size in bytes, or a sequence."""
    return BigInt(null=null, default=None)


def flag(*, default: bool = False) -> Boolean:
    """Hold a yes or a no."""
    return Boolean(null=False, default=default)


def when(*, null: bool = False, index: bool = False) -> AwareTimestamp:
    """Hold an instant, with its zone."""
    return AwareTimestamp(null=null, index=index)


def among(column: Column, values: Iterable[Any]) -> Where:
    """Ask for rows whose column is one of these values; for none of them where there are no values."""
    return column.is_in(list(values) or [None])


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_json(value: object) -> str:
    """Write a value as canonical JSON: sorted keys, no spaces, letters as they are; stored and hashed alike."""
    return _CANONICAL.encode(value)


def from_json(written: str | None) -> Any:
    """Read a canonical JSON column; an empty one is None."""
    return json.loads(written) if written else None
