"""The best assignment before calibration: affinity, the floor of the worst-served entry, fair loads, few changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.flow import Arcs, choose_arcs, solve_flow
from judging.assignment.programme import solve_programme
from judging.assignment.rules import count_violations

if TYPE_CHECKING:
    from judging.assignment.problem import Floats, Ints, Problem

# Judges are brought up to this share of the mean load at a cost of up to FAIR_PRICE (of the top affinity) an entry.
FAIR_SHARE = 0.8
FAIR_PRICE = 1.0
# A pair already published is worth more than any affinity could be.
KEEP = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Pairs (n, 2) of the residual problem, and how they were found."""

    pairs: Ints
    method: str
    is_optimal: bool


def find_start(problem: Problem, *, seed: int) -> Start | None:
    """Find the best pairs, or None where no assignment keeps every rule."""
    arcs = choose_arcs(problem, seed=seed, keep=problem.previous)
    reward = arcs.value + KEEP * is_among(problem, arcs, problem.previous)
    chosen = solve_flow(problem, arcs, reward, seed=seed, pieces=fair_pieces(problem))
    if chosen is None:
        return None
    pairs = np.c_[arcs.entry[chosen], arcs.judge[chosen]]
    if not count_violations(problem, pairs):
        return Start(pairs, "flow", is_optimal=arcs.is_complete)
    solved = solve_programme(problem, arcs, reward)
    if solved is None:
        return None
    pairs = np.c_[arcs.entry[solved.chosen], arcs.judge[solved.chosen]]
    return Start(pairs, "programme", is_optimal=arcs.is_complete and solved.is_proved)


def is_among(problem: Problem, arcs: Arcs, pairs: Ints) -> Floats:
    """1.0 for the arcs that are among some pairs, 0.0 for the others."""
    if not pairs.size:
        return np.zeros(arcs.entry.size)
    return np.isin(arcs.entry * problem.n_judges + arcs.judge, pairs[:, 0] * problem.n_judges + pairs[:, 1]).astype(
        float
    )


def fair_pieces(problem: Problem) -> list[tuple[Ints, float]]:
    """Reward a judge's first entries, up to a share of the mean, so that nobody is left with almost nothing."""
    mean = int(problem.needs.sum()) / max(problem.n_judges, 1)
    lowest = np.minimum(int(FAIR_SHARE * mean), problem.load_max)
    return [(np.maximum(lowest - problem.load_min, 0), -FAIR_PRICE)] if lowest.any() else []
