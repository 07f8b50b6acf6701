"""Whether a text seems to name somebody, without knowing whom it should not name.

A judge's note is checked with this. It must not be checked against the names of the team: a warning that appears for
the right name would tell a judge who is behind the work. So it looks for what names look like, and for the public list
of institutions, the same for every project.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from judging.identity.find import Piece, find_identities
from judging.identity.folding import fold, settle
from judging.identity.frequent import COMMON, JOINTS, TITLES, has_common_sound
from judging.identity.given import has_latin_family_name, precedes_family_name
from judging.identity.identities import Identities, Institution
from judging.identity.people import Strength

__all__ = ["seems_to_name"]

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?<!\w)@\w{3,}|https?://|www\.")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_SPLIT = re.compile(r"[,;:!?،؛؟()\[\]«»\"\n]+")
_BETWEEN = frozenset(fold(word) for word in ("bin", "ibn", "bint", "بن", "بنت", "أبو", "آل"))
_ADDRESSED = (
    "dr prof professor eng mr mrs ms miss د الدكتور الدكتورة دكتور دكتورة الأستاذ الأستاذة أستاذ المهندس المهندسة"
)
_BEFORE_A_NAME = frozenset(fold(word) for word in _ADDRESSED.split())
_SHORTEST_TITLED = 3


def seems_to_name(text: str, institutions: Sequence[Institution] = ()) -> bool:
    """Say whether a person, an address or one of these institutions seems to be named.

    A person: a title before a word, two names of many people side by side, a given name before a family name, or a name
    joined to another by "bin" and the like. One common name alone is not taken for a person: very many of them are
    ordinary words.
    """
    if _ADDRESS.search(text) or has_latin_family_name(text):
        return True
    text = "".join(char for char in text if unicodedata.category(char) != "Mn")  # «عزّان» is one word without its mark
    if any(_names_a_person(_WORD.findall(part)) for part in _SPLIT.split(text)):
        return True
    found = find_identities([Piece(text, None)], Identities(institutions=tuple(institutions)))
    return any(each.strength is not Strength.FAINT for each in found)


def _names_a_person(words: Sequence[str]) -> bool:
    folded = [fold(word) for word in words]
    for at in range(len(words) - 1):
        one, two = folded[at], folded[at + 1]
        if one in _BEFORE_A_NAME and len(two) >= _SHORTEST_TITLED and _could_be_name(words[at + 1]):
            return True
        if one in TITLES and _is_name(words[at + 1]):
            return True
        if two in _BETWEEN and at + 2 < len(words) and _is_name(words[at]):
            return True
        if precedes_family_name(words[at], words[at + 1]):
            return True
        if one not in JOINTS and two not in JOINTS and _is_name(words[at]) and _is_name(words[at + 1]):
            return True
    return False


def _could_be_name(word: str) -> bool:
    """Arabic has no capitals: there any word after a title may be a name."""
    return word[0].isupper() or not word.isascii()


def _is_name(word: str) -> bool:
    folded = fold(word)
    if not word.isascii():
        return settle(folded) in COMMON
    return word[0].isupper() and has_common_sound(folded)
