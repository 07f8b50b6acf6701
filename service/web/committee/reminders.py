"""``/committee/progress/reminders``: the days on which judges are reminded, and a reminder that goes now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.mail.letters import preview_letter
from service.permissions import Action, may
from service.settings import Settings
from service.text import LANGUAGES, Ltr, Words
from service.typed_text import fold_for_search, western_digits
from service.usecases.letters.reminders import remind_now, set_reminder_days
from service.web.committee.standing import AnyRequest, no_round, pick, round_of, stand
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.in_time import list_own_moments
from storage.reads.committee.progress import Behind, count_reminders, find_reminder_days, list_behind
from storage.reads.committee.standing import Standing
from storage.reads.wording import find_own_texts

__all__ = ["RemindersController"]

_TITLE = "remind.title"


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A declared day before an end: when it comes, and how many letters went on it.

    ``ends_at`` is a last moment that sheets were given of their own; None stands for the round's close.
    """

    days: int
    ends_at: datetime | None
    at: datetime
    is_past: bool
    n_sent: int


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A judge who could be written to."""

    id: str
    name: str
    email: Ltr
    n: int
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterView:
    """A reminder as it will read."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemindersPage:
    """The plan, the judges with work left, and the letter."""

    closes_at: datetime
    is_open: bool
    is_past: bool
    may_remind: bool
    days: str
    planned: tuple[PlannedReminder, ...]
    behind: tuple[BehindRow, ...]
    letters: tuple[LetterView, ...]
    n_sent: int | None
    is_planned: bool


class RemindersController(Controller):
    """Reminders of the round at hand."""

    path = "/committee/progress/reminders"

    @get("/", opt={"action": Action.READ_PROGRESS})
    async def show(self, request: AnyRequest, actor: Actor, words: Words, settings: Settings, now: datetime) -> Page:
        """Show the plan and whom a reminder would reach."""
        return await _show(request, actor, words, settings, now)

    @post("/", opt={"action": Action.REMIND_JUDGES})
    async def send(
        self, request: AnyRequest, actor: Actor, words: Words, settings: Settings, now: datetime
    ) -> Redirect:
        """Write to the chosen judges."""

        async def again() -> Page:
            return await _show(request, actor, words, settings, now)

        typed = await read_form(request, again=again)
        chosen = {Typed({"id": [each]}).uuid("id") for each in typed.all("judge")}
        n_sent = await remind_now(actor, round_of(await stand(actor)).id, chosen, now=now)
        return go_to(f"/committee/progress/reminders?sent={n_sent}")

    @post("/days", opt={"action": Action.REMIND_JUDGES})
    async def plan(
        self, request: AnyRequest, actor: Actor, words: Words, settings: Settings, now: datetime
    ) -> Redirect:
        """Declare the days."""

        async def again() -> Page:
            return await _show(request, actor, words, settings, now)

        typed = await read_form(request, again=again)
        days = _read_days(typed.text("days"))
        await set_reminder_days(actor, round_of(await stand(actor)).id, days, now=now)
        return go_to("/committee/progress/reminders?planned=yes")


def _read_days(text: str) -> list[int]:
    """Read whole numbers divided by commas of either script, or by spaces."""
    parts = western_digits(text).replace("،", " ").replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) <= len("999") for part in parts):
        raise Invalid(FieldError("days", "remind.err_numbers"))
    return [int(part) for part in parts]


async def _show(request: AnyRequest, actor: Actor, words: Words, settings: Settings, now: datetime) -> Page:
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round(_TITLE)
    in_round = standing.in_round
    declared = await find_reminder_days(in_round.id)
    counts = await count_reminders(in_round.id)
    is_open = in_round.state == RoundState.OPEN
    own_ends = await list_own_moments(in_round.id, now=now, person_id=actor.person_id) if is_open else ()
    behind = tuple(
        _row(each, n, words) for each in await list_behind(in_round.id, now=now) if (n := _n_of(each, standing))
    )
    ends_at = next((each for each in sorted([in_round.closes_at, *own_ends]) if each > now), in_round.closes_at)
    facts = {"n": behind[0].n if behind else 1, "closes_at": ends_at.isoformat(), "path": "/judging"}
    own = await find_own_texts(standing.edition_id)
    sent = request.query_params.get("sent", "")
    shown = RemindersPage(
        closes_at=in_round.closes_at,
        is_open=is_open,
        is_past=in_round.closes_at <= now,
        may_remind=may(Action.REMIND_JUDGES, actor, stage=standing.state),
        days=", ".join(map(str, declared)),
        planned=tuple(
            PlannedReminder(
                days,
                None if end == in_round.closes_at else end,
                end - timedelta(days=days),
                end - timedelta(days=days) <= now,
                counts.get(f"{end.isoformat()}:{days}", 0),
            )
            for end in (in_round.closes_at, *own_ends)
            for days in declared
        ),
        behind=tuple(sorted(behind, key=lambda row: fold_for_search(row.name))),
        letters=tuple(
            LetterView(language, *preview_letter("judge-reminder", language, facts, settings, own))
            for language in LANGUAGES
        ),
        n_sent=int(sent) if sent.isascii() and sent.isdigit() else None,
        is_planned="planned" in request.query_params,
    )  # fmt: skip
    return page("committee/reminders", shown)


def _n_of(judge: Behind, standing: Standing) -> int:
    """Count a judge's sheets in the categories that the reader may see into."""
    return sum(judge.n_by_category.get(each.id, 0) for each in standing.categories)


def _row(judge: Behind, n: int, words: Words) -> BehindRow:
    return BehindRow(str(judge.judge_id), pick(judge, "name", words), Ltr(judge.email), n, judge.reminded_at)
