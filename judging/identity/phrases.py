"""Names of institutions and teams: phrases whose words stand together in any order, and abbreviations in capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from judging.identity.folding import is_arabic, settle, settled_forms, tidy
from judging.identity.frequent import JOINTS
from judging.identity.people import Hit, Strength
from judging.identity.words import Word, cut

_LEAST_ABBREVIATION = 3
_LONGEST_ABBREVIATION = 8
_LEAST_SINGLE = 4
_SCRAP = 2
"""Letters in a word that may be a piece of one spelt out."""


class PhrasePattern:
    """One phrase, prepared for search."""

    def __init__(self, phrase: str) -> None:
        self._abbreviation = _abbreviation(phrase.strip())
        words = [word.folded for word in cut(tidy(phrase)) if word.folded not in JOINTS]
        self._words = [_forms(word) for word in words]
        self._n_letters = sum(map(len, words))
        self._squeezed = settle("".join(words))
        self._known: dict[str, frozenset[int]] = {}
        self.is_in_arabic = bool(words) and all(map(is_arabic, words))

    def find(self, text: str, words: list[Word]) -> Iterator[Hit]:
        """Give the matches among the words of a tidy text."""
        if self._abbreviation is not None:
            for match in self._abbreviation.finditer(text):
                yield Hit(Strength.STRONG, *match.span())
        elif len(self._words) == 1:
            yield from self._single(words)
        elif self._words:
            yield from self._together(words)

    def _single(self, words: list[Word]) -> Iterator[Hit]:
        strength = Strength.STRONG if self._n_letters >= _LEAST_SINGLE else Strength.SOFT
        for word in words:
            if settled_forms(word.folded) & self._words[0] and (word.has_capital or is_arabic(word.folded)):
                yield Hit(strength, word.start, word.end)

    def _together(self, words: list[Word]) -> Iterator[Hit]:
        """All the words of the phrase in a row, in any order; joints between them do not count."""
        told = [word for word in words if word.folded not in JOINTS]
        n = len(self._words)
        places = [self._places(word.folded) for word in told]
        for start in range(len(told) - n + 1):
            if places[start] and _covers(places[start : start + n], n):
                yield Hit(Strength.STRONG, told[start].start, told[start + n - 1].end)
        yield from self._split(words)

    def _places(self, folded: str) -> frozenset[int]:
        """Say which words of the phrase a word may be; texts say the same words again and again."""
        known = self._known.get(folded)
        if known is None:
            told = settled_forms(folded)
            known = frozenset(number for number, forms in enumerate(self._words) if not forms.isdisjoint(told))
            self._known[folded] = known
        return known

    def _split(self, words: list[Word]) -> Iterator[Hit]:
        """Give the phrase spelt out letter by letter."""
        runs: list[list[Word]] = [[]]
        for before, word in pairwise([Word("", 0, 0, False), *words]):
            if len(word.folded) <= _SCRAP:
                runs[-1].append(word)
            elif len(before.folded) <= _SCRAP:
                runs.append([])
        for run in runs:
            if len(run) >= self._n_letters // 2 and self._squeezed in settle("".join(word.folded for word in run)):
                yield Hit(Strength.STRONG, run[0].start, run[-1].end)


def _forms(word: str) -> frozenset[str]:
    return settled_forms(word)


def _covers(places: list[frozenset[int]], n: int) -> bool:
    seen: set[int] = set()
    for choices in places:
        free = choices - seen
        if not free:
            return False
        seen.add(min(free))
    return len(seen) == n


def _abbreviation(phrase: str) -> re.Pattern[str] | None:
    """``SQU``: in capitals, as a word of its own, with or without dots."""
    letters = phrase.replace(".", "")
    if not (letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) <= _LONGEST_ABBREVIATION):
        return None
    if len(letters) < _LEAST_ABBREVIATION:
        return re.compile(r"(?!)")
    return re.compile(r"(?<![^\W_])" + r"[.\s]?".join(letters) + r"(?![^\W_])")
