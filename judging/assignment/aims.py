"""What an assignment aims at beside affinity: fair loads, and a floor under what each entry has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.arcs import Arcs
from judging.assignment.problem import Bar

if TYPE_CHECKING:
    from judging.assignment.problem import Bools, Floats, Ints, Problem

# Judges are brought up to this share of the mean load, as long as that costs at most FAIR_BUDGET of all affinity; where
# it costs more, the lower prices (of one entry, in shares of the top affinity) decide how far it goes.
FAIR_SHARE = 0.8
FAIR_PRICES = (1.0, 0.5, 0.25, 0.15, 0.08)
FAIR_BUDGET = 0.0075
# This part of it has the highest price in any case: a panel has nobody with hardly anything to judge.
FIRM = 0.5


def find_weak(problem: Problem, arcs: Arcs, goal: float) -> Bools:
    """(n_arcs,) pairs of so little worth that two of them leave their entry below the goal whoever else reads it."""
    first = np.searchsorted(arcs.entry, np.arange(problem.n_entries))
    order = np.lexsort((-arcs.value, arcs.entry))
    place = np.arange(arcs.entry.size) - first[arcs.entry]
    others = place < problem.needs[arcs.entry] - 2
    most = np.bincount(arcs.entry[others], weights=arcs.value[order][others], minlength=problem.n_entries)
    return np.asarray(2 * arcs.value < (goal - most)[arcs.entry], dtype=np.bool_)


def fair_load(problem: Problem, share: float = FAIR_SHARE) -> int:
    """Return the load that every judge should have before others get more: one at least, where there is that much."""
    mean = int(problem.needs.sum()) / max(problem.n_judges, 1)
    return max(int(share * mean), min(int(mean), 1))


def least_loads(loads: Ints, fair: int) -> Ints:
    """Return how many entries each judge keeps while judges are exchanged.

    A judge under the fair load is there because nobody else may read those entries well. Held to every one of them,
    such a judge would keep a topic apart from all others: down to the firm part of the fair load some may be given up.
    """
    firm = math.ceil(FIRM * fair)
    return np.asarray(np.where(loads < fair, np.minimum(loads, firm), fair), dtype=np.int64)


def fair_pieces(problem: Problem, price: float, fair: int, *, firm: float = 0.0) -> list[tuple[Ints, float]]:
    """Reward a judge's first entries, up to a share of the mean, so that nobody is left with almost nothing.

    firm: the part of that share which is rewarded with the highest price whatever the price.
    """
    lowest = np.minimum(fair, problem.load_max)
    least = np.maximum(np.minimum(math.ceil(firm * fair), lowest) - problem.load_min, 0)
    rest = np.maximum(lowest - problem.load_min, 0) - least
    return [(room, -each) for room, each in ((least, FAIR_PRICES[0]), (rest, price)) if room.any()]


def least_alone(problem: Problem) -> float:
    """Return what the worst-placed entry could have if it chose first: no assignment gives every entry more."""
    asking = best_alone(problem)[problem.needs > 0]
    return float(asking.min()) if asking.size else 0.0


def best_alone(problem: Problem) -> Floats:
    """(n_entries,) what each entry could have if no other needed judges: the best of each role asked for, then any."""
    return values_alone(problem)[0]


def values_alone(problem: Problem) -> tuple[Floats, Floats]:
    """Return that and the value of the weakest judge in it."""
    matrix = problem.affinity
    entry = np.repeat(np.arange(problem.n_entries), np.diff(matrix.indptr))
    free = problem.barred[entry, matrix.indices] == Bar.FREE
    entry, judge, value = entry[free], matrix.indices[free], matrix.data[free] / problem.affinity_top
    order = np.lexsort((-value, entry))
    entry, judge, value = entry[order], judge[order], value[order]
    taken = np.zeros(entry.size, dtype=np.bool_)
    room = problem.needs - problem.role_need.sum(axis=1)
    for role in range(problem.n_roles):
        mine = np.flatnonzero(problem.judge_role[judge] == role)
        taken[mine[_first_of_each(problem, entry[mine], problem.role_need[:, role])]] = True
    others = np.flatnonzero(~taken)
    taken[others[_first_of_each(problem, entry[others], room)]] = True
    total = np.asarray(np.bincount(entry[taken], weights=value[taken], minlength=problem.n_entries), dtype=float)
    weakest = np.full(problem.n_entries, np.inf)
    np.minimum.at(weakest, entry[taken], value[taken])
    filled = np.bincount(entry[taken], minlength=problem.n_entries) >= problem.needs
    return total, np.where(filled & np.isfinite(weakest), weakest, 0.0)


def _first_of_each(problem: Problem, entry: Ints, count: Ints) -> Bools:
    """Whether each of some arcs, by entry and then best first, is among the first so many of its entry."""
    first = np.searchsorted(entry, np.arange(problem.n_entries))
    return np.asarray(np.arange(entry.size) - first[entry] < count[entry])
