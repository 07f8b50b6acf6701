"""A finding in words: what was found, where, and what to do, in the reader's language."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from service.text import Words
from storage.inspect.report import Finding, Place, PlaceKind


@dataclass(frozen=True, slots=True)
class Said:
    """One finding as its reader sees it."""

    severity: str
    what: str
    where: str
    do: str

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return asdict(self)


def describe(finding: Finding, words: Words) -> Said:
    """Say one finding as plain text."""
    return Said(
        severity=words.plain(f"inspect.severity.{finding.severity}"),
        what=words.plain(f"inspect.{finding.code}.what", **finding.facts),
        where=_where(finding.place, words),
        do=words.plain(f"inspect.{finding.code}.do", **finding.facts),
    )


def _where(place: Place, words: Words) -> str:
    if place.kind is PlaceKind.SECOND:
        return words.plain("inspect.place.second", time=words.duration_clock(place.number or 0))
    return words.plain(f"inspect.place.{place.kind}", number=place.number or 0, name=place.name or "")
