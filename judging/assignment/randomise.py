"""Drawing the assignment, so that nobody can count on a judge: no pair is made with a chance above a cap.

All capacities are doubled s times and one flow is solved in which a pair occurs once; then the pairs are halved s times
by coins. In each halving every pair has a partner beside it at its entry and another at its judge, chosen within the
narrowest rule that holds both (institution, role, team, category, load), and partners never go the same way. So every
rule's count is halved to the whole number below or above, every pair stays with a chance of one half, and after s
halvings no pair has been made with a chance above 2^-s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.aims import fair_load, fair_pieces
from judging.assignment.arcs import Arcs, choose_arcs
from judging.assignment.flow import solve_flow
from judging.assignment.problem import Bar
from judging.assignment.repair import mend
from judging.assignment.rules import count_violations

if TYPE_CHECKING:
    from judging.assignment.problem import Floats, Ints, Problem

MOST_HALVINGS = 4
# A copy of a pair above the cap costs more than any affinity; fairness of loads weighs little beside the draw.
DEAR = 5.0
FAIR_PRICE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Pairs drawn, the largest chance that any pair had, and how many pairs had to be moved after the draw."""

    pairs: Ints
    arcs: Arcs
    cap: float
    n_above_cap: int
    n_repaired: int


def draw_pairs(problem: Problem, *, cap: float, seed: int) -> Draw | None:
    """Draw an assignment; None where no assignment keeps every rule.

    Where the cap cannot be kept (an entry with few judges left), it is raised for as few pairs as can be, and the
    answer says for how many and to what.
    """
    n_halvings = min(max(math.ceil(-math.log2(cap) - 1e-9), 0), MOST_HALVINGS)
    times = 2**n_halvings
    arcs = choose_arcs(problem, seed=seed)
    most = _most_of_each(problem, arcs, times)
    chosen, counts = _multiple_flow(problem, arcs, times, (most, most), seed=seed)
    if chosen is None and times > 1:
        chosen, counts = _multiple_flow(problem, arcs, times, (most, np.full(most.size, times)), seed=seed)
    if chosen is None:
        return None
    generator = np.random.default_rng([seed, 14])
    edges = np.repeat(chosen, counts)
    for _ in range(n_halvings):
        edges = edges[_halve(problem, arcs, edges, generator)]
    pairs = np.c_[arcs.entry[edges], arcs.judge[edges]]
    n_repaired = 0
    if count_violations(problem, pairs):
        support = np.isin(np.arange(arcs.entry.size), chosen)
        few = Arcs(arcs.entry[support], arcs.judge[support], arcs.value[support], is_complete=False)
        among = _is_drawn(problem, few, pairs)
        mended = mend(problem, few, few.value + among, pairs)
        if mended is None:
            mended = mend(problem, arcs, arcs.value + _is_drawn(problem, arcs, pairs), pairs)
        if mended is None:
            return None
        n_repaired = int(mended.shape[0] - _is_drawn_pair(problem, mended, pairs).sum())
        pairs = mended
    above = int((counts > 1).sum())
    return Draw(pairs, arcs, cap=float(counts.max(initial=1)) / times, n_above_cap=above, n_repaired=n_repaired)


def _is_drawn(problem: Problem, arcs: Arcs, pairs: Ints) -> Floats:
    return _is_drawn_pair(problem, np.c_[arcs.entry, arcs.judge], pairs)


def _is_drawn_pair(problem: Problem, asked: Ints, pairs: Ints) -> Floats:
    held = pairs[:, 0] * problem.n_judges + pairs[:, 1]
    return np.asarray(np.isin(asked[:, 0] * problem.n_judges + asked[:, 1], held), dtype=float)


def _most_of_each(problem: Problem, arcs: Arcs, times: int) -> Ints:
    """Say how many copies a pair may have: 1, or as many as an entry with few judges needs to be served at all."""
    n_free = (problem.barred == Bar.FREE).sum(axis=1)
    needed = -(-problem.needs * times // np.maximum(n_free, 1))
    return np.asarray(np.clip(needed, 1, times)[arcs.entry], dtype=np.int64)


def _multiple_flow(
    problem: Problem, arcs: Arcs, times: int, most: tuple[Ints, Ints], *, seed: int
) -> tuple[Ints | None, Ints]:
    """Solve the flow with so many copies of each pair at their value, and up to so many at a high price."""
    pieces = [(room * times, price) for room, price in fair_pieces(problem, FAIR_PRICE, fair_load(problem))]
    copies = range(int(most[1].max(initial=1)))
    which = np.concatenate([np.flatnonzero(most[1] > copy) for copy in copies])
    dear = np.concatenate([most[0][most[1] > copy] <= copy for copy in copies])
    doubled = Arcs(arcs.entry[which], arcs.judge[which], arcs.value[which], arcs.is_complete)
    used = solve_flow(problem, doubled, doubled.value - DEAR * dear, seed=seed, times=times, pieces=pieces)
    if used is None:
        return None, np.zeros(0, dtype=np.int64)
    chosen, counts = np.unique(which[used], return_counts=True)
    return chosen, counts


def _halve(problem: Problem, arcs: Arcs, edges: Ints, generator: np.random.Generator) -> Ints:
    """Numbers of the edges that stay."""
    entry, judge = arcs.entry[edges], arcs.judge[edges]
    alone = -1 - np.arange(edges.size)
    house, team, role = problem.judge_institution[judge], problem.team[entry], problem.judge_role[judge]
    own_role = entry * (problem.n_roles + 1) + np.where((role >= 0) & (role < problem.n_roles), role, problem.n_roles)
    asks = problem.role_need.sum(axis=1)[entry] > 0
    place = np.where(asks, own_role, alone)
    width = int(house.max(initial=0)) + 2
    by_house = np.where(house >= 0, np.where(asks, own_role, entry) * width + house, alone)
    by_team = np.where(team >= 0, team * problem.n_judges + judge, alone)
    by_category = judge * problem.category_load_max.shape[1] + problem.category[entry]
    at_entry = _partners([edges, by_house, place, entry], generator)
    at_judge = _partners([edges, by_team, by_category, judge], generator)
    return _two_colour(at_entry, at_judge, generator)


def _partners(levels: list[Ints], generator: np.random.Generator) -> Ints:
    """Pair edges off within the narrowest level that holds two not yet paired; -1 for those left over."""
    partner = np.full(levels[0].size, -1)
    for key in levels:
        left = np.flatnonzero(partner < 0)
        order = left[np.lexsort((generator.random(left.size), key[left]))]
        sorted_key = key[order]
        start = np.searchsorted(sorted_key, sorted_key)
        rank = np.arange(order.size) - start
        first = np.flatnonzero((rank[:-1] % 2 == 0) & (sorted_key[1:] == sorted_key[:-1])) if order.size else order
        partner[order[first]] = order[first + 1]
        partner[order[first + 1]] = order[first]
    return partner


def _two_colour(at_entry: Ints, at_judge: Ints, generator: np.random.Generator) -> Ints:
    """Send partners different ways by a coin for each chain of partners; return those that stay."""
    colour = [-1] * at_entry.size
    sides = (at_entry.tolist(), at_judge.tolist())
    coins = generator.integers(0, 2, at_entry.size).tolist()
    for start in range(at_entry.size):
        if colour[start] >= 0:
            continue
        colour[start] = coins[start]
        for side in (0, 1):
            edge, turn = start, side
            while True:
                following = sides[turn][edge]
                if following < 0 or colour[following] >= 0:
                    break
                colour[following] = 1 - colour[edge]
                edge, turn = following, 1 - turn
    return np.flatnonzero(np.array(colour, dtype=np.int64) == 1)
