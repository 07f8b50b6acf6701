"""The queue of letters: how many stand in each state, and which could not be sent. Never what a letter says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql
from storage.tables.message import Message

__all__ = ["LetterLine", "Queue", "get_queue"]

SHOWN = 100
"""So many letters are listed at most; the counts cover all."""


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter that waits or failed."""

    id: UUID
    email: str
    template: str
    state: str
    attempts: int
    error: str | None
    made_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue by state, and its letters that failed or wait."""

    counts: dict[str, int]
    failed: tuple[LetterLine, ...]
    waiting: tuple[LetterLine, ...]


async def get_queue() -> Queue:
    """Read the queue in three queries."""
    counts = await run_sql("SELECT state, count(*) AS n FROM message GROUP BY state")
    failed, waiting = [
        await Message.select(
            Message.id, Message.email, Message.template, Message.state, Message.attempts, Message.error,
            Message.made_at, Message.due_at,
        ).where(Message.state.is_in(states)).order_by(Message.due_at).limit(SHOWN)
        for states in (["failed"], ["waiting", "sending"])
    ]  # fmt: skip
    return Queue(
        {str(row["state"]): int(row["n"]) for row in counts},
        tuple(LetterLine(**row) for row in failed),
        tuple(LetterLine(**row) for row in waiting),
    )
