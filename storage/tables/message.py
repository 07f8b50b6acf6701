"""Letters to people, queued in the transaction of the change that they tell of."""

from piccolo.table import Table

from storage.columns import key, small, text, when


class Message(Table, tablename="message"):
    """One letter. ``name`` is an idempotency key; ``language`` is ar, en or both; ``facts`` JSON for the template.

    ``state`` is waiting, sending, sent or failed. The ``facts`` of a letter with a one-time
    link are cleared once it is sent.
    """

    id = key()
    name = text(unique=True)
    email = text()
    template = text()
    language = text()
    facts = text()
    state = text(index=True)
    due_at = when(index=True)
    attempts = small()
    lease_until = when(null=True)
    owner = text(null=True)
    error = text(null=True)
    made_at = when()
    sent_at = when(null=True)
