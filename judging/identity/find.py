"""People and institutions found in text, each at most once a place."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from judging.identity import contacts
from judging.identity.folding import fold, is_arabic, loosen, settle, tidy
from judging.identity.identities import Identities, Institution, Person
from judging.identity.people import Hit, NameIndex, NamePattern, Place, Strength
from judging.identity.phrases import PhrasePattern
from judging.identity.words import Word, around, cut

_SHORT = 4_000
_SPACES = re.compile(r"[\W\d_]+")


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
    """One identity in one place. ``strength``: whether it is the person, perhaps, or a name that many bear."""

    trace: Trace
    who: str
    excerpt: str
    place: Hashable
    strength: Strength = Strength.STRONG


@dataclass(frozen=True, slots=True)
class _View:
    """One piece prepared: tidy text and its words, mirrored too where it is Arabic, and letters alone."""

    tidy: str
    words: list[Word]
    mirrored: str
    mirrored_words: list[Word]
    plain: str
    arabic: str
    latin: str


def find_identities(pieces: Iterable[Piece], identities: Identities) -> tuple[Finding, ...]:
    """Find who is behind an entry in its text.

    At most one finding for each identity, kind and place, the strongest; in the order of the pieces. Names are found
    in either
    script, in any order, mirrored, split into letters or run together; a name that many people bear is FAINT when it
    stands alone.
    """
    search = _Search(identities)
    best: dict[tuple[Hashable, Trace, int], Finding] = {}
    for piece in pieces:
        view = _view_again(piece.text) if len(piece.text) < _SHORT else _view(piece.text)
        for number, trace, who, hit, text in search.run(view):
            key = (piece.place, trace, number)
            if key not in best or best[key].strength < hit.strength:
                best[key] = Finding(trace, who, around(text, hit.start, hit.end), piece.place, hit.strength)
    return tuple(best.values())


@lru_cache(maxsize=512)
def _view_again(text: str) -> _View:
    """Give the view of a short text once: an entry's own fields are searched again whenever its team changes."""
    return _view(text)


def _view(text: str) -> _View:
    clean = tidy(text)
    letters = "".join(map(fold, _SPACES.sub(" ", clean).split()))
    has_arabic = is_arabic(letters)
    mirrored = clean[::-1] if has_arabic else ""
    arabic = re.sub("[^\u0600-\u06ff]", "", letters) if has_arabic else ""
    latin = re.sub("[^a-z]", "", letters)
    return _View(
        clean, cut(clean), mirrored, cut(mirrored), contacts.plain_addresses(clean), settle(arabic), loosen(latin)
    )


Row = tuple[int, Trace, str, Hit, str]


@lru_cache(maxsize=1_024)
def _pattern_of(name: str) -> NamePattern:
    return NamePattern(name)


class _Search:
    """All patterns of one entry, made once for all of its pieces."""

    def __init__(self, identities: Identities) -> None:
        self._people = identities.people
        self._names = [
            (number, _pattern_of(name)) for number, person in enumerate(identities.people) for name in person.names
        ]
        self._index = NameIndex([pattern for _, pattern in self._names])
        self._institutions = [
            (institution, [PhrasePattern(name) for name in institution.names])
            for institution in identities.institutions
        ]
        self._words = [(word, PhrasePattern(word)) for word in identities.words]

    def run(self, view: _View) -> Iterator[Row]:
        straight = self._index.places(view.words)
        mirrored = self._index.places(view.mirrored_words)
        for (number, pattern), places, mirrored_places in zip(self._names, straight, mirrored, strict=True):
            for hit, text in _name_hits(pattern, view, places, mirrored_places):
                yield number, Trace.PERSON, self._people[number].names[0], hit, text
        for number, person in enumerate(self._people):
            yield from _contact_rows(number, person, view)
        for number, (institution, phrases) in enumerate(self._institutions):
            for hit in _institution_hits(institution, phrases, view):
                yield number, Trace.INSTITUTION, (institution.names or institution.domains or ("",))[0], hit, view.tidy
        for number, (word, phrase) in enumerate(self._words):
            for hit in phrase.find(view.tidy, view.words):
                yield number, Trace.WORD, word, hit, view.tidy


def _name_hits(
    pattern: NamePattern, view: _View, places: list[Place], mirrored: list[Place]
) -> Iterator[tuple[Hit, str]]:
    """Find a name in words first; where that finds nobody, in mirrored words, then in letters alone."""
    hits = list(pattern.find(view.words, places))
    yield from ((hit, view.tidy) for hit in hits)
    if any(hit.strength is Strength.STRONG for hit in hits):
        return
    turned = [hit for hit in pattern.find(view.mirrored_words, mirrored) if hit.strength is Strength.STRONG]
    if turned and pattern.is_in_arabic:
        yield turned[0], view.mirrored
        return
    letters = view.arabic if pattern.is_in_arabic else view.latin
    both = (letters, letters[::-1])
    for each in both:
        if span := pattern.find_squeezed(each):
            yield Hit(Strength.STRONG, *span), each
            return
    for each in both if pattern.is_in_arabic else both[:1]:
        if span := pattern.find_garbled(each):
            yield Hit(Strength.SOFT, *span), each
            return


def _contact_rows(number: int, person: Person, view: _View) -> Iterator[Row]:
    for values, trace, find, text in (
        (person.emails, Trace.EMAIL, contacts.find_email, view.plain),
        (person.phones, Trace.PHONE, contacts.find_phone, view.tidy),
        (person.numbers, Trace.NUMBER, contacts.find_number, view.tidy),
        (person.handles, Trace.HANDLE, contacts.find_handle, view.plain),
    ):
        for value in values:
            if span := find(value, text):
                yield number, trace, value, Hit(Strength.STRONG, *span), text


def _institution_hits(institution: Institution, phrases: list[PhrasePattern], view: _View) -> Iterator[Hit]:
    for phrase in phrases:
        yield from phrase.find(view.tidy, view.words)
        for hit in phrase.find(view.mirrored, view.mirrored_words) if phrase.is_in_arabic else ():
            yield Hit(hit.strength, max(0, len(view.tidy) - hit.end), len(view.tidy) - hit.start)
    for domain in institution.domains:
        if contacts.find_domain(domain, view.plain):
            start = max(0, view.tidy.casefold().find(domain.casefold()))
            yield Hit(Strength.STRONG, start, start + len(domain))
