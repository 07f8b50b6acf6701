"""Columns that nobody asked for: a misspelt header would switch a rule off in silence, so it is refused instead."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from service.cli.sheets import HEADERS, TableError, fold_header

if TYPE_CHECKING:
    from collections.abc import Collection

    from service.cli.sheets import Table

# Two folded headers are one word misspelt where this share of their letters agrees in order ("languge" for "language":
# .93), or where they have the same letters in another order ("tema" for "team"). "expert" for "expertise" has .80.
ALIKE = 0.82


def find_unused(table: Table, keys: Collection[str], *, own: Collection[str] = ()) -> tuple[str, ...]:
    """Return the headers that mean nothing here, as they were written.

    keys: of ``HEADERS``, what the table may hold. own: keys of columns that the command itself writes: of no use here,
    and nothing to speak of.
    Raises TableError where a header is close to an absent column's: it was meant to switch a rule on.
    """
    absent = [key for key in keys if not table.has(key)]
    expected = {fold_header(word) for key in own for word in HEADERS[key]}
    unused = tuple(name for name in table.others if fold_header(name) not in expected)
    for name in unused:
        meant = _closest(name, absent)
        if meant is not None:
            raise TableError("misspelt-column", column=name, meant=meant)
    return unused


def _closest(name: str, absent: list[str]) -> str | None:
    """Return the header that was probably meant, in the script of the one that was written."""
    folded = fold_header(name)
    likeness = {word: _likeness(folded, fold_header(word)) for key in absent for word in HEADERS[key]}
    best = max(likeness, key=lambda word: likeness[word], default=None)
    return best if best is not None and likeness[best] >= ALIKE else None


def _likeness(one: str, other: str) -> float:
    if sorted(one) == sorted(other):
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
