"""A log of changes, to tamper with and to walk."""

from datetime import timedelta

from service.audit import SYSTEM, Event, record
from service.audit_chain import commitment, hash_of
from service.audit_check import head
from storage.engine import insert_many, on_postgres, run_sql, transaction
from storage.tables.audit import AuditEvent, AuditHead, AuditNonce
from tests.cast import NOW


async def write(n_rows: int) -> list[str]:
    """Append rows, each in a transaction of its own; their hashes."""
    hashes = []
    for at in range(n_rows):
        async with transaction():
            hashes.append(await record_mark(at))
    return hashes


async def record_mark(at: int) -> str:
    """Append a row that tells of a mark."""
    return await record(
        Event.MARK_SAVED, by=SYSTEM, about=("sheet", f"sheet-{at}"), at=NOW + timedelta(seconds=at),
        before={"step": at % 8}, after={"step": (at + 1) % 8},
    )  # fmt: skip


async def unprotect() -> None:
    """What an attacker with the file does first."""
    if on_postgres():
        await run_sql("DROP TRIGGER audit_event_no_change ON audit_event")
        return
    for trigger in ("audit_event_no_update", "audit_event_no_delete"):
        await run_sql(f"DROP TRIGGER {trigger}")


async def change_reason() -> None:
    await AuditEvent.update({AuditEvent.reason: "nothing to see"}).where(AuditEvent.sequence == 4)


async def change_time() -> None:
    await AuditEvent.update({AuditEvent.at: NOW}).where(AuditEvent.sequence == 4)


async def change_actor() -> None:
    await AuditEvent.update({AuditEvent.actor: "somebody"}).where(AuditEvent.sequence == 4)


async def add_chained(n_rows: int) -> None:
    """Append many rows at once, as ``record`` would one by one."""
    sequence, previous = await head()
    rows, nonces = [], []
    for at in range(sequence + 1, sequence + n_rows + 1):
        nonces.append(AuditNonce(sequence=at, side="after", nonce=f"{at:032}", value='{"step":5}', made_at=NOW))
        row = AuditEvent(
            sequence=at, at=NOW, actor="system", role="system", event=Event.MARK_SAVED.value, subject="sheet",
            subject_id=f"sheet-{at}", before=None, after=commitment(f"{at:032}", '{"step":5}'), reason="",
            prev_hash=previous, hash="",
        )  # fmt: skip
        row.hash = previous = hash_of(row.to_dict())
        rows.append(row)
    async with transaction():
        await insert_many(rows)
        await insert_many(nonces)
        await AuditHead.update({AuditHead.sequence: rows[-1].sequence, AuditHead.hash: previous}, force=True)
