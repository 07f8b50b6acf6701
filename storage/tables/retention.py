"""For how long kinds of data are kept, and each time that what was due was erased."""

from piccolo.table import Table

from storage.columns import key, number, ref, text, when


class RetentionRule(Table, tablename="retention_rule"):
    """For how many days one kind of data is kept; a kind without a row is kept for the usual time."""

    id = key()
    kind = text(unique=True)
    days = number()
    changed_at = when()


class RetentionRun(Table, tablename="retention_run"):
    """One confirmed erasing of what was due at ``as_of``: the set that was shown, as ids, and how it went.

    ``fingerprint`` is the SHA-256 of that set; ``rules`` JSON of kind → days, ``items`` of kind → ids, ``counts`` of
    kind → how many.
    ``state`` is waiting, running, done or refused (the set had changed). ``n_left`` counts what had become needed
    again before its turn came.
    """

    id = key()
    as_of = when()
    fingerprint = text()
    rules = text()
    counts = text()
    items = text()
    state = text()
    n_left = number()
    asked_by = ref("Person", "person")
    asked_at = when()
    ended_at = when(null=True)
