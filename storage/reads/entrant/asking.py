"""What a team asked and was answered, its appeal, and until when it may ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from storage.lifecycle import AppealState, EditionState
from storage.tables.appeal import Appeal, Question
from storage.tables.audit import AuditEvent
from storage.tables.edition import Edition, TimelineDate

__all__ = [
    "AppealView",
    "QuestionView",
    "find_appeal",
    "find_appeals_end",
    "find_questions_end",
    "list_questions",
]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question and its answer, if one came."""

    id: UUID
    kind: str
    content: str
    answer: str | None
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal as its team sees it. ``verdict`` and ``answer`` are empty until two members agreed on them."""

    id: UUID
    ground: str
    content: str
    file_name: str | None
    size: int | None
    lodged_at: datetime
    verdict: str | None
    answer: str
    answered_at: datetime | None


async def list_questions(entry_id: UUID) -> tuple[QuestionView, ...]:
    """List an entry's questions, the oldest first."""
    rows = (
        await Question.select(
            Question.id, Question.kind, Question.content, Question.answer, Question.asked_at, Question.answered_at
        )
        .where(Question.entry == entry_id)
        .order_by(Question.asked_at, Question.id)
    )
    return tuple(QuestionView(**row) for row in rows)


async def find_appeal(entry_id: UUID) -> AppealView | None:
    """Find an entry's appeal. What one member has proposed is not an answer yet."""
    row = (
        await Appeal.select(
            Appeal.id, Appeal.ground, Appeal.content, Appeal.file_name, Appeal.size, Appeal.lodged_at, Appeal.state,
            Appeal.verdict, Appeal.answer, Appeal.answered_at,
        )
        .where(Appeal.entry == entry_id)
        .first()
    )  # fmt: skip
    if row is None:
        return None
    if row.pop("state") != AppealState.ANSWERED.value:
        row |= {"verdict": None, "answer": "", "answered_at": None}
    return AppealView(**row)


async def find_appeals_end(edition_id: UUID) -> datetime | None:
    """Find when the last appeal may arrive: so many days after entrants were told. None where nobody is told now."""
    edition = (
        await Edition.select(Edition.state, Edition.appeals_days)
        .where((Edition.id == edition_id) & (Edition.state == EditionState.NOTIFIED.value))
        .first()
    )
    if edition is None or edition["appeals_days"] is None:
        return None
    told = (
        await AuditEvent.select(AuditEvent.at)
        .where((AuditEvent.event == "edition-moved") & (AuditEvent.subject_id == str(edition_id)))
        .order_by(AuditEvent.sequence, ascending=False)
        .first()
    )
    return told["at"] + timedelta(days=edition["appeals_days"]) if told else None


async def find_questions_end(edition_id: UUID) -> datetime | None:
    """Find the last day for questions in the edition's calendar, if it names one."""
    row = (
        await TimelineDate.select(TimelineDate.at)
        .where((TimelineDate.edition == edition_id) & (TimelineDate.slug == "questions"))
        .first()
    )
    return row["at"] if row else None
