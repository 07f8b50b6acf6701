"""Queue work to be done after a change, in the change's own transaction."""

from datetime import datetime

from storage.columns import to_json
from storage.engine import is_in_transaction
from storage.errors import TransactionMisuse
from storage.tables.job import Job

__all__ = ["enqueue"]


async def enqueue(kind: str, *, name: str, at: datetime, due_at: datetime | None = None, **facts: object) -> bool:
    """Queue one piece of work; return False when work of that name was queued before.

    ``name`` is the idempotency key (``inspect:<upload id>``); ``due_at`` is now unless given.
    Raises TransactionMisuse outside a transaction: work is never queued for a change that did not happen.
    """
    if not is_in_transaction():
        raise TransactionMisuse(reason="job-outside-transaction")
    rows = await Job.insert(
        Job(kind=kind, name=name, facts=to_json(facts), state="waiting", due_at=due_at or at, attempts=0, made_at=at)
    ).on_conflict(target=Job.name, action="DO NOTHING")
    return bool(rows)
