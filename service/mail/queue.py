"""Queue letters, in the transaction of the change that they tell of."""

from datetime import datetime

from storage.columns import to_json
from storage.engine import is_in_transaction
from storage.errors import TransactionMisuse
from storage.tables.message import Message

__all__ = ["queue_letter"]


async def queue_letter(
    template: str,
    *,
    name: str,
    email: str,
    language: str,
    at: datetime,
    due_at: datetime | None = None,
    **facts: object,
) -> bool:
    """Queue one letter; return False when a letter of that name was queued before.

    ``language`` is ar, en or both (where the reader's is not known); ``name`` is the idempotency key, so that no letter
    goes twice. Times in ``facts`` are ISO strings. Raises TransactionMisuse outside a transaction.
    """
    if not is_in_transaction():
        raise TransactionMisuse(reason="letter-outside-transaction")
    rows = await Message.insert(
        Message(
            name=name,
            email=email,
            template=template,
            language=language,
            facts=to_json(facts),
            state="waiting",
            due_at=due_at or at,
            attempts=0,
            made_at=at,
        )
    ).on_conflict(target=Message.name, action="DO NOTHING")
    return bool(rows)
