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

PUBLISHED, FROZEN = 1, 2
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
    def of(cls, problem: Problem, pairs: Ints, frozen: Ints, published: Ints) -> Slots:
        """Lay pairs out. frozen: pairs among them that must not move (2); published: that should not (1)."""
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        entry, judge = pairs[order, 0], pairs[order, 1]
        needs = np.bincount(entry, minlength=problem.n_entries)
        start = np.cumsum(needs) - needs
        table = np.full((problem.n_entries, int(needs.max(initial=1))), problem.n_judges)
        held = np.zeros(table.shape, dtype=np.int64)
        column = np.arange(entry.size) - start[entry]
        table[entry, column] = judge
        key = entry * problem.n_judges + judge
        for kind, some in ((PUBLISHED, published), (FROZEN, frozen)):
            here = np.isin(key, some[:, 0] * problem.n_judges + some[:, 1])
            held[entry[here], column[here]] = kind
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
    kinds = np.unique(slots.needs[slots.needs > 0]).tolist()
    information = np.zeros((n_judges, n_judges))
    for need in kinds:
        information -= _together(slots, need) / need
    information += (1 - TIE) / n_judges
    information[np.diag_indices(n_judges)] += loads[:n_judges] + TIE
    groups = np.zeros((n_judges, weights.share.size))
    np.add.at(groups, (judge, weights.group[entry]), 1 / k[entry])
    groups[:, -1] = np.bincount(judge, weights=1 / k[entry], minlength=n_judges)
    wide = np.zeros((size, size))
    covariance = wide[:n_judges, :n_judges]
    covariance[:] = _invert(information)
    del information
    covariance -= 1.0 / n_judges
    drift = covariance @ groups
    pull, alike = _pull(slots, covariance, loads[:n_judges], kinds)
    cost = alike - float(((groups * drift) @ weights.share).sum())
    pull[:n_judges, :n_judges] -= (drift * weights.share) @ drift.T
    n_served = max(int((slots.needs > 0).sum()), 2)
    over_all = alike - float(groups[:, -1] @ drift[:, -1]) / n_served
    own = float((1 / k[slots.needs > 0]).sum()) * (1 - 1 / n_served)
    return Graph(
        covariance=wide,
        pull=pull,
        drift=np.r_[drift, np.zeros((1, groups.shape[1]))],
        loads=loads,
        cost=cost,
        efficiency=float(weights.bound / (2 / (n_served - 1) * (own + over_all))),
    )


def _together(slots: Slots, need: int) -> Floats:
    """(n_judges, n_judges) entries with so many judges that two judges share."""
    rows = slots.judge[slots.needs == need][:, :need]
    both = np.zeros(slots.n_judges**2)
    for first in range(need):
        for second in range(need):
            both += np.bincount(rows[:, first] * slots.n_judges + rows[:, second], minlength=both.size)
    return both.reshape(slots.n_judges, slots.n_judges)


def _pull(slots: Slots, covariance: Floats, loads: Ints, kinds: list[int]) -> tuple[Floats, float]:
    """M (sum u u'/k^2) M, with the row and column of the empty slot, and the trace of M sum u u'/k^2.

    Where all entries have k judges, sum u u' = k (D - S), and M (D - S) M = M (D + tie) M - M: half the work.
    """
    n_judges = slots.n_judges
    wide = np.zeros((n_judges + 1, n_judges + 1))
    pull = wide[:n_judges, :n_judges]
    if len(kinds) == 1:
        root = covariance * np.sqrt(loads + TIE)
        pull[:] = linalg.blas.dsyrk(1.0, root.T, trans=1, lower=0)
        _fill_lower(pull)
        pull -= covariance
        alike = float(np.diag(covariance) @ (loads + TIE)) - (n_judges - 1)
        pull /= kinds[0]
        return wide, alike / kinds[0]
    spread = np.zeros((n_judges, n_judges))
    for need in kinds:
        spread += _together(slots, need) / need**2
    pull[:] = covariance @ spread @ covariance
    return wide, float(spread.ravel() @ covariance.ravel())


def _invert(matrix: Floats) -> Floats:
    """Invert a symmetric positive definite matrix, in its own memory."""
    factor, _ = linalg.lapack.dpotrf(matrix.T, lower=1, overwrite_a=1)
    inverse, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = inverse.T
    _fill_lower(inverse)
    return np.asarray(inverse)


BLOCK = 512


def _fill_lower(matrix: Floats) -> None:
    """Copy the upper triangle below the diagonal, a block at a time."""
    for start in range(0, matrix.shape[0], BLOCK):
        stop = min(start + BLOCK, matrix.shape[0])
        corner = np.triu(matrix[start:stop, start:stop])
        matrix[start:stop, start:stop] = corner + np.triu(corner, 1).T
        matrix[stop:, start:stop] = matrix[start:stop, stop:].T


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
