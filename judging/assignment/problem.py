"""What is to be assigned, in arrays: needs, loads, affinity, and every rule a committee may set.

Rows are entries and columns are judges throughout; ids stay with the caller. The caller sorts its ids before it makes
rows, so that the same data in another order give the same rows and the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from judging.assignment.errors import BadProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

NONE = -1


class Bar(IntEnum):
    """Why a judge may not judge an entry. Codes from 10 to 127 are the caller's own finer reasons of conflict."""

    FREE = 0
    CONFLICT = 1
    INSTITUTION = 2
    LANGUAGE = 3
    EXCLUDED = 4
    PANEL = 5
    TAKEN = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One round's question: which judges read which entries.

    Make it with ``Problem.of``, which fills what is absent and refuses what contradicts itself. ``NONE`` (-1) in an
    institution, team, role or language switches that rule off for that row.

    needs: (n_entries,) judges an entry gets, locked ones included.
    load_min, load_max: (n_judges,) hard limits on a judge's entries, locked ones included.
    affinity: (n_entries, n_judges) sparse, at least 0; an absent pair is 0 and still allowed.
    barred: (n_entries, n_judges) ``Bar`` codes, every rule about a single pair already folded in.
    entry_institution, judge_institution: an entry has at most one judge of an institution, none of its own.
    team: (n_entries,) a judge reads at most one entry of a team.
    judge_role: (n_judges,); role_need: (n_entries, n_roles) least number of judges of each role.
    category: (n_entries,) what competes for the same prizes.
    category_load_max: (n_judges, n_categories) most entries of a category for a judge.
    locked, previous: (n, 2) pairs (entry, judge): kept whatever happens; kept where that is possible.
    """

    needs: Ints
    load_min: Ints
    load_max: Ints
    affinity: sparse.csr_array
    barred: Codes
    entry_institution: Ints
    judge_institution: Ints
    team: Ints
    judge_role: Ints
    role_need: Ints
    category: Ints
    category_load_max: Ints
    locked: Ints
    previous: Ints
    affinity_top: float = field(default=1.0)

    @property
    def n_entries(self) -> int:
        """Rows."""
        return int(self.needs.size)

    @property
    def n_judges(self) -> int:
        """Columns."""
        return int(self.load_max.size)

    @property
    def n_roles(self) -> int:
        """Roles that some entry could ask for."""
        return int(self.role_need.shape[1])

    @classmethod
    def of(
        cls,
        needs: npt.ArrayLike,
        load_max: npt.ArrayLike,
        *,
        affinity: npt.ArrayLike | sparse.sparray | None = None,
        load_min: npt.ArrayLike | None = None,
        forbidden: npt.ArrayLike | None = None,
        entry_institution: npt.ArrayLike | None = None,
        judge_institution: npt.ArrayLike | None = None,
        team: npt.ArrayLike | None = None,
        entry_language: npt.ArrayLike | None = None,
        judge_languages: npt.ArrayLike | None = None,
        judge_role: npt.ArrayLike | None = None,
        role_need: npt.ArrayLike | None = None,
        category: npt.ArrayLike | None = None,
        category_load_max: npt.ArrayLike | None = None,
        locked: npt.ArrayLike | None = None,
        excluded: npt.ArrayLike | None = None,
        previous: npt.ArrayLike | None = None,
    ) -> Problem:
        """Check the arrays against each other and fold the rules about single pairs into one table of bars.

        forbidden: (n_entries, n_judges) ``Bar`` codes, 0 where free. A bar given here is named before one derived
        from institutions or languages. judge_languages: (n_judges, n_languages) booleans. excluded: pairs, as locked.
        Raises BadProblem, which names the array and the row at fault.
        """
        need, most = _ints(needs), _ints(load_max)
        shape = (need.size, most.size)
        rows = {
            "load_min": _row(load_min, shape[1], 0),
            "entry_institution": _row(entry_institution, shape[0], NONE),
            "judge_institution": _row(judge_institution, shape[1], NONE),
            "team": _row(team, shape[0], NONE),
            "judge_role": _row(judge_role, shape[1], NONE),
            "category": _row(category, shape[0], 0),
        }
        pairs = {"locked": _pairs(locked), "excluded": _pairs(excluded), "previous": _pairs(previous)}
        _check(need, most, rows, pairs)
        table = _bars(forbidden, shape, rows, pairs["excluded"])
        _bar_languages(table, entry_language, judge_languages)
        matrix = _affinity(affinity, shape)
        n_categories = int(rows["category"].max(initial=0)) + 1
        cap = np.full((shape[1], n_categories), shape[0], dtype=np.int64)
        return cls(
            needs=need,
            load_max=most,
            affinity=matrix,
            affinity_top=float(matrix.data.max(initial=0.0)) or 1.0,
            barred=table,
            role_need=np.zeros((shape[0], 0), dtype=np.int64) if role_need is None else _ints(role_need),
            category_load_max=cap if category_load_max is None else _ints(category_load_max),
            locked=pairs["locked"],
            previous=pairs["previous"],
            **rows,
        )


def _ints(values: npt.ArrayLike) -> Ints:
    return np.array(values, dtype=np.int64)


def _row(values: npt.ArrayLike | None, size: int, neutral: int) -> Ints:
    return np.full(size, neutral, dtype=np.int64) if values is None else _ints(values)


def _pairs(values: npt.ArrayLike | None) -> Ints:
    given = np.zeros((0, 2), dtype=np.int64) if values is None else _ints(values).reshape(-1, 2)
    return np.unique(given, axis=0)


def _check(need: Ints, most: Ints, rows: Mapping[str, Ints], pairs: Mapping[str, Ints]) -> None:
    n_entries, n_judges = need.size, most.size
    if not n_entries or not n_judges:
        raise BadProblem(array="needs" if not n_entries else "load_max", row=NONE)
    for name, values in (("needs", need), ("load_max", most), ("load_min", rows["load_min"])):
        if (values < 0).any():
            raise BadProblem(array=name, row=int(np.argmax(values < 0)))
    if (rows["load_min"] > most).any():
        raise BadProblem(array="load_min", row=int(np.argmax(rows["load_min"] > most)))
    for name, values in rows.items():
        if values.shape != ((n_judges,) if name.startswith(("judge", "load")) else (n_entries,)):
            raise BadProblem(array=name, row=NONE)
    for name, given in pairs.items():
        bad = (given < 0).any(axis=1) | (given >= [n_entries, n_judges]).any(axis=1)
        if bad.any():
            raise BadProblem(array=name, row=int(np.argmax(bad)))


def _bars(forbidden: npt.ArrayLike | None, shape: tuple[int, int], rows: Mapping[str, Ints], excluded: Ints) -> Codes:
    table = np.zeros(shape, dtype=np.int8) if forbidden is None else np.array(forbidden, dtype=np.int8)
    if table.shape != shape:
        raise BadProblem(array="forbidden", row=NONE)
    own, theirs = rows["entry_institution"], rows["judge_institution"]
    for house in np.unique(own[own >= 0]):
        _bar(table, own == house, theirs == house, Bar.INSTITUTION)
    free = table[excluded[:, 0], excluded[:, 1]] == Bar.FREE
    table[excluded[free, 0], excluded[free, 1]] = Bar.EXCLUDED
    return table


def _bar_languages(table: Codes, entry_language: npt.ArrayLike | None, judge_languages: npt.ArrayLike | None) -> None:
    if entry_language is None or judge_languages is None:
        return
    language, reads = _ints(entry_language), np.array(judge_languages, dtype=np.bool_)
    for tongue in np.unique(language[language >= 0]):
        _bar(table, language == tongue, ~reads[:, tongue], Bar.LANGUAGE)


def _bar(table: Codes, entries: Bools, judges: Bools, reason: Bar) -> None:
    block = np.ix_(np.flatnonzero(entries), np.flatnonzero(judges))
    table[block] = np.where(table[block] == Bar.FREE, np.int8(reason), table[block])


def _affinity(given: Any, shape: tuple[int, int]) -> sparse.csr_array:
    matrix: sparse.csr_array = sparse.csr_array(shape) if given is None else sparse.csr_array(given, copy=True)
    matrix = matrix.astype(np.float64)
    if tuple(matrix.shape) != shape:
        raise BadProblem(array="affinity", row=NONE)
    matrix.sum_duplicates()
    bad = ~np.isfinite(matrix.data) | (matrix.data < 0)
    if bad.any():
        place = int(np.argmax(bad))
        raise BadProblem(array="affinity", row=int(np.searchsorted(matrix.indptr, place, side="right")) - 1)
    matrix.eliminate_zeros()
    return matrix
