"""Names of people in text: two parts of a name close together mean the person, one part alone may mean anyone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz

from judging.identity.folding import bare_forms, fold, is_arabic, loosen, settle, settled_forms, sounds, tidy
from judging.identity.frequent import JOINTS, TITLES, is_common
from judging.identity.words import Word, cut

REACH = 2
"""Words that may stand between two parts of a name: a father's name, an initial."""
LEAST_RUN = 7
"""Letters that two parts of a name must have together to be looked for in text without spaces."""
LEAST_CLOSE = 4
"""The same, where each alef and lam between them must be there."""
LEAST_FUZZY = 11
FUZZY_SCORE = 90.0
ENOUGH_SOUNDS = 5
"""Consonants that two parts must have together if neither is spelt as in the name."""
ALIKE = 60
"""Of 100: how alike two Latin spellings must look, beside sounding the same ("Hussein" and "Husain": 77)."""
_PAIR = 2
_MOHAMMED = fold("محمد")
_SHORT_FORMS = frozenset({"mohd", "muhd", "mhd"})
_LEAST_WITH_ARTICLE = 5


class Strength(IntEnum):
    """How much a match says: the person; perhaps the person; a name that many bear."""

    FAINT = 0
    SOFT = 1
    STRONG = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A match in a tidy text."""

    strength: Strength
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a name: the forms that are it, and the keys of how it sounds."""

    folded: str
    forms: frozenset[str]
    keys: frozenset[str]
    is_common: bool


Place = tuple[int, int, bool]
"""A word's number, the part of the name that it is, and whether it is spelt so or only sounds so."""


class NamePattern:
    """One full name, prepared for search."""

    def __init__(self, name: str) -> None:
        words = [word for word in cut(tidy(name)) if word.folded not in JOINTS]
        self.parts = [_part(word.folded) for word in words if len(word.folded) > 1]
        self._is_arabic = bool(self.parts) and all(is_arabic(part.folded) for part in self.parts)
        self._run = self._run_pattern()
        squeezed = "".join(part.folded for part in self.parts)
        self._whole = settle(squeezed) if self._is_arabic else loosen(squeezed)

    def find(self, words: list[Word], places: list[Place]) -> Iterator[Hit]:
        """Every match of parts of this name, given the places of words that are one of them."""
        for at, part, is_exact in places:
            yield from self._single(words, at, part, is_exact=is_exact)
        for index, (at, part, is_exact) in enumerate(places):
            for other_at, other, other_exact in places[index + 1 :]:
                if _distance(words, at, other_at) > REACH:
                    break
                if other != part and other_at != at:
                    strength = self._pair(part, other, is_exact=is_exact or other_exact)
                    yield Hit(strength, words[at].start, words[other_at].end)
        yield from self._initials(words, places)

    def _pair(self, part: int, other: int, *, is_exact: bool) -> Strength:
        """Two parts together: the person, unless both are everyone's and neither is the first or the last of more."""
        ends = {0, len(self.parts) - 1}
        pair = (self.parts[part], self.parts[other])
        if all(each.is_common for each in pair) and len(self.parts) > _PAIR and {part, other} != ends:
            return Strength.STRONG if {part, other} <= {0, 1} and is_exact else Strength.SOFT
        n_sounds = sum(max((sum(map(str.isupper, key)) for key in each.keys), default=0) for each in pair)
        return Strength.STRONG if is_exact or n_sounds >= ENOUGH_SOUNDS else Strength.SOFT

    def _single(self, words: list[Word], at: int, part: int, *, is_exact: bool) -> Iterator[Hit]:
        if part not in (0, len(self.parts) - 1) or not is_exact:
            return
        word = words[at]
        if not (word.has_capital or is_arabic(word.folded) or len(self.parts) == 1):
            return
        is_introduced = any(before.folded in TITLES for before in words[max(0, at - 2) : at])
        is_soft = is_introduced or not self.parts[part].is_common
        if len(self.parts) == 1 and is_soft:
            yield Hit(Strength.STRONG, word.start, word.end)
        else:
            yield Hit(Strength.SOFT if is_soft else Strength.FAINT, word.start, word.end)

    def _initials(self, words: list[Word], places: list[Place]) -> Iterator[Hit]:
        """Give a family name beside the first letter of the first name: ``M. Al-Harthi``, ``Harthi, M``."""
        last = len(self.parts) - 1
        if last < 1:
            return
        first = self.parts[0].folded[0]
        for at, part, _ in places:
            if part != last or self.parts[last].is_common:
                continue
            for beside in (at - 3, at - 2, at - 1, at + 1):
                if not 0 <= beside < len(words) or words[beside].folded != first or not _is_initial(words[beside]):
                    continue
                between = words[min(at, beside) + 1 : max(at, beside)]
                if all(len(word.folded) == 1 or word.folded in JOINTS for word in between):
                    yield Hit(Strength.STRONG, min(words[beside].start, words[at].start), words[at].end)

    def _run_pattern(self) -> re.Pattern[str] | None:
        """Prepare two parts of the name (first two, last two, first and last) run together, and the whole."""
        last = len(self.parts) - 1
        pairs = {(0, 1), (0, last), (last - 1, last)} if last > 0 else set()
        found = {self._squeezed(*self.parts)} if last > 0 and self._is_whole_enough() else set()
        if last > 0 and not found and self._is_long_with_alefs():
            found.add(_squeezed_closely(self.parts))
        for one, two in pairs:
            for first, second in ((self.parts[one], self.parts[two]), (self.parts[two], self.parts[one])):
                if first is not second and _is_enough(_bare(first), _bare(second)):
                    found.add(self._squeezed(first, second))
        return re.compile("|".join(sorted(found))) if found else None

    def _is_whole_enough(self) -> bool:
        return sum(len(_bare(part).strip("ال")) for part in self.parts) >= LEAST_RUN

    def _is_long_with_alefs(self) -> bool:
        """Whether a name of few letters but alefs and lams ("Alaa bin Hilal") is long enough if these are counted."""
        bare = [_bare(part) for part in self.parts]
        return self._is_arabic and (
            sum(map(len, bare)) >= LEAST_FUZZY and sum(len(each.strip("ال")) for each in bare) >= LEAST_CLOSE
        )

    def _squeezed(self, *parts: _Part) -> str:
        if self._is_arabic:
            seam = "[ال]{0,3}(?:ا?بن|بنت|ابو)?[ال]{0,3}"
            return seam.join(settle(_bare(part)).strip("ال") for part in parts)
        return "(?:b[ia]n|ibn|bint|al|abu)*".join(loosen(_bare(part)) for part in parts)

    def find_squeezed(self, letters: str) -> tuple[int, int] | None:
        """Give the name in settled (Arabic) or loosened (Latin) letters without spaces: where the first match is."""
        match = self._run.search(letters) if self._run else None
        return match.span() if match else None

    def find_garbled(self, letters: str) -> tuple[int, int] | None:
        """Give the whole name with a letter or two lost, in letters as above."""
        if len(self._whole) < LEAST_FUZZY or len(self.parts) < _PAIR or len(letters) < LEAST_FUZZY:
            return None
        match = fuzz.partial_ratio_alignment(self._whole, letters, score_cutoff=FUZZY_SCORE)
        return (match.dest_start, match.dest_end) if match else None

    @property
    def is_in_arabic(self) -> bool:
        """Whether the name is written in Arabic letters."""
        return self._is_arabic


class NameIndex:
    """The parts of all names sought, so that each word of a text is looked up once for all of them."""

    def __init__(self, patterns: list[NamePattern]) -> None:
        self._patterns = patterns
        self._by_form: dict[str, list[tuple[int, int]]] = {}
        self._by_key: dict[str, list[tuple[int, int]]] = {}
        for number, pattern in enumerate(patterns):
            for index, part in enumerate(pattern.parts):
                for form in part.forms:
                    self._by_form.setdefault(form, []).append((number, index))
                for key in part.keys:
                    self._by_key.setdefault(key, []).append((number, index))
        self._memo: dict[tuple[str, bool], dict[tuple[int, int], bool]] = {}

    def places(self, words: list[Word]) -> list[list[Place]]:
        """For each name, where its parts are among the words."""
        found: list[list[Place]] = [[] for _ in self._patterns]
        for at, word in enumerate(words):
            known = (word.folded, word.has_capital)
            matches = self._memo.get(known)
            if matches is None:
                matches = self._memo[known] = self._compare(word)
            for (number, part), is_exact in matches.items():
                found[number].append((at, part, is_exact))
        return found

    def _compare(self, word: Word) -> dict[tuple[int, int], bool]:
        """Parts that a word is: exactly, or by its sound. A Latin word without a capital must be exact."""
        if len(word.folded) == 1 or word.folded in JOINTS:
            return {}
        matches = {match: True for form in settled_forms(word.folded) for match in self._by_form.get(form, ())}
        if word.has_capital or is_arabic(word.folded):
            keys = {key for form in bare_forms(word.folded) for key in sounds(form)}
            for match in (match for key in keys for match in self._by_key.get(key, ())):
                if match not in matches and _is_alike(word.folded, self._part(match).folded):
                    matches[match] = False
        return dict(sorted(matches.items()))

    def _part(self, match: tuple[int, int]) -> _Part:
        return self._patterns[match[0]].parts[match[1]]


def _part(folded: str) -> _Part:
    raw = _forms_of_name(folded)
    keys = frozenset(key for form in raw for key in sounds(form))
    spelled = {settle(form) for form in raw}
    if keys & sounds(_MOHAMMED):
        spelled |= _SHORT_FORMS
    return _Part(folded, frozenset(spelled), keys, all(is_common(form) for form in raw))


def _forms_of_name(folded: str) -> frozenset[str]:
    """Take the article from a name, but no letter: "Walid" begins with a waw of its own."""
    if not is_arabic(folded):
        return bare_forms(folded)
    has_article = folded.startswith("ال") and len(folded) >= _LEAST_WITH_ARTICLE
    return frozenset({folded, folded[2:]} if has_article else {folded})


def _bare(part: _Part) -> str:
    folded = part.folded
    return folded[2:] if folded[:2] in ("ال", "al", "el") and len(folded) > _LEAST_WITH_ARTICLE else folded


def _squeezed_closely(parts: list[_Part]) -> str:
    """Give the whole of an Arabic name run together, with at most one alef or lam of each seam lost."""
    said, owed = "", 0
    for part in parts:
        settled = settle(_bare(part))
        inner = settled.lstrip("ال")
        before = len(settled) - len(inner)
        if said or owed:
            said += _seam(owed) + "(?:ا?بن|بنت|ابو)?"
        said += _seam(before) if inner else ""
        said += inner.rstrip("ال")
        owed = len(inner) - len(inner.rstrip("ال")) if inner else before
    return said


def _seam(length: int) -> str:
    return f"[ال]{{{max(0, length - 1)},{length + 3}}}"


def _is_enough(first: str, second: str) -> bool:
    """Whether two parts are long enough without the alefs and lams that their seam may lose."""
    first, second = first.strip("ال"), second.strip("ال")
    return min(len(first), len(second)) > 1 and len(first) + len(second) >= LEAST_RUN - 1


def _is_alike(word: str, part: str) -> bool:
    """Latin beside Latin must also look alike; across scripts the sound must do."""
    if is_arabic(word) != is_arabic(part):
        return True
    return is_arabic(word) is False and fuzz.ratio(loosen(word), loosen(part)) >= ALIKE


def _is_initial(word: Word) -> bool:
    return word.has_capital or is_arabic(word.folded)


def _distance(words: list[Word], at: int, other: int) -> int:
    """Words between two, not counting joints."""
    return sum(1 for word in words[at + 1 : other] if word.folded not in JOINTS and len(word.folded) > 1)
