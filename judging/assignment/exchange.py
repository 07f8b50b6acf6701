"""Trading a little affinity for judges that can be compared: rounds of exchanges at a rising price.

Each round weighs promising moves exactly, makes the best that do not touch one another, and keeps the result only if
affinity less price times f has truly risen; otherwise it makes fewer. The price rises until the graph is good enough
or the budget is spent. Rounds are counted; no clock is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.graph import PUBLISHED, Slots, Weights, build_graph, change_of_cost
from judging.assignment.moves import (
    CYCLE_JUDGES,
    DECIMALS,
    Limits,
    Moves,
    Rules,
    View,
    find_moves,
    free_candidates,
    promising,
)

if TYPE_CHECKING:
    from judging.assignment.flow import Arcs
    from judging.assignment.graph import Graph
    from judging.assignment.moves import Candidates
    from judging.assignment.problem import Bools, Floats, Ints, Problem

# About a third of the budget may be spent until efficiency is ENOUGH; the rest only while it is below NEEDED and
# each further share of affinity buys at least WORTH times as much efficiency.
ENOUGH = 0.965
NEEDED = 0.9403
FIRST_SHARE = 0.329
LATER_SHARES = (0.38, 0.45, 0.6, 0.8, 1.0)
WORTH = 1.0
# A later share that raised efficiency by less than this is the last.
LEAST_RISE = 0.001
# Where the floor of the worst-served entries leaves the graph POOR after JOIN_SHARE of the budget beyond what the start
# has cost, it is lowered to RELIEFS of itself, one after the other, until a few entries have joined the groups it kept
# apart; each share of affinity is to buy JOIN_WORTH times as much efficiency, since elsewhere the floor is not what is
# in the way.
POOR = 0.85
JOIN_SHARE = 0.1
JOIN_WORTH = 5.0
# A step of the price that goes this far beyond the goal is taken back and made smaller, down to FINEST.
OVERSHOOT = 0.001
SLACK = 0.03
FINEST = 1.01
RELIEFS = (0.9, 0.8, 0.6)
# The price rises in steps (smaller ones where rounds are cheap); rounds at one price end when they gain little.
# Each row: up to so many judges, first price, step of the price, share of a price's gain below which it is left.
PACES = ((80, 0.1, 1.35, 0.02), (1000, 0.1, 2.0, 0.02), (1 << 60, 0.4, 3.0, 0.08))
LAST_STEP = 0.4
MOST_PRICES = 24
ROUNDS_AT_PRICE = 40
WEIGHED_AT_ONCE = 512
FAINT = 1e-9


@dataclass(slots=True, eq=False)
class Exchange:
    """The state of one improvement."""

    problem: Problem
    slots: Slots
    weights: Weights
    rules: Rules
    candidates: Candidates
    limits: Limits
    best: float
    budget: float
    allowance: float
    movable: int
    graph: Graph
    values: Floats
    n_at_once: int = 64
    n_rounds: int = 0
    first_price: float = 0.0
    price: float = 0.0
    little: float = 0.0

    @classmethod
    def of(
        cls,
        problem: Problem,
        pairs: Ints,
        arcs: Arcs,
        limits: Limits,
        *,
        frozen: Ints,
        published: Ints,
        movable: int,
        budget: float,
        worth: Floats,
        best: float,
    ) -> Exchange:
        """Set up. worth: (n_pairs,) value of the pairs at hand; budget: share of ``best`` that may be given up."""
        slots = Slots.of(problem, pairs, frozen, published)
        weights = Weights.of(problem, slots.needs)
        candidates = free_candidates(problem, arcs.entry, arcs.judge, arcs.value)
        values = np.zeros(slots.judge.shape)
        entry, column = np.nonzero(slots.judge < problem.n_judges)
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        values[entry, column] = worth[order]
        return cls(
            problem=problem,
            slots=slots,
            weights=weights,
            rules=Rules(problem),
            candidates=candidates,
            limits=limits,
            best=best,
            budget=budget,
            allowance=budget,
            movable=movable,
            graph=build_graph(slots, weights),
            values=values,
        )

    @property
    def spent(self) -> float:
        """Share of the best affinity that has been given up."""
        return 1 - float(self.values.sum()) / self.best if self.best else 0.0

    @property
    def is_enough(self) -> bool:
        """Whether judges can be compared well enough for the first share of the budget."""
        return self.graph.efficiency >= NEEDED and self._overspent <= 0

    @property
    def merit(self) -> float:
        """Efficiency up to what is needed, less what was spent beyond the first share."""
        return min(self.graph.efficiency, NEEDED) - WORTH * max(self._overspent, 0.0)

    @property
    def _overspent(self) -> float:
        return self.spent - self.budget * FIRST_SHARE * (1 + SLACK)

    def spend_all(self) -> Ints:
        """Make the graph as good as the whole budget allows; return the pairs."""
        price, step = self._first_price()
        self._climb(price, step, share=1.0, goal=1.0, worth=0.0)
        return self.slots.pairs()

    def spend_first(self, *, pace: float = 1.0) -> None:
        """Spend the first share of the budget, less where the graph is good enough before. pace: under 1 is slower."""
        self._join()
        self.first_price, step = self._first_price()
        self.price = self._climb(self.first_price, step**pace, share=FIRST_SHARE, goal=ENOUGH, worth=0.0)

    def spend_rest(self) -> Ints:
        """Spend the rest as far as it is needed and buys enough; return the pairs."""
        climbed, step = self.price, self._pace()[1]
        for share in LATER_SHARES:
            before = self.graph.efficiency
            climbed = self._climb(climbed, step**LAST_STEP, share=share, goal=NEEDED, worth=WORTH)
            if self.graph.efficiency < before + LEAST_RISE:
                break
        self._relieve(self.first_price, step, share=1.0, worth=WORTH)
        return self.slots.pairs()

    def _join(self) -> None:
        """Make a poor graph fair before it is made good, at the cost of some entries' floor where that must be."""
        price, step = self._first_price()
        floor = self.limits.floor
        share = min(max(self.spent / self.budget, 0.0) + JOIN_SHARE, FIRST_SHARE)
        self._climb(price, step, share=share, goal=POOR, worth=0.0)
        self._relieve(price, step, share=FIRST_SHARE, worth=JOIN_WORTH)
        self.limits.floor = np.minimum(floor, self.values.sum(axis=1))

    def _relieve(self, price: float, step: float, *, share: float, worth: float) -> None:
        """Lower the floor step by step while the graph is poor and that is what helps; a split one to the last step."""
        floor = self.limits.floor
        for relief in RELIEFS:
            before = self.graph.efficiency
            if before >= POOR:
                break
            self.limits.floor = floor * relief
            self._climb(price, step, share=share, goal=POOR, worth=worth)
            if before > POOR / 2 and self.graph.efficiency < before + LEAST_RISE:
                break

    def _first_price(self) -> tuple[float, float]:
        ideal = self.graph.cost * min(1.0, self.graph.efficiency / ENOUGH)
        excess = max(self.graph.cost - ideal, FAINT)
        first, step, self.little = self._pace()
        return first * max(self.best, FAINT) * max(self.budget, FAINT) / excess, step

    def _pace(self) -> tuple[float, float, float]:
        return next(pace[1:] for pace in PACES if self.problem.n_judges <= pace[0])

    def _climb(self, price: float, step: float, *, share: float, goal: float, worth: float) -> float:
        """Raise the price step by step up to a goal; go back where a step buys less than it is worth."""
        self.allowance = self.budget * share
        for _ in range(MOST_PRICES):
            if self.graph.efficiency >= goal or self.spent >= self.allowance * 0.99:
                break
            before = self._remember()
            self._settle(price, goal)
            cost = self.spent - before.spent
            if cost > FAINT and self.graph.efficiency - before.graph.efficiency < worth * cost:
                self._go_back(before)
                break
            if self.graph.efficiency > goal + OVERSHOOT and step > FINEST:
                self._go_back(before)
                price, step = price / step, step**0.5
            price *= step
        return price / step

    def _remember(self) -> Moment:
        slots = (self.slots.judge.copy(), self.slots.frozen.copy())
        return Moment(*slots, self.values.copy(), self.graph, self.spent, self.movable)

    def _go_back(self, moment: Moment) -> None:
        self.slots.judge, self.slots.frozen, self.values = moment.judge, moment.frozen, moment.values
        self.graph, self.movable = moment.graph, moment.movable

    def _settle(self, price: float, goal: float) -> None:
        """Make rounds at one price until they gain little; where judges are few, go on with three-cycles."""
        for cycles in (False, True) if self.problem.n_judges <= CYCLE_JUDGES else (False,):
            total = 0.0
            for _ in range(ROUNDS_AT_PRICE):
                gained = self.round(price, cycles=cycles)
                total += gained
                if gained <= max(self.little * total, FAINT) or self.graph.efficiency >= goal:
                    break

    def round(self, price: float, *, cycles: bool) -> float:
        """Make one round of moves and return by how much affinity less price times f has risen."""
        self.n_rounds += 1
        allowed = self.rules.allows(self.slots, self.candidates.judge, most_frozen=PUBLISHED if self.movable else 0)
        allowed &= self._keeps_floor()
        view = View(self.graph, self.slots, self.weights, self.candidates, self.values)
        gain = promising(view, allowed, price)
        ranked: list[Move] = []
        for group in find_moves(view, gain, self.limits, price, cycles=cycles):
            value = (self._value_of(group) - self.values[group.entry, group.column]).sum(axis=1)
            exact = np.round(value - price * self._weigh(group), DECIMALS)
            ranked += [
                Move(
                    group.entry[place],
                    group.column[place],
                    group.judge[place],
                    float(value[place]),
                    float(exact[place]),
                )
                for place in np.flatnonzero(exact > FAINT)
            ]
        ranked.sort(key=lambda move: -move.gain)
        return self._make(ranked, price)

    def _keeps_floor(self) -> Bools:
        after = self.values.sum(axis=1)[:, None, None] - self.values[:, :, None] + self.candidates.value[:, None, :]
        kept: Bools = after >= self.limits.floor[:, None, None] - FAINT
        return kept

    def _weigh(self, moves: Moves) -> Floats:
        parts = []
        for start in range(0, moves.gain.size, WEIGHED_AT_ONCE):
            part = slice(start, start + WEIGHED_AT_ONCE)
            what = (moves.entry[part], moves.column[part], moves.judge[part])
            parts.append(change_of_cost(self.graph, self.slots, self.weights, what))
        return np.concatenate(parts)

    def _value_of(self, moves: Moves | Move) -> Floats:
        """Value of the new judge of each replacement."""
        match = self.candidates.judge[moves.entry] == moves.judge[..., None]
        value: Floats = (self.candidates.value[moves.entry] * match).sum(axis=-1)
        return value

    def _make(self, ranked: list[Move], price: float) -> float:
        """Make the best moves that do not touch one another; fewer while the result is not what they promised."""
        old_value, old_graph = float(self.values.sum()), self.graph
        chosen = self._apart(ranked, room=old_value - self.best * (1 - self.allowance))
        while chosen:
            undo = (self.slots.judge.copy(), self.values.copy(), self.slots.frozen.copy(), self.movable)
            for move in chosen:
                self.movable -= self._published(move)
                self.slots.frozen[move.entry, move.column] = 0
                self.values[move.entry, move.column] = self._value_of(move)
                self.slots.judge[move.entry, move.column] = move.judge
            self.graph = build_graph(self.slots, self.weights)
            gained = float(self.values.sum()) - old_value - price * (self.graph.cost - old_graph.cost)
            if gained > sum(move.gain for move in chosen) / 2 or (len(chosen) == 1 and gained > 0):
                self.n_at_once = max(self.n_at_once, 2 * len(chosen))
                return gained
            self.slots.judge, self.values, self.slots.frozen, self.movable = undo
            self.graph = old_graph
            self.n_at_once = max(len(chosen) // 2, 1)
            chosen = chosen[: self.n_at_once] if len(chosen) > 1 else []
        return 0.0

    def _published(self, move: Move) -> int:
        """Count the published pairs that a move would take back."""
        return int((self.slots.frozen[move.entry, move.column] == PUBLISHED).sum())

    def _apart(self, ranked: list[Move], *, room: float) -> list[Move]:
        """Choose moves in order of gain that share no entry and no team, and touch a judge only so often."""
        used: set[tuple[str, int]] = set()
        touched: dict[int, int] = {}
        most = max(1, int(self.graph.loads.mean()) // 8)
        chosen: list[Move] = []
        movable = self.movable
        for move in ranked:
            if len(chosen) >= self.n_at_once:
                break
            rows = move.entry.tolist()
            names = [("entry", row) for row in rows]
            names += [("team", int(self.rules.team[row])) for row in rows if self.rules.shares_team[row]]
            alone = len(rows) == 1
            judges = set(self.slots.judge[move.entry, move.column].tolist()) | set(move.judge.tolist())
            if (
                not used.isdisjoint(names)
                or len(set(names)) < len(names)
                or -move.value > room
                or self._published(move) > movable
            ):
                continue
            if any(touched.get(judge, 0) >= (1 if alone else most) for judge in judges):
                continue
            room += move.value
            movable -= self._published(move)
            used.update(names)
            for judge in judges:
                touched[judge] = touched.get(judge, 0) + (most if alone else 1)
            chosen.append(move)
        return chosen


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """One move weighed: its replacements, what it adds to affinity, and what it gains at the price."""

    entry: Ints
    column: Ints
    judge: Ints
    value: float
    gain: float


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A state to go back to."""

    judge: Ints
    frozen: Ints
    values: Floats
    graph: Graph
    spent: float
    movable: int
