"""Questions as the registrar works through them, and those that everybody may read with their answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.reads.entrant.asking import QuestionView, list_questions
from storage.tables.appeal import HelpAnswer, Question
from storage.tables.entry import Entry

__all__ = ["HelpAnswerView", "QuestionThread", "QuestionsOf", "find_thread", "list_help_answers", "list_threads"]


@dataclass(frozen=True, slots=True)
class QuestionsOf:
    """An entry in the queue, and how its questions stand."""

    entry_number: str
    title_ar: str
    title_en: str
    n_waiting: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionThread:
    """One entry's questions."""

    entry_number: str
    title_ar: str
    title_en: str
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True, slots=True)
class HelpAnswerView:
    """A question and answer without names."""

    question_ar: str
    question_en: str
    answer_ar: str
    answer_en: str


async def list_threads(edition_id: UUID) -> tuple[QuestionsOf, ...]:
    """List the entries that asked: those that wait first, the longest waiting at the top; in one query."""
    rows = (
        await Question.select(
            Question.entry.entry_number.as_alias("number"), Question.entry.title_ar.as_alias("title_ar"),
            Question.entry.title_en.as_alias("title_en"), Question.asked_at, Question.answered_at,
        )
        .where(Question.entry.edition == edition_id)
        .order_by(Question.asked_at, Question.id)
    )  # fmt: skip
    by_entry: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_entry.setdefault(row["number"], []).append(row)
    threads = [_thread(number, asked) for number, asked in by_entry.items()]
    return tuple(sorted(threads, key=lambda each: (each.n_waiting == 0, each.first_at)))


def _thread(number: str, asked: list[dict[str, object]]) -> QuestionsOf:
    waiting = [row for row in asked if row["answered_at"] is None]
    return QuestionsOf(
        entry_number=number,
        title_ar=str(asked[0]["title_ar"]),
        title_en=str(asked[0]["title_en"]),
        n_waiting=len(waiting),
        first_at=(waiting or asked)[0]["asked_at"],  # type: ignore[arg-type]  # Piccolo's rows are untyped
        last_at=asked[-1]["asked_at"],  # type: ignore[arg-type]
    )


async def find_thread(edition_id: UUID, entry_number: str) -> QuestionThread | None:
    """Find one entry's questions; None where it asked none."""
    entry = (
        await Entry.select(Entry.id, Entry.title_ar, Entry.title_en)
        .where((Entry.edition == edition_id) & (Entry.entry_number == entry_number))
        .first()
    )
    questions = await list_questions(entry["id"]) if entry else ()
    if entry is None or not questions:
        return None
    return QuestionThread(entry_number, entry["title_ar"], entry["title_en"], questions)


async def list_help_answers(edition_id: UUID) -> tuple[HelpAnswerView, ...]:
    """List the answers that concern everybody, the newest first."""
    rows = (
        await HelpAnswer.select(
            HelpAnswer.question_ar, HelpAnswer.question_en, HelpAnswer.answer_ar, HelpAnswer.answer_en
        )
        .where(HelpAnswer.edition == edition_id)
        .order_by(HelpAnswer.made_at, ascending=False)
    )
    return tuple(HelpAnswerView(**row) for row in rows)
