"""Work to be done after a change, queued in the change's own transaction."""

from piccolo.table import Table

from storage.columns import key, small, text, when


class Job(Table, tablename="job"):
    """A piece of work, claimed with a lease. ``name`` is an idempotency key: the same work is queued once.

    ``state`` is waiting, running, done, failed, or left (failed, and somebody said that nothing is to be done);
    ``facts`` its arguments as JSON.
    """

    id = key()
    kind = text()
    name = text(unique=True)
    facts = text()
    state = text(index=True)
    due_at = when(index=True)
    attempts = small()
    lease_until = when(null=True)
    owner = text(null=True)
    error = text(null=True)
    made_at = when()
    done_at = when(null=True)
