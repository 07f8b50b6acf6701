"""Text cut into words, each with the forms in which a name could be in it."""

from __future__ import annotations

import re
from typing import NamedTuple

from judging.identity.folding import ARABIC, fold

_WORD = re.compile(rf"[{ARABIC}]+|[^\W\d_{ARABIC}](?:[^\W\d_{ARABIC}]|['ʼ’‘`´ʿʾ](?=[^\W\d_]))*")
_GAP = 2
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ABD = frozenset({"عبد", "abd", "abdul", "abdel", "abdal", "abdu", "abdol"})
_APOSTROPHES = re.compile("['ʼ’‘`´ʿʾ]")


class Word(NamedTuple):
    """One word of a tidy text: folded, with its place in it.

    A tuple, because half the time of cutting went into making dataclasses.
    """

    folded: str
    start: int
    end: int
    has_capital: bool


def _word(folded: str, start: int, end: int, has_capital: bool) -> Word:  # noqa: FBT001 - as the tuple has it
    """Make a word without the argument handling of named tuples: a third of the time of cutting."""
    return tuple.__new__(Word, (folded, start, end, has_capital))


def cut(text: str) -> list[Word]:
    """Cut a tidy text at everything that is no letter, and at humps (``MohammedHarthi``).

    "Abd" is joined to the word that follows it.
    """
    words: list[Word] = []
    has_apostrophes = _APOSTROPHES.search(text) is not None
    for match in _WORD.finditer(text):
        whole, start = match[0], match.start()
        if whole.islower() or whole[1:].islower() or not whole.isascii():
            plain = _APOSTROPHES.sub("", whole) if has_apostrophes else whole
            words.append(_word(fold(plain), start, match.end(), whole[0].isupper()))
            continue
        for part in _HUMP.split(whole):
            words.append(_word(fold(part.replace("'", "")), start, start + len(part), part[:1].isupper()))
            start += len(part)
    return _joined([word for word in words if word.folded])


def _joined(words: list[Word]) -> list[Word]:
    joined: list[Word] = []
    for word in words:
        last = joined[-1] if joined else None
        if last is not None and last.folded in _ABD and word.start - last.end <= _GAP and len(word.folded) > 1:
            first = "abdul" if last.folded.isascii() and word.folded not in ("al", "el") else last.folded
            if word.folded in ("al", "el"):
                joined[-1] = Word("abdul", last.start, word.end, last.has_capital)
                continue
            joined[-1] = Word(first + word.folded, last.start, word.end, last.has_capital)
        else:
            joined.append(word)
    return joined


def around(text: str, start: int, end: int, margin: int = 32) -> str:
    """Give an excerpt on one line, cut at spaces where there are some."""
    left, right = max(0, start - margin), min(len(text), end + margin)
    if left:
        left = text.find(" ", left, start) + 1 or left
    if right < len(text):
        right = max(text.rfind(" ", end, right), end) if " " in text[end:right] else right
    excerpt = " ".join(text[left:right].split())
    return ("…" if left else "") + excerpt + ("…" if right < len(text) else "")
