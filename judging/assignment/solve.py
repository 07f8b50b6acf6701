"""The way from a problem to an assignment: locks, start, exchange, and the account given of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.account import give_account
from judging.assignment.errors import BadOption
from judging.assignment.explain import explain_infeasible
from judging.assignment.rules import set_locks_apart
from judging.assignment.start import find_start

if TYPE_CHECKING:
    from judging.assignment.problem import Ints, Problem
    from judging.assignment.result import Assignment

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
    pairs = start.pairs
    return give_account(problem, join_pairs(rest.fixed, pairs), start=start, seed=seed)


def join_pairs(fixed: Ints, pairs: Ints) -> Ints:
    """Both lists as one, sorted by entry, then judge."""
    together = np.concatenate([fixed, pairs])
    return together[np.lexsort((together[:, 1], together[:, 0]))]
