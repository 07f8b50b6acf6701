"""The registrar answers what teams ask; an answer that concerns all is copied to help without names."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.entering.questions import HelpText, answer_question
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.reads.entrant.asking import QuestionView
from storage.reads.questions import QuestionsOf, find_thread, list_threads

__all__ = ["QuestionsController"]


@dataclass(frozen=True, slots=True)
class ThreadCard:
    """An entry in the queue."""

    number: Ltr
    title: str
    href: str
    n_waiting: int
    at: datetime


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Entries that asked: those that wait, then the others."""

    waiting: tuple[ThreadCard, ...]
    answered: tuple[ThreadCard, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One entry's questions. ``next_id``: the one that the form answers, the oldest that waits."""

    number: Ltr
    title: str
    questions: tuple[QuestionView, ...]
    next_id: str | None


class QuestionsController(Controller):
    """``/committee/questions``."""

    path = "/committee/questions"

    @get("/", opt={"action": Action.ANSWER_QUESTION})
    async def queue(self, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        threads = await list_threads(standing.edition_id)
        return page(
            "committee/questions",
            QueuePage(
                waiting=tuple(_card(each, words) for each in threads if each.n_waiting),
                answered=tuple(_card(each, words) for each in threads if not each.n_waiting),
            ),
        )

    @get("/{number:str}", opt={"action": Action.ANSWER_QUESTION})
    async def show(self, number: str, actor: Actor, words: Words) -> Page:
        return await _show(actor, words, number)

    @post("/{number:str}", opt={"action": Action.ANSWER_QUESTION})
    async def answer(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, number)

        typed = await read_form(request, again=again)
        thread = await find_thread((await stand(actor)).edition_id, number)
        question = typed.uuid("question")
        if thread is None or question not in {each.id for each in thread.questions}:
            raise NotFound
        await answer_question(actor, question, answer=typed.text("answer"), for_all=_help(typed), now=now)
        return go_to("/committee/questions")


async def _show(actor: Actor, words: Words, number: str) -> Page:
    thread = await find_thread((await stand(actor)).edition_id, number)
    if thread is None:
        raise NotFound
    waiting = next((each for each in thread.questions if each.answered_at is None), None)
    return page(
        "committee/question",
        ThreadPage(
            number=Ltr(number),
            title=pick(thread, "title", words),
            questions=thread.questions,
            next_id=str(waiting.id) if waiting else None,
        ),
    )


def _help(typed: Typed) -> HelpText | None:
    if not typed.flag("for_all"):
        return None
    return HelpText(*(typed.text(name) for name in ("question_ar", "question_en", "answer_ar", "answer_en")))


def _card(each: QuestionsOf, words: Words) -> ThreadCard:
    return ThreadCard(
        number=Ltr(each.entry_number),
        title=pick(each, "title", words),
        href=f"/committee/questions/{each.entry_number}",
        n_waiting=each.n_waiting,
        at=each.first_at,
    )
