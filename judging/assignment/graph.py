"""The judge graph while it is being improved: its information, its inverse, and what a change of pairs does to both.

Notation. u is the 0/1 row of an entry's judges and k their number. S = D_judges - sum u u'/k is the information about
judges; C = sum u u'/k^2 - sum over groups of c s s' (s the sum of u/k in a group, c its weight over its size) turns the
judges' covariance M = S^+ into the quantity to be lowered, f = tr(M C): what judges add to the variance of differences
between entries, half of it over all entries alike and half within each category.

Replacing judge a by b in one entry adds d h' + h d' to S and d p' + p d' to C, with d = e_b - e_a, s = (e_a + e_b)/2,
h = s - (u + d/2)/k and p = (u + d/2)/k^2; so any few replacements are a change of low rank, and f after them is found
exactly from a few look-ups in M and Q = M C M (the matrix inversion lemma).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from judging.assignment.design import least_mean_variance

if TYPE_CHECKING:
    from judging.assignment.problem import Floats, Ints, Problem

# Every two judges are tied this weakly, so that a split graph has a finite cost and joining it is bought first.
TIE = 0.01
# Weight of differences within a category, against differences between any two entries.
WITHIN = 0.5


@dataclass(slots=True, eq=False)
class Slots:
    """Pairs as a table: (n_entries, most judges of an entry) of judge numbers, n_judges where there is none."""

    judge: Ints
    frozen: Ints
    needs: Ints
    n_judges: int

    @classmethod
    def of(cls, problem: Problem, pairs: Ints, frozen: Ints) -> Slots:
        """Lay pairs out. frozen: pairs among them that must not move."""
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        entry, judge = pairs[order, 0], pairs[order, 1]
        needs = np.bincount(entry, minlength=problem.n_entries)
        start = np.cumsum(needs) - needs
        table = np.full((problem.n_entries, int(needs.max(initial=1))), problem.n_judges)
        held = np.zeros(table.shape, dtype=np.int64)
        column = np.arange(entry.size) - start[entry]
        table[entry, column] = judge
        key = frozen[:, 0] * problem.n_judges + frozen[:, 1]
        held[entry, column] = np.isin(entry * problem.n_judges + judge, key)
        return cls(table, held, needs, problem.n_judges)

    def pairs(self) -> Ints:
        """Return the pairs, sorted by entry, then judge."""
        entry, column = np.nonzero(self.judge < self.n_judges)
        found: Ints = np.c_[entry, self.judge[entry, column]].astype(np.int64)
        return np.asarray(found[np.lexsort((found[:, 1], found[:, 0]))])


@dataclass(slots=True, eq=False)
class Graph:
    """M, Q and the group means at one moment; every table has one more row and column of zeros for empty slots.

    drift: (n_judges + 1, n_groups) M s for each category and, last, for all entries.
    cost: f. efficiency: over all entries, as design.py defines it but with the weak tie.
    """

    covariance: Floats
    pull: Floats
    drift: Floats
    loads: Ints
    cost: float
    efficiency: float


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How much each group of entries counts: c of each category and, last, of all entries together."""

    share: Floats
    group: Ints
    bound: float

    @classmethod
    def of(cls, problem: Problem, needs: Ints) -> Weights:
        """Weigh categories and the whole alike; a single category is the whole."""
        group = np.maximum(problem.category, 0)
        size = np.bincount(group[needs > 0], minlength=int(group.max(initial=0)) + 1)
        within = WITHIN if (size > 0).sum() > 1 else 0.0
        share = np.r_[within / np.maximum(size, 1), (1 - within) / max(int((needs > 0).sum()), 1)]
        bound = least_mean_variance(needs[needs > 0], int(problem.load_max.max(initial=1)))
        return cls(share, group, bound)


def build_graph(slots: Slots, weights: Weights) -> Graph:
    """Build M, Q and f from scratch."""
    n_judges = slots.n_judges
    size = n_judges + 1
    entry, column = np.nonzero(slots.judge < n_judges)
    judge = slots.judge[entry, column]
    k = np.maximum(slots.needs, 1)
    loads = np.bincount(judge, minlength=size)[:size]
    shared = np.zeros((n_judges, n_judges))
    spread = np.zeros((n_judges, n_judges))
    for need in np.unique(slots.needs[slots.needs > 0]).tolist():
        rows = slots.judge[slots.needs == need][:, :need]
        both = np.zeros(n_judges * n_judges)
        for first in range(need):
            for second in range(need):
                both += np.bincount(rows[:, first] * n_judges + rows[:, second], minlength=both.size)
        shared += both.reshape(n_judges, n_judges) / need
        spread += both.reshape(n_judges, n_judges) / need**2
    groups = np.zeros((n_judges, weights.share.size))
    np.add.at(groups, (judge, weights.group[entry]), 1 / k[entry])
    groups[:, -1] = np.bincount(judge, weights=1 / k[entry], minlength=n_judges)
    information = TIE * np.eye(n_judges) + (1 - TIE) / n_judges - shared
    information[np.diag_indices(n_judges)] += loads[:n_judges]
    covariance = _invert(information) - 1.0 / n_judges
    centred = spread - (groups * weights.share) @ groups.T
    pull = covariance @ centred @ covariance
    n_served = max(int((slots.needs > 0).sum()), 2)
    over_all = spread.ravel() @ covariance.ravel() - groups[:, -1] @ covariance @ groups[:, -1] / n_served
    own = float((1 / k[slots.needs > 0]).sum()) * (1 - 1 / n_served)
    return Graph(
        covariance=_padded(covariance),
        pull=_padded((pull + pull.T) / 2),
        drift=np.r_[covariance @ groups, np.zeros((1, groups.shape[1]))],
        loads=loads,
        cost=float(centred.ravel() @ covariance.ravel()),
        efficiency=float(weights.bound / (2 / (n_served - 1) * (own + over_all))),
    )


def _invert(matrix: Floats) -> Floats:
    factor, _ = linalg.lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    inverse, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse)
    whole: Floats = lower + np.tril(lower, -1).T
    return whole


def _padded(table: Floats) -> Floats:
    wider = np.zeros((table.shape[0] + 1, table.shape[1] + 1))
    wider[:-1, :-1] = table
    return wider


def change_of_cost(graph: Graph, slots: Slots, weights: Weights, moves: tuple[Ints, Ints, Ints]) -> Floats:
    """Return what each of some moves would add to f.

    A move is a few replacements at once, in different entries: entry, column and judge are (n_moves,
    n_replacements), the slot (entry, column) getting that judge. Exact.
    """
    entry, column, judge = moves
    n_moves, count = entry.shape
    k = slots.needs[entry].astype(float)
    width = slots.judge.shape[1]
    ids = np.concatenate([slots.judge[entry], judge[..., None]], axis=2)
    place = np.arange(width)[None, None, :]
    half = np.full((n_moves, count, width + 1), 1.0)
    half[..., :width] = np.where(place == column[..., None], 0.5, 1.0)
    half[..., width] = 0.5
    jump = np.zeros_like(half)
    jump[..., :width] = np.where(place == column[..., None], -1.0, 0.0)
    jump[..., width] = 1.0
    side = np.abs(jump) / 2 - half / k[..., None]
    push = half / k[..., None] ** 2
    size = count * (width + 1)
    d, h, p = (_spread_out(table, n_moves, count, size) for table in (jump, side, push))
    flat = ids.reshape(n_moves, size)
    u = np.concatenate([d, h], axis=1)
    um = u @ graph.covariance[flat[:, :, None], flat[:, None, :]]
    pulled = u @ graph.pull[flat[:, :, None], flat[:, None, :]] @ u.transpose(0, 2, 1)
    ud = um @ d.transpose(0, 2, 1)
    up = um @ p.transpose(0, 2, 1) - _means(graph, weights, (entry, k, flat), u, ud)
    turn = np.kron(np.array([[0.0, 1.0], [1.0, 0.0]]), np.eye(count))
    lost = pulled + ud @ up.transpose(0, 2, 1) + up @ ud.transpose(0, 2, 1)
    solved = np.linalg.solve(turn + um @ u.transpose(0, 2, 1), lost)
    direct = 2 * np.trace(up[:, :count, :], axis1=1, axis2=2)
    change: Floats = direct - np.trace(solved, axis1=1, axis2=2)
    return change


def _means(graph: Graph, weights: Weights, where: tuple[Ints, Floats, Ints], u: Floats, ud: Floats) -> Floats:
    """U' M times what the means of the groups add to each p: c/k (s + half of what the whole move adds to s)."""
    entry, k, flat = where
    group = weights.group[entry]
    moved = ud / k[:, None, :]
    together = (group[:, :, None] == group[:, None, :]).astype(float)
    own = u @ graph.drift[flat[:, :, None], group[:, None, :]] + moved @ together / 2
    whole = u @ graph.drift[flat, -1][:, :, None] + moved.sum(axis=2, keepdims=True) / 2
    means: Floats = (weights.share[group] / k)[:, None, :] * own + (weights.share[-1] / k)[:, None, :] * whole
    return means


def _spread_out(table: Floats, n_moves: int, count: int, size: int) -> Floats:
    """Give each replacement a row of its own over the ids of the whole move."""
    rows = np.zeros((n_moves, count, count, size // count))
    every = np.arange(count)
    rows[:, every, every, :] = table
    return rows.reshape(n_moves, count, size)
