"""Why nothing keeps every rule, and the smallest changes that would.

A confirmed conflict is never for sale: the ways out are more room, more judges, fewer reviews, or a rule that the
committee itself has set.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from judging.assignment.arcs import Arcs, choose_arcs, values_of
from judging.assignment.errors import Alternative, Blocked, Infeasible, Tight
from judging.assignment.problem import NONE, Bar
from judging.assignment.relax import PRICES, Relaxation, relax
from judging.assignment.rules import describe_blocked

if TYPE_CHECKING:
    from judging.assignment.problem import Problem
    from judging.assignment.rules import Residual

WAYS_OUT = 3
# Bars that a committee may lift by its own decision. A conflict is none of them: it is dismissed, or it stands.
LIFTABLE = (Bar.LANGUAGE, Bar.EXCLUDED, Bar.PANEL)
LIFT_PRICE = 15.0
INVITE_PRICE = 20.0
MOST_INVITED = 16


def explain_infeasible(problem: Problem, rest: Residual, *, seed: int) -> Infeasible:
    """Name the blocked entries, the rule, the numbers, and up to three ways out."""
    own = rest.problem
    beyond = np.flatnonzero(problem.role_need.sum(axis=1) > problem.needs)
    if beyond.size:
        return _asks_beyond_need(problem, beyond.tolist())
    arcs = choose_arcs(own, seed=seed)
    found = relax(own, arcs, PRICES, seed=seed) or Relaxation()
    demand, capacity = int(problem.needs.sum()), int(problem.load_max.sum())
    tight = find_tight(own, found)
    if demand > capacity:
        rule = "capacity"
    elif found.role:
        rule = "role"
    elif found.over and tight is not None:
        rule = "group"
    elif found.cap and not found.short:
        rule = "category-limit"
    elif found.short or found.over:
        rule = "coverage"
    else:
        rule = "load-min"
    facts = {
        "entries": problem.n_entries,
        "judges": problem.n_judges,
        "demand": demand,
        "capacity": capacity,
        "missing": sum(found.short.values()),
        "missing-roles": sum(found.role.values()),
        "over": sum(found.over.values()),
        "over-category": sum(found.cap.values()),
        "under": sum(found.under.values()),
    }
    return Infeasible(
        rule=rule,
        blocked=_blocked(own, found, tight if rule in {"group", "capacity"} else None),
        facts=facts,
        tight=tight,
        alternatives=_ways_out(own, arcs, found, seed=seed),
    )


def _asks_beyond_need(problem: Problem, entries: list[int]) -> Infeasible:
    asked = problem.role_need.sum(axis=1)
    steps = tuple((entry, NONE, NONE, int(asked[entry] - problem.needs[entry])) for entry in entries)
    return Infeasible(
        rule="role-beyond-need",
        blocked=tuple(
            describe_blocked(problem, entry, missing=int(asked[entry] - problem.needs[entry])) for entry in entries
        ),
        facts={"asked": int(asked[entries[0]]), "needed": int(problem.needs[entries[0]])},
        alternatives=(Alternative(kind="drop", steps=steps, cost=PRICES["role"] * len(steps)),),
    )


def _blocked(problem: Problem, found: Relaxation, tight: Tight | None) -> tuple[Blocked, ...]:
    named = [describe_blocked(problem, entry, missing=by) for entry, by in sorted(found.short.items())]
    named += [
        describe_blocked(problem, entry, missing=by, role=role) for (entry, role), by in sorted(found.role.items())
    ]
    if named:
        return tuple(named)
    if tight is not None:
        return tuple(describe_blocked(problem, entry, missing=0) for entry in tight.entries)
    crowded = sorted(
        {
            entry
            for entry, judge in found.pairs.tolist()
            if judge in found.over or (judge, int(problem.category[entry])) in found.cap
        }
    )
    return tuple(describe_blocked(problem, entry, missing=0) for entry in crowded)


def find_tight(problem: Problem, found: Relaxation) -> Tight | None:
    """Grow, from the judges who would be over their limit, the entries that can go nowhere else.

    Returns the group when its demand is truly above what its judges can take, None otherwise.
    """
    if not found.over:
        return None
    holds = np.zeros(problem.barred.shape, dtype=np.bool_)
    holds[found.pairs[:, 0], found.pairs[:, 1]] = True
    free = problem.barred == Bar.FREE
    judges = np.zeros(problem.n_judges, dtype=np.bool_)
    judges[list(found.over)] = True
    while True:
        entries = holds[:, judges].any(axis=1)
        wider = judges | free[entries].any(axis=0)
        if (wider == judges).all():
            break
        judges = wider
    demand = int(problem.needs[entries].sum())
    room = np.minimum(problem.load_max[judges], free[np.ix_(entries, judges)].sum(axis=0))
    if demand <= int(room.sum()):
        return None
    outside = problem.barred[np.ix_(entries, ~judges)]
    kinds, counts = np.unique(outside[outside != Bar.FREE], return_counts=True)
    return Tight(
        entries=tuple(np.flatnonzero(entries).tolist()),
        judges=tuple(np.flatnonzero(judges).tolist()),
        demand=demand,
        capacity=int(room.sum()),
        reason=int(kinds[np.argmax(counts)]) if kinds.size else 0,
    )


def _ways_out(problem: Problem, arcs: Arcs, found: Relaxation, *, seed: int) -> tuple[Alternative, ...]:
    ways = [
        _way_raise(problem, arcs, seed=seed),
        _way_invite(problem, found, seed=seed),
        _way_lift(problem, arcs, seed=seed),
        _way_drop(problem, arcs, seed=seed),
    ]
    return tuple(sorted((way for way in ways if way is not None), key=lambda way: way.cost)[:WAYS_OUT])


def _way_raise(problem: Problem, arcs: Arcs, *, seed: int) -> Alternative | None:
    """Raise as few limits by as little as can be, no judge's by more than must be: ten more for one judge is no way."""
    price = {kind: PRICES[kind] for kind in ("over", "cap")}
    found = relax(problem, arcs, price, seed=seed)
    if found is None or not (found.over or found.cap):
        return None
    low, high = 1, max([*found.over.values(), *found.cap.values()])
    while low < high:
        each = (low + high) // 2
        even = relax(problem, arcs, price, seed=seed, most_each=each)
        if even is None or even.cost > found.cost:
            low = each + 1
        else:
            found, high = even, each
    steps = [(NONE, judge, NONE, by) for judge, by in sorted(found.over.items())]
    steps += [(NONE, judge, category, by) for (judge, category), by in sorted(found.cap.items())]
    return Alternative(kind="raise", steps=tuple(steps), cost=found.cost)


def _way_drop(problem: Problem, arcs: Arcs, *, seed: int) -> Alternative | None:
    kinds = {kind: PRICES[kind] for kind in ("short", "role", "under")}
    found = relax(problem, arcs, kinds, seed=seed)
    if found is None or not found.cost:
        return None
    steps = [(entry, NONE, NONE, by) for entry, by in sorted(found.short.items())]
    steps += [(entry, NONE, role, by) for (entry, role), by in sorted(found.role.items())]
    steps += [(NONE, judge, NONE, by) for judge, by in sorted(found.under.items())]
    return Alternative(kind="lower" if found.under else "drop", steps=tuple(steps), cost=found.cost)


def _way_lift(problem: Problem, arcs: Arcs, *, seed: int) -> Alternative | None:
    entry, judge = np.nonzero(np.isin(problem.barred, [int(bar) for bar in LIFTABLE]))
    if not entry.size:
        return None
    table = problem.barred.copy()
    table[entry, judge] = Bar.FREE
    both = np.r_[arcs.entry, entry], np.r_[arcs.judge, judge]
    order = np.lexsort((both[1], both[0]))
    wider = Arcs(both[0][order], both[1][order], values_of(problem, both[0][order], both[1][order]), arcs.is_complete)
    price = np.where(order >= arcs.entry.size, -LIFT_PRICE, 0.0)
    found = relax(replace(problem, barred=table), wider, {}, seed=seed, reward=price)
    if found is None:
        return None
    keys = np.isin(problem.barred[found.pairs[:, 0], found.pairs[:, 1]], [int(bar) for bar in LIFTABLE])
    steps = tuple((entry, judge, NONE, 1) for entry, judge in found.pairs[keys].tolist())
    return Alternative(kind="waive", steps=steps, cost=LIFT_PRICE * len(steps)) if steps else None


def _way_invite(problem: Problem, found: Relaxation, *, seed: int) -> Alternative | None:
    """Add judges whom nothing keeps away, as few as suffice, of the roles that are lacking or of any."""
    roles = sorted({role for _, role in found.role}) or [NONE]
    limit = (
        int(np.median(problem.load_max[problem.load_max > 0])) if (problem.load_max > 0).any() else problem.n_entries
    )
    lacking = sum(found.short.values()) + sum(found.over.values()) + sum(found.role.values())
    at_once = max([*found.short.values(), *found.role.values(), 1])
    count = max(at_once, -(-lacking // (max(limit, 1) * len(roles))))
    while count <= MOST_INVITED:
        wider = _with_invited(problem, roles, count, max(limit, 1))
        answer = relax(wider, choose_arcs(wider, seed=seed), {}, seed=seed)
        if answer is not None:
            steps = tuple((NONE, NONE, role, count) for role in roles)
            return Alternative(kind="invite", steps=steps, cost=INVITE_PRICE * count * len(roles))
        count *= 2
    return None


def _with_invited(problem: Problem, roles: list[int], count: int, limit: int) -> Problem:
    extra = count * len(roles)
    held = problem.affinity
    affinity = sparse.csr_array(
        (held.data, held.indices, held.indptr), shape=(problem.n_entries, problem.n_judges + extra)
    )
    cap = np.full((extra, problem.category_load_max.shape[1]), problem.n_entries)
    none = np.full(extra, NONE)
    return replace(
        problem,
        affinity=affinity,
        barred=np.c_[problem.barred, np.zeros((problem.n_entries, extra), dtype=np.int8)],
        load_max=np.r_[problem.load_max, np.full(extra, limit)],
        load_min=np.r_[problem.load_min, np.zeros(extra, dtype=np.int64)],
        judge_institution=np.r_[problem.judge_institution, none],
        judge_role=np.r_[problem.judge_role, np.repeat(np.array(roles), count)],
        category_load_max=np.r_[problem.category_load_max, cap],
    )
