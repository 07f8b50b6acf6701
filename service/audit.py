"""The log of every change: written in the change's own transaction, chained so that no row can be altered in silence.

Each row's hash covers the row and the hash before it. Values are not in the chain, only commitments to them: the
SHA-256 over a nonce and the canonical value, since a mark has eight values and a bare hash could be guessed. Deleting
a nonce erases a value (a person's, on request) and leaves the chain whole.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from service.actors import Actor, JudgeActor, Role
from service.audit_chain import Opened, append, append_whole, commitment
from storage.engine import Row, Statement, is_in_transaction
from storage.errors import TransactionMisuse

__all__ = ["SYSTEM", "Event", "record", "record_whole"]

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
    told, opened = _tell(event, by, about, at, before=before, after=after, reason=reason)
    link = await append(told, opened, at)
    if link is None:
        raise TransactionMisuse(reason="no-audit-head")
    return link


async def record_whole(
    event: Event,
    *,
    by: Actor | JudgeActor,
    about: tuple[str, UUID | str],
    at: datetime,
    before: object = None,
    after: object = None,
    still: Statement,
    changes: Sequence[Statement],
) -> str | None:
    """Make changes with their row in the log, in a transaction of its own; None, and nothing done, if too late.

    ``still`` finds and locks a row if all that was read beforehand holds, and finds none otherwise. ``changes`` are
    statements that end with a WHERE, each on other rows.
    On PostgreSQL it is one statement: what writers wait for each other for is held while that runs, and no longer.
    """
    told, opened = _tell(event, by, about, at, before=before, after=after, reason="")
    return await append_whole(told, opened, at, still=still, changes=changes)


def _tell(
    event: Event, by: Actor | JudgeActor, about: tuple[str, UUID | str], at: datetime,
    *, before: object, after: object, reason: str,
) -> tuple[Row, list[Opened]]:  # fmt: skip
    actor = by.actor if isinstance(by, JudgeActor) else by
    opened = [Opened.of(side, value) for side, value in (("before", before), ("after", after)) if value is not None]
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
    return told, opened
