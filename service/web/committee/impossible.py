"""Why an assignment that was wished for cannot be: project by project, with the numbers, and what would free it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from markupsafe import Markup

from service.text import Ltr, Words

__all__ = ["Impossible", "tell_impossible"]

MOST_TOLD = 12
"""Projects told one by one, and steps of a way out; where there are more, the page says how many more."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a wish cannot be met, and what would free it.

    ``blocked``: what each project lacks and what is in its way; ``n_more``: projects not told one by one.
    """

    rule: Markup
    numbers: Markup
    blocked: tuple[Markup, ...]
    n_more: int
    group: Markup | None
    ways: tuple[Markup, ...]


def tell_impossible(facts: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Impossible:
    """Put the facts of a refusal into the reader's words. ``names``: what the reader calls each judge and category."""
    numbers, blocked = facts["numbers"], sorted(facts["blocked"], key=lambda each: str(each["entry"]))
    is_counted = facts["rule"] != "role-beyond-need" and "demand" in numbers
    return Impossible(
        rule=words.say(f"impossible.rule_{facts['rule']}", n=_missing(facts)),
        numbers=words.say(
            "impossible.numbers", demand=numbers["demand"], capacity=numbers["capacity"], judges=numbers["judges"]
        )
        if is_counted
        else Markup(),
        blocked=tuple(_blocked(each, words) for each in blocked[:MOST_TOLD]),
        n_more=max(0, len(blocked) - MOST_TOLD),
        group=_group(facts["tight"], names, words) if facts["tight"] else None,
        ways=tuple(_way(way, names, words) for way in facts["ways"]),
    )


def _missing(facts: Mapping[str, Any]) -> int:
    """Count what is lacking: judges, else entries beyond the limits that would have to be broken."""
    numbers = facts["numbers"]
    beyond = max(
        *(numbers.get(name, 0) for name in ("over", "over-category", "under")),
        numbers.get("demand", 0) - numbers.get("capacity", 0),
    )
    return int(facts["missing"] or beyond or len(facts["entries"]))


def _blocked(each: Mapping[str, Any], words: Words) -> Markup:
    """One project: how many judges it lacks, how many are free, and what keeps the others away."""
    bars = [words.say(f"impossible.bar_{name}", n=n) for name, n in each["bars"].items()]
    kind = each["kind"]
    if not each["missing"]:
        lacks = words.say("impossible.crowded", entry=Ltr(each["entry"]), n=each["free"])
    elif kind:
        lacks = words.say(f"impossible.lacks_{kind}", entry=Ltr(each["entry"]), n=each["missing"], free=each["free"])
    else:
        lacks = words.say("impossible.lacks", entry=Ltr(each["entry"]), n=each["missing"], free=each["free"])
    return words.say("impossible.away", lacks=lacks, bars=bars) if bars else lacks


def _group(tight: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Markup:
    return words.say(
        "impossible.group",
        n=len(tight["entries"]),
        demand=tight["demand"],
        capacity=tight["capacity"],
        judges=[names.get(UUID(judge), "") for judge in tight["judges"]],
    )


def _way(way: Mapping[str, Any], names: Mapping[UUID, str], words: Words) -> Markup:
    steps = []
    for code, judge, kind, by in sorted(way["steps"], key=lambda step: str(step[0] or ""))[:MOST_TOLD]:
        name = names.get(UUID(judge), "") if judge else ""
        n = max(1, int(by))
        if code and name:
            steps.append(words.say("impossible.step_pair", judge=name, entry=Ltr(code)))
        elif name and kind:
            steps.append(words.say("impossible.step_limit", judge=name, category=names.get(UUID(kind), ""), by=n))
        elif name:
            steps.append(words.say("impossible.step_judge", judge=name, by=n))
        elif code and kind:
            steps.append(words.say(f"impossible.step_entry_{kind}", entry=Ltr(code), n=n))
        elif code:
            steps.append(words.say("impossible.step_entry", entry=Ltr(code), by=n))
        else:
            steps.append(words.say(f"impossible.step_invite_{kind}" if kind else "impossible.step_invite", n=n))
    if len(way["steps"]) > MOST_TOLD:
        steps.append(words.say("impossible.step_more", n=len(way["steps"]) - MOST_TOLD))
    return words.say(f"impossible.way_{way['kind']}", steps=steps)
