"""Work that failed for good and waits for somebody to look."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql

__all__ = ["FailedJob", "list_failed_jobs"]

SHOWN = 100


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job after its last try. ``error`` is the name of what was raised; ``name`` holds ids and no names."""

    id: UUID
    kind: str
    name: str
    error: str
    attempts: int
    made_at: datetime
    due_at: datetime


async def list_failed_jobs() -> tuple[FailedJob, ...]:
    """List them, the oldest first."""
    rows = await run_sql(
        "SELECT id, kind, name, error, attempts, made_at, due_at FROM job WHERE state = 'failed' "
        "ORDER BY made_at, id LIMIT {}",
        SHOWN,
    )
    return tuple(FailedJob(**row | {"id": UUID(str(row["id"])), "error": row["error"] or ""}) for row in rows)
