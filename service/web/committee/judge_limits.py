"""How many projects a judge may be given, in all and in each category: the form that sets it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.panel.judge_limits import JudgeLimits, set_judge_limits
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.reads.committee.people import JudgeLine, list_judges
from storage.reads.committee.standing import Standing

__all__ = ["JudgeLimitsController"]

NO_NUMBER = 0
"""What is typed and is no whole number is out of range, and refused beside its field."""


@dataclass(frozen=True, slots=True)
class SeatView:
    """A category in which the judge sits, and the limit there."""

    field: str
    category: str
    most: int | None


@dataclass(frozen=True, slots=True)
class LimitsPage:
    """A judge's limits."""

    id: str
    judge: str
    in_all: int
    seats: tuple[SeatView, ...]


class JudgeLimitsController(Controller):
    """``/committee/judges/{judge}/limits``."""

    path = "/committee/judges/{judge_id:uuid}/limits"

    @get("/", opt={"action": Action.INVITE_JUDGE})
    async def show(self, judge_id: UUID, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        return _show(await _find(standing, judge_id, actor), standing, words)

    @post("/", opt={"action": Action.INVITE_JUDGE})
    async def save(self, request: AnyRequest, judge_id: UUID, actor: Actor, words: Words, now: datetime) -> Redirect:
        standing = await stand(actor)
        judge = await _find(standing, judge_id, actor)

        async def again() -> Page:
            return _show(judge, standing, words)

        typed = await read_form(request, again=again)
        limits = JudgeLimits(
            in_all=_limit(typed, "max_entries"),
            by_category={slug: _limit(typed, f"max_{slug}") for slug in judge.categories},
        )
        await set_judge_limits(actor, judge_id, standing.in_round.id if standing.in_round else None, limits, now=now)
        return go_to("/committee/judges?limited=yes")


def _limit(typed: Typed, name: str) -> int | None:
    if not typed.text(name):
        return None
    number = typed.number(name)
    return NO_NUMBER if number is None else number


async def _find(standing: Standing, judge_id: UUID, actor: Actor) -> JudgeLine:
    lines = await list_judges(standing.edition_id, standing.in_round.id if standing.in_round else None, actor.person_id)
    found = next((each for each in lines if each.id == judge_id and each.is_active), None)
    if found is None:
        raise NotFound
    return found


def _show(judge: JudgeLine, standing: Standing, words: Words) -> Page:
    names = {each.slug: pick(each, "name", words) for each in (*standing.categories, *standing.barred)}
    shown = LimitsPage(
        id=str(judge.id),
        judge=pick(judge, "name", words),
        in_all=judge.max_entries,
        seats=tuple(
            SeatView(f"max_{slug}", names.get(slug, slug), judge.max_in.get(slug)) for slug in judge.categories
        ),
    )
    return page("committee/judge_limits", shown)
