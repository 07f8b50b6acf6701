"""A category's ranking with its uncertainty: opened when the round closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Words
from service.usecases.deciding.signing import find_quorum
from service.usecases.ranking.method_reopening import AUTO, ask_method_reopening
from service.usecases.ranking.runs import PLACES, compute_ranking
from service.web.committee.basis import Basis, basis_of
from service.web.committee.caterpillar import Duel, RankRow, find_duel, make_rows, nearest_first, title_in
from service.web.committee.certainty import (
    Axis,
    axis_of,
    reliability_of,
)
from service.web.committee.equal_scores import tell_ties
from service.web.committee.parts import part_of
from service.web.committee.standing import AnyRequest, Chip, category_chips, no_round, pick, round_of, stand
from service.web.forms import read_form
from service.web.language import with_language
from service.web.meanwhile import ReadLine, make_read_lines
from service.web.pages import Page, go_to, page
from storage.lifecycle import DecisionState, RoundState
from storage.reads.committee.ranking import (
    CategoryRanking,
    get_category_ranking,
    get_computed_order,
    list_criterion_names,
)
from storage.reads.committee.standing import CategoryRef, RoundRef, Standing
from storage.reads.decisions import RunView, is_outdated

__all__ = ["RankingController"]

NO_RANKING = frozenset({RoundState.PLANNED, RoundState.ASSIGNING, RoundState.OPEN})
STRONG, FAIR = 0.8, 0.6
PROJECTS_A_PART = 100
"""Rows of one caterpillar; its axis is that of the whole category, so parts can be compared."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """A project on which judges differ beyond the limit; ``apart`` in points."""

    title: str
    code: str
    href: str
    apart: float


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list before the decision."""

    label: Markup
    ok: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log."""

    what: Markup
    who: Markup
    at: datetime


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A category's ranking; ``closes_at`` alone where it is locked."""

    slug: str
    name: str
    chips: tuple[Chip, ...]
    is_locked: bool
    closes_at: datetime
    ordinal: int | None
    made_at: datetime | None
    method: str
    reasons: tuple[str, ...]
    n_entries: int
    n_sealed: int
    n_given: int
    reliability: float | None
    reliability_word: str
    n_near: int
    axis: Axis
    rows: tuple[RankRow, ...]
    part: Markup | None
    previous: str | None
    next: str | None
    ties: tuple[Markup, ...]
    disputed: tuple[Disputed, ...]
    differ_points: int
    is_line_first: bool
    unranked: tuple[str, ...]
    decision_at: float | None
    duel: Duel | None
    checks: tuple[Check, ...]
    log: tuple[Event, ...]
    may_compute: bool
    may_reopen: bool
    decision_state: str | None
    basis: Basis | None
    is_outdated: bool
    digest: str
    read: tuple[ReadLine, ...]
    """The run, and who holds its first places."""


class RankingController(Controller):
    """``/committee/ranking/{category}``."""

    path = "/committee"

    @get("/ranking", opt={"action": Action.READ_RANKING})
    async def first(self, actor: Actor) -> Redirect:
        standing = await stand(actor)
        if not standing.categories:
            raise NotFound
        return go_to(f"/committee/ranking/{standing.categories[0].slug}")

    @get("/ranking/{category:str}", opt={"action": Action.READ_RANKING})
    async def show(self, request: AnyRequest, category: str, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        found = standing.find_category(category)
        if found is None:
            raise NotFound
        if standing.in_round is None:
            return no_round("com.ranking")
        asked = request.query_params
        is_line_first = asked.get("order") == "line"
        shown = await _ranking_page(
            actor, standing, found, words, is_line_first=is_line_first, part=asked.get("part", "")
        )
        return page("committee/ranking", shown)

    @post("/ranking/{category:str}/compute", opt={"action": Action.COMPUTE_RANKING})
    async def compute(self, request: AnyRequest, category: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        standing = await stand(actor)
        found = standing.find_category(category)
        if found is None:
            raise NotFound

        async def again() -> Page:
            stands = await stand(actor)  # another's run has moved the round
            return page("committee/ranking", await _ranking_page(actor, stands, found, words, is_line_first=False))

        typed = await read_form(request, again=again, if_stale="err.stale_run")
        await compute_ranking(actor, round_of(standing).id, now=now, seen=typed.number("seen"))
        return go_to(f"/committee/ranking/{category}")

    @post("/ranking/{category:str}/reopen-method", opt={"action": Action.REOPEN_METHOD})
    async def reopen_method(
        self, request: AnyRequest, category: str, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        """Ask that the next run choose its method anew; a second member answers."""
        standing = await stand(actor)
        found = standing.find_category(category)
        if found is None:
            raise NotFound

        async def again() -> Page:
            return page("committee/ranking", await _ranking_page(actor, standing, found, words, is_line_first=False))

        typed = await read_form(request, again=again)
        await ask_method_reopening(actor, round_of(standing).id, reason=typed.text("reason"), now=now)
        return go_to("/committee/second-person")


async def _ranking_page(
    actor: Actor, standing: Standing, category: CategoryRef, words: Words, *, is_line_first: bool, part: str = ""
) -> RankingPage:
    in_round = round_of(standing)
    is_locked = in_round.state in NO_RANKING
    found = await get_category_ranking(in_round.id, category.id)
    lines = () if is_locked else found.lines
    rows = make_rows(lines, found, words)
    run = None if is_locked else found.run
    reliability = reliability_of(lines)
    base = with_language(f"/committee/ranking/{category.slug}", words.lang) + ("?order=line" if is_line_first else "")
    shown = part_of(len(rows), part, PROJECTS_A_PART)
    return RankingPage(
        slug=category.slug,
        name=pick(category, "name", words),
        chips=category_chips(standing.categories, category.slug, "/committee/ranking", words),
        is_locked=is_locked,
        closes_at=in_round.closes_at,
        ordinal=run.ordinal if run else None,
        made_at=run.made_at if run else None,
        method=run.method if run else "",
        reasons=tuple(dict.fromkeys(each["reason"] for each in run.output["choices"])) if run else (),
        n_entries=len(found.titles),
        n_sealed=found.sheets.n_sealed,
        n_given=found.sheets.n_given,
        reliability=reliability,
        reliability_word="" if reliability is None else _grade(reliability),
        n_near=sum(row.word == "near" for row in rows),
        axis=axis_of([value for row in rows for value in (row.low90, row.high90, row.raw)]),
        rows=(nearest_first(rows) if is_line_first else rows)[shown.first - 1 : shown.last],
        part=words.say("entries.part", low=shown.first, high=shown.last, total=len(rows))
        if shown.n_parts > 1
        else None,
        previous=shown.before(base),
        next=shown.after(base),
        ties=tell_ties(found, await list_criterion_names(category.id) if run.output["ties"] else {}, words)
        if run
        else (),
        disputed=tuple(
            Disputed(
                title_in(found, line["entry"], words),
                line["code_name"],
                with_language(f"/committee/entries/{line['code_name']}", words.lang),
                line["apart"],
            )
            for line in sorted(lines, key=lambda line: -line["apart"])
            if line["is_disputed"]
        ),
        differ_points=standing.differ_points,
        is_line_first=is_line_first,
        unranked=tuple(
            each.code_name for each in found.titles.values() if run and each.code_name in run.output["unranked"]
        ),
        decision_at=(rows[PLACES - 1].score + rows[PLACES].score) / 2 if len(rows) > PLACES else None,
        duel=find_duel(found, rows, words) if rows else None,
        checks=() if is_locked else await _checks(standing, found, in_round, words),
        log=tuple(
            Event(
                words.say(f"audit.{each.event}"),
                words.say("audit.system" if each.role == "system" else f"duty.{each.role}"),
                each.at,
            )
            for each in found.log
        ),
        may_compute=may(Action.COMPUTE_RANKING, actor, stage=standing.state)
        and in_round.state in {RoundState.CLOSED, RoundState.RANKED},
        may_reopen=may(Action.REOPEN_METHOD, actor, stage=standing.state)
        and run is not None
        and in_round.state == RoundState.RANKED
        and in_round.method == AUTO
        and not standing.barred,
        decision_state=found.decision_state,
        is_outdated=run is not None
        and found.decision_state != DecisionState.APPROVED
        and await is_outdated(run, in_round.id, category.id),
        basis=await _basis(in_round.id, category.id, found),
        digest=run.output_hash if run else "",
        read=make_read_lines(_tell_run(run, rows, words)) if not is_locked else (),
    )


async def _basis(round_id: UUID, category_id: UUID, found: CategoryRanking) -> Basis | None:
    """Say on which earlier run the category was decided, where another stands by now."""
    if found.decision_state != DecisionState.APPROVED or found.run is None or found.decision_run == found.run.id:
        return None
    decided = await get_computed_order(round_id, category_id, found.decision_run)
    return basis_of(decided, found, found.decision_state)


def _tell_run(run: RunView | None, rows: Sequence[RankRow], words: Words) -> list[tuple[Markup, str]]:
    number = words.plain("rank.run", number=run.ordinal, at=run.made_at) if run else words.plain("rank.none")
    first = sorted((row for row in rows if row.rank <= PLACES), key=lambda row: (row.rank, row.code))
    return [
        (words.say("meanwhile.run"), number),
        (words.say("meanwhile.first", n=PLACES), ", ".join(f"{row.rank}. {row.code}" for row in first)),
    ]


def _grade(reliability: float) -> str:
    return "strong" if reliability >= STRONG else "fair" if reliability >= FAIR else "weak"


async def _checks(standing: Standing, found: CategoryRanking, in_round: RoundRef, words: Words) -> tuple[Check, ...]:
    sheets = found.sheets
    short = sum(int(line["reviews"]) < in_round.reviews_per_entry for line in found.lines)
    return (
        Check(words.say("check.quorum", n=await find_quorum(standing.edition_id)), ok=True),
        Check(words.say("check.conflicts", n=sheets.n_open_conflicts), ok=sheets.n_open_conflicts == 0),
        Check(words.say("check.unsealed", n=sheets.n_draft), ok=sheets.n_draft == 0),
        Check(words.say("check.short", n=short), ok=short == 0),
    )
