"""Who judges what: the proposal with its reasons, a pair changed by hand, and why a wish cannot be met."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.assignment import AssignmentImpossible, change_pair, propose_assignment
from service.web.committee.standing import AnyRequest, Chip, no_round, pick, round_of, stand
from service.web.forms import read_form
from service.web.language import with_language
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.assignments import (
    AssignedEntry,
    AssignedJudge,
    Pair,
    RoundAssignment,
    get_round_assignment,
)
from storage.reads.committee.standing import Standing

__all__ = ["AssignmentController"]

EXCELLENT, GOOD, FAIR = 0.9, 0.75, 0.5
"""How well judges can be compared, as a share of the best possible design; under FAIR it is weak."""


@dataclass(frozen=True, slots=True)
class PairView:
    """One judge of a project, with the reason."""

    judge: str
    judge_id: str
    why: Markup


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A project with its judges."""

    code: Ltr
    title: str
    category: str
    href: str
    pairs: tuple[PairView, ...]
    lacks: int


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A judge's load against the limit."""

    name: str
    kind: str
    load: int
    most: int


@dataclass(frozen=True, slots=True)
class Link:
    """Whether the judges of a category are linked by projects they share."""

    category: str
    n_groups: int


@dataclass(frozen=True, slots=True)
class Option:
    """A line of a list of choices."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """The form that changes one project's judges."""

    code: str
    title: str
    current: tuple[Option, ...]
    others: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a wish cannot be met, and what would free it."""

    rule: Markup
    entries: tuple[str, ...]
    ways: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class AssignmentsPage:
    """A round's assignment."""

    round_state: str
    opens_at: datetime
    needed: int
    seed: str
    ordinal: int | None
    made_at: datetime | None
    published_at: datetime | None
    n_entries: int
    n_judges: int
    n_pairs: int
    efficiency: float | None
    efficiency_word: str
    chips: tuple[Chip, ...]
    entries: tuple[EntryRow, ...]
    loads: tuple[LoadRow, ...]
    links: tuple[Link, ...]
    change: ChangePage | None
    impossible: Impossible | None
    may_assign: bool
    may_open: bool


class AssignmentController(Controller):
    """``/committee/assignments``."""

    path = "/committee/assignments"

    @get("/", opt={"action": Action.READ_ASSIGNMENTS})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        asked = request.query_params
        return await _show(actor, words, category=asked.get("category", ""), entry=asked.get("entry", ""))

    @post("/propose", opt={"action": Action.ASSIGN_JUDGES})
    async def propose(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect | Page:
        typed = await read_form(request)
        in_round = round_of(await stand(actor))
        try:
            await propose_assignment(actor, in_round.id, seed=typed.number("seed") or 1, now=now)
        except AssignmentImpossible as impossible:  # its answer is a page of its own: the facts become sentences
            return await _show(actor, words, facts=impossible.facts)
        return go_to("/committee/assignments")

    @post("/change", opt={"action": Action.ASSIGN_JUDGES})
    async def change(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, entry=code)

        typed = await read_form(request, again=again)
        code = typed.text("entry")
        standing = await stand(actor)
        found = await get_round_assignment(standing.edition_id, round_of(standing).id)
        entry = next((each for each in found.entries if each.code_name == code), None)
        if entry is None:
            raise NotFound
        await change_pair(
            actor,
            round_of(standing).id,
            entry.id,
            remove=typed.uuid("remove") if typed.text("remove") else None,
            add=typed.uuid("add") if typed.text("add") else None,
            reason=typed.text("reason"),
            now=now,
        )
        return go_to(f"/committee/assignments?entry={code}")


async def _show(
    actor: Actor, words: Words, *, category: str = "", entry: str = "", facts: Mapping[str, Any] | None = None
) -> Page:
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round("com.assign")
    in_round = standing.in_round
    found = await get_round_assignment(standing.edition_id, in_round.id)
    names = {each.id: pick(each, "name", words) for each in found.judges}
    loads = _loads(found)
    categories = {each.id: each for each in standing.categories}
    chosen = standing.find_category(category)
    by_entry: dict[UUID, list[Pair]] = {}
    for pair in found.pairs:
        by_entry.setdefault(pair.entry_id, []).append(pair)
    efficiency = found.quality.get("efficiency")
    changed = next((each for each in found.entries if each.code_name == entry), None)
    is_assigning = in_round.state in {RoundState.PLANNED, RoundState.ASSIGNING}
    shown = AssignmentsPage(
        round_state=in_round.state,
        opens_at=in_round.opens_at,
        needed=in_round.reviews_per_entry,
        seed=found.seed,
        ordinal=found.ordinal,
        made_at=found.made_at,
        published_at=found.published_at,
        n_entries=len(found.entries),
        n_judges=len(found.judges),
        n_pairs=len(found.pairs),
        efficiency=efficiency,
        efficiency_word=_grade(efficiency),
        chips=_chips(standing, category, words),
        entries=tuple(
            EntryRow(
                code=Ltr(each.code_name),
                title=pick(each, "title", words),
                category=pick(categories[each.category_id], "name", words),
                href=f"/committee/assignments?entry={each.code_name}#change",
                pairs=tuple(
                    PairView(names.get(pair.judge_id, ""), str(pair.judge_id), _why(pair, words))
                    for pair in sorted(by_entry.get(each.id, ()), key=lambda pair: names.get(pair.judge_id, ""))
                ),
                lacks=max(0, in_round.reviews_per_entry - len(by_entry.get(each.id, ()))),
            )
            for each in found.entries
            if each.category_id in categories and (chosen is None or each.category_id == chosen.id)
        ),
        loads=tuple(
            LoadRow(names[each.id], each.kind, loads.get(each.id, 0), each.max_entries)
            for each in sorted(found.judges, key=lambda each: (-loads.get(each.id, 0), names[each.id]))
        ),
        links=tuple(
            Link(pick(each, "name", words), int(found.quality["groups_in_category"][str(each.id)]))
            for each in standing.categories
            if str(each.id) in found.quality.get("groups_in_category", {})
        ),
        change=_change(found, changed, loads, words) if changed and is_assigning else None,
        impossible=_impossible(facts, names, words) if facts else None,
        may_assign=is_assigning and may(Action.ASSIGN_JUDGES, actor, stage=standing.state),
        may_open=is_assigning and may(Action.OPEN_ROUND, actor, stage=standing.state),
    )
    return page("committee/assignments", shown, status=AssignmentImpossible.status if facts else 200)


def _chips(standing: Standing, current: str, words: Words) -> tuple[Chip, ...]:
    base = with_language("/committee/assignments", words.lang)
    return (
        Chip(words.plain("pub.all_categories"), base, current=not current),
        *(
            Chip(pick(each, "name", words), f"{base}?category={each.slug}", current=each.slug == current)
            for each in standing.categories
        ),
    )


def _grade(efficiency: float | None) -> str:
    if efficiency is None:
        return ""
    for word, least in (("excellent", EXCELLENT), ("good", GOOD), ("fair", FAIR)):
        if efficiency >= least:
            return word
    return "weak"


def _loads(found: RoundAssignment) -> dict[UUID, int]:
    loads: dict[UUID, int] = {}
    for pair in found.pairs:
        loads[pair.judge_id] = loads.get(pair.judge_id, 0) + 1
    return loads


def _why(pair: Pair, words: Words) -> Markup:
    reason = pair.reasons[0] if pair.reasons else {"code": "filled"}
    if reason["code"] == "by-hand":
        return words.say("why.by-hand", reason=str(reason.get("reason", "")))
    place, free = int(reason.get("place", 0)), int(reason.get("n_free", 0))
    return words.say(f"why.{reason['code']}", place=place, free=free)


def _change(found: RoundAssignment, entry: AssignedEntry, loads: Mapping[UUID, int], words: Words) -> ChangePage:
    """Make the form for one project: each judge with the load that the change would leave."""
    here = {pair.judge_id for pair in found.pairs if pair.entry_id == entry.id}

    def option(judge: AssignedJudge, by: int) -> Option:
        load = loads.get(judge.id, 0) + by
        facts = {"name": pick(judge, "name", words), "load": load, "most": judge.max_entries}
        return Option(str(judge.id), words.plain("assignments.judge_load", **facts))

    free = [
        each
        for each in found.judges
        if each.id not in here and (entry.id, each.id) not in found.barred and entry.category_id in each.categories
    ]
    return ChangePage(
        code=entry.code_name,
        title=pick(entry, "title", words),
        current=tuple(option(each, -1) for each in found.judges if each.id in here),
        others=tuple(option(each, 1) for each in sorted(free, key=lambda each: loads.get(each.id, 0))),
    )


def _impossible(facts: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Impossible:
    ways = []
    for way in facts["ways"]:
        steps = []
        for code, judge, by in way["steps"]:
            name = names.get(UUID(judge), "") if judge else ""
            if code and name:
                steps.append(words.say("impossible.step_pair", judge=name, entry=Ltr(code)))
            elif name:
                steps.append(words.say("impossible.step_judge", judge=name, by=max(1, int(by))))
            elif code:
                steps.append(words.say("impossible.step_entry", entry=Ltr(code), by=max(1, int(by))))
            else:
                steps.append(words.say("impossible.step_invite", n=max(1, int(by))))
        ways.append(words.say(f"impossible.way_{way['kind']}", steps=steps))
    return Impossible(
        rule=words.say(f"impossible.rule_{facts['rule']}", n=int(facts["missing"])),
        entries=tuple(facts["entries"]),
        ways=tuple(ways),
    )
