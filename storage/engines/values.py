"""How SQLite's values come back: what Piccolo registers, with those that every page has many of made directly.

The ``sqlite3`` module calls one of these for each value of a column declared so. The same instants and keys come back
in row after row and page after page, so that they are read once: neither can be changed.
"""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

import piccolo.engine.sqlite  # noqa: F401 (registers all others, and how values are written; it must come before ours)

__all__: list[str] = []

_KEPT = 8192


@lru_cache(maxsize=_KEPT)
def _instant(written: bytes) -> datetime:
    return datetime.fromisoformat(written.decode()).replace(tzinfo=UTC)


@lru_cache(maxsize=_KEPT)
def _uuid(written: bytes) -> UUID:
    return UUID(int=int(written.replace(b"-", b""), 16))


def _whole(written: bytes) -> int:
    try:
        return int(written)
    except ValueError:  # SQLite keeps 1.0 in a column of whole numbers if it is given so
        return int(Decimal(written.decode()))


sqlite3.register_converter("TIMESTAMPTZ", _instant)
sqlite3.register_converter("UUID", _uuid)
sqlite3.register_converter("INTEGER", _whole)
sqlite3.register_converter("BOOLEAN", b"1".__eq__)
