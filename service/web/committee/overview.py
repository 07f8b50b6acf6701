"""The committee's first page: the stage, four numbers, what needs somebody, and the moves of the edition."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor, Role
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Words
from service.usecases.entering.giving_time import give_entry_time
from service.usecases.setup.closing import close_edition
from service.usecases.setup.editions import extend_deadline, find_deadline, open_edition
from service.usecases.setup.opening import close_round, open_judging
from service.web.committee.moves import AHEAD, Move, list_moves
from service.web.committee.needs import Need, list_needs
from service.web.committee.standing import AnyRequest, read_moment, round_of, stand, write_moment
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState as Stage
from storage.lifecycle import RoundState
from storage.reads.committee.in_time import InTime, find_in_time
from storage.reads.committee.joint import count_joint
from storage.reads.committee.overview import Overview, get_overview
from storage.reads.committee.rounds import find_next_rule
from storage.reads.committee.standing import Standing
from storage.reads.decisions import is_sheet_missed

__all__ = ["OverviewController"]

TIME_OFFERED = timedelta(days=1)
"""So much later is the new deadline that the form offers."""
BEHIND = 0.25
"""A judge is behind when the share of sheets done is this far below the share of the round that has passed."""


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Everything that the first page shows."""

    stage: str
    until: datetime | None
    until_label: str
    days_left: int | None
    stages: tuple[tuple[str, str], ...]
    n_entries: int
    n_drafts: int
    n_sealed: int
    n_sheets: int
    n_behind: int
    n_judges: int
    n_conflicts: int
    needs: tuple[Need, ...]
    moves: tuple[Move, ...]
    is_chair: bool
    extend_to: str
    told: int | None


class OverviewController(Controller):
    """``/committee`` and the chair's moves."""

    path = "/committee"

    @get("/", opt={"action": Action.READ_OVERVIEW})
    async def show(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Page:
        told = request.query_params.get("told", "")
        return await _show(actor, words, now, told=int(told) if told.isdecimal() else None)

    @post("/open", opt={"action": Action.MOVE_EDITION})
    async def open(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await open_edition(actor, (await stand(actor)).edition_id, now=now)
        return go_to("/committee")

    @post("/close", opt={"action": Action.MOVE_EDITION})
    async def close(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await close_edition(actor, (await stand(actor)).edition_id, now=now)
        return go_to("/committee")

    @post("/extend", opt={"action": Action.MOVE_EDITION})
    async def extend(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, now)

        typed = await read_form(request, again=again)
        standing = await stand(actor)
        to = read_moment(typed.text("to"), standing.time_zone)
        if to is None:
            raise Invalid(FieldError("to", "err.moment"))
        told = await extend_deadline(actor, standing.edition_id, to=to, reason=typed.text("reason"), now=now)
        return go_to(f"/committee?told={told}")

    @post("/extend-entry", opt={"action": Action.GIVE_ENTRY_TIME})
    async def extend_entry(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, now)

        typed = await read_form(request, again=again)
        standing = await stand(actor)
        told = await give_entry_time(
            actor, standing.edition_id, typed.text("number"),
            to=read_moment(typed.text("entry_to"), standing.time_zone), reason=typed.text("entry_reason"), now=now,
        )  # fmt: skip
        return go_to(f"/committee?told={told}")

    @post("/open-judging", opt={"action": Action.OPEN_ROUND})
    async def open_judging(self, request: AnyRequest, actor: Actor, now: datetime, objects: Any) -> Redirect:
        await read_form(request)
        await open_judging(actor, round_of(await stand(actor)).id, objects=objects, now=now)
        return go_to("/committee")

    @post("/close-round", opt={"action": Action.CLOSE_ROUND})
    async def close_round(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, now)

        typed = await read_form(request, again=again)
        await close_round(actor, round_of(await stand(actor)).id, now=now, reason=typed.text("close_reason"))
        return go_to("/committee")


async def _show(actor: Actor, words: Words, now: datetime, *, told: int | None = None) -> Page:
    standing = await stand(actor)
    counts = await get_overview(
        standing.edition_id, standing.in_round.id if standing.in_round else None, actor.person_id
    )
    in_round, shortlist = standing.in_round, None
    if in_round and in_round.state == RoundState.RANKED and await find_next_rule(standing.edition_id, in_round.ordinal):
        shortlist = f"/committee/rounds/{in_round.id}/shortlist"
    is_missed = in_round is not None and in_round.state == RoundState.RANKED and await is_sheet_missed(in_round.id)
    is_open = in_round is not None and in_round.state == RoundState.OPEN
    in_time = await find_in_time(in_round.id, now=now, person_id=actor.person_id) if in_round and is_open else None
    n_second = await count_joint(standing.edition_id, actor.person_id)
    is_entering = standing.state in {Stage.DRAFT, Stage.OPEN, Stage.CLOSED}
    deadline = await find_deadline(standing.edition_id) if is_entering else None
    until, label = _next_date(standing, deadline, in_time)
    shown = OverviewPage(
        stage=standing.state,
        until=until,
        until_label=label,
        days_left=max(0, (until - now).days) if until and until > now else None,
        stages=_stages(standing),
        n_entries=counts.n_entries,
        n_drafts=counts.n_drafts,
        n_sealed=counts.n_sealed,
        n_sheets=counts.n_sheets,
        n_behind=_count_behind(standing, counts, now),
        n_judges=counts.n_judges,
        n_conflicts=counts.n_proposed_conflicts + counts.n_held_conflicts,
        needs=list_needs(
            actor, standing, counts, words, n_second=n_second, shortlist=shortlist, is_missed=bool(is_missed)
        ),
        moves=list_moves(actor, standing, counts, deadline, words, now, in_time=in_time),
        is_chair=actor.role is Role.CHAIR,
        extend_to=write_moment(max(deadline, now) + TIME_OFFERED, standing.time_zone) if deadline else "",
        told=told,
    )
    return page("committee/overview", shown)


def _next_date(standing: Standing, deadline: datetime | None, in_time: InTime | None) -> tuple[datetime | None, str]:
    """Give the date that the stage ends with, and the key of the words for it."""
    in_round = standing.in_round
    if standing.state in {Stage.DRAFT, Stage.OPEN}:
        return deadline, "com.until_deadline"
    if standing.state in {Stage.CLOSED, Stage.JUDGING} and in_round and in_round.state in AHEAD:
        return in_round.opens_at, "com.until_judging"
    if standing.state == Stage.JUDGING and in_round:
        return max(in_round.closes_at, in_time.until) if in_time else in_round.closes_at, "com.until_round"
    if standing.state in {Stage.DECIDING, Stage.NOTIFIED} and standing.publish_at:
        return standing.publish_at, "com.until_publication"
    return None, ""


def _stages(standing: Standing) -> tuple[tuple[str, str], ...]:
    order = [Stage.OPEN, Stage.CLOSED, Stage.JUDGING, Stage.DECIDING, Stage.NOTIFIED, Stage.PUBLISHED]
    if standing.appeals_days is None:
        order.remove(Stage.NOTIFIED)
    state = Stage.PUBLISHED if standing.state == Stage.ARCHIVED else Stage(standing.state)
    at = len(order) if state == Stage.PUBLISHED else order.index(state) if state in order else -1
    return tuple(
        (each.value, "done" if step < at else "current" if step == at else "next") for step, each in enumerate(order)
    )


def _count_behind(standing: Standing, counts: Overview, now: datetime) -> int:
    in_round = standing.in_round
    if in_round is None or in_round.state != RoundState.OPEN:
        return 0
    whole = (in_round.closes_at - in_round.opens_at).total_seconds() or 1
    passed = min(1.0, max(0.0, (now - in_round.opens_at).total_seconds() / whole))
    return sum(each.n_done < each.n_given and each.n_done / each.n_given < passed - BEHIND for each in counts.loads)
