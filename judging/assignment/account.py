"""The account of an assignment: why each pair, how full each judge, what is compared with what, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.aims import best_alone
from judging.assignment.arcs import values_of
from judging.assignment.design import measure_design
from judging.assignment.problem import NONE, Bar
from judging.assignment.result import Assignment, Changes, Join, Reasons, Why, Worst
from judging.assignment.rules import may_add

if TYPE_CHECKING:
    from judging.assignment.design import Design
    from judging.assignment.problem import Floats, Ints, Problem
    from judging.assignment.randomise import Draw
    from judging.assignment.start import Start

SUITED = 0.5
# Sums that differ by less than the tie-break of the flow are the same.
SAME = 2e-5


def give_account(
    problem: Problem,
    pairs: Ints,
    *,
    start: Start,
    seed: int,
    before: float | None = None,
    drawn: Draw | None = None,
) -> Assignment:
    """Describe finished pairs. before: total affinity ahead of calibration."""
    value = values_of(problem, pairs[:, 0], pairs[:, 1]) * problem.affinity_top
    loads = np.bincount(pairs[:, 1], minlength=problem.n_judges)
    design = measure_design(problem, pairs)
    reached = float(value.sum()) if before is None else before
    locked = values_of(problem, problem.locked[:, 0], problem.locked[:, 1])
    bound = (start.bound + float(locked.sum())) * problem.affinity_top
    return Assignment(
        pairs=pairs,
        reasons=give_reasons(problem, pairs, value, loads, begun=None if drawn else start.pairs),
        loads=loads,
        design=design,
        joins=find_joins(problem, pairs, design),
        worst=find_worst(problem, pairs, value),
        changes=find_changes(problem, pairs),
        affinity=float(value.sum()),
        affinity_before=reached,
        affinity_bound=bound,
        is_optimal=start.arcs.is_complete and start.method != "draw" and reached >= bound * (1 - SAME),
        method=start.method,
        cap=drawn.cap if drawn else 1.0,
        n_above_cap=drawn.n_above_cap if drawn else 0,
        n_repaired=drawn.n_repaired if drawn else 0,
        seed=seed,
    )


def give_reasons(problem: Problem, pairs: Ints, value: Floats, loads: Ints, *, begun: Ints | None) -> Reasons:
    """Say for each pair how the judge compares with the others that the entry could have had.

    begun: (n, 2) pairs before judges were exchanged so that they can be compared, None where nothing was exchanged.
    """
    entry, judge = pairs[:, 0], pairs[:, 1]
    place, n_free = _places(problem, pairs, value)
    role = problem.judge_role[judge]
    asked = np.zeros(entry.size, dtype=np.bool_)
    known = (role >= 0) & (role < problem.n_roles)
    asked[known] = problem.role_need[entry[known], role[known]] > 0
    key = entry * problem.n_judges + judge
    code = np.full(entry.size, int(Why.FILLED))
    code[value >= SUITED * problem.affinity_top] = Why.SUITED
    if begun is not None:
        code[~np.isin(key, _keys(problem, begun))] = Why.LINK
    code[asked & (code == Why.FILLED)] = Why.ROLE
    code[(place <= problem.needs[entry]) & (value > 0)] = Why.BEST
    code[np.isin(key, _keys(problem, problem.previous))] = Why.KEPT
    code[np.isin(key, _keys(problem, problem.locked))] = Why.LOCKED
    return Reasons(
        code=code,
        affinity=value,
        place=place,
        n_free=n_free,
        n_barred=problem.n_judges - n_free,
        load=loads[judge],
        load_max=problem.load_max[judge],
    )


def _keys(problem: Problem, pairs: Ints) -> Ints:
    return np.asarray(pairs[:, 0] * problem.n_judges + pairs[:, 1], dtype=np.int64)


def _places(problem: Problem, pairs: Ints, value: Floats) -> tuple[Ints, Ints]:
    place = np.zeros(pairs.shape[0], dtype=np.int64)
    n_free = np.zeros(pairs.shape[0], dtype=np.int64)
    ends = np.searchsorted(pairs[:, 0], np.arange(problem.n_entries + 1))
    matrix = problem.affinity
    for entry in range(problem.n_entries):
        own = slice(ends[entry], ends[entry + 1])
        held = slice(matrix.indptr[entry], matrix.indptr[entry + 1])
        free = problem.barred[entry] == Bar.FREE
        others = np.sort(matrix.data[held][free[matrix.indices[held]]])
        place[own] = 1 + others.size - np.searchsorted(others, value[own] * (1 + 1e-12) + 1e-12, side="right")
        n_free[own] = int(free.sum())
    return place, n_free


def find_worst(problem: Problem, pairs: Ints, value: Floats) -> Worst:
    """Find the entry whose judges suit it least, by the mean over the judges it needs."""
    total = np.bincount(pairs[:, 0], weights=value, minlength=problem.n_entries)
    mean = np.where(problem.needs > 0, total / np.maximum(problem.needs, 1), np.inf)
    entry = int(np.argmin(mean))
    return Worst(
        entry=entry, affinity=float(total[entry]), best_alone=float(best_alone(problem)[entry]) * problem.affinity_top
    )


def find_changes(problem: Problem, pairs: Ints) -> Changes:
    """Compare with the previous pairs. Every one of those that is now barred must go, so so many must come."""
    old, new = _keys(problem, problem.previous), _keys(problem, pairs)
    still = np.intersect1d(old, new)
    possible = problem.previous[problem.barred[problem.previous[:, 0], problem.previous[:, 1]] == Bar.FREE]
    kept_most = np.minimum(np.bincount(possible[:, 0], minlength=problem.n_entries), problem.needs).sum()
    return Changes(
        kept=_split(problem, still),
        added=_split(problem, np.setdiff1d(new, old)),
        removed=_split(problem, np.setdiff1d(old, new)),
        least=int(problem.needs.sum() - kept_most) if old.size else 0,
    )


def _split(problem: Problem, keys: Ints) -> Ints:
    return np.asarray(np.c_[keys // problem.n_judges, keys % problem.n_judges], dtype=np.int64)


def find_joins(problem: Problem, pairs: Ints, design: Design) -> tuple[Join, ...]:
    """For each category that is cut apart, the fewest extra reviews that would link it: one less than its groups."""
    joins: list[Join] = []
    component, judge_component = design.component.copy(), design.judge_component.copy()
    room = problem.load_max - np.bincount(pairs[:, 1], minlength=problem.n_judges)
    for category in np.flatnonzero(design.groups_in_category > 1).tolist():
        entries = np.flatnonzero((problem.category == category) & (problem.needs > 0))
        groups, sizes = np.unique(component[entries], return_counts=True)
        main = int(groups[np.argmax(sizes)])
        for group in groups[groups != main].tolist():
            if group == main or not (component[entries] == group).any():
                continue
            entry, judge = _best_join(problem, pairs, (component, judge_component), (main, group), room)
            joins.append(Join(category=category, entry=entry, judge=judge))
            if entry != NONE:
                room[judge] -= 1
                pairs = np.r_[pairs, [[entry, judge]]]
                component[component == group] = main
                judge_component[judge_component == group] = main
    return tuple(joins)


def _best_join(
    problem: Problem, pairs: Ints, groups: tuple[Ints, Ints], sides: tuple[int, int], room: Ints
) -> tuple[int, int]:
    """Find the most suitable extra pair between two groups that keeps every rule; (-1, -1) where there is none."""
    component, judge_component = groups
    best = (-1.0, NONE, NONE)
    for here, there in (sides, sides[::-1]):
        entries = np.flatnonzero(component == here)
        judges = np.flatnonzero((judge_component == there) & (room > 0))
        row, column = np.nonzero(problem.barred[np.ix_(entries, judges)] == Bar.FREE)
        entry, judge = entries[row], judges[column]
        value = values_of(problem, entry, judge)
        for place in np.argsort(-value, kind="stable").tolist():
            if value[place] <= best[0]:
                break
            if may_add(problem, pairs, int(entry[place]), int(judge[place])):
                best = (float(value[place]), int(entry[place]), int(judge[place]))
                break
    return best[1], best[2]
