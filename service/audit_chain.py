"""How a row of the log is linked to the one before it, here or in the database, and what its hash covers."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from storage.columns import to_json
from storage.engine import Row, Statement, on_postgres, read_quickly, run_together, run_whole, transaction
from storage.errors import TransactionMisuse

__all__ = ["Opened", "append", "append_whole", "commitment", "hash_of"]

# Every change waits for these statements: written out, they cost a third of what building them anew does.
_HEAD = "SELECT id, sequence, hash FROM audit_head"
_APPEND = (
    "INSERT INTO audit_event (sequence, at, actor, role, event, subject, subject_id, before, after, reason, prev_hash, "
    "hash) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})"
)
_KEEP = "INSERT INTO audit_nonce (id, sequence, side, nonce, value, made_at) VALUES ({}, {}, {}, {}, {}, {})"
_MOVE = "UPDATE audit_head SET sequence = {}, hash = {} WHERE id = {}"

# The same on PostgreSQL, where the database links the row: whoever holds the head's lock makes every writer wait, so it
# is not held for a journey to this process and back. ``step0`` is the first of the statements that go together.
_LINK = """UPDATE audit_head h SET sequence = o.sequence + 1,
    hash = encode(sha256(convert_to({{}} || o.hash || {{}} || (o.sequence + 1) || {{}}, 'UTF8')), 'hex')
    FROM (SELECT id, sequence, hash FROM audit_head {still} FOR UPDATE) o WHERE h.id = o.id
    RETURNING h.sequence, h.hash, o.hash AS prev_hash"""
_STILL = "WHERE EXISTS ({})"
"""Asked, and locked, once before the head is: in the order in which transactions take their locks."""
_WITH_IT = " AND EXISTS (SELECT FROM step0)"
_APPEND_LINKED = """INSERT INTO audit_event
    (sequence, at, actor, role, event, subject, subject_id, before, after, reason, prev_hash, hash)
    SELECT sequence, {}, {}, {}, {}, {}, {}, {}, {}, {}, prev_hash, hash FROM step0"""
_KEEP_LINKED = """INSERT INTO audit_nonce (id, sequence, side, nonce, value, made_at)
    SELECT {}, sequence, {}, {}, {}, {} FROM step0"""


@dataclass(frozen=True, slots=True)
class Opened:
    """A value of a row, with the nonce that opens the commitment to it."""

    side: str
    nonce: str
    value: str

    @classmethod
    def of(cls, side: str, value: object) -> "Opened":
        """Open the value of a side, ``before`` or ``after``."""
        return cls(side, secrets.token_hex(16), to_json(value))


async def append(told: Row, opened: Sequence[Opened], at: datetime) -> str | None:
    """Append a row to the chain in this task's transaction; return its hash, None without a head to link it to."""
    return await (_append_linked if on_postgres() else _append)(told, opened, at)


async def append_whole(
    told: Row, opened: Sequence[Opened], at: datetime, *, still: Statement, changes: Sequence[Statement]
) -> str | None:
    """Append a row with its changes in a transaction of its own, if ``still`` finds one; None if it does not."""
    if on_postgres():
        return await _append_linked(told, opened, at, still=still, changes=changes)
    async with transaction():
        return await _append(told, opened, at, changes) if await read_quickly(still[0], *still[1]) else None


async def _append(told: Row, opened: Sequence[Opened], at: datetime, changes: Sequence[Statement] = ()) -> str | None:
    """Link the row here: SQLite has one writer, and no SHA-256."""
    heads = await read_quickly(_HEAD)
    if not heads:
        return None
    last = heads[0]
    sequence = last["sequence"] + 1
    row = {"sequence": sequence, **told, "prev_hash": last["hash"]}
    row["hash"] = hash_of(row)
    await run_together(
        *changes,
        (_APPEND, list(row.values())),
        *((_KEEP, (uuid4(), sequence, each.side, each.nonce, each.value, at)) for each in opened),
        (_MOVE, (sequence, row["hash"], last["id"])),
    )
    return str(row["hash"])


async def _append_linked(
    told: Row,
    opened: Sequence[Opened],
    at: datetime,
    *,
    still: Statement | None = None,
    changes: Sequence[Statement] = (),
) -> str | None:
    """Have PostgreSQL link the row: it gets the text that is hashed in three pieces, for it knows what lies between."""
    sequence, previous = secrets.token_hex(16), secrets.token_hex(16)
    written = _written({"sequence": sequence, **told, "prev_hash": previous})
    before, rest = written.split(previous)
    between, after = rest.split(f'"{sequence}"')
    asked, args = still or ("", ())
    link = _LINK.format(still=asked and _STILL.format(asked))
    rows = await (run_whole if still else run_together)(
        (link, (before, between, after, *args)),
        *((sql + _WITH_IT, values) for sql, values in changes),
        (_APPEND_LINKED, list(told.values())),
        *((_KEEP_LINKED, (uuid4(), each.side, each.nonce, each.value, at)) for each in opened),
        ("SELECT hash FROM step0", ()),
    )
    return str(rows[0]["hash"]) if rows else None


def commitment(nonce: str, written: str) -> str:
    """Return the SHA-256 over a nonce and a canonical value."""
    return hashlib.sha256(f"{nonce}:{written}".encode()).hexdigest()


def hash_of(row: dict[str, object]) -> str:
    """Return the SHA-256 over a row of the log, whose own hash, if it is there, is left out."""
    return hashlib.sha256(_written(row).encode()).hexdigest()


def _written(row: dict[str, object]) -> str:
    """Write the row as its hash covers it."""
    at = row["at"]
    if not isinstance(at, datetime):
        raise TransactionMisuse(reason="audit-time")
    told = {name: value for name, value in row.items() if name != "hash"}
    told["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return to_json(told)
