"""What the data say of each rule of taking part, so that the registrar need not look for it."""

import json
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from service.text import Words
from service.usecases.setup.past_entries import Recurrence
from service.web.committee.standing import pick
from service.web.declared import say_ai
from storage.reads.registrar import EligibilityPage, RuleView

__all__ = ["RuleLine", "weigh_rules"]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with its evidence. ``preset`` is yes only where the data alone settle it; a person answers all others."""

    id: str
    text: str
    evidence: tuple[Markup, ...]
    preset: str


def weigh_rules(found: EligibilityPage, past: tuple[Recurrence, ...], words: Words) -> tuple[RuleLine, ...]:
    """Lay the evidence beside each rule; a rule that this program does not know has none."""
    return tuple(_weigh(rule, found, past, words) for rule in found.rules)


def _weigh(rule: RuleView, found: EligibilityPage, past: tuple[Recurrence, ...], words: Words) -> RuleLine:
    if rule.slug == "new":
        told = words.say("eligibility.ev_past", n=len(past)) if past else words.say("eligibility.ev_no_past")
        return RuleLine(str(rule.id), pick(rule, "text", words), (told,), "")
    evidence, is_settled = _EVIDENCE.get(rule.slug, _nothing)(found, words)
    return RuleLine(str(rule.id), pick(rule, "text", words), evidence, "yes" if is_settled else "")


Weighed = tuple[tuple[Markup, ...], bool]


def _nothing(found: EligibilityPage, words: Words) -> Weighed:
    del found, words
    return (), False


def _enrolled(found: EligibilityPage, words: Words) -> Weighed:
    institution = pick(found, "institution", words)
    said = words.say("eligibility.ev_institution", name=institution) if institution else None
    return (said or words.say("eligibility.ev_no_institution"),), False


def _coursework(found: EligibilityPage, words: Words) -> Weighed:
    year = found.academic_year
    return ((words.say("eligibility.ev_year", year=year),) if year else (words.say("eligibility.ev_no_year"),)), False


def _team(found: EligibilityPage, words: Words) -> Weighed:
    n_confirmed = sum(each.is_confirmed for each in found.members)
    told = words.say("eligibility.ev_team", confirmed=n_confirmed, n=len(found.members))
    return (told,), n_confirmed == len(found.members) > 0


def _supervisor(found: EligibilityPage, words: Words) -> Weighed:
    name = pick(found, "supervisor", words)
    if found.supervisor_approved_at is None:
        return ((words.say("eligibility.supervisor_wait", name=name),) if name else ()), False
    return (words.say("eligibility.supervisor_ok", name=name, at=found.supervisor_approved_at),), True


def _rights(found: EligibilityPage, words: Words) -> Weighed:
    rights: dict[str, Any] = json.loads(found.rights or "{}")
    declared = words.say("eligibility.ev_declared" if rights.get("is_declared") else "eligibility.ev_not_declared")
    return (declared, *_help(found, words)), False


def _help(found: EligibilityPage, words: Words) -> tuple[Markup, ...]:
    told = str(json.loads(found.rights or "{}").get("help_text") or "").strip()
    return (words.say("eligibility.ev_help", text=told) if told else words.say("eligibility.ev_no_help"),)


def _ai(found: EligibilityPage, words: Words) -> Weighed:
    told = say_ai(found.ai_ready_ar, found.ai_ready_en, found.ai_text, words)
    return ((words.say("eligibility.ev_ai", text=told),) if told else ()), False


def _blind(found: EligibilityPage, words: Words) -> Weighed:
    n_open = sum(each.state == "open" for each in found.findings)
    n_confirmed = sum(each.state == "confirmed" for each in found.findings)
    told = [words.say("eligibility.ev_open", n=n_open), words.say("eligibility.ev_confirmed", n=n_confirmed)]
    return tuple(told), False


_EVIDENCE = {
    "enrolled": _enrolled,
    "students": _enrolled,
    "coursework": _coursework,
    "student-made": lambda found, words: (_help(found, words), False),
    "team-size": _team,
    "supervisor": _supervisor,
    "rights": _rights,
    "ai": _ai,
    "blind": _blind,
}
"""Slug of a rule → what is known of it."""
