"""How much text there is and in which script: an estimate, for limits and for the entrant's eye."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

_ARABIC = re.compile("[\u0621-\u064a\u066e-\u06d3\ufb50-\ufdff\ufe70-\ufefc]{2,}")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]{2,}")
ENOUGH = 0.2
"""A script that writes a fifth of the words is one of the text's languages."""


def measure_words(texts: Iterable[str], examination: Examination) -> None:
    """Set words and languages among the facts, and hold them against the rules."""
    arabic = latin = 0
    for text in texts:
        arabic += len(_ARABIC.findall(text))
        latin += len(_LATIN.findall(text))
    words = arabic + latin
    examination.facts["words"] = words
    counts = {"ar": arabic, "en": latin}
    examination.facts["languages"] = tuple(name for name, n in counts.items() if words and n >= ENOUGH * words)
    rules = examination.rules
    if rules.max_words is not None and words > rules.max_words:
        examination.ask("words.too-many", words=words, limit=rules.max_words)
    if rules.min_words is not None and words < rules.min_words:
        examination.ask("words.too-few", words=words, limit=rules.min_words)
