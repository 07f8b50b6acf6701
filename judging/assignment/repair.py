"""Mending what a network cannot hold: the entries that break a rule, and some near them, decided again together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.arcs import Arcs
from judging.assignment.errors import Undecided
from judging.assignment.problem import NONE, Bar
from judging.assignment.programme import most_for_worst, solve_programme
from judging.assignment.rules import set_locks_apart

if TYPE_CHECKING:
    from judging.assignment.problem import Bools, Floats, Ints, Problem

# Problems up to this many arcs are decided whole, and so are proved best.
WHOLE_ARCS = 6_000
NEAR = 40
NEAR_EACH = 3
WIDER = 4
# Shares of what the worst-served entry could have, asked for one after the other where rules leave no more.
FLOOR_SHARES = (1.0, 0.97, 0.94, 0.9, 0.85, 0.7, 0.5, 0.0)
# What mending may cost, as a share of the network's optimum (a bound), before more entries are let in.
LOSS = 2e-4
# Less than half of what keeping a published pair is worth.
MOST_LOSS = 20.0


def mend(
    problem: Problem, arcs: Arcs, reward: Floats, pairs: Ints, *, floor: float = 0.0, fair: int = 0
) -> Ints | None:
    """Decide again the entries that break a rule; None where every rule together admits no answer.

    pairs: the network's answer, whose reward no answer can exceed. floor: the least value each entry is to have, where
    that can be had; fair: the load that no judge is to fall below, or further below.
    """
    loads = np.bincount(pairs[:, 1], minlength=problem.n_judges)
    strict = replace(problem, load_min=np.maximum(problem.load_min, np.minimum(loads, fair)))
    bound = _worth(problem, arcs, reward, pairs)
    broken = find_broken(problem, pairs)
    count = NEAR + NEAR_EACH * int(broken.sum())
    while True:
        again = _near(problem, arcs, pairs, broken, count)
        if arcs.entry.size <= WHOLE_ARCS:
            again[:] = True
        better = _decide(strict, arcs, reward, pairs, again, floor)
        if better is None and floor and again.all():
            floor = min(floor, most_for_worst(problem, arcs))
            for share in FLOOR_SHARES:
                better = _decide(problem, arcs, reward, pairs, again, floor * share)
                if better is not None:
                    break
        elif better is None and (floor or fair):
            better = _decide(problem, arcs, reward, pairs, again, 0.0)
        if again.all():
            return better
        if better is not None:
            loss = bound - _worth(problem, arcs, reward, better)
            if loss <= min(LOSS * abs(bound), MOST_LOSS) or again.sum() * WIDER > problem.n_entries:
                return better
        count *= WIDER


def _worth(problem: Problem, arcs: Arcs, reward: Floats, pairs: Ints) -> float:
    key = pairs[:, 0] * problem.n_judges + pairs[:, 1]
    return float(reward[np.isin(arcs.entry * problem.n_judges + arcs.judge, key)].sum())


def find_broken(problem: Problem, pairs: Ints) -> Bools:
    """(n_entries,) entries with two judges of one institution, or a judge full of their team or category."""
    broken = np.zeros(problem.n_entries, dtype=np.bool_)
    entry, judge = pairs[:, 0], pairs[:, 1]
    house, team, category = problem.judge_institution[judge], problem.team[entry], problem.category[entry]
    for first, second, limit in (
        (np.where(house == NONE, NONE, entry), house, 1),
        (np.where(team == NONE, NONE, judge), team, 1),
        (judge, category, problem.category_load_max[judge, category]),
    ):
        held = first * (int(second.max(initial=0)) + 2) + second
        _, place, counts = np.unique(held, return_inverse=True, return_counts=True)
        broken[entry[(counts[place] > limit) & (first != NONE)]] = True
    return broken


def _near(problem: Problem, arcs: Arcs, pairs: Ints, broken: Bools, count: int) -> Bools:
    """Add the entries that share most judges with what the broken ones could have."""
    wanted = np.bincount(arcs.judge[broken[arcs.entry]], minlength=problem.n_judges)
    pull = np.bincount(pairs[:, 0], weights=wanted[pairs[:, 1]], minlength=problem.n_entries)
    pull[broken] = np.inf
    order = np.argsort(-pull, kind="stable")
    again = broken.copy()
    again[order[: int(broken.sum()) + count]] = True
    return again


def _decide(  # noqa: PLR0917  (one question in six parts)
    problem: Problem, arcs: Arcs, reward: Floats, pairs: Ints, again: Bools, floor: float
) -> Ints | None:
    kept = pairs[~again[pairs[:, 0]]]
    rest = set_locks_apart(replace(problem, locked=kept)).problem
    here = again[arcs.entry] & (rest.barred[arcs.entry, arcs.judge] == Bar.FREE)
    some = Arcs(arcs.entry[here], arcs.judge[here], arcs.value[here], is_complete=False)
    try:
        solved = solve_programme(rest, some, reward[here], floor=floor)
    except Undecided:
        if again.all():
            raise
        return None
    if solved is None:
        return None
    better = np.r_[kept, np.c_[some.entry[solved.chosen], some.judge[solved.chosen]]]
    return np.asarray(better[np.lexsort((better[:, 1], better[:, 0]))])
