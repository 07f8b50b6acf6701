"""The way from a problem to an assignment: locks, start, exchange, and the account given of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.account import give_account
from judging.assignment.errors import BadOption
from judging.assignment.exchange import Exchange
from judging.assignment.explain import explain_infeasible
from judging.assignment.flow import values_of
from judging.assignment.moves import Limits
from judging.assignment.rules import set_locks_apart
from judging.assignment.start import find_start

if TYPE_CHECKING:
    from judging.assignment.problem import Ints, Problem
    from judging.assignment.result import Assignment
    from judging.assignment.rules import Residual
    from judging.assignment.start import Start

DEFAULT_BUDGET = 0.03


def assign_judges(
    problem: Problem, *, seed: int, calibration_budget: float = DEFAULT_BUDGET, randomise: float | None = None
) -> Assignment:
    """Assign judges to entries under every rule of the problem.

    calibration_budget: the share of total affinity that may be given up so that judges can be compared (0 to 1).
    randomise: no pair is made with a chance above this (over 0, up to 1), so that nobody can count on a judge.
    The same problem and seed give the same bytes on one machine. Raises Infeasible with what would free it.
    """
    if not 0 <= calibration_budget <= 1:
        raise BadOption(option="calibration_budget", value=calibration_budget)
    if randomise is not None and not 0 < randomise <= 1:
        raise BadOption(option="randomise", value=randomise)
    rest = set_locks_apart(problem)
    start = find_start(rest.problem, seed=seed)
    if start is None:
        raise explain_infeasible(problem, rest, seed=seed)
    pairs = join_pairs(rest.fixed, start.pairs)
    before = float(values_of(problem, pairs[:, 0], pairs[:, 1]).sum()) * problem.affinity_top
    pairs = calibrate(problem, rest, start, budget=calibration_budget)
    return give_account(problem, pairs, start=start, seed=seed, before=before)


def calibrate(problem: Problem, rest: Residual, start: Start, *, budget: float, frozen: Ints | None = None) -> Ints:
    """Exchange judges until they can be compared. Locked pairs and ``frozen`` ones (else the previous) stay."""
    pairs = join_pairs(rest.fixed, start.pairs)
    if problem.n_judges < 2 or not pairs.size or not budget:  # noqa: PLR2004  (one judge cannot be exchanged)
        return pairs
    worth = values_of(problem, pairs[:, 0], pairs[:, 1])
    locked = values_of(problem, rest.fixed[:, 0], rest.fixed[:, 1])
    fixed_load = np.bincount(rest.fixed[:, 1], minlength=problem.n_judges)
    fixed_value = np.bincount(rest.fixed[:, 0], weights=locked, minlength=problem.n_entries)
    exchange = Exchange.of(
        problem,
        pairs,
        start.arcs,
        limits=Limits(start.load_min + fixed_load, problem.load_max, start.floor + fixed_value),
        frozen=join_pairs(rest.fixed, problem.previous if frozen is None else frozen),
        budget=budget,
        worth=worth,
        best=max(start.best + float(locked.sum()), 0.0),
    )
    return exchange.improve()


def join_pairs(fixed: Ints, pairs: Ints) -> Ints:
    """Both lists as one, sorted by entry, then judge."""
    together = np.concatenate([fixed, pairs])
    return together[np.lexsort((together[:, 1], together[:, 0]))]
