"""What an inspection found, as it was kept, said in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.inspection_words import Said, describe
from service.text import Words
from storage.inspect.report import finding_from_json

__all__ = ["Said", "say_finding", "say_findings", "say_trace"]


def say_finding(kept: Mapping[str, Any], words: Words) -> Said:
    """Say one kept finding."""
    return describe(finding_from_json(kept), words)


def say_findings(kept: Sequence[Mapping[str, Any]], words: Words, *, severities: frozenset[str]) -> tuple[Said, ...]:
    """Say the findings of some severities, but for names found: those have a place of their own."""
    return tuple(
        say_finding(each, words)
        for each in kept
        if each["severity"] in severities and not each["code"].startswith("identity.")
    )


def say_trace(code: str, place: Mapping[str, Any], excerpt: str, words: Words) -> Said:
    """Say where a name was found."""
    facts = {"who": place.get("who", ""), "excerpt": excerpt}
    where = {name: place.get(name) for name in ("kind", "number", "name")}
    return say_finding({"code": code, "severity": "fix", "place": where, "facts": facts}, words)
