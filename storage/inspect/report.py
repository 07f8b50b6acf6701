"""What an inspection answers: findings with places, facts, and the files it wrote. Codes and facts only, no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

FactValue = str | int | float


class Severity(StrEnum):
    """What a finding asks for, gravest first."""

    REFUSED = "refused"
    FIX = "fix"
    COMMITTEE = "committee"
    FINE = "fine"


class Verdict(StrEnum):
    """The whole answer for a file."""

    ACCEPT = "accept"
    FLAG = "flag"
    REJECT = "reject"


class PlaceKind(StrEnum):
    """How a place inside a file is counted."""

    FILE = "file"
    NAME = "name"
    METADATA = "metadata"
    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    SECOND = "second"
    LINE = "line"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: a page, a second, a line, a property with its name."""

    kind: PlaceKind = PlaceKind.FILE
    number: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``code`` names its words in the catalogues, ``facts`` fill them."""

    code: str
    severity: Severity
    place: Place = Place()
    facts: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured; ``None`` where the format has no such thing."""

    pages: int | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    codecs: tuple[str, ...] = ()
    words: int | None = None
    languages: tuple[str, ...] = ()
    members: int | None = None


@dataclass(frozen=True, slots=True)
class CleanCopy:
    """The judge's copy as written."""

    path: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page drawn (or a film's poster) with the text that it shows. ``number``: the page from 1, or the second."""

    number: int
    path: str
    media_type: str
    width: int
    height: int
    size: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with its place, for whoever looks for names; never part of a report."""

    text: str
    place: Place
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """All that an inspection found out about one file."""

    type: str
    media_type: str
    sha256: str
    size: int
    findings: tuple[Finding, ...] = ()
    facts: Facts = Facts()
    clean: CleanCopy | None = None
    pages: tuple[PagePicture, ...] = ()
    poster: PagePicture | None = None

    @property
    def verdict(self) -> Verdict:
        """Refused if one finding refuses, flagged if one asks for anything, else accepted."""
        severities = {finding.severity for finding in self.findings}
        if Severity.REFUSED in severities:
            return Verdict.REJECT
        if severities & {Severity.FIX, Severity.COMMITTEE}:
            return Verdict.FLAG
        return Verdict.ACCEPT

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``from_json`` gives the same report back."""
        values = asdict(self)
        values["verdict"] = str(self.verdict)
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Report:
        """Rebuild what ``to_json`` gave."""
        facts = dict(values["facts"])
        facts["codecs"], facts["languages"] = tuple(facts["codecs"]), tuple(facts["languages"])
        return cls(
            type=values["type"],
            media_type=values["media_type"],
            sha256=values["sha256"],
            size=values["size"],
            findings=tuple(finding_from_json(each) for each in values["findings"]),
            facts=Facts(**facts),
            clean=CleanCopy(**values["clean"]) if values["clean"] else None,
            pages=tuple(PagePicture(**each) for each in values["pages"]),
            poster=PagePicture(**values["poster"]) if values["poster"] else None,
        )


def finding_from_json(values: Mapping[str, Any]) -> Finding:
    """One finding from plain values."""
    place = values["place"]
    return Finding(
        code=values["code"],
        severity=Severity(values["severity"]),
        place=Place(PlaceKind(place["kind"]), place["number"], place["name"]),
        facts=dict(values["facts"]),
    )
