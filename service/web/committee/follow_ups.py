"""Follow-up reviews: what one more review would settle, and asking for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.panel.follow_ups import MOST_AT_ONCE, plan_follow_ups
from service.usecases.panel.further_reviews import ask_follow_ups
from service.web.committee.standing import (
    AnyRequest,
    list_settled,
    no_round,
    pick,
    read_moment,
    round_of,
    stand,
    write_moment,
)
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState, RoundState
from storage.reads.committee.people import list_judge_names

__all__ = ["FollowUpController"]

USUAL = 5
DAYS = 5


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review worth asking for; ``value`` names the pair in the form."""

    value: str
    code: Ltr
    category: str
    judge: str
    why: Markup


@dataclass(frozen=True, slots=True)
class ChanceRow:
    """How sure a category's prizes are, now and with the reviews proposed."""

    category: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class FollowUpsPage:
    """The reviews proposed. ``is_time`` is False before the round has closed and after its decision."""

    is_time: bool
    may_ask: bool
    extra: int
    rows: tuple[ReviewRow, ...]
    chances: tuple[ChanceRow, ...]
    due_at: str
    asked: int | None
    is_told: bool = False
    only: tuple[Ltr, ...] = ()


class FollowUpController(Controller):
    """``/committee/follow-up-reviews``."""

    path = "/committee/follow-up-reviews"

    @get("/", opt={"action": Action.ASK_FOLLOW_UP})
    async def show(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Page:
        asked, extra = request.query_params.get("asked", ""), request.query_params.get("extra", "")
        return await _show(
            actor, words, now=now, extra=int(extra) if extra.isdecimal() else USUAL,
            asked=int(asked) if asked.isdecimal() else None, only=request.query_params.getall("only", []),
        )  # fmt: skip

    @post("/", opt={"action": Action.ASK_FOLLOW_UP})
    async def ask(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        extra = USUAL

        async def again() -> Page:
            return await _show(actor, words, now=now, extra=extra, only=typed.all("only"))

        typed = await read_form(request, again=again)
        extra = typed.number("extra") or USUAL
        standing = await stand(actor)
        due_at = read_moment(typed.text("due_at"), standing.time_zone)
        if due_at is None:
            raise Invalid(FieldError("due_at", "err.due_later"))
        pairs = [_read_pair(text) for text in typed.all("pairs")]
        n_asked = await ask_follow_ups(
            actor, round_of(standing).id, pairs, due_at=due_at, reason=typed.text("reason"), now=now
        )
        return go_to(f"/committee/follow-up-reviews?asked={n_asked}")


def _read_pair(text: str) -> tuple[UUID, UUID]:
    entry, _, judge = text.partition(":")
    try:
        return UUID(entry), UUID(judge)
    except ValueError:
        raise NotFound from None


async def _show(
    actor: Actor, words: Words, *, now: datetime, extra: int, asked: int | None = None, only: Sequence[str] = ()
) -> Page:
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round("followups.title")
    is_time = standing.in_round.state in {RoundState.CLOSED, RoundState.RANKED} or (
        standing.in_round.state == RoundState.OPEN and now >= standing.in_round.closes_at
    )
    if not is_time:
        return page("committee/follow_ups", FollowUpsPage(False, False, extra, (), (), "", asked))
    codes = tuple(dict.fromkeys(only))[:MOST_AT_ONCE]
    is_told = standing.state == EditionState.NOTIFIED
    extra = MOST_AT_ONCE if is_told else min(extra, MOST_AT_ONCE)
    plan = await plan_follow_ups(standing.in_round.id, extra=extra, only=codes)
    settled = await list_settled(standing)
    judges = {each.id: pick(each, "name", words) for each in await list_judge_names(standing.edition_id)}
    categories = {each.id: pick(each, "name", words) for each in standing.categories}
    shown = FollowUpsPage(
        is_time=True,
        may_ask=may(Action.ASK_FOLLOW_UP, actor, stage=standing.state),
        extra=extra,
        rows=tuple(
            ReviewRow(
                value=f"{each.entry_id}:{each.judge_id}",
                code=Ltr(each.code_name),
                category=categories.get(each.category_id, ""),
                judge=judges.get(each.judge_id, ""),
                why=words.say(
                    f"followups.why_{each.policy}",
                    gain=words.number(each.gain, 2),
                    spread=words.number(each.spread),
                ),
            )
            for each in plan.reviews
            if each.category_id not in settled
        ),
        chances=tuple(
            ChanceRow(categories[category], before, after)
            for category, (before, after) in plan.chances.items()
            if category in categories and category not in settled
        ),
        due_at=write_moment(now + timedelta(days=DAYS), standing.time_zone),
        asked=asked,
        is_told=is_told,
        only=tuple(Ltr(each) for each in codes),
    )
    return page("committee/follow_ups", shown)
