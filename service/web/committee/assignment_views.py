"""What the page of assignments shows of projects, judges, links, rules and a change by hand, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from markupsafe import Markup

from service.text import Ltr, Words
from service.usecases.panel.assignment_effect import PairEffect
from service.web.committee.standing import pick
from storage.reads.committee.assignments import AssignedEntry, AssignedJudge, Pair, RoundAssignment
from storage.reads.matrices import RoundRules

__all__ = [
    "ChangePage",
    "EffectView",
    "EntryRow",
    "Link",
    "LoadRow",
    "Option",
    "PairView",
    "RulesView",
    "count_loads",
    "grade",
    "show_change",
    "show_effect",
    "show_join",
    "show_rules",
    "show_why",
]

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
class RulesView:
    """A round's rules: as fields for who may set them, as sentences for all. ``is_new``: set since the proposal."""

    academics: int
    practitioners: int
    institution_once: bool
    team_once: bool
    told: tuple[Markup, ...]
    is_new: bool


def show_rules(found: RoundAssignment, words: Words) -> RulesView:
    """Show the rules of a round, and whether its proposal was made under others."""
    rules: RoundRules = found.rules
    told = []
    if rules.academics_least:
        told.append(words.say("arules.academics_told", n=rules.academics_least))
    if rules.practitioners_least:
        told.append(words.say("arules.practitioners_told", n=rules.practitioners_least))
    told.append(words.say("arules.institution_told" if rules.institution_once else "arules.institution_free"))
    told.append(words.say("arules.team_told" if rules.team_once else "arules.team_free"))
    return RulesView(
        academics=rules.academics_least,
        practitioners=rules.practitioners_least,
        institution_once=rules.institution_once,
        team_once=rules.team_once,
        told=tuple(told),
        is_new=found.made_under is not None and found.published_at is None and found.made_under != rules,
    )


def grade(efficiency: float | None) -> str:
    """Name how well judges can be compared; empty where it was not measured."""
    if efficiency is None:
        return ""
    for word, least in (("excellent", EXCELLENT), ("good", GOOD), ("fair", FAIR)):
        if efficiency >= least:
            return word
    return "weak"


def count_loads(found: RoundAssignment) -> dict[UUID, int]:
    """Count the projects of each judge."""
    loads: dict[UUID, int] = {}
    for pair in found.pairs:
        loads[pair.judge_id] = loads.get(pair.judge_id, 0) + 1
    return loads


def show_why(pair: Pair, words: Words) -> Markup:
    """Say why a judge has a project."""
    reason = pair.reasons[0] if pair.reasons else {"code": "filled"}
    if reason["code"] == "by-hand":
        return words.say("why.by-hand", reason=str(reason.get("reason", "")))
    place, free = int(reason.get("place", 0)), int(reason.get("n_free", 0))
    return words.say(f"why.{reason['code']}", place=place, free=free)


def show_change(found: RoundAssignment, entry: AssignedEntry, loads: Mapping[UUID, int], words: Words) -> ChangePage:
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


def show_join(join: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Markup:
    """Say which further review would link the judges of a category."""
    if not join["entry"]:
        return words.say("joins.none")
    judge = names.get(UUID(join["judge"]), "") if join.get("judge") else ""
    return words.say("joins.one", entry=Ltr(join["entry"]), judge=judge)


def show_effect(effect: PairEffect, names: Mapping[UUID, str], words: Words) -> EffectView:
    """Say what a change by hand would do."""
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
