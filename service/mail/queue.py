"""Queue letters, in the transaction of the change that they tell of."""

from datetime import datetime
from uuid import UUID

from storage.columns import to_json
from storage.engine import is_in_transaction
from storage.errors import TransactionMisuse
from storage.tables.message import Message

__all__ = ["OF_EDITION", "queue_letter"]

OF_EDITION = "of_edition"
"""The fact that names the edition of a letter; it is never said."""


async def queue_letter(
    template: str,
    *,
    name: str,
    email: str,
    language: str,
    at: datetime,
    due_at: datetime | None = None,
    edition_id: UUID | None = None,
    **facts: object,
) -> bool:
    """Queue one letter; return False when a letter of that name was queued before.

    ``language`` is ar, en or both (where the reader's is not known); ``name`` is the idempotency key, so that no letter
    goes twice; ``edition_id`` says whose own words it may be written in. Times in ``facts`` are ISO strings. Raises
    TransactionMisuse outside a transaction.
    """
    if not is_in_transaction():
        raise TransactionMisuse(reason="letter-outside-transaction")
    rows = await Message.insert(
        Message(
            name=name,
            email=email,
            template=template,
            language=language,
            facts=to_json(facts | {OF_EDITION: str(edition_id)} if edition_id else facts),
            state="waiting",
            due_at=due_at or at,
            attempts=0,
            made_at=at,
        )
    ).on_conflict(target=Message.name, action="DO NOTHING")
    return bool(rows)
