"""The log of every change: written in the change's own transaction, chained so that no row can be altered in silence.

Each row's hash covers the row and the hash before it. Values are not in the chain, only commitments to them: the
SHA-256 over a nonce and the canonical value, since a mark has eight values and a bare hash could be guessed. Deleting
a nonce erases a value (a person's, on request) and leaves the chain whole.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from service.actors import Actor, JudgeActor, Role
from storage.columns import to_json
from storage.engine import Row, Statement, is_in_transaction, on_postgres, run_sql, run_together, snapshot
from storage.errors import TransactionMisuse
from storage.tables.audit import AuditEvent, AuditHead, AuditNonce

__all__ = ["SYSTEM", "Broken", "Event", "Verdict", "head", "holds", "record", "verify"]

SYSTEM = Actor(role=Role.VISITOR)
"""Who acts when a job or a command does: the log calls it ``system``."""

_CHUNK = 2_000


class Event(StrEnum):
    """What the log can tell. The words are ``audit.<event>`` in the catalogues."""

    PERSON_REGISTERED = "person-registered"
    PERSON_CONFIRMED = "person-confirmed"
    SECOND_FACTOR_SET = "second-factor-set"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    DATA_EXPORTED = "data-exported"
    DELETION_ASKED = "deletion-asked"
    DELETION_TAKEN_BACK = "deletion-taken-back"
    DELETION_DECLINED = "deletion-declined"
    PERSON_ERASED = "person-erased"
    ENTRY_ERASED = "entry-erased"
    RETENTION_CHANGED = "retention-changed"
    RETENTION_ASKED = "retention-asked"
    RETENTION_DONE = "retention-done"
    RETENTION_REFUSED = "retention-refused"
    JOB_RETRIED = "job-retried"
    JOB_LEFT = "job-left"
    ROLE_GRANTED = "role-granted"
    ROLE_REVOKED = "role-revoked"
    LETTER_RETRIED = "letter-retried"
    GROUP_WRITTEN_TO = "group-written-to"
    JUDGES_REMINDED = "judges-reminded"
    REMINDERS_PLANNED = "reminders-planned"
    INVITATION_SENT = "invitation-sent"
    EDITION_CREATED = "edition-created"
    INSTITUTION_CHANGED = "institution-changed"
    PAST_ENTRIES_CHANGED = "past-entries-changed"
    WORDING_CHANGED = "wording-changed"
    EDITION_CHANGED = "edition-changed"
    RULE_CHANGED = "rule-changed"
    EDITION_MOVED = "edition-moved"
    DEADLINE_EXTENDED = "deadline-extended"
    ENTRY_STARTED = "entry-started"
    ENTRY_CHANGED = "entry-changed"
    MEMBER_CHANGED = "member-changed"
    MEMBER_CONFIRMED = "member-confirmed"
    SUPERVISOR_ASKED = "supervisor-asked"
    SUPERVISOR_ANSWERED = "supervisor-answered"
    FILE_COMMITTED = "file-committed"
    FILE_RECEIVED = "file-received"
    FILE_INSPECTED = "file-inspected"
    FILE_REMOVED = "file-removed"
    ENTRY_SUBMITTED = "entry-submitted"
    ENTRY_WITHDRAWN = "entry-withdrawn"
    ENTRY_CHECKED = "entry-checked"
    QUESTION_ASKED = "question-asked"
    QUESTION_ANSWERED = "question-answered"
    APPEAL_LODGED = "appeal-lodged"
    FINDING_DECIDED = "finding-decided"
    APPEAL_PROPOSED = "appeal-proposed"
    APPEAL_ANSWERED = "appeal-answered"
    DECISION_REOPENED = "decision-reopened"
    COMMENTS_CHOSEN = "comments-chosen"
    CODE_NAMES_DRAWN = "code-names-drawn"
    JOINT_ASKED = "joint-asked"
    JOINT_AGREED = "joint-agreed"
    JOINT_DECLINED = "joint-declined"
    MEMBER_STEPPED_ASIDE = "member-stepped-aside"
    IDENTITY_READ = "identity-read"
    JUDGE_ADDED = "judge-added"
    JUDGE_LIMITS_SET = "judge-limits-set"
    CONFLICT_PROPOSED = "conflict-proposed"
    CONFLICT_DECLARED = "conflict-declared"
    CONFLICT_DECIDED = "conflict-decided"
    ROUND_MOVED = "round-moved"
    ASSIGNMENT_PROPOSED = "assignment-proposed"
    ASSIGNMENT_CHANGED = "assignment-changed"
    ASSIGNMENT_RULES_SET = "assignment-rules-set"
    ASSIGNMENT_PUBLISHED = "assignment-published"
    ASSIGNMENT_REDISTRIBUTED = "assignment-redistributed"
    JUDGE_WITHDRAWN = "judge-withdrawn"
    FOLLOW_UP_ASKED = "follow-up-asked"
    MARK_SAVED = "mark-saved"
    COMMENT_SAVED = "comment-saved"
    SHEET_SEALED = "sheet-sealed"
    SHEET_REOPENED = "sheet-reopened"
    SHEET_GIVEN_TIME = "sheet-given-time"
    SHEET_SET_ASIDE = "sheet-set-aside"
    ABSTAINED = "abstained"
    SHORTLIST_MADE = "shortlist-made"
    RANKING_COMPUTED = "ranking-computed"
    METHOD_REOPENED = "method-reopened"
    DECISION_OPENED = "decision-opened"
    DECISION_SIGNED = "decision-signed"
    ATTENDANCE_NOTED = "attendance-noted"
    MOTION_PUT = "motion-put"
    MOTION_CLOSED = "motion-closed"
    BALLOT_CAST = "ballot-cast"
    ENTRY_COMMENTED = "entry-commented"
    DECISION_APPROVED = "decision-approved"
    PUBLICATION_SCHEDULED = "publication-scheduled"
    HONOURED_ANNOUNCED = "honoured-announced"
    RESULTS_PUBLISHED = "results-published"
    EXPORTED = "exported"
    BUNDLE_MADE = "bundle-made"
    CERTIFICATE_WITHDRAWN = "certificate-withdrawn"
    BACKUP_MADE = "backup-made"


# Every change waits for these statements: written out, they cost a third of what building them anew does.
_HEAD = "SELECT id, sequence, hash FROM audit_head"
_APPEND = (
    "INSERT INTO audit_event (sequence, at, actor, role, event, subject, subject_id, before, after, reason, prev_hash, "
    "hash) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})"
)
_KEEP = "INSERT INTO audit_nonce (id, sequence, side, nonce, value, made_at) VALUES "
_MOVE = "UPDATE audit_head SET sequence = {}, hash = {} WHERE id = {}"
_NONCE = "({}, {}, {}, {}, {}, {})"


async def record(
    event: Event,
    *,
    by: Actor | JudgeActor,
    about: tuple[str, UUID | str],
    at: datetime,
    before: object = None,
    after: object = None,
    reason: str = "",
) -> str:
    """Append one row to the chain, in the transaction of the change it tells of; return its hash.

    ``about`` names the kind and id of the thing. ``before`` and ``after`` are values that JSON can hold.
    Call it last: the chain's head is the one row that every writer locks.
    Raises TransactionMisuse outside a transaction.
    """
    if not is_in_transaction():
        raise TransactionMisuse(reason="audit-outside-transaction")
    actor = by.actor if isinstance(by, JudgeActor) else by
    heads = await run_sql(_HEAD + (" FOR UPDATE" if on_postgres() else ""))
    if not heads:
        raise TransactionMisuse(reason="no-audit-head")
    last = heads[0]
    sequence = last["sequence"] + 1
    nonces: list[tuple[object, ...]] = []
    row: Row = {
        "sequence": sequence,
        "at": at.astimezone(UTC),
        "actor": actor.label,
        "role": actor.role.value if actor.is_signed_in else "system",
        "event": event.value,
        "subject": about[0],
        "subject_id": str(about[1]),
        "before": _commit(sequence, "before", before, at, nonces),
        "after": _commit(sequence, "after", after, at, nonces),
        "reason": reason,
        "prev_hash": last["hash"],
    }
    row["hash"] = _hash(row)
    steps: list[Statement] = [(_APPEND, list(row.values()))]
    if nonces:
        steps.append((_KEEP + ", ".join([_NONCE] * len(nonces)), [value for nonce in nonces for value in nonce]))
    await run_together(*steps, (_MOVE, [sequence, row["hash"], last["id"]]))
    return str(row["hash"])


def _commit(sequence: int, side: str, value: object, at: datetime, nonces: list[tuple[object, ...]]) -> str | None:
    """Return the commitment to a value, and keep what opens it."""
    if value is None:
        return None
    nonce, written = secrets.token_hex(16), to_json(value)
    nonces.append((uuid4(), sequence, side, nonce, written, at))
    return commitment(nonce, written)


def commitment(nonce: str, written: str) -> str:
    """Return the SHA-256 over a nonce and a canonical value."""
    return hashlib.sha256(f"{nonce}:{written}".encode()).hexdigest()


def _hash(row: dict[str, object]) -> str:
    at = row["at"]
    if not isinstance(at, datetime):
        raise TransactionMisuse(reason="audit-time")
    told = {name: value for name, value in row.items() if name != "hash"}
    told["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(to_json(told).encode()).hexdigest()


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
    rows = await AuditNonce.select().where((AuditNonce.sequence >= first) & (AuditNonce.sequence <= last))
    return {(row["sequence"], row["side"]): commitment(row["nonce"], row["value"]) for row in rows}


def _fault(row: dict[str, object], sequence: int, previous: str, kept: dict[tuple[int, str], str]) -> str | None:
    """Say what is wrong with one row, given what came before it; None when nothing is."""
    if row["sequence"] != sequence + 1:
        return "missing-row"
    if row["prev_hash"] != previous:
        return "broken-link"
    if row["hash"] != _hash(row):
        return "changed-row"
    for side in ("before", "after"):
        opened = kept.get((sequence + 1, side))
        if opened is not None and opened != row[side]:
            return "changed-value"
    return None
