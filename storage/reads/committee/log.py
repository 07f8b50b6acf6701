"""The audit log as a list that can be narrowed; values behind commitments are not shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.tables.audit import AuditEvent
from storage.tables.person import Person

__all__ = ["LogEvent", "LogPage", "list_log"]


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of the log."""

    sequence: int
    at: datetime
    role: str
    name_ar: str
    name_en: str
    event: str
    subject: str
    subject_id: str
    reason: str
    hash: str
    prev_hash: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, the newest first. ``older`` is where the next page starts."""

    events: tuple[LogEvent, ...]
    older: int | None
    last: int


NAMED = frozenset({"registrar", "assigner", "secretary", "member", "chair", "observer", "administrator"})
"""Only those who run the competition are named; entrants and judges are told by role alone."""


async def list_log(
    *, event: str = "", role: str = "", before: int | None = None, limit: int = 50, closed: frozenset[str] = frozenset()
) -> LogPage:
    """Read a page of the log in three queries, without what is ``closed`` to the reader (ids as the log has them)."""
    last = await AuditEvent.select(AuditEvent.sequence).order_by(AuditEvent.sequence, ascending=False).first()
    query = AuditEvent.select(
        AuditEvent.sequence, AuditEvent.at, AuditEvent.actor, AuditEvent.role, AuditEvent.event, AuditEvent.subject,
        AuditEvent.subject_id, AuditEvent.reason, AuditEvent.hash, AuditEvent.prev_hash,
    ).order_by(AuditEvent.sequence, ascending=False).limit(limit + 1)  # fmt: skip
    if event:
        query = query.where(AuditEvent.event == event)
    if role:
        query = query.where(AuditEvent.role == role)
    if closed:
        query = query.where(AuditEvent.subject_id.not_in(sorted(closed)))
    if before is not None:
        query = query.where(AuditEvent.sequence < before)
    rows = await query
    ids = {row["actor"] for row in rows if row["role"] in NAMED and row["actor"] != "system"}
    people = {
        str(row["id"]): row
        for row in await Person.select(Person.id, Person.name_ar, Person.name_en).where(
            Person.id.is_in([UUID(each) for each in sorted(ids)])
        )
    } if ids else {}  # fmt: skip
    return LogPage(
        events=tuple(
            LogEvent(
                row["sequence"], row["at"], row["role"], people.get(row["actor"], {}).get("name_ar", ""),
                people.get(row["actor"], {}).get("name_en", ""), row["event"], row["subject"], row["subject_id"],
                row["reason"], row["hash"], row["prev_hash"],
            )
            for row in rows[:limit]
        ),
        older=rows[limit - 1]["sequence"] if len(rows) > limit else None,
        last=last["sequence"] if last else 0,
    )  # fmt: skip
