"""The log of every change: written in the change's own transaction, chained so that no row can be altered in silence.

Each row's hash covers the row and the hash before it. Values are not in the chain, only commitments to them: the
SHA-256 over a nonce and the canonical value, since a mark has eight values and a bare hash could be guessed. Deleting
a nonce erases a value (a person's, on request) and leaves the chain whole.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from service.actors import Actor, JudgeActor, Role
from storage.columns import to_json
from storage.engine import Row, Statement, is_in_transaction, on_postgres, read_quickly, run_together
from storage.errors import TransactionMisuse

__all__ = ["SYSTEM", "Event", "commitment", "hash_of", "record"]

SYSTEM = Actor(role=Role.VISITOR)
"""Who acts when a job or a command does: the log calls it ``system``."""


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
_KEEP = "INSERT INTO audit_nonce (id, sequence, side, nonce, value, made_at) VALUES ({}, {}, {}, {}, {}, {})"
_MOVE = "UPDATE audit_head SET sequence = {}, hash = {} WHERE id = {}"

# The same on PostgreSQL, where the database links the row: whoever holds the head's lock makes every writer wait, so it
# is not held for a journey to this process and back. ``step0`` is the first of the statements that go together.
_LINK = """UPDATE audit_head h SET sequence = o.sequence + 1,
    hash = encode(sha256(convert_to({} || o.hash || {} || (o.sequence + 1) || {}, 'UTF8')), 'hex')
    FROM (SELECT id, sequence, hash FROM audit_head FOR UPDATE) o WHERE h.id = o.id
    RETURNING h.sequence, h.hash, o.hash AS prev_hash"""
_APPEND_LINKED = """INSERT INTO audit_event
    (sequence, at, actor, role, event, subject, subject_id, before, after, reason, prev_hash, hash)
    SELECT sequence, {}, {}, {}, {}, {}, {}, {}, {}, {}, prev_hash, hash FROM step0"""
_KEEP_LINKED = """INSERT INTO audit_nonce (id, sequence, side, nonce, value, made_at)
    SELECT {}, sequence, {}, {}, {}, {} FROM step0"""


async def record(
    event: Event,
    *,
    by: Actor | JudgeActor,
    about: tuple[str, UUID | str],
    at: datetime,
    before: object = None,
    after: object = None,
    reason: str = "",
    changes: Sequence[Statement] = (),
) -> str:
    """Append one row to the chain, in the transaction of the change it tells of; return its hash.

    ``about`` names the kind and id of the thing. ``before`` and ``after`` are values that JSON can hold. ``changes``
    go to the database with the row: statements whose rows are locked already and whose answer nobody needs.
    Call it last: the chain's head is the one row that every writer locks.
    Raises TransactionMisuse outside a transaction.
    """
    if not is_in_transaction():
        raise TransactionMisuse(reason="audit-outside-transaction")
    actor = by.actor if isinstance(by, JudgeActor) else by
    opened = [_Opened.of(side, value) for side, value in (("before", before), ("after", after)) if value is not None]
    commitments = {each.side: commitment(each.nonce, each.value) for each in opened}
    told: Row = {
        "at": at.astimezone(UTC),
        "actor": actor.label,
        "role": actor.role.value if actor.is_signed_in else "system",
        "event": event.value,
        "subject": about[0],
        "subject_id": str(about[1]),
        "before": commitments.get("before"),
        "after": commitments.get("after"),
        "reason": reason,
    }
    link = await (_append_linked if on_postgres() else _append)(told, opened, at, changes)
    if link is None:
        raise TransactionMisuse(reason="no-audit-head")
    return link


@dataclass(frozen=True, slots=True)
class _Opened:
    """A value of a row, with the nonce that opens the commitment to it."""

    side: str
    nonce: str
    value: str

    @classmethod
    def of(cls, side: str, value: object) -> "_Opened":
        return cls(side, secrets.token_hex(16), to_json(value))


async def _append(told: Row, opened: Sequence[_Opened], at: datetime, changes: Sequence[Statement]) -> str | None:
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
    told: Row, opened: Sequence[_Opened], at: datetime, changes: Sequence[Statement]
) -> str | None:
    """Have PostgreSQL link the row: it gets the text that is hashed in three pieces, for it knows what lies between."""
    sequence, previous = secrets.token_hex(16), secrets.token_hex(16)
    written = _written({"sequence": sequence, **told, "prev_hash": previous})
    before, rest = written.split(previous)
    between, after = rest.split(f'"{sequence}"')
    rows = await run_together(
        (_LINK, (before, between, after)),
        *changes,
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
