"""A category's ranking with its uncertainty, and the judges' severity: opened when the round closes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Words
from service.usecases.decisions import find_quorum
from service.usecases.method_reopening import AUTO, ask_method_reopening
from service.usecases.ranking import PLACES, compute_ranking
from service.web.committee.certainty import (
    Axis,
    axis_of,
    bracket_ends,
    find_close_pair,
    reliability_of,
    word_of,
)
from service.web.committee.standing import AnyRequest, Chip, category_chips, no_round, pick, round_of, stand
from service.web.forms import read_form
from service.web.language import with_language
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.ranking import CategoryRanking, find_last_run, get_category_ranking, list_judge_names
from storage.reads.committee.standing import CategoryRef, RoundRef, Standing

__all__ = ["RankingController"]

NO_RANKING = frozenset({RoundState.PLANNED, RoundState.ASSIGNING, RoundState.OPEN})
STRONG, FAIR = 0.8, 0.6
NOTED = frozenset({"one_review", "partial"})
"""Flags of a row that a reader of the ranking should know."""


@dataclass(frozen=True, slots=True)
class RankRow:
    """A row of the caterpillar table."""

    rank: int
    rank_low: int
    rank_high: int
    title: str
    href: str
    code: str
    reviews: Markup
    score: float
    low90: float
    high90: float
    low50: float
    high50: float
    raw: float
    inside: float
    word: str
    bracket: str | None
    bracket_with: str | None
    cut: bool
    near: bool
    note: Markup | None


@dataclass(frozen=True, slots=True)
class Duel:
    """The pair across the decision line that scores cannot call."""

    place: int
    first: str
    second: str
    share: float
    difference: float


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
    disputed: tuple[Disputed, ...]
    is_line_first: bool
    unranked: tuple[str, ...]
    decision_at: float | None
    duel: Duel | None
    checks: tuple[Check, ...]
    log: tuple[Event, ...]
    may_compute: bool
    may_reopen: bool
    decision_state: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class SeverityRow:
    """A judge's severity with its interval, in points of a hundred; positive is stricter."""

    name: str
    value: float
    low: float
    high: float
    n: int
    note: Markup


@dataclass(frozen=True, slots=True)
class SeverityPage:
    """The judges' severity, the strictest first."""

    is_locked: bool
    closes_at: datetime | None
    rows: tuple[SeverityRow, ...]
    limit: float
    n_sure: int
    is_barred: bool = False


class RankingController(Controller):
    """``/committee/ranking/{category}`` and ``/committee/severity``."""

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
        is_line_first = request.query_params.get("order") == "line"
        return page(
            "committee/ranking", await _ranking_page(actor, standing, found, words, is_line_first=is_line_first)
        )

    @post("/ranking/{category:str}/compute", opt={"action": Action.COMPUTE_RANKING})
    async def compute(self, request: AnyRequest, category: str, actor: Actor, now: datetime) -> Redirect:
        typed = await read_form(request)
        standing = await stand(actor)
        if standing.find_category(category) is None:
            raise NotFound
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

    @get("/severity", opt={"action": Action.READ_RANKING})
    async def severity(self, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        if standing.in_round is None:
            return no_round("com.severity")
        return page("committee/severity", await _severity_page(standing, words))


async def _ranking_page(
    actor: Actor, standing: Standing, category: CategoryRef, words: Words, *, is_line_first: bool
) -> RankingPage:
    in_round = round_of(standing)
    is_locked = in_round.state in NO_RANKING
    found = await get_category_ranking(in_round.id, category.id)
    lines = () if is_locked else found.lines
    rows = _rows(lines, found, words)
    run = None if is_locked else found.run
    reliability = reliability_of(lines)
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
        n_given=found.sheets.n_given - found.sheets.n_set_aside,
        reliability=reliability,
        reliability_word="" if reliability is None else _grade(reliability),
        n_near=sum(row.word == "near" for row in rows),
        axis=axis_of([value for row in rows for value in (row.low90, row.high90, row.raw)]),
        rows=_by_line(rows) if is_line_first else rows,
        disputed=tuple(
            Disputed(
                _title(found, line["entry"], words),
                line["code_name"],
                with_language(f"/committee/entries/{line['code_name']}", words.lang),
                line["apart"],
            )
            for line in sorted(lines, key=lambda line: -line["apart"])
            if line["is_disputed"]
        ),
        is_line_first=is_line_first,
        unranked=tuple(
            each.code_name for each in found.titles.values() if run and each.code_name in run.output["unranked"]
        ),
        decision_at=(rows[PLACES - 1].score + rows[PLACES].score) / 2 if len(rows) > PLACES else None,
        duel=_duel(found, rows, words) if rows else None,
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
        digest=run.output_hash if run else "",
    )


def _by_line(rows: tuple[RankRow, ...]) -> tuple[RankRow, ...]:
    """Put those nearest to the decision line first; brackets and the line join neighbours by rank, so they go."""
    apart = [replace(row, bracket=None, bracket_with=None, cut=False) for row in rows]
    return tuple(sorted(apart, key=lambda row: (abs(row.inside - 0.5), row.rank)))


def _grade(reliability: float) -> str:
    return "strong" if reliability >= STRONG else "fair" if reliability >= FAIR else "weak"


def _rows(lines: tuple[dict[str, Any], ...], found: CategoryRanking, words: Words) -> tuple[RankRow, ...]:
    ends = bracket_ends([int(line["bracket"]) for line in lines])
    titles = [_title(found, line["entry"], words) for line in lines]
    pair = find_close_pair(found.pairs)
    base = with_language("/committee/entries", words.lang)
    reviews = {n: words.say("noun.evaluation", n=n) for n in {line["reviews"] for line in lines}}
    rows = []
    for at, line in enumerate(lines):
        other = titles[at + 1] if ends[at] == "s" else titles[at - 1] if ends[at] else None
        note = next((flag for flag in line["flags"] if flag in NOTED), None)
        rows.append(
            RankRow(
                rank=line["rank"],
                rank_low=line["rank_low"],
                rank_high=line["rank_high"],
                title=titles[at],
                href=f"{base}/{line['code_name']}",
                code=line["code_name"],
                reviews=reviews[line["reviews"]],
                score=line["score"],
                low90=line["score_90"][0],
                high90=line["score_90"][1],
                low50=line["score_50"][0],
                high50=line["score_50"][1],
                raw=line["raw"],
                inside=line["p_inside"],
                word=word_of(line["p_inside"]),
                bracket=ends[at],
                bracket_with=other,
                cut=at == PLACES - 1 and len(lines) > PLACES,
                near=pair is not None and line["entry"] in {pair["upper"], pair["lower"]},
                note=words.say(f"flag.{note}") if note else None,
            )
        )
    return tuple(rows)


def _title(found: CategoryRanking, entry: str, words: Words) -> str:
    known = found.titles.get(entry)
    return pick(known, "title", words) if known else ""


def _duel(found: CategoryRanking, rows: tuple[RankRow, ...], words: Words) -> Duel | None:
    pair = find_close_pair(found.pairs)
    if pair is None or len(rows) <= PLACES:
        return None
    return Duel(
        place=PLACES,
        first=_title(found, pair["upper"], words),
        second=_title(found, pair["lower"], words),
        share=pair["probability"],
        difference=rows[PLACES - 1].score - rows[PLACES].score,
    )


async def _checks(standing: Standing, found: CategoryRanking, in_round: RoundRef, words: Words) -> tuple[Check, ...]:
    sheets = found.sheets
    short = sum(int(line["reviews"]) < in_round.reviews_per_entry for line in found.lines)
    return (
        Check(words.say("check.quorum", n=await find_quorum(standing.edition_id)), ok=True),
        Check(words.say("check.conflicts", n=sheets.n_open_conflicts), ok=sheets.n_open_conflicts == 0),
        Check(words.say("check.unsealed", n=sheets.n_draft), ok=sheets.n_draft == 0),
        Check(words.say("check.short", n=short), ok=short == 0),
    )


async def _severity_page(standing: Standing, words: Words) -> SeverityPage:
    in_round = round_of(standing)
    if standing.barred:
        return SeverityPage(is_locked=False, closes_at=None, rows=(), limit=1.0, n_sure=0, is_barred=True)
    run = None if in_round.state in NO_RANKING else await find_last_run(in_round.id)
    if run is None:
        return SeverityPage(in_round.state in NO_RANKING, in_round.closes_at, (), 1.0, 0)
    names = await list_judge_names(standing.edition_id)
    told = [each for each in run.output["judges"] if None not in {each["severity"], each["low"], each["high"]}]
    rows = tuple(
        SeverityRow(
            name=pick(names[each["judge"]], "name", words) if each["judge"] in names else "",
            value=each["severity"],
            low=each["low"],
            high=each["high"],
            n=each["reviews"],
            note=words.say(f"severity.{_lean(each)}"),
        )
        for each in sorted(told, key=lambda each: -each["severity"])
    )
    reach = max((max(abs(row.low), abs(row.high)) for row in rows), default=1.0)
    return SeverityPage(
        is_locked=False,
        closes_at=in_round.closes_at,
        rows=rows,
        limit=float(int(reach) + 1),
        n_sure=sum(row.low > 0 or row.high < 0 for row in rows),
    )


def _lean(line: dict[str, Any]) -> str:
    """Say which way a judge clearly leans; nothing where the interval holds zero."""
    return "stricter" if line["low"] > 0 else "milder" if line["high"] < 0 else "level"
