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
from service.typed_text import fold_for_search
from service.usecases.panel.assignment import AssignmentImpossible, change_pair, propose_assignment
from service.usecases.panel.assignment_effect import add_links, measure_change, refresh_quality
from service.usecases.panel.assignment_rules import set_assignment_rules
from service.web.committee.assignment_views import (
    ChangePage,
    EffectView,
    EntryRow,
    Link,
    LoadRow,
    PairView,
    RulesView,
    count_loads,
    grade,
    show_change,
    show_effect,
    show_join,
    show_rules,
    show_why,
)
from service.web.committee.impossible import Impossible, tell_impossible
from service.web.committee.parts import part_of
from service.web.committee.standing import AnyRequest, Chip, no_round, pick, round_of, stand
from service.web.forms import read_form
from service.web.language import with_language
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.assignments import Pair, get_round_assignment
from storage.reads.committee.standing import Standing
from storage.reads.matrices import RoundRules

__all__ = ["AssignmentController"]

NO_NUMBER = -1
ENTRIES_A_PART = 50
"""Projects of one part of the list, each with its judges and the reasons: some ten screens of a phone."""


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
    first: int
    n_found: int
    previous: str | None
    next: str | None
    loads: tuple[LoadRow, ...]
    links: tuple[Link, ...]
    joins: tuple[Markup, ...]
    may_link: bool
    change: ChangePage | None
    effect: EffectView | None
    n_short: int
    shared: bool
    impossible: Impossible | None
    rules: RulesView
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
            part=asked.get("part", ""),
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

    @post("/rules", opt={"action": Action.ASSIGN_JUDGES})
    async def set_rules(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words)

        typed = await read_form(request, again=again)
        rules = RoundRules(
            academics_least=_least(typed.text("academics_least"), typed.number("academics_least")),
            practitioners_least=_least(typed.text("practitioners_least"), typed.number("practitioners_least")),
            institution_once=typed.flag("institution_once"),
            team_once=typed.flag("team_once"),
        )
        await set_assignment_rules(actor, round_of(await stand(actor)).id, rules, now=now)
        return go_to("/committee/assignments")

    @post("/links", opt={"action": Action.ASSIGN_JUDGES})
    async def link(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        await read_form(request)
        await add_links(actor, round_of(await stand(actor)).id, reason=words.plain("joins.reason"), now=now)
        return go_to("/committee/assignments")


def _least(typed: str, number: int | None) -> int:
    """Read an empty field as none, and what is no number as one out of range, which is refused beside its field."""
    return 0 if not typed else NO_NUMBER if number is None else number


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
    wish: tuple[UUID | None, UUID | None] = (None, None), shared: bool = False, part: str = "",
) -> Page:  # fmt: skip
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round("com.assign")
    in_round = standing.in_round
    found = await get_round_assignment(standing.edition_id, in_round.id)
    names = {each.id: pick(each, "name", words) for each in found.judges}
    loads = count_loads(found)
    categories = {each.id: each for each in standing.categories}
    chosen = standing.find_category(category)
    listed = [
        each
        for each in found.entries
        if each.category_id in categories and (chosen is None or each.category_id == chosen.id)
    ]
    in_part = part_of(len(listed), part, ENTRIES_A_PART)
    here = with_language("/committee/assignments", words.lang) + (f"?category={chosen.slug}" if chosen else "")
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
        efficiency_word=grade(efficiency),
        chips=_chips(standing, category, words),
        entries=tuple(
            EntryRow(
                code=Ltr(each.code_name),
                title=pick(each, "title", words),
                category=pick(categories[each.category_id], "name", words),
                href=f"/committee/assignments?entry={each.code_name}#change",
                pairs=tuple(
                    PairView(names.get(pair.judge_id, ""), str(pair.judge_id), show_why(pair, words))
                    for pair in sorted(
                        by_entry.get(each.id, ()), key=lambda pair: fold_for_search(names.get(pair.judge_id, ""))
                    )
                ),
                lacks=max(0, in_round.reviews_per_entry - len(by_entry.get(each.id, ()))),
            )
            for each in listed[in_part.first - 1 : in_part.last]
        ),
        first=in_part.first,
        n_found=len(listed),
        previous=in_part.before(here),
        next=in_part.after(here),
        loads=tuple(
            LoadRow(names[each.id], each.kind, loads.get(each.id, 0), each.max_entries)
            for each in sorted(found.judges, key=lambda each: (-loads.get(each.id, 0), fold_for_search(names[each.id])))
        ),
        links=tuple(
            Link(pick(each, "name", words), int(found.quality["groups_in_category"][str(each.id)]))
            for each in standing.categories
            if str(each.id) in found.quality.get("groups_in_category", {})
        ),
        joins=tuple(show_join(join, names, words) for join in joins),
        may_link=any(join["entry"] for join in joins),
        change=show_change(found, changed, loads, words) if changed and is_assigning else None,
        effect=show_effect(effect, names, words) if effect else None,
        n_short=sum(len(by_entry.get(each.id, ())) < in_round.reviews_per_entry for each in found.entries)
        if is_open
        else 0,
        shared=shared,
        impossible=tell_impossible(facts, names | _named(standing, words), words) if facts else None,
        rules=show_rules(found, words),
        may_assign=is_assigning and may(Action.ASSIGN_JUDGES, actor, stage=standing.state),
        may_open=is_assigning and may(Action.OPEN_ROUND, actor, stage=standing.state),
    )
    return page("committee/assignments", shown, status=AssignmentImpossible.status if facts else 200)


def _named(standing: Standing, words: Words) -> dict[UUID, str]:
    return {each.id: pick(each, "name", words) for each in (*standing.categories, *standing.barred)}


def _chips(standing: Standing, current: str, words: Words) -> tuple[Chip, ...]:
    base = with_language("/committee/assignments", words.lang)
    return (
        Chip(words.plain("pub.all_categories"), base, current=not current),
        *(
            Chip(pick(each, "name", words), f"{base}?category={each.slug}", current=each.slug == current)
            for each in standing.categories
        ),
    )
