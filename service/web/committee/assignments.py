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
from service.usecases.assignment_effect import PairEffect, add_links, measure_change, refresh_quality
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

__all__ = ["AssignmentController", "Impossible", "tell_impossible"]

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
class EffectView:
    """What a change by hand would do, in sentences, and the change itself for the form that confirms it."""

    removes: str
    adds: str
    loads: tuple[Markup, ...]
    overlap: Markup
    links: Markup
    reviews: Markup
    broken: tuple[Markup, ...]


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
    joins: tuple[Markup, ...]
    may_link: bool
    change: ChangePage | None
    effect: EffectView | None
    n_short: int
    shared: bool
    impossible: Impossible | None
    may_assign: bool
    may_open: bool


class AssignmentController(Controller):
    """``/committee/assignments``."""

    path = "/committee/assignments"

    @get("/", opt={"action": Action.READ_ASSIGNMENTS})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        asked = request.query_params
        return await _show(
            actor,
            words,
            category=asked.get("category", ""),
            entry=asked.get("entry", ""),
            wish=(_read_id(asked.get("remove", "")), _read_id(asked.get("add", ""))),
            shared="shared" in asked,
        )

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
        wish: tuple[UUID | None, UUID | None] = (None, None)

        async def again() -> Page:
            return await _show(actor, words, entry=code, wish=wish)

        typed = await read_form(request, again=again)
        code = typed.text("entry")
        wish = (_read_id(typed.text("remove")), _read_id(typed.text("add")))
        standing = await stand(actor)
        found = await get_round_assignment(standing.edition_id, round_of(standing).id)
        entry = next((each for each in found.entries if each.code_name == code), None)
        if entry is None:
            raise NotFound
        await change_pair(
            actor,
            round_of(standing).id,
            entry.id,
            remove=wish[0],
            add=wish[1],
            reason=typed.text("reason"),
            now=now,
        )
        await refresh_quality(round_of(standing).id)
        return go_to(f"/committee/assignments?entry={code}")

    @post("/links", opt={"action": Action.ASSIGN_JUDGES})
    async def link(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        await read_form(request)
        await add_links(actor, round_of(await stand(actor)).id, reason=words.plain("joins.reason"), now=now)
        return go_to("/committee/assignments")


def _read_id(text: str) -> UUID | None:
    """Read an id from an address or a form; None where none was given, NotFound where it is none."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


async def _show(
    actor: Actor, words: Words, *, category: str = "", entry: str = "", facts: Mapping[str, Any] | None = None,
    wish: tuple[UUID | None, UUID | None] = (None, None), shared: bool = False,
) -> Page:  # fmt: skip
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
    is_open = in_round.state == RoundState.OPEN and may(Action.ASSIGN_JUDGES, actor, stage=standing.state)
    effect = (
        await measure_change(in_round.id, changed.id, remove=wish[0], add=wish[1])
        if changed and is_assigning and any(wish)
        else None
    )
    joins = found.quality.get("joins", [])
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
        joins=tuple(_join(join, names, words) for join in joins),
        may_link=any(join["entry"] for join in joins),
        change=_change(found, changed, loads, words) if changed and is_assigning else None,
        effect=_effect(effect, names, words) if effect else None,
        n_short=sum(len(by_entry.get(each.id, ())) < in_round.reviews_per_entry for each in found.entries)
        if is_open
        else 0,
        shared=shared,
        impossible=tell_impossible(facts, names, words) if facts else None,
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


def _join(join: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Markup:
    if not join["entry"]:
        return words.say("joins.none")
    judge = names.get(UUID(join["judge"]), "") if join.get("judge") else ""
    return words.say("joins.one", entry=Ltr(join["entry"]), judge=judge)


def _effect(effect: PairEffect, names: Mapping[UUID, str], words: Words) -> EffectView:
    before, after = (words.percent(share) for share in effect.efficiency)
    return EffectView(
        removes=str(effect.removes or ""),
        adds=str(effect.adds or ""),
        loads=tuple(
            words.say("effect.load", judge=names.get(judge, ""), before=old, after=new, most=most)
            for judge, old, new, most in effect.loads
        ),
        overlap=words.say("effect.overlap", before=before, after=after),
        links=words.say("effect.linked" if effect.n_groups[1] <= 1 else "effect.cut", n=effect.n_groups[1]),
        reviews=words.say("effect.reviews", n=effect.n_judges[1], needed=effect.needed),
        broken=tuple(words.say(f"effect.rule_{rule}") for rule in effect.broken),
    )


def tell_impossible(facts: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Impossible:
    """Say why a wish cannot be met, and what would free it."""
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
