"""The log of every change, as a chain that cannot be rewritten in silence."""

from piccolo.columns import BigInt
from piccolo.table import Table

from storage.columns import big, key, text, when


class AuditEvent(Table, tablename="audit_event"):
    """One change. ``hash`` is the SHA-256 over the row's canonical form, which holds ``prev_hash`` (unique).

    ``before`` and ``after`` are commitments: the SHA-256 over a nonce and the canonical value.
    The database refuses UPDATE and DELETE.
    """

    sequence = BigInt(primary_key=True)
    at = when()
    actor = text()
    role = text()
    event = text(index=True)
    subject = text()
    subject_id = text(index=True)
    before = text(null=True)
    after = text(null=True)
    reason = text()
    prev_hash = text(unique=True)
    hash = text()


class AuditHead(Table, tablename="audit_head"):
    """The one row that says where the chain ends; locked last in each writing transaction."""

    id = key()
    sequence = big()
    hash = text()


class AuditNonce(Table, tablename="audit_nonce"):
    """The nonce and the value behind a commitment. Deleting the row erases the value without breaking the chain."""

    id = key()
    sequence = big()
    side = text()
    nonce = text()
    value = text()
    made_at = when()
