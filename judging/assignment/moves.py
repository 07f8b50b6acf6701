"""Which replacements are allowed, which look promising, and which few of them together are worth making.

The slope of f is the sum of a part for each replacement, so one look at all of them gives, for each two judges a and b,
the entry where a should best give way to b. Swaps are pairs of these that meet, three-cycles are triples, and a single
one moves load from a judge to another. Only the best are then weighed exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.problem import Bar

if TYPE_CHECKING:
    from judging.assignment.graph import Graph, Slots, Weights
    from judging.assignment.problem import Bools, Floats, Ints, Problem

# The gain of what is not allowed: below anything that any price can make of a real one.
NOTHING = -1e30
# Gains are compared after rounding, so that the last bits, which differ with the number of threads, decide nothing.
DECIMALS = 9
BEST_CANDIDATES = 64
MOST_WEIGHED = 3000
MOST_CYCLES = 600
# Three-cycles are looked for among all judges up to this many (the search costs their third power).
CYCLE_JUDGES = 60


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Judges that each entry might get, (n_entries, width) with n_judges as filling; and their value."""

    judge: Ints
    value: Floats

    @classmethod
    def of(cls, problem: Problem, entry: Ints, judge: Ints, value: Floats) -> Candidates:
        """Take the best of each entry's pairs (given by entry, then judge)."""
        order = np.lexsort((judge, -value, entry))
        entry, judge, value = entry[order], judge[order], value[order]
        start = np.searchsorted(entry, np.arange(problem.n_entries))
        place = np.arange(entry.size) - start[entry]
        width = min(BEST_CANDIDATES, int(place.max(initial=0)) + 1)
        table = np.full((problem.n_entries, width), problem.n_judges)
        values = np.zeros(table.shape)
        near = place < width
        table[entry[near], place[near]] = judge[near]
        values[entry[near], place[near]] = value[near]
        return cls(table, values)


@dataclass(slots=True, eq=False)
class Limits:
    """What the exchange must keep besides the rules: least and most load of each judge, least value of each entry."""

    load_min: Ints
    load_max: Ints
    floor: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Some moves of equally many replacements: (n_moves, n_replacements) arrays, and what each is thought to gain."""

    entry: Ints
    column: Ints
    judge: Ints
    gain: Floats


class Rules:
    """The rules between pairs, as tables over slots that can be asked about many replacements at once."""

    def __init__(self, problem: Problem) -> None:
        """Lay the rules out with one more row for the empty slot."""
        self.problem = problem
        houses = problem.judge_institution
        filled = np.where(houses >= 0, houses, houses.max(initial=0) + 1 + np.arange(houses.size))
        self.house = np.r_[filled, -2]
        self.role = np.r_[problem.judge_role, -1]
        self.asks = problem.role_need.sum(axis=1) > 0
        kinds, place, count = np.unique(problem.team, return_inverse=True, return_counts=True)
        self.shares_team = (problem.team >= 0) & (count[place] > 1)
        self.team = np.where(self.shares_team, place, kinds.size)
        self.n_teams = int(kinds.size)
        self.has_caps = bool((problem.category_load_max < problem.n_entries).any())

    def allows(self, slots: Slots, candidates: Ints, *, most_frozen: int) -> Bools:
        """(n_entries, width, n_candidates) whether a slot may get a judge, all other slots as they are."""
        judge = slots.judge
        real = candidates < self.problem.n_judges
        same = (judge[:, :, None] == candidates[:, None, :]).any(axis=1)
        near: Bools = self.house[judge][:, :, None] == self.house[candidates][:, None, :]
        others = near.sum(axis=1)[:, None, :] - near
        allowed = (others == 0) & (real & ~same)[:, None, :]
        allowed &= ((judge < self.problem.n_judges) & (slots.frozen <= most_frozen))[:, :, None]
        if self.asks.any():
            allowed[self.asks] &= self._keeps_roles(judge[self.asks], candidates[self.asks])
        if self.shares_team.any():
            rows = self.shares_team
            seen = self.seen_teams(slots)
            allowed[rows] &= ~seen[self.team[rows][:, None], candidates[rows]][:, None, :]
        if self.has_caps:
            counts = self.category_counts(slots)
            full = counts >= np.r_[self.problem.category_load_max, np.zeros((1, counts.shape[1]), dtype=np.int64)]
            allowed &= ~full[candidates, self.problem.category[:, None]][:, None, :]
        return np.asarray(allowed, dtype=np.bool_)

    def _keeps_roles(self, judge: Ints, candidates: Ints) -> Bools:
        need = self.problem.role_need[self.asks]
        allowed = np.ones((judge.shape[0], judge.shape[1], candidates.shape[1]), dtype=np.bool_)
        for role in range(self.problem.n_roles):
            has = self.role[judge] == role
            bound = has & (has.sum(axis=1) <= need[:, role])[:, None]
            allowed &= ~bound[:, :, None] | (self.role[candidates] == role)[:, None, :]
        return allowed

    def seen_teams(self, slots: Slots) -> Bools:
        """(n_teams + 1, n_judges + 1) whether a judge reads an entry of a team that has several."""
        seen = np.zeros((self.n_teams + 1, self.problem.n_judges + 1), dtype=np.bool_)
        rows = np.flatnonzero(self.shares_team)
        seen[np.repeat(self.team[rows], slots.judge.shape[1]), slots.judge[rows].ravel()] = True
        seen[:, -1] = False
        return seen

    def category_counts(self, slots: Slots) -> Ints:
        """(n_judges + 1, n_categories) entries of each category that a judge reads."""
        n_categories = self.problem.category_load_max.shape[1]
        key = slots.judge * n_categories + self.problem.category[:, None]
        size = (self.problem.n_judges + 1) * n_categories
        return np.asarray(np.bincount(key.ravel(), minlength=size)).reshape(-1, n_categories)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a round looks at: the graph, the slots and their values, the weights and the candidates."""

    graph: Graph
    slots: Slots
    weights: Weights
    candidates: Candidates
    values: Floats


def promising(view: View, allowed: Bools, price: float) -> Floats:
    """Return the gain by slope of each allowed replacement, without its effect through loads."""
    graph, slots, weights = view.graph, view.slots, view.weights
    candidates, values = view.candidates, view.values
    n_judges = graph.loads.size - 1
    gain = np.full(allowed.shape, NOTHING)
    share, whole = weights.share[weights.group], weights.share[-1]
    for need in np.unique(slots.needs[slots.needs > 0]).tolist():
        rows = np.flatnonzero(slots.needs == need)
        table = (graph.covariance / need**2 + graph.pull / need).ravel()
        judge, option = slots.judge[rows], candidates.judge[rows]
        near = table[judge[:, :, None] * (n_judges + 1) + option[:, None, :]]
        together = near.sum(axis=1)[:, None, :] - near
        own = table.reshape(n_judges + 1, -1)
        diagonal = np.diag(own)
        pot = (share[rows] / need)[:, None] * graph.drift[option, weights.group[rows][:, None]]
        pot += whole / need * graph.drift[option, -1]
        after = 2 * together + (diagonal[option] - 2 * pot)[:, None, :]
        held = own[judge[:, :, None], judge[:, None, :]]
        mean = (share[rows] / need)[:, None] * graph.drift[judge, weights.group[rows][:, None]]
        mean += whole / need * graph.drift[judge, -1]
        here = np.arange(judge.shape[1])
        before = 2 * (held.sum(axis=2) - held[:, here, here]) + diagonal[judge] - 2 * mean
        gained = candidates.value[rows][:, None, :] - values[rows][:, :, None] - price * (after - before[:, :, None])
        gain[rows] = np.where(allowed[rows], gained, NOTHING)
    return gain


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best replacement of each judge by each other: sorted keys (old * n_judges + new), gains, places."""

    key: Ints
    gain: Floats
    number: Ints


def find_moves(view: View, gain: Floats, limits: Limits, price: float, *, cycles: bool) -> list[Moves]:
    """Join replacements into swaps, moves of load and (where asked) three-cycles that look worth weighing exactly."""
    graph, slots = view.graph, view.slots
    n_judges = slots.n_judges
    slope = np.diag(graph.pull)[:-1]
    best = _best_between(view, gain, reach=price * float(np.ptp(slope)))
    old, new = best.key // n_judges, best.key % n_judges
    back = np.minimum(np.searchsorted(best.key, new * n_judges + old), max(best.key.size - 1, 0))
    both = np.where(best.key[back] == new * n_judges + old, best.gain + best.gain[back], NOTHING)
    both[old > new] = NOTHING
    some = _top(both, max(MOST_WEIGHED, 4 * n_judges))
    found = [_moves(view, best, [some, back[some]], both[some])]
    load = best.gain + price * (slope[new] - slope[old])
    load[(graph.loads[old] <= limits.load_min[old]) | (graph.loads[new] >= limits.load_max[new])] = NOTHING
    some = _top(load, max(MOST_WEIGHED, 4 * n_judges) // 4)
    found.append(_moves(view, best, [some], load[some]))
    if cycles:
        legs, worth = _three_cycles(best, n_judges)
        found.append(_moves(view, best, legs, worth))
    return [group for group in found if group.gain.size]


def _moves(view: View, best: Best, legs: list[Ints], worth: Floats) -> Moves:
    """Put legs together, leaving out moves that would touch an entry twice."""
    width, options = view.slots.judge.shape[1], view.candidates.judge.shape[1]
    numbers = np.stack([best.number[leg] for leg in legs], axis=1)
    judge = np.stack([best.key[leg] % view.slots.n_judges for leg in legs], axis=1)
    entry, column = numbers // (width * options), numbers // options % width
    apart = np.ones(worth.size, dtype=np.bool_)
    for first in range(len(legs)):
        for second in range(first):
            apart &= entry[:, first] != entry[:, second]
    return Moves(entry[apart], column[apart], judge[apart], worth[apart])


def _best_between(view: View, gain: Floats, *, reach: float) -> Best:
    """Find, for each two judges, the best replacement of one by the other. reach: what a load may make up for."""
    flat = np.round(gain.ravel(), DECIMALS)
    most = float(flat.max(initial=0.0))
    number = np.flatnonzero(flat > max(-reach - 2 * most, NOTHING / 2))
    width, options = view.slots.judge.shape[1], view.candidates.judge.shape[1]
    old = view.slots.judge.ravel()[number // options]
    new = view.candidates.judge[number // (width * options), number % options]
    key = old * view.slots.n_judges + new
    worth = flat[number]
    highest = np.full(view.slots.n_judges**2, -np.inf)
    np.maximum.at(highest, key, worth)  # sorting by key and gain instead took half the time of a whole exchange
    best = np.flatnonzero(worth == highest[key])
    key, place = np.unique(key[best], return_index=True)
    return Best(key, worth[best[place]], number[best[place]])


def _top(worth: Floats, count: int) -> Ints:
    good = np.flatnonzero(worth > 0)
    if good.size > count:
        good = np.sort(good[np.argsort(-worth[good], kind="stable")[:count]])
    return good


def _three_cycles(best: Best, n_judges: int) -> tuple[list[Ints], Floats]:
    """Find the best cycles a to b to c to a that start at their smallest judge, one for each a and b."""
    table = np.full((n_judges, n_judges), NOTHING)
    place = np.zeros((n_judges, n_judges), dtype=np.int64)
    table.ravel()[best.key] = best.gain
    place.ravel()[best.key] = np.arange(best.key.size)
    legs: list[list[Ints]] = [[], [], []]
    gains: list[Floats] = []
    for a in range(n_judges - 2):
        rest = slice(a + 1, n_judges)
        worth = table[a, rest][:, None] + table[rest, rest] + table[rest, a][None, :]
        np.fill_diagonal(worth, NOTHING)
        then = np.argmax(worth, axis=1)
        gained = worth[np.arange(worth.shape[0]), then]
        good = np.flatnonzero(gained > 0)
        b, c = a + 1 + good, a + 1 + then[good]
        for leg, places in zip(legs, (place[a, b], place[b, c], place[c, a]), strict=True):
            leg.append(places)
        gains.append(gained[good])
    worth = np.concatenate([*gains, np.zeros(0)])
    keep = np.argsort(-worth, kind="stable")[:MOST_CYCLES]
    return [np.concatenate([*leg, np.zeros(0, dtype=np.int64)])[keep] for leg in legs], worth[keep]


def free_candidates(problem: Problem, entry: Ints, judge: Ints, value: Floats) -> Candidates:
    """Candidates among pairs that no bar keeps apart."""
    free = problem.barred[entry, judge] == Bar.FREE
    return Candidates.of(problem, entry[free], judge[free], value[free])
