"""How well an assignment lets severity be told from quality: contrast variance, components, connectivity.

Model: score = entry + judge + noise of unit variance. With N the (entry, judge) incidence and D the needs and loads,
S = D_judge - N' D_entry^-1 N is the information about judges once entries are fitted; the mean variance of the
difference of two entries follows from its inverse. Efficiency is the least value that any design of this size could
have over the value at hand (Bailey & Cameron, arXiv 1111.3768; the bound: see docs/methods/assignment.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph
from scipy.sparse import linalg as sparse_linalg

if TYPE_CHECKING:
    from judging.assignment.problem import Bools, Floats, Ints, Problem

CONTRAST_SAMPLE = 20_000
TAIL = 0.99
# Above this many judges the second eigenvalue is found by Lanczos steps instead of a full decomposition.
DENSE = 1200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """The quality of a judge graph.

    efficiency: best possible over actual mean variance of a difference between entries; 0 where the graph is split.
    connectivity: algebraic connectivity of the normalised judge graph over its largest possible value.
    tail: 99th percentile of the variance of a difference, over the variance if judges had no severity.
    component: (n_entries,) number of the linked group that each entry is in.
    groups_in_category: (n_categories,) linked groups among the entries of each category; 1 is what is wanted.
    """

    efficiency: float
    efficiency_within: float
    connectivity: float
    tail: float
    component: Ints
    judge_component: Ints
    groups_in_category: Ints

    @property
    def n_components(self) -> int:
        """Linked groups of entries."""
        return int(np.unique(self.component).size)


def judge_information(incidence: sparse.csr_array) -> Floats:
    """S, dense (n_judges, n_judges), for a 0/1 incidence of entries by judges."""
    per_entry = np.asarray(incidence.sum(axis=1)).ravel()
    scaled = sparse.diags_array(1.0 / np.maximum(per_entry, 1)) @ incidence
    information: Floats = -np.asarray((incidence.T @ scaled).todense())
    information[np.diag_indices_from(information)] += np.asarray(incidence.sum(axis=0)).ravel()
    return information


def measure_design(problem: Problem, pairs: Ints) -> Design:
    """Measure the judge graph of some pairs."""
    n_entries = problem.n_entries
    entry_group, judge_group = find_components(pairs, n_entries, problem.n_judges)
    entry = pairs[:, 0]
    used, column = np.unique(pairs[:, 1], return_inverse=True)
    per_entry = np.bincount(entry, minlength=n_entries)
    served = per_entry > 0
    incidence = sparse.csr_array((np.ones(entry.size), (entry, column)), shape=(n_entries, used.size))
    information = judge_information(incidence)
    groups = judge_group[used]
    inverse = _inverse_within(information, groups)
    average = sparse.csr_array(sparse.diags_array(1.0 / np.maximum(per_entry, 1)) @ incidence)
    own = np.where(served, 1.0 / np.maximum(per_entry, 1), 0.0)
    spread = own + _forms(average, inverse)
    column_sum: Floats = np.asarray(average.sum(axis=0)).ravel()
    n_served = int(served.sum())
    together = own.sum() + float(column_sum @ inverse @ column_sum)
    mean = 2 / max(n_served - 1, 1) * (spread.sum() - together / max(n_served, 1))
    bound = least_mean_variance(per_entry[served], int(problem.load_max.max(initial=1)))
    ratio = min(1.0, float(bound / mean)) if mean > 0 else 1.0
    whole = np.unique(entry_group[served]).size == 1
    return Design(
        efficiency=ratio if whole else 0.0,
        efficiency_within=ratio,
        connectivity=_connectivity(information, incidence, problem.n_judges) if whole else 0.0,
        tail=_tail(average, inverse, own, np.flatnonzero(served)),
        component=entry_group,
        judge_component=judge_group,
        groups_in_category=_groups_in_category(problem, entry_group, served),
    )


def find_components(pairs: Ints, n_entries: int, n_judges: int) -> tuple[Ints, Ints]:
    """Give every entry and judge the number of its linked group."""
    size = n_entries + n_judges
    graph = sparse.csr_array((np.ones(pairs.shape[0]), (pairs[:, 0], n_entries + pairs[:, 1])), shape=(size, size))
    _, label = csgraph.connected_components(graph, directed=False)
    number = np.asarray(label, dtype=np.int64)
    return number[:n_entries], number[n_entries:]


def least_mean_variance(per_entry: Ints, load_max: int) -> float:
    """Return what no design can beat: every eigenvalue that may differ from the needs made equal."""
    n_entries = per_entry.size
    k = n_entries / float((1.0 / per_entry).sum()) if n_entries else 1.0
    n_judges = max(math.ceil(k), math.ceil(int(per_entry.sum()) / max(load_max, 1)))
    if n_entries < max(n_judges, 2):
        return 2 / k
    lost = (n_judges / k - 1) / max(n_judges - 1, 1)
    if lost >= 1:
        return 2 / k
    return 2 / (n_entries - 1) * ((n_entries - n_judges) / k + (n_judges - 1) / (k * (1 - lost)))


def _inverse_within(information: Floats, groups: Ints) -> Floats:
    """Pseudo-inverse of S: its kernel is spanned by the linked groups, so adding their means makes it invertible."""
    _, label, counts = np.unique(groups, return_inverse=True, return_counts=True)
    same = np.where(label[:, None] == label[None, :], 1.0 / counts[label][:, None], 0.0)
    inverse: Floats = linalg.inv(information + same, overwrite_a=True, check_finite=False) - same
    return inverse


def _connectivity(information: Floats, incidence: sparse.csr_array, n_judges: int) -> float:
    used = information.shape[0]
    per_entry = np.asarray(incidence.sum(axis=1)).ravel()
    k = float(np.count_nonzero(per_entry) / (1.0 / per_entry[per_entry > 0]).sum())
    most = 1 - (n_judges / k - 1) / max(n_judges - 1, 1)
    if used < 2 or most <= 0:  # noqa: PLR2004  (one judge has nobody to be linked with)
        return 1.0
    root = np.sqrt(np.asarray(incidence.sum(axis=0)).ravel())
    scaled = information / np.outer(root, root)
    if used <= DENSE:
        second = float(linalg.eigvalsh(scaled, subset_by_index=[1, 1])[0])
    else:
        kernel = root / np.linalg.norm(root)
        turned = sparse_linalg.LinearOperator(
            (used, used),
            matvec=lambda x: 2 * x.ravel() - scaled @ x.ravel() - 2 * kernel * (kernel @ x.ravel()),
            dtype=float,
        )
        start = np.cos(np.arange(used) * 0.7)
        top = sparse_linalg.eigsh(turned, k=1, which="LA", v0=start, return_eigenvectors=False, tol=1e-5)
        second = 2 - float(top[0])
    return max(0.0, second / most)


def _tail(average: sparse.csr_array, inverse: Floats, own: Floats, served: Ints) -> float:
    if served.size < 2:  # noqa: PLR2004  (a difference needs two)
        return 1.0
    generator = np.random.default_rng(5)
    first = served[generator.integers(0, served.size, CONTRAST_SAMPLE)]
    second = served[generator.integers(0, served.size, CONTRAST_SAMPLE)]
    other = first != second
    first, second = first[other], second[other]
    if not first.size:
        return 1.0
    contrast = sparse.csr_array(average[first] - average[second])
    variance = own[first] + own[second] + _forms(contrast, inverse)
    return float(np.quantile(variance, TAIL) / (2 * own[served].mean()))


def _forms(rows: sparse.csr_array, inverse: Floats) -> Floats:
    """X' M x for each sparse row x, in blocks so that no dense table of all rows is made."""
    parts = [
        np.asarray(block.multiply(block @ inverse).sum(axis=1)).ravel()
        for start in range(0, rows.shape[0], 2000)
        for block in [rows[start : start + 2000]]
    ]
    return np.concatenate(parts)


def _groups_in_category(problem: Problem, component: Ints, served: Bools) -> Ints:
    n_categories = int(problem.category.max(initial=0)) + 1
    label = np.unique(np.c_[problem.category, component][served & (problem.category >= 0)], axis=0)
    return np.bincount(label[:, 0], minlength=n_categories)
