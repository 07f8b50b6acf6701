"""Walking the log: whether every row is linked to the one before it, and opens to what it committed to."""

from dataclasses import dataclass

from service.audit_chain import commitment, hash_of
from storage.engine import snapshot
from storage.tables.audit import AuditEvent, AuditHead, AuditNonce

__all__ = ["Broken", "Verdict", "head", "holds", "verify"]

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row at which the chain does not hold, and how."""

    sequence: int
    how: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole chain found. ``head`` is the hash to compare with a published one."""

    rows: int
    head: str
    broken: Broken | None


async def head() -> tuple[int, str]:
    """Return the number of the last row and its hash."""
    last = await AuditHead.select(AuditHead.sequence, AuditHead.hash).first()
    return (0, "") if last is None else (last["sequence"], last["hash"])


async def holds(link: str) -> bool:
    """Say whether a published or printed link is one of the chain's."""
    return bool(await AuditEvent.exists().where(AuditEvent.hash == link))


async def verify() -> Verdict:
    """Walk the whole chain and every value still kept; name the first row that does not hold."""
    async with snapshot():
        return await _walk()


async def _walk() -> Verdict:
    sequence, previous, broken = 0, "", None
    while broken is None:
        rows = (
            await AuditEvent.select().where(AuditEvent.sequence > sequence).order_by(AuditEvent.sequence).limit(_CHUNK)
        )
        if not rows:
            break
        kept = await _kept_values(rows[0]["sequence"], rows[-1]["sequence"])
        for row in rows:
            how = _fault(row, sequence, previous, kept)
            if how:
                broken = Broken(sequence=row["sequence"], how=how)
                break
            sequence, previous = row["sequence"], row["hash"]
    if broken is None and (sequence, previous) != await head():
        broken = Broken(sequence=sequence, how="cut-short")
    return Verdict(rows=sequence, head=previous, broken=broken)


async def _kept_values(first: int, last: int) -> dict[tuple[int, str], str]:
    kept = AuditNonce.select(AuditNonce.sequence, AuditNonce.side, AuditNonce.nonce, AuditNonce.value)
    rows = await kept.where((AuditNonce.sequence >= first) & (AuditNonce.sequence <= last))
    return {(row["sequence"], row["side"]): commitment(row["nonce"], row["value"]) for row in rows}


def _fault(row: dict[str, object], sequence: int, previous: str, kept: dict[tuple[int, str], str]) -> str | None:
    """Say what is wrong with one row, given what came before it; None when nothing is."""
    if row["sequence"] != sequence + 1:
        return "missing-row"
    if row["prev_hash"] != previous:
        return "broken-link"
    if row["hash"] != hash_of(row):
        return "changed-row"
    for side in ("before", "after"):
        opened = kept.get((sequence + 1, side))
        if opened is not None and opened != row[side]:
            return "changed-value"
    return None
