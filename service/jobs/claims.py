"""Claiming rows of work: one statement, so that of any number of workers one gets each row, and a dead one's come back.

A claim is a lease. Who holds it says so with each step; who lost it (a pause, a kill) can change nothing any more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from storage.engine import Row, run_sql, skip_locked

__all__ = ["JOBS", "LETTERS", "Queue", "claim", "extend", "finish", "give_back", "give_up", "has_due"]

LEASE = timedelta(seconds=8)
"""How long the work of a killed worker rests: with one look at the queue (half a second) under the ten promised."""

_LONGER_THAN_ANY = timedelta(minutes=1)
"""A lease that ends later than this was taken by a clock that has since been set back: it holds nothing. So is work due
that was to be done at once and was queued by a clock that was ahead."""
ATTEMPTS_AT_MOST = 8
_WAITING = "due_at <= {{}} OR (due_at <= made_at AND made_at > {{}}) OR (attempts > 0 AND due_at > {{}})"
_HELD = "lease_until <= {{}} OR lease_until > {{}}"
_DUE = f"((state='waiting' AND ({_WAITING})) OR (state={{{{}}}} AND ({_HELD}){{but}}))"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """A table of work and the words it uses: its columns beside state, lease and attempts.

    ``forgets``: rows whose facts hold this lose them once done; a one-time link is not kept beyond its letter.
    ``forgets_whom``: the letter after which not even its address is kept.
    """

    table: str
    busy: str
    done: str
    done_at: str
    columns: str
    forgets: str = ""
    forgets_whom: str = ""


JOBS = Queue(table="job", busy="running", done="done", done_at="done_at", columns="kind, name, facts")
LETTERS = Queue(
    table="message",
    busy="sending",
    done="sent",
    done_at="sent_at",
    columns="email, template, language, facts, made_at, name",
    forgets='"path"',
    forgets_whom="person-erased",
)


async def has_due(queue: Queue, *, now: datetime, in_hand: Collection[UUID] = ()) -> bool:
    """Look, without waiting for any writer, whether there is something to claim."""
    due, values = _due(queue, now, in_hand)
    return bool(await run_sql(f"SELECT id FROM {queue.table} WHERE {due} LIMIT 1", *values))  # noqa: S608 (the table's name is ours)


async def claim(
    queue: Queue, *, owner: str, now: datetime, limit: int = 1, in_hand: Collection[UUID] = ()
) -> list[Row]:
    """Claim what is due, the oldest first; never what this worker itself still has in hand.

    A clock that is stepped past a lease must not make a worker do beside itself what it is already doing.
    """
    due, values = _due(queue, now, in_hand)
    return await run_sql(
        f"UPDATE {queue.table} SET state={{}}, owner={{}}, lease_until={{}}, attempts=attempts+1 "  # noqa: S608 (as above)
        f"WHERE id IN (SELECT id FROM {queue.table} WHERE {due} ORDER BY due_at, id LIMIT {{}}{skip_locked()}) "
        f"RETURNING id, attempts, {queue.columns}",
        queue.busy, owner, now + LEASE, *values, limit,
    )  # fmt: skip


async def extend(queue: Queue, row_id: UUID, *, owner: str, now: datetime) -> bool:
    """Hold on to a claim; False when it was lost."""
    return await _change(queue, row_id, owner, "lease_until={}", now + LEASE)


async def finish(queue: Queue, row_id: UUID, *, owner: str, now: datetime) -> bool:
    """Mark the work done; False when the claim was lost: then whatever goes with it must be rolled back."""
    change, values = f"state={{}}, {queue.done_at}={{}}, error=NULL", [queue.done, now]
    if queue.forgets:
        change += ", facts=CASE WHEN facts LIKE {} THEN {} ELSE facts END"
        values += [f"%{queue.forgets}%", "{}"]
    if queue.forgets_whom:
        change += ", email=CASE WHEN template = {} THEN '' ELSE email END"
        values.append(queue.forgets_whom)
    return await _change(queue, row_id, owner, change, *values)


async def give_back(queue: Queue, row_id: UUID, *, owner: str, now: datetime, attempts: int, error: str) -> None:
    """Let the work be tried again, later each time; after the last try it has failed for good."""
    if attempts >= ATTEMPTS_AT_MOST:
        await give_up(queue, row_id, owner=owner, error=error)
        return
    wait = min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT)
    await _change(queue, row_id, owner, "state='waiting', due_at={}, error={}", now + wait, error)


async def give_up(queue: Queue, row_id: UUID, *, owner: str, error: str) -> None:
    """Mark the work failed: somebody has to look."""
    await _change(queue, row_id, owner, "state='failed', error={}", error)


async def _change(queue: Queue, row_id: UUID, owner: str, change: str, *values: object) -> bool:
    rows = await run_sql(
        f"UPDATE {queue.table} SET {change} WHERE id={{}} AND owner={{}} AND state={{}} RETURNING id",  # noqa: S608 (as above)
        *values, row_id, owner, queue.busy,
    )  # fmt: skip
    return bool(rows)


def _due(queue: Queue, now: datetime, in_hand: Collection[UUID]) -> tuple[str, tuple[object, ...]]:
    held = ", ".join("{}" for _ in in_hand)
    return _DUE.format(but=f" AND id NOT IN ({held})" if held else ""), (
        now,
        now + _LONGER_THAN_ANY,
        now + _LONGEST_WAIT,
        queue.busy,
        now,
        now + _LONGER_THAN_ANY,
        *in_hand,
    )
