"""The best assignment before calibration: affinity, the floor of the worst-served entry, fair loads, few changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.aims import (
    FAIR_BUDGET,
    FAIR_PRICES,
    FAIR_SHARE,
    FIRM,
    fair_load,
    fair_pieces,
    find_weak,
    least_alone,
    least_loads,
    values_alone,
)
from judging.assignment.arcs import Arcs, arcs_of_keys, choose_arcs
from judging.assignment.flow import solve_flow
from judging.assignment.problem import Bar
from judging.assignment.programme import solve_programme
from judging.assignment.relax import PRICES, relax
from judging.assignment.repair import WHOLE_ARCS, mend
from judging.assignment.rules import count_violations

if TYPE_CHECKING:
    from judging.assignment.problem import Bools, Floats, Ints, Problem

# What fair loads as a rule may take beside what the price would give.
RULED_BUDGET = 0.002
# The worst-served entry is to have this share of what every entry could have alone; its claim grows by RAISE a try.
FLOOR = 0.955
FLOOR_TRIES = 9
RAISE = 1.35
# A pair that would take its entry below the floor whatever its other judges costs this much.
SPOILS = 1.5
# A pair already published is worth more than any affinity could be.
KEEP = 50.0
# Rules that cross are looked at apart where the start falls short of the network's optimum by more than this share.
CROSSING = 0.002
# Up to this many arcs less even loads are tried where judges could not be compared well enough.
SMALL_PANEL = 40_000
# Above this many arcs a flow takes tens of seconds: fairness and floor are then asked for once.
ARCS_FOR_TRIES = 500_000


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Pairs (n, 2) of a problem without locks, how they were found, and what they are measured against.

    best: the most affinity (in shares of the largest) that the rules allow, fairness and floor apart; bound: no
    assignment has more. floor: least
    value that the exchange must leave each entry. load_min: least load it must leave each judge.
    """

    pairs: Ints
    arcs: Arcs
    method: str
    best: float
    bound: float
    floor: Floats
    load_min: Ints


def find_start(problem: Problem, *, seed: int, fair_share: float = FAIR_SHARE) -> Start | None:
    """Find the best pairs, or None where no assignment keeps every rule.

    fair_share: of the mean load, which every judge should have. Where its price leaves somebody on a large panel short
    of that, it is asked for once as a rule, and kept where it takes next to nothing from affinity and nothing from the
    floor. On a small panel, where it could take what comparability is bought with, that is decided later.
    """
    start = _find_start(problem, seed=seed, fair_share=fair_share)
    if start is None or problem.previous.size or not SMALL_PANEL < start.arcs.entry.size <= ARCS_FOR_TRIES:
        return start
    fair = np.minimum(fair_load(problem, fair_share), problem.load_max)
    if (np.bincount(start.pairs[:, 1], minlength=problem.n_judges) >= fair).all():
        return start
    ruled = replace(problem, load_min=np.maximum(problem.load_min, fair))
    if not can_reach(ruled, start.arcs, least_alone(problem) * FLOOR):
        return start
    fuller = _find_start(ruled, seed=seed, fair_share=fair_share)
    if fuller is None or not _is_as_good(problem, fuller, start):
        return start
    return replace(fuller, best=start.best, bound=start.bound)


def can_reach(problem: Problem, arcs: Arcs, goal: float) -> bool:
    """Tell whether a relaxation gives every entry ``goal`` within all loads: where it does not, nothing does.

    A pair that leaves its entry below the goal even beside the best others is taken away, and of pairs two of which do
    so an entry gets one. What is left is a flow.
    """
    alone, weakest = values_alone(problem)
    kept = (alone - weakest)[arcs.entry] + arcs.value >= goal
    some = Arcs(arcs.entry[kept], arcs.judge[kept], arcs.value[kept], is_complete=False)
    weak = find_weak(problem, some, goal)
    return solve_flow(problem, some, np.zeros(some.entry.size), seed=1, weak=weak) is not None


def _is_as_good(problem: Problem, fuller: Start, start: Start) -> bool:
    have, other = (_value(problem, each.arcs, each.pairs) for each in (fuller, start))
    asking = problem.needs > 0
    worst, goal = (
        float(_per_entry(problem, each.arcs, each.pairs)[asking].min(initial=np.inf)) for each in (fuller, start)
    )
    return have >= other - RULED_BUDGET * start.best and worst >= min(goal, least_alone(problem) * FLOOR) * (
        1 - CROSSING
    )


def _find_start(problem: Problem, *, seed: int, fair_share: float) -> Start | None:
    arcs = choose_arcs(problem, seed=seed, keep=problem.previous)
    keep = KEEP * is_among(problem, arcs, problem.previous)
    chosen = solve_flow(problem, arcs, arcs.value + keep, seed=seed)
    if chosen is None and not arcs.is_complete:
        arcs = widen(problem, arcs, seed=seed)
        keep = KEEP * is_among(problem, arcs, problem.previous)
        chosen = solve_flow(problem, arcs, arcs.value + keep, seed=seed)
    if chosen is None:
        return None
    best = bound = _best_of_all(problem, arcs, chosen, seed=seed)
    fair = fair_load(problem, fair_share)
    reward, chosen, price = _shape(problem, arcs, keep, chosen, best, seed=seed, fair=fair)
    pairs = np.c_[arcs.entry[chosen], arcs.judge[chosen]]
    method = "flow"
    is_new = not problem.previous.size
    floor = least_alone(problem) * FLOOR if is_new else 0.0
    if count_violations(problem, pairs) or (arcs.entry.size <= WHOLE_ARCS and _is_below(problem, arcs, pairs, floor)):
        mended = mend(problem, arcs, reward, pairs, floor=floor, fair=fair if is_new else 0)
        if mended is None:
            return None
        pairs, method = mended, "programme"
        best, bound = _best_by_rules(problem, arcs, pairs, bound)
    per_entry = _per_entry(problem, arcs, pairs)
    loads = np.bincount(pairs[:, 1], minlength=problem.n_judges)
    return Start(
        pairs=pairs,
        arcs=arcs,
        method=method,
        best=best,
        bound=bound,
        floor=np.minimum(per_entry, least_alone(problem) * FLOOR),
        load_min=np.maximum(problem.load_min, least_loads(loads, fair if price else 0)),
    )


def _best_of_all(problem: Problem, arcs: Arcs, chosen: Ints, *, seed: int) -> float:
    """Total value of the best assignment if nothing had been published."""
    if problem.previous.size:
        free = solve_flow(problem, arcs, arcs.value, seed=seed)
        chosen = chosen if free is None else free
    return float(arcs.value[chosen].sum())


def _is_below(problem: Problem, arcs: Arcs, pairs: Ints, floor: float) -> bool:
    return bool((_per_entry(problem, arcs, pairs)[problem.needs > 0] < floor * (1 - CROSSING)).any())


def _best_by_rules(problem: Problem, arcs: Arcs, pairs: Ints, bound: float) -> tuple[float, float]:
    """Return what rules that cross leave of the network's optimum, where they take enough to matter; and a bound."""
    have = _value(problem, arcs, pairs)
    if problem.previous.size or have >= bound * (1 - CROSSING):
        return bound, bound
    if arcs.entry.size <= WHOLE_ARCS and arcs.is_complete:
        solved = solve_programme(problem, arcs, arcs.value)
        if solved is not None and solved.is_proved:
            most = float(arcs.value[solved.chosen].sum())
            return most, most
    mended = mend(problem, arcs, arcs.value, pairs)
    return (bound if mended is None else max(_value(problem, arcs, mended), have)), bound


def _value(problem: Problem, arcs: Arcs, pairs: Ints) -> float:
    return float(arcs.value[is_among(problem, arcs, pairs) > 0].sum())


def _shape(
    problem: Problem, arcs: Arcs, keep: Floats, chosen: Ints, best: float, *, seed: int, fair: int
) -> tuple[Floats, Ints, float]:
    """Ask for fair loads, then for the floor, by flows at changed rewards; also return the price of a fair load."""
    reward = arcs.value + keep
    if problem.previous.size:
        return reward, chosen, 0.0
    alone, weakest = values_alone(problem)
    goal = float(alone[problem.needs > 0].min(initial=np.inf)) * FLOOR
    reward = reward - SPOILS * ((alone - weakest)[arcs.entry] + arcs.value < goal)
    weak: Bools | None = find_weak(problem, arcs, goal)
    chosen, price, weak = _load_fairly(problem, arcs, reward, chosen, weak, best=best, seed=seed, fair=fair)
    pieces = fair_pieces(problem, price, fair, firm=FIRM)
    reward, chosen = _raise_worst(problem, arcs, reward, chosen, weak, goal=goal, seed=seed, pieces=pieces)
    return reward, chosen, price


def _load_fairly(
    problem: Problem, arcs: Arcs, reward: Floats, chosen: Ints, weak: Bools | None, *, best: float, seed: int, fair: int
) -> tuple[Ints, float, Bools | None]:
    """Pay for fair loads, less each time until that takes little enough of the best; return what was paid last.

    Pairs that are weak together are let go where no assignment keeps them apart.
    """
    price = 0.0
    for price in FAIR_PRICES if arcs.entry.size <= ARCS_FOR_TRIES else FAIR_PRICES[:1]:
        pieces = fair_pieces(problem, price, fair, firm=FIRM)
        fuller = solve_flow(problem, arcs, reward, seed=seed, pieces=pieces, weak=weak)
        if fuller is None and weak is not None:
            weak = None
            fuller = solve_flow(problem, arcs, reward, seed=seed, pieces=pieces)
        if fuller is None:
            break
        chosen = fuller
        if best - float(arcs.value[chosen].sum()) <= FAIR_BUDGET * best:
            break
    return chosen, price, weak


def _raise_worst(
    problem: Problem,
    arcs: Arcs,
    reward: Floats,
    chosen: Ints,
    weak: Bools | None,
    *,
    goal: float,
    seed: int,
    pieces: list[tuple[Ints, float]],
) -> tuple[Floats, Ints]:
    """Let entries below the goal claim more, try after try; return the try whose worst-served entry has most."""
    bare, claim = reward, np.ones(problem.n_entries)
    worst, kept = -1.0, (reward, chosen)
    for _ in range(FLOOR_TRIES if arcs.entry.size <= ARCS_FOR_TRIES else 2):
        per_entry = _per_entry(problem, arcs, np.c_[arcs.entry[chosen], arcs.judge[chosen]])
        poor = (per_entry < goal) & (problem.needs > 0)
        lowest = float(per_entry[problem.needs > 0].min(initial=np.inf))
        if lowest > worst:
            worst, kept = lowest, (reward, chosen)
        if not poor.any():
            break
        claim = np.where(poor, claim * RAISE, claim)
        reward = bare + arcs.value * (claim[arcs.entry] - 1)
        again = solve_flow(problem, arcs, reward, seed=seed, pieces=pieces, weak=weak)
        if again is None:
            break
        chosen = again
    return kept


def _per_entry(problem: Problem, arcs: Arcs, pairs: Ints) -> Floats:
    here = is_among(problem, arcs, pairs) > 0
    return np.asarray(np.bincount(arcs.entry[here], weights=arcs.value[here], minlength=problem.n_entries), dtype=float)


def is_among(problem: Problem, arcs: Arcs, pairs: Ints) -> Floats:
    """1.0 for the arcs that are among some pairs, 0.0 for the others."""
    if not pairs.size:
        return np.zeros(arcs.entry.size)
    return np.isin(arcs.entry * problem.n_judges + arcs.judge, pairs[:, 0] * problem.n_judges + pairs[:, 1]).astype(
        float
    )


def widen(problem: Problem, arcs: Arcs, *, seed: int) -> Arcs:
    """Add every free pair of the entries that the chosen arcs leave blocked, until that closes or suffices."""
    have = arcs.entry * problem.n_judges + arcs.judge
    while True:
        found = relax(problem, arcs, PRICES, seed=seed)
        if found is None or not found.cost:
            return arcs
        blocked = set(found.short) | {entry for entry, _ in found.role}
        judges = np.zeros(problem.n_judges, dtype=np.bool_)
        judges[list(found.over) + list(found.under)] = True
        rows = np.zeros(problem.n_entries, dtype=np.bool_)
        rows[list(blocked)] = True
        rows[found.pairs[judges[found.pairs[:, 1]], 0]] = True
        row, column = np.nonzero(problem.barred[rows] == Bar.FREE)
        more = np.flatnonzero(rows)[row] * problem.n_judges + column
        low = np.flatnonzero(judges & (problem.load_min > 0))
        row, column = np.nonzero(problem.barred[:, low] == Bar.FREE)
        both = np.unique(np.concatenate([have, more, row * problem.n_judges + low[column]]))
        if both.size == have.size:
            return arcs
        have = both
        arcs = arcs_of_keys(problem, have)
