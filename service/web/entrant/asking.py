"""After submitting: questions to the registrar, the outcome with its feedback, and the appeal."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.settings import Settings
from service.text import Words
from service.usecases.deciding.appeals import APPEALABLE, GROUNDS, LARGEST_FILE, AppealFile, lodge_appeal
from service.usecases.entering.entries import open_entry
from service.usecases.entering.own_entry import OwnEntry
from service.usecases.entering.questions import MOST_WAITING, ask_question
from service.web.entrant.files import spooled
from service.web.entrant.views import Head, make_head, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState
from storage.reads.entrant.asking import (
    AppealView,
    QuestionView,
    find_appeal,
    find_appeals_end,
    find_questions_end,
    list_questions,
)
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.outcome import ExclusionView, OutcomeView, ScoreView, find_exclusion, find_outcome

__all__ = ["AskingController"]

AnyRequest = Request[Any, Any, Any]
_FORM_AROUND = 64 * 1024
_AXIS_STEP = 10


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """The thread with the registrar. ``is_outcome``: what may be asked now is the one question on the outcome."""

    head: Head
    questions: tuple[QuestionView, ...]
    may_ask: bool
    is_outcome: bool
    is_full: bool
    is_outcome_asked: bool
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class LevelLine:
    """The level reached in one criterion."""

    name: str
    weight: float
    level: int
    level_name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the drawing of the steps begins and ends, in points."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """One's own outcome. ``change`` is the sum of the steps, in points."""

    head: Head
    is_open: bool
    is_excluded: bool
    rule: str
    reason: str
    decided_at: datetime | None
    honour: str
    is_shared: bool
    citation: str
    levels: tuple[LevelLine, ...]
    score: ScoreView | None
    parts: tuple[tuple[str, float], ...]
    change: float
    axis: Axis | None
    comments: tuple[str, ...]
    appeals_end: datetime | None
    may_appeal: bool


@dataclass(frozen=True, slots=True)
class AppealPage:
    """The appeal: the form while the window is open, then what was lodged and what was answered."""

    head: Head
    appeal: AppealView | None
    grounds: tuple[str, ...]
    largest: int
    ends_at: datetime | None
    may_appeal: bool


class AskingController(Controller):
    """``/entries/{number}``: ``/questions``, ``/feedback``, ``/appeal``."""

    path = "/entries/{number:str}"

    @get("/questions", opt={"action": Action.READ_ENTRY})
    async def questions(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/questions", await _questions_page(number, actor, words, now))

    @post("/questions", opt={"action": Action.ASK_QUESTION})
    async def ask(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/questions", await _questions_page(number, actor, words, now))

        typed = await read_form(request, again=again)
        await ask_question(actor, number, content=typed.text("content"), now=now)
        return go_to(f"/entries/{number}/questions#last")

    @get("/feedback", opt={"action": Action.READ_FEEDBACK})
    async def feedback(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        own, entry = await open_entry(actor, number, Action.READ_FEEDBACK)
        return page("entrant/feedback", await _feedback_page(own, entry, actor, words, now))

    @get("/appeal", opt={"action": Action.READ_FEEDBACK})
    async def appeal(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/appeal", await _appeal_page(number, actor, words, now))

    @post(
        "/appeal",
        opt={"action": Action.LODGE_APPEAL, "csrf": "address"},
        request_max_body_size=LARGEST_FILE + _FORM_AROUND,
    )
    async def lodge(
        self,
        request: AnyRequest,
        number: str,
        actor: Actor,
        words: Words,
        now: datetime,
        objects: Any,
        settings: Settings,
    ) -> Redirect:
        async def again() -> Page:
            return page("entrant/appeal", await _appeal_page(number, actor, words, now))

        await open_entry(actor, number, Action.LODGE_APPEAL)
        typed = await read_form(request, again=again)
        sent = typed.file("file")
        async with AsyncExitStack() as held:
            file = None
            if sent is not None and sent.filename:
                path = await held.enter_async_context(spooled(sent, settings.data / "scratch"))
                file = AppealFile(sent.filename, path)
            await lodge_appeal(
                actor,
                number,
                ground=typed.text("ground"),
                content=typed.text("content"),
                file=file,
                objects=objects,
                now=now,
            )
        return go_to(f"/entries/{number}/appeal")


async def _questions_page(number: str, actor: Actor, words: Words, now: datetime) -> QuestionsPage:
    own, entry = await open_entry(actor, number)
    questions = await list_questions(own.id)
    is_outcome = own.rules.state is EditionState.NOTIFIED
    ends_at = await (find_appeals_end if is_outcome else find_questions_end)(own.rules.id)
    is_outcome_asked = any(each.kind == "outcome" for each in questions)
    is_full = sum(each.answered_at is None for each in questions) >= MOST_WAITING
    is_timely = (ends_at is None and not is_outcome) or (ends_at is not None and now < ends_at)
    is_mine_to_ask = not is_outcome or (own.state in APPEALABLE and not is_outcome_asked)
    return QuestionsPage(
        head=make_head(own, entry, actor, words, now),
        questions=questions,
        may_ask=may(Action.ASK_QUESTION, actor, stage=own.rules.state) and is_timely and is_mine_to_ask and not is_full,
        is_outcome=is_outcome,
        is_full=is_full,
        is_outcome_asked=is_outcome and is_outcome_asked,
        ends_at=ends_at,
    )


async def _feedback_page(own: OwnEntry, entry: EntryView, actor: Actor, words: Words, now: datetime) -> FeedbackPage:
    excluded = await find_exclusion(own.id) if own.state.value == "excluded" else None
    outcome = await find_outcome(own.id, own.rules.id) if own.state.value == "admitted" else None
    if excluded is None and own.state.value != "admitted":
        raise NotFound
    ends_at = await find_appeals_end(own.rules.id)
    score = outcome.score if outcome else None
    parts = _parts(score)
    return FeedbackPage(
        head=make_head(own, entry, actor, words, now),
        is_open=bool(outcome and outcome.is_open),
        **_told(outcome, excluded, words),
        levels=_levels(outcome, words),
        score=score,
        parts=parts,
        change=sum(points for _, points in parts),
        axis=_axis(score, parts),
        comments=outcome.comments if outcome else (),
        appeals_end=ends_at,
        may_appeal=_may_appeal(own, actor, ends_at, now),
    )


def _told(outcome: OutcomeView | None, excluded: ExclusionView | None, words: Words) -> dict[str, Any]:
    return {
        "is_excluded": excluded is not None,
        "rule": pick(excluded, "rule", words) if excluded else "",
        "reason": excluded.reason if excluded else "",
        "decided_at": excluded.decided_at if excluded else None,
        "honour": pick(outcome, "honour", words) if outcome else "",
        "is_shared": bool(outcome and outcome.is_shared),
        "citation": pick(outcome, "citation", words) if outcome else "",
    }


def _levels(outcome: OutcomeView | None, words: Words) -> tuple[LevelLine, ...]:
    levels = outcome.levels if outcome else ()
    total = sum(each.weight for each in levels) or 1
    return tuple(
        LevelLine(
            pick(each, "name", words),
            each.weight / total,
            each.level,
            pick(each, "level", words),
            pick(each, "anchor", words),
        )
        for each in levels
    )


def _parts(score: ScoreView | None) -> tuple[tuple[str, float], ...]:
    """Give the steps by name, each rounded to a tenth so that what is shown adds up to what is shown."""
    if score is None or score.severity is None:
        return ()
    names = ("severity", "scale", "weight", "pull")
    reached, shown, parts = score.raw, round(score.raw, 1), []
    for name in names:
        reached += getattr(score, name)
        step = round(round(reached, 1) - shown, 1)
        parts.append((name, step))
        shown = round(shown + step, 1)
    return tuple(parts)


def _axis(score: ScoreView | None, parts: tuple[tuple[str, float], ...]) -> Axis | None:
    """Begin and end the drawing at round tens, with room for every step."""
    if score is None or not parts:
        return None
    reached, seen = score.raw, [score.raw, score.score]
    for _, points in parts:
        reached += points
        seen.append(reached)
    low = (int(min(seen)) // _AXIS_STEP - 1) * _AXIS_STEP
    return Axis(max(0.0, low), min(100.0, (int(max(seen)) // _AXIS_STEP + 1) * _AXIS_STEP))


def _may_appeal(own: OwnEntry, actor: Actor, ends_at: datetime | None, now: datetime) -> bool:
    return (
        own.state in APPEALABLE
        and may(Action.LODGE_APPEAL, actor, stage=own.rules.state)
        and ends_at is not None
        and now < ends_at
    )


async def _appeal_page(number: str, actor: Actor, words: Words, now: datetime) -> AppealPage:
    own, entry = await open_entry(actor, number, Action.READ_FEEDBACK)
    appeal, ends_at = await find_appeal(own.id), await find_appeals_end(own.rules.id)
    if own.state not in APPEALABLE:
        raise NotFound
    return AppealPage(
        head=make_head(own, entry, actor, words, now),
        appeal=appeal,
        grounds=GROUNDS,
        largest=LARGEST_FILE,
        ends_at=ends_at,
        may_appeal=appeal is None and _may_appeal(own, actor, ends_at, now),
    )
