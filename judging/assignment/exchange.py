"""Trading a little affinity for judges that can be compared: rounds of exchanges at a rising price.

The price rises until the graph is good enough or the budget is spent. Rounds are counted; no clock is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.moves import CYCLE_JUDGES, Limits
from judging.assignment.rounds import FAINT, State

if TYPE_CHECKING:
    from judging.assignment.arcs import Arcs
    from judging.assignment.graph import Graph
    from judging.assignment.problem import Floats, Ints, Problem

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


@dataclass(slots=True, eq=False)
class Exchange:
    """The state of one improvement."""

    state: State
    n_judges: int
    best: float
    budget: float
    allowance: float
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
        state = State.of(problem, pairs, arcs, limits, frozen=frozen, published=published, movable=movable, worth=worth)
        return cls(state=state, n_judges=problem.n_judges, best=best, budget=budget, allowance=budget)

    @property
    def graph(self) -> Graph:
        """The judge graph as it stands."""
        return self.state.graph

    @property
    def spent(self) -> float:
        """Share of the best affinity that has been given up."""
        return 1 - self.state.total / self.best if self.best else 0.0

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
        return self.state.slots.pairs()

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
        return self.state.slots.pairs()

    def _join(self) -> None:
        """Make a poor graph fair before it is made good, at the cost of some entries' floor where that must be."""
        price, step = self._first_price()
        floor = self.state.limits.floor
        share = min(max(self.spent / self.budget, 0.0) + JOIN_SHARE, FIRST_SHARE)
        self._climb(price, step, share=share, goal=POOR, worth=0.0)
        self._relieve(price, step, share=FIRST_SHARE, worth=JOIN_WORTH)
        self.state.limits.floor = np.minimum(floor, self.state.values.sum(axis=1))

    def _relieve(self, price: float, step: float, *, share: float, worth: float) -> None:
        """Lower the floor step by step while the graph is poor and that is what helps; a split one to the last step."""
        floor = self.state.limits.floor
        for relief in RELIEFS:
            before = self.graph.efficiency
            if before >= POOR:
                break
            self.state.limits.floor = floor * relief
            self._climb(price, step, share=share, goal=POOR, worth=worth)
            if before > POOR / 2 and self.graph.efficiency < before + LEAST_RISE:
                break

    def _first_price(self) -> tuple[float, float]:
        ideal = self.graph.cost * min(1.0, self.graph.efficiency / ENOUGH)
        excess = max(self.graph.cost - ideal, FAINT)
        first, step, self.little = self._pace()
        return first * max(self.best, FAINT) * max(self.budget, FAINT) / excess, step

    def _pace(self) -> tuple[float, float, float]:
        return next(pace[1:] for pace in PACES if self.n_judges <= pace[0])

    def _climb(self, price: float, step: float, *, share: float, goal: float, worth: float) -> float:
        """Raise the price step by step up to a goal; go back where a step buys less than it is worth."""
        self.allowance = self.budget * share
        for _ in range(MOST_PRICES):
            if self.graph.efficiency >= goal or self.spent >= self.allowance * 0.99:
                break
            spent, before = self.spent, self.state.remember()
            self._settle(price, goal)
            cost = self.spent - spent
            if cost > FAINT and self.graph.efficiency - before.graph.efficiency < worth * cost:
                self.state.go_back(before)
                break
            if self.graph.efficiency > goal + OVERSHOOT and step > FINEST:
                self.state.go_back(before)
                price, step = price / step, step**0.5
            price *= step
        return price / step

    def _settle(self, price: float, goal: float) -> None:
        """Make rounds at one price until they gain little; where judges are few, go on with three-cycles."""
        least = self.best * (1 - self.allowance)
        for cycles in (False, True) if self.n_judges <= CYCLE_JUDGES else (False,):
            total = 0.0
            for _ in range(ROUNDS_AT_PRICE):
                gained = self.state.round(price, least=least, cycles=cycles)
                total += gained
                if gained <= max(self.little * total, FAINT) or self.graph.efficiency >= goal:
                    break
