"""The way from a problem to an assignment: locks, start, exchange, and the account given of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.account import give_account
from judging.assignment.arcs import values_of
from judging.assignment.errors import BadOption
from judging.assignment.exchange import Exchange
from judging.assignment.explain import explain_infeasible
from judging.assignment.moves import Limits
from judging.assignment.randomise import draw_pairs
from judging.assignment.rules import set_locks_apart
from judging.assignment.start import ARCS_FOR_TRIES, SMALL_PANEL, Start, find_start

if TYPE_CHECKING:
    from judging.assignment.problem import Ints, Problem
    from judging.assignment.result import Assignment
    from judging.assignment.rules import Residual

DEFAULT_BUDGET = 0.03
# Shares of the mean load asked for instead, where the first attempt leaves judges hard to compare; and the exponent of
# the steps of the price, so that a last attempt goes slowly. Large panels have less to gain by it, and give up less.
LESS_FAIR = ((0.5, 1.0), (0.35, 1.0), (0.35, 0.4))
LESS_FAIR_LARGE = ((0.75, 1.0), (0.65, 1.0))
LEAST_GAIN = 0.0005
# Where judges have fewer entries than this on average, less even loads would only leave some with none.
LOAD_FOR_LESS_FAIR = 6


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
    if randomise is not None and randomise < 1 and not problem.previous.size:
        return _draw(problem, rest, cap=randomise, seed=seed)
    start = find_start(rest.problem, seed=seed)
    if start is None:
        raise explain_infeasible(problem, rest, seed=seed)
    pairs = join_pairs(rest.fixed, start.pairs)
    if _may_exchange(problem, pairs, calibration_budget):
        exchange = set_up(problem, rest, start, budget=calibration_budget, pairs=pairs)
        exchange.spend_first()
        if not exchange.is_enough and not problem.previous.size:
            start, exchange = _try_less_fair(problem, rest, (start, exchange), budget=calibration_budget, seed=seed)
        pairs = exchange.spend_rest()
    begun = join_pairs(rest.fixed, start.pairs)
    before = float(values_of(problem, begun[:, 0], begun[:, 1]).sum()) * problem.affinity_top
    return give_account(problem, pairs, start=start, seed=seed, before=before)


def _try_less_fair(
    problem: Problem, rest: Residual, fair: tuple[Start, Exchange], *, budget: float, seed: int
) -> tuple[Start, Exchange]:
    """Let loads differ more where that alone makes judges comparable for the first share of the budget.

    On small panels of specialists an even load costs most of what comparability could be bought with (measured: at
    60 x 15, efficiency .93 with it and .96 without, for the same affinity).
    """
    best = fair
    is_thin = int(problem.needs.sum()) < LOAD_FOR_LESS_FAIR * problem.n_judges
    n_arcs = best[0].arcs.entry.size
    if is_thin or n_arcs > ARCS_FOR_TRIES:
        return best
    for share, pace in LESS_FAIR if n_arcs <= SMALL_PANEL else LESS_FAIR_LARGE:
        start = find_start(rest.problem, seed=seed, fair_share=share)
        if start is None:
            break
        exchange = set_up(problem, rest, start, budget=budget, pairs=join_pairs(rest.fixed, start.pairs))
        exchange.spend_first(pace=pace)
        if exchange.merit > best[1].merit + LEAST_GAIN:
            best = start, exchange
        if best[1].is_enough:
            break
    return best


def _may_exchange(problem: Problem, pairs: Ints, budget: float) -> bool:
    return bool(problem.n_judges > 1 and pairs.size and budget)


def _draw(problem: Problem, rest: Residual, *, cap: float, seed: int) -> Assignment:
    """Draw at random. Nothing is exchanged afterwards: that would raise the chance of some pairs above the cap."""
    drawn = draw_pairs(rest.problem, cap=cap, seed=seed)
    if drawn is None:
        raise explain_infeasible(problem, rest, seed=seed)
    none = np.zeros(problem.n_judges, dtype=np.int64)
    start = Start(drawn.pairs, drawn.arcs, "draw", best=0.0, bound=0.0, floor=np.zeros(0), load_min=none)
    pairs = join_pairs(rest.fixed, drawn.pairs)
    return give_account(problem, pairs, start=start, seed=seed, drawn=drawn)


def calibrate(problem: Problem, rest: Residual, start: Start, *, budget: float, pairs: Ints, movable: int) -> Ints:
    """Exchange judges after publication: all stays but ``movable`` pairs, which make the graph as good as it gets."""
    if not _may_exchange(problem, pairs, budget):
        return pairs
    exchange = set_up(problem, rest, start, budget=budget, pairs=pairs, movable=movable)
    if movable:
        return exchange.spend_all()
    exchange.spend_first()
    return exchange.spend_rest()


def set_up(problem: Problem, rest: Residual, start: Start, *, budget: float, pairs: Ints, movable: int = 0) -> Exchange:
    """Make ready to exchange: locked pairs stay; previous ones too, but for ``movable`` of them."""
    worth = values_of(problem, pairs[:, 0], pairs[:, 1])
    locked = values_of(problem, rest.fixed[:, 0], rest.fixed[:, 1])
    fixed_load = np.bincount(rest.fixed[:, 1], minlength=problem.n_judges)
    fixed_value = np.bincount(rest.fixed[:, 0], weights=locked, minlength=problem.n_entries)
    return Exchange.of(
        problem,
        pairs,
        start.arcs,
        limits=Limits(start.load_min + fixed_load, problem.load_max, start.floor + fixed_value),
        frozen=rest.fixed,
        published=problem.previous,
        movable=movable,
        budget=budget,
        worth=worth,
        best=start.best + float(locked.sum()),
    )


def join_pairs(fixed: Ints, pairs: Ints) -> Ints:
    """Both lists as one, sorted by entry, then judge."""
    together = np.concatenate([fixed, pairs])
    return together[np.lexsort((together[:, 1], together[:, 0]))]
