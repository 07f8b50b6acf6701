"""Can this process serve, and does the work get done? Asked by whatever watches the machine; it writes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from storage.engine import get_engine, run_sql
from storage.errors import NewerSchema, SchemaMismatch, StorageError
from storage.migrations.run import check_current
from storage.objects.store import ObjectStore

__all__ = ["AWAY", "OK", "Health", "QueueFigures", "look_at_health", "read_queues"]

OK, AWAY, OTHER = "ok", "away", "other"
SECONDS_AT_MOST = 4.0
"""Whoever watches asks every few seconds: an answer that comes later is none."""


@dataclass(frozen=True, slots=True)
class Health:
    """What stands behind the pages: each ``ok``, ``away``, or for a schema of another release ``other``."""

    database: str
    schema: str
    objects: str

    @property
    def has_pages(self) -> bool:
        """Whether pages and saves work: they do while the object store is away."""
        return self.database == self.schema == OK

    @property
    def is_ready(self) -> bool:
        """Whether everything works."""
        return self.has_pages and self.objects == OK


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue: rows by state, and for how long what is due has waited."""

    queue: str
    rows: dict[str, int]
    late_seconds: float


async def look_at_health(objects: ObjectStore) -> Health:
    """Ask the database, its schema and the store, all at once and none for long."""
    database, store = await asyncio.gather(_within(_look_at_database), _within(objects.prepare))
    return Health(database=AWAY if database == AWAY else OK, schema=database, objects=store)


async def _within(ask: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(SECONDS_AT_MOST):
            await ask()
    except (NewerSchema, SchemaMismatch):
        return OTHER
    except (StorageError, TimeoutError):
        return AWAY
    return OK


async def _look_at_database() -> None:
    if not await check_current(get_engine()):
        raise SchemaMismatch(reason="older")


async def read_queues(*, now: datetime) -> tuple[QueueFigures, ...]:
    """Count the rows of both queues, and how late the oldest waiting one is."""
    found = []
    for table in ("job", "message"):
        rows = await run_sql(f"SELECT state, COUNT(*) AS n FROM {table} GROUP BY state")  # noqa: S608 (a name of ours)
        waiting = f"SELECT due_at FROM {table} WHERE state = 'waiting' ORDER BY due_at LIMIT 1"  # noqa: S608 (as above)
        late = max([0.0, *((now - row["due_at"]).total_seconds() for row in await run_sql(waiting))])
        found.append(QueueFigures(table, {row["state"]: row["n"] for row in rows}, late))
    return tuple(found)
