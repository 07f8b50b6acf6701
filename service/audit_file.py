"""The log as a file: written for whoever wants to check it, and checked again without the database.

One row a line, as canonical JSON with its own hash. Values stay behind their commitments: no nonce is written.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

from service.audit_check import Broken, Verdict
from storage.columns import to_json
from storage.engine import Row
from storage.tables.audit import AuditEvent

__all__ = ["check_lines", "read_lines"]

_CHUNK = 2_000


async def read_lines() -> AsyncIterator[str]:
    """Read the whole chain, a line a row, in the transaction or snapshot that the caller holds."""
    sequence = 0
    while (
        rows := await AuditEvent.select()
        .where(AuditEvent.sequence > sequence)
        .order_by(AuditEvent.sequence)
        .limit(_CHUNK)
    ):
        for row in rows:
            yield _write(row)
        sequence = rows[-1]["sequence"]


def _write(row: Row) -> str:
    at: datetime = row["at"]
    return to_json(row | {"at": at.astimezone(UTC).isoformat(timespec="microseconds")}) + "\n"


def check_lines(lines: Iterable[str], *, link: str = "") -> tuple[Verdict, bool]:
    """Walk the rows of a file; name the first that does not hold, and say whether ``link`` is one of the chain's.

    Without a link the answer to that is yes. Raises ValueError for what is no exported log.
    """
    sequence, previous, is_known, broken = 0, "", not link, None
    for line in lines:
        row = json.loads(line)
        if not isinstance(row, dict) or not {"sequence", "prev_hash", "hash"} <= row.keys():
            raise ValueError(line[:40])
        told = {name: value for name, value in row.items() if name != "hash"}
        if row["sequence"] != sequence + 1:
            broken = "missing-row"
        elif row["prev_hash"] != previous:
            broken = "broken-link"
        elif row["hash"] != hashlib.sha256(to_json(told).encode()).hexdigest():
            broken = "changed-row"
        if broken:
            return Verdict(sequence, previous, Broken(sequence + 1, broken)), is_known
        sequence, previous = row["sequence"], row["hash"]
        is_known = is_known or previous == link
    if not sequence:
        raise ValueError(link)
    return Verdict(sequence, previous, None), is_known
