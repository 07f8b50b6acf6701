"""The pairs a solver may choose from, with their affinity: all free ones, or the promising ones of a large problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.problem import Bar

if TYPE_CHECKING:
    from judging.assignment.problem import Floats, Ints, Problem

# Above this many possible pairs only those that are promising for the entry or the judge become arcs (measured: 600,000
# arcs solve in about a second).
ARCS_IN_FULL = 450_000
BEST_ARCS = 40
BEST_ARCS_OF_ROLE = 12
RANDOM_ARCS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Pairs that a solver may choose from, by entry then judge, with their affinity as a share of the largest."""

    entry: Ints
    judge: Ints
    value: Floats
    is_complete: bool


def choose_arcs(problem: Problem, *, seed: int, keep: Ints | None = None) -> Arcs:
    """Every free pair where there are few; otherwise the best for each entry and role, some at random, and ``keep``."""
    n_entries, n_judges = problem.n_entries, problem.n_judges
    if n_entries * n_judges <= ARCS_IN_FULL:
        entry, judge = np.nonzero(problem.barred == Bar.FREE)
        return Arcs(entry, judge, values_of(problem, entry, judge), is_complete=True)
    keys = [_best_keys(problem, BEST_ARCS, None)]
    keys += [
        _best_keys(problem, BEST_ARCS_OF_ROLE, role)
        for role in range(problem.n_roles)
        if problem.role_need[:, role].any()
    ]
    keys.append(_best_of_judges(problem))
    generator = np.random.default_rng([seed, 11])
    rows = np.repeat(np.arange(n_entries), RANDOM_ARCS)
    keys.append(rows * n_judges + generator.integers(0, n_judges, rows.size))
    if keep is not None:
        keys.append(keep[:, 0] * n_judges + keep[:, 1])
    return arcs_of_keys(problem, np.concatenate(keys))


def arcs_of_keys(problem: Problem, keys: Ints) -> Arcs:
    """Keep the free ones among pairs given as entry times n_judges plus judge, in order and once."""
    keys = np.unique(keys)
    entry, judge = keys // problem.n_judges, keys % problem.n_judges
    free = problem.barred[entry, judge] == Bar.FREE
    entry, judge = entry[free], judge[free]
    return Arcs(entry, judge, values_of(problem, entry, judge), is_complete=False)


def _best_keys(problem: Problem, count: int, role: int | None) -> Ints:
    matrix = problem.affinity
    entry = np.repeat(np.arange(problem.n_entries), np.diff(matrix.indptr))
    judge = matrix.indices.astype(np.int64)
    here = problem.barred[entry, judge] == Bar.FREE
    if role is not None:
        here &= problem.judge_role[judge] == role
    entry, judge, value = entry[here], judge[here], matrix.data[here]
    order = np.lexsort((judge, -value, entry))
    entry, judge = entry[order], judge[order]
    first = np.searchsorted(entry, np.arange(problem.n_entries))
    best = np.arange(entry.size) - first[entry] < count
    keys: Ints = entry[best] * problem.n_judges + judge[best]
    return keys


def _best_of_judges(problem: Problem) -> Ints:
    """Take the entries that suit each judge best, about twice the mean load, so that all can be filled fairly."""
    matrix = problem.affinity
    entry = np.repeat(np.arange(problem.n_entries), np.diff(matrix.indptr))
    judge = matrix.indices.astype(np.int64)
    here = problem.barred[entry, judge] == Bar.FREE
    entry, judge, value = entry[here], judge[here], matrix.data[here]
    order = np.lexsort((entry, -value, judge))
    entry, judge = entry[order], judge[order]
    first = np.searchsorted(judge, np.arange(problem.n_judges))
    count = 2 * int(problem.needs.sum()) // problem.n_judges + 1
    best = np.arange(judge.size) - first[judge] < count
    return np.asarray(entry[best] * problem.n_judges + judge[best], dtype=np.int64)


def values_of(problem: Problem, entry: Ints, judge: Ints) -> Floats:
    """Affinity of pairs as a share of the largest."""
    matrix = problem.affinity
    if not entry.size or not matrix.nnz:
        return np.zeros(entry.size)
    rows = np.repeat(np.arange(problem.n_entries, dtype=np.int64), np.diff(matrix.indptr))
    held = rows * problem.n_judges + matrix.indices
    if not matrix.has_sorted_indices:
        order = np.argsort(held, kind="stable")
        held, data = held[order], matrix.data[order]
    else:
        data = matrix.data
    wanted = entry * problem.n_judges + judge
    place = np.minimum(np.searchsorted(held, wanted), held.size - 1)
    return np.where(held[place] == wanted, data[place], 0.0) / problem.affinity_top
