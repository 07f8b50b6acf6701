"""Sheets of an open round that may still be sealed after its own close: each was given a last moment of its own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql
from storage.reads.committee.counted import OPEN_TO, STANDS

__all__ = ["InTime", "find_in_time", "list_own_moments"]

_OWN = f"""SELECT assignment.due_at FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
    JOIN entry ON entry.id = assignment.entry
    WHERE assignment.round = {{}} AND assignment.state = 'published' AND assignment.due_at IS NOT NULL
    AND score_sheet.state = 'draft' AND {STANDS} AND {OPEN_TO}"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class InTime:
    """How many sheets somebody may still seal, and the last moment of them all."""

    n: int
    until: datetime


async def find_in_time(round_id: UUID, *, now: datetime, person_id: UUID | None = None) -> InTime | None:
    """Find the unsealed sheets whose own last moment lies ahead; None where there is none.

    With ``person_id`` only those that this reader may see into.
    """
    ahead = [row["due_at"] for row in await run_sql(_OWN, round_id, person_id) if row["due_at"] > now]
    return InTime(len(ahead), max(ahead)) if ahead else None


async def list_own_moments(round_id: UUID, *, now: datetime, person_id: UUID | None = None) -> tuple[datetime, ...]:
    """List the different moments that lie ahead, at which such sheets' time is over, the nearest first."""
    return tuple(sorted({row["due_at"] for row in await run_sql(_OWN, round_id, person_id) if row["due_at"] > now}))
