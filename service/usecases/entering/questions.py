"""Questions of teams to the registrar: asked on an entry, answered to its team, copied to help without names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.deciding.appeals import check_window
from service.usecases.entering.own_entry import lock_own_entry
from service.usecases.written import check_line, read_text
from storage.engine import for_update, transaction
from storage.lifecycle import EditionState
from storage.reads.accounts import find_account
from storage.reads.entrant.asking import find_questions_end, list_questions
from storage.reads.registrar import list_registrars
from storage.rows import get_row
from storage.tables.appeal import HelpAnswer, Question
from storage.tables.edition import Edition
from storage.tables.entry import Entry

__all__ = ["MOST_WAITING", "HelpText", "answer_question", "ask_question", "tell_registrars"]

LONGEST = 2000
MOST_WAITING = 3
"""Questions of one entry that may wait for an answer at once."""


class QuestionsClosed(Conflicting):
    """The last day for questions has passed."""

    code = "questions-closed"

    def __init__(self, *, ended_at: datetime) -> None:
        super().__init__(ended_at=ended_at)


class QuestionsWait(Conflicting):
    """So many questions wait for an answer already."""

    code = "questions-wait"


class OutcomeAsked(Conflicting):
    """The one question on the outcome was asked."""

    code = "outcome-asked"


class QuestionAnswered(Conflicting):
    """Somebody answered it in the meantime."""

    code = "question-answered"


@dataclass(frozen=True, slots=True)
class HelpText:
    """A question and its answer as everybody may read them, in both languages."""

    question_ar: str
    question_en: str
    answer_ar: str
    answer_en: str


async def ask_question(actor: Actor, number: str, *, content: str, now: datetime) -> None:
    """Ask the registrar about one's own entry; while entrants are told, one question on the outcome."""
    words = read_text(content)
    errors = check_line("content", words, at_most=LONGEST, is_needed=True, word="question.content")
    if errors:
        raise Invalid(*errors)
    async with transaction():
        own = await lock_own_entry(actor, number, Action.ASK_QUESTION, now=now, is_late_allowed=True)
        asked = await list_questions(own.id)
        if own.rules.state is EditionState.NOTIFIED:
            await check_window(own, now=now)
            if any(each.kind == "outcome" for each in asked):
                raise OutcomeAsked
        else:
            ends_at = await find_questions_end(own.rules.id)
            if ends_at is not None and now >= ends_at:
                raise QuestionsClosed(ended_at=ends_at)
        if sum(each.answered_at is None for each in asked) >= MOST_WAITING:
            raise QuestionsWait(n=MOST_WAITING)
        kind = "outcome" if own.rules.state is EditionState.NOTIFIED else "entry"
        question_id = uuid4()
        await Question.insert(
            Question(id=question_id, entry=own.id, person=own.person_id, kind=kind, content=words, asked_at=now)
        )
        await tell_registrars(own.rules.id, question_id, number, now=now)
        await record(Event.QUESTION_ASKED, by=actor, about=("entry", own.id), at=now, after={"kind": kind})


async def tell_registrars(edition_id: UUID, question_id: UUID, number: str, *, now: datetime) -> None:
    """Tell the edition's registrars by letter that a team asks something. In the caller's transaction."""
    for person in await list_registrars(edition_id):
        await queue_letter(
            "question-waiting", name=f"question-waiting:{question_id}:{person.email}", email=person.email,
            language=person.language, at=now, number=number, path=f"/committee/questions/{number}",
        )  # fmt: skip


async def answer_question(
    actor: Actor, question_id: UUID, *, answer: str, for_all: HelpText | None, now: datetime
) -> None:
    """Answer a question by letter and on the entry's page; ``for_all`` also on the page of help."""
    words = read_text(answer)
    errors = check_line("answer", words, at_most=LONGEST, is_needed=True, word="question.answer")
    errors += _check_help(for_all)
    if errors:
        raise Invalid(*errors)
    async with transaction():
        row = await for_update(Question.select().where(Question.id == question_id)).first()
        if row is None:
            raise NotFound
        entry = await get_row(Entry.select(Entry.edition, Entry.entry_number).where(Entry.id == row["entry"]))
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == entry["edition"]))
        owns = actor.edition_id in {None, entry["edition"]}
        require(Action.ANSWER_QUESTION, actor, stage=edition["state"], owns=owns)
        if row["answered_at"] is not None:
            raise QuestionAnswered
        await Question.update({Question.answer: words, Question.answered_at: now}).where(Question.id == question_id)
        if for_all is not None:
            await HelpAnswer.insert(_copy(for_all, question_id, entry["edition"], now))
        account = await find_account(row["person"])
        if account is not None:
            number = entry["entry_number"]
            await queue_letter(
                "question-answered", name=f"question-answered:{question_id}", email=account.email,
                language=account.language, at=now, number=number, answer=words, path=f"/entries/{number}/questions",
            )  # fmt: skip
        await record(
            Event.QUESTION_ANSWERED, by=actor, about=("entry", row["entry"]), at=now,
            after={"for_all": for_all is not None},
        )  # fmt: skip


def _check_help(for_all: HelpText | None) -> list[FieldError]:
    if for_all is None:
        return []
    return [
        error
        for field in ("question_ar", "question_en", "answer_ar", "answer_en")
        for error in check_line(
            field, read_text(getattr(for_all, field)), at_most=LONGEST, is_needed=True, word=f"question.help_{field}"
        )
    ]


def _copy(for_all: HelpText, question_id: UUID, edition_id: UUID, now: datetime) -> HelpAnswer:
    return HelpAnswer(
        id=uuid4(),
        edition=edition_id,
        question=question_id,
        question_ar=read_text(for_all.question_ar),
        question_en=read_text(for_all.question_en),
        answer_ar=read_text(for_all.answer_ar),
        answer_en=read_text(for_all.answer_en),
        made_at=now,
    )
