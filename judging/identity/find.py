"""Identities found in text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from judging.identity.identities import Identities


class Trace(StrEnum):
    """What kind of thing gave someone away."""

    PERSON = "person"
    INSTITUTION = "institution"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    HANDLE = "handle"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text, and a place that means something to the caller alone."""

    text: str
    place: Hashable


@dataclass(frozen=True, slots=True)
class Finding:
    """One identity in one piece. ``is_soft``: a common single name, which may well be someone else's."""

    trace: Trace
    who: str
    excerpt: str
    place: Hashable
    is_soft: bool = False


def find_identities(pieces: Iterable[Piece], identities: Identities) -> tuple[Finding, ...]:
    """Find people and institutions in text, at most once a place; in the order of the pieces."""
    findings: dict[tuple[Hashable, Trace, str], Finding] = {}
    for piece in pieces:
        for person in identities.people:
            for name in person.names:
                if name.casefold() in piece.text.casefold():
                    findings.setdefault(
                        (piece.place, Trace.PERSON, name), Finding(Trace.PERSON, name, name, piece.place)
                    )
    return tuple(findings.values())
