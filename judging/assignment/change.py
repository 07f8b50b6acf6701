"""Changing what has been published: a judge who withdraws, a pair made or unmade by hand, and what each costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from judging.assignment.account import give_account
from judging.assignment.arcs import values_of
from judging.assignment.design import measure_design
from judging.assignment.explain import explain_infeasible
from judging.assignment.problem import Bar
from judging.assignment.rules import count_violations, set_locks_apart
from judging.assignment.solve import DEFAULT_BUDGET, calibrate, join_pairs
from judging.assignment.start import find_start

if TYPE_CHECKING:
    from judging.assignment.design import Design
    from judging.assignment.problem import Ints, Problem
    from judging.assignment.result import Assignment

# The frontier offered: the least change, and so many further pairs moved (as a share of all pairs).
SHARES = (0.0, 0.01, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Option:
    """One way to go on after a withdrawal: how many pairs beyond the least may move, and what that reaches."""

    share: float
    assignment: Assignment


def reassign(
    problem: Problem,
    *,
    withdrawn: npt.ArrayLike = (),
    seed: int,
    calibration_budget: float = DEFAULT_BUDGET,
) -> tuple[Option, ...]:
    """Share out what judges leave unfinished, changing as little as can be, and offer two wider changes.

    problem.previous holds the published pairs and problem.locked the sealed ones, also those of the judges who
    withdraw: these stay, even where they break a rule between pairs. withdrawn: rows of judges who get nothing new.
    Raises Infeasible.
    """
    left = without_judges(problem, np.array(withdrawn, dtype=np.int64))
    rest = set_locks_apart(left, is_done=True)
    start = find_start(rest.problem, seed=seed)
    if start is None:
        raise explain_infeasible(left, rest, seed=seed)
    pairs = join_pairs(rest.fixed, start.pairs)
    before = float(values_of(left, pairs[:, 0], pairs[:, 1]).sum()) * left.affinity_top
    options: list[Option] = []
    for share in SHARES:
        moved = len(options[-1].assignment.changes.added) - len(options[0].assignment.changes.added) if options else 0
        movable = max(math.ceil(share * pairs.shape[0]) - moved, 0)
        pairs = calibrate(left, rest, start, budget=calibration_budget, pairs=pairs, movable=movable)
        account = give_account(left, pairs, start=start, seed=seed, before=before)
        options.append(Option(share=share, assignment=account))
    return tuple(options)


def without_judges(problem: Problem, withdrawn: Ints) -> Problem:
    """Return the problem in which some judges keep their locked pairs and get nothing else."""
    if not withdrawn.size:
        return problem
    barred, least, most = problem.barred.copy(), problem.load_min.copy(), problem.load_max.copy()
    for judge in withdrawn.tolist():
        sealed = problem.locked[problem.locked[:, 1] == judge, 0]
        others = barred[:, judge] == Bar.FREE
        others[sealed] = False
        barred[others, judge] = Bar.EXCLUDED
        most[judge] = sealed.size
        least[judge] = 0
    return replace(problem, barred=barred, load_min=least, load_max=most)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effect:
    """What a change by hand does: rules broken, loads, how well judges can be compared, affinity, before and after."""

    violations_before: dict[str, int]
    violations_after: dict[str, int]
    loads_before: Ints
    loads_after: Ints
    design_before: Design
    design_after: Design
    affinity_before: float
    affinity_after: float

    @property
    def is_allowed(self) -> bool:
        """Whether the change breaks nothing that was not broken before; coverage may be incomplete on the way."""
        rules = set(self.violations_after) - {"coverage", "load-min", "role"}
        return all(self.violations_after[rule] <= self.violations_before.get(rule, 0) for rule in rules)


def effect_of_change(
    problem: Problem, pairs: Ints, *, add: npt.ArrayLike | None = None, remove: npt.ArrayLike | None = None
) -> Effect:
    """Measure what adding and removing pairs by hand would do, without doing it."""
    gone = np.array([] if remove is None else remove, dtype=np.int64).reshape(-1, 2)
    come = np.array([] if add is None else add, dtype=np.int64).reshape(-1, 2)
    kept = pairs[~np.isin(pairs[:, 0] * problem.n_judges + pairs[:, 1], gone[:, 0] * problem.n_judges + gone[:, 1])]
    after = join_pairs(come, kept)
    return Effect(
        violations_before=count_violations(problem, pairs),
        violations_after=count_violations(problem, after),
        loads_before=np.bincount(pairs[:, 1], minlength=problem.n_judges),
        loads_after=np.bincount(after[:, 1], minlength=problem.n_judges),
        design_before=measure_design(problem, pairs),
        design_after=measure_design(problem, after),
        affinity_before=float(values_of(problem, pairs[:, 0], pairs[:, 1]).sum()) * problem.affinity_top,
        affinity_after=float(values_of(problem, after[:, 0], after[:, 1]).sum()) * problem.affinity_top,
    )
