"""Marks as columns of numbers, checked once, so that everything after may trust them.

Ids stay outside: whoever builds the columns keeps the list that turns row numbers back into names.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judging.errors import DuplicateMarkError, MarksShapeError, NoMarksError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """One row a mark: which entry, which judge, which criterion, what value.

    Rows stand in the order of (entry, judge, criterion) whatever order they came in; ``row`` says where each came
    from. Entries without a mark are allowed (``n_entries`` may exceed the largest index).
    category: (n_entries,) the category each entry competes in. order: (n_marks,) the sequence in which the judge
    worked, or NaN; only its order within a judge matters.
    """

    entry: Ints
    judge: Ints
    criterion: Ints
    value: Floats
    row: Ints
    n_entries: int
    n_judges: int
    n_criteria: int
    category: Ints
    order: Floats | None = None
    n_abstained: int = 0

    @property
    def n_categories(self) -> int:
        """Count the categories, those without entries included."""
        return int(self.category.max()) + 1 if self.category.size else 1


def gather_marks(
    entry: Ints,
    judge: Ints,
    criterion: Ints,
    value: Floats,
    *,
    n_entries: int | None = None,
    n_judges: int | None = None,
    n_criteria: int | None = None,
    category: Ints | None = None,
    order: Floats | None = None,
) -> Marks:
    """Check the columns once and put their rows in one fixed order.

    A NaN value is an abstention: the row is dropped and counted, never read as a zero.
    Raises NoMarksError, DuplicateMarkError (facts name the two rows as they came) or MarksShapeError.
    """
    columns = [np.asarray(column, dtype=np.int64) for column in (entry, judge, criterion)]
    value = np.asarray(value, dtype=np.float64)
    if any(column.shape != value.shape for column in columns) or value.ndim != 1:
        raise MarksShapeError(what="columns of unequal length")
    if np.isinf(value).any():
        raise MarksShapeError(what="value", row=int(np.flatnonzero(np.isinf(value))[0]))
    kept = np.flatnonzero(~np.isnan(value))
    if kept.size == 0:
        raise NoMarksError
    if min(int(column.min()) for column in columns) < 0:
        raise MarksShapeError(what="negative index")
    sizes = [_size(column, given) for column, given in zip(columns, (n_entries, n_judges, n_criteria), strict=True)]
    kept = kept[np.lexsort([column[kept] for column in reversed(columns)])]
    entry, judge, criterion = (column[kept] for column in columns)
    same = (np.diff(entry) == 0) & (np.diff(judge) == 0) & (np.diff(criterion) == 0)
    if same.any():
        at = int(np.flatnonzero(same)[0])
        first, second = sorted((int(kept[at]), int(kept[at + 1])))
        raise DuplicateMarkError(row=second, first_row=first)
    category = np.zeros(sizes[0], dtype=np.int64) if category is None else np.asarray(category, dtype=np.int64)
    if category.shape != (sizes[0],) or (category.size and category.min() < 0):
        raise MarksShapeError(what="category")
    if order is not None and np.shape(order) != value.shape:
        raise MarksShapeError(what="order")
    return Marks(
        entry=entry,
        judge=judge,
        criterion=criterion,
        value=value[kept],
        row=kept,
        n_entries=sizes[0],
        n_judges=sizes[1],
        n_criteria=sizes[2],
        category=category,
        order=None if order is None else np.asarray(order, dtype=np.float64)[kept],
        n_abstained=int(value.size - kept.size),
    )


def _size(column: Ints, given: int | None) -> int:
    least = int(column.max()) + 1
    if given is not None and given < least:
        raise MarksShapeError(what="index beyond the declared count")
    return least if given is None else given
