"""The cheapest relaxation of a problem that has no answer: which rules must give, where, and by how much."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.errors import Undecided
from judging.assignment.flow import UNIT, lay_out
from judging.assignment.programme import solve_programme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judging.assignment.arcs import Arcs
    from judging.assignment.problem import Floats, Ints, Problem

# Lacking a judge costs 100, lacking a role 30, one entry above or below a judge's limits 10, in a category or at all.
PRICES = {"short": 100.0, "role": 30.0, "over": 10.0, "under": 10.0, "cap": 10.0}
# Up to here the relaxation is exact under every rule; above, rules that cross are left to the network's coarser form.
EXACT_ARCS = 40_000
FAINT = 1e-3


@dataclass(slots=True)
class Relaxation:
    """What was bought: judges lacking by entry, roles by (entry, role), load above and below limits by judge.

    ``cap``: load above the limit in a category, by (judge, category).
    """

    short: dict[int, int] = field(default_factory=dict)
    role: dict[tuple[int, int], int] = field(default_factory=dict)
    over: dict[int, int] = field(default_factory=dict)
    under: dict[int, int] = field(default_factory=dict)
    cap: dict[tuple[int, int], int] = field(default_factory=dict)
    pairs: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))

    @property
    def cost(self) -> float:
        """Its price."""
        return (
            PRICES["short"] * sum(self.short.values())
            + PRICES["role"] * sum(self.role.values())
            + PRICES["over"] * sum(self.over.values())
            + PRICES["under"] * sum(self.under.values())
            + PRICES["cap"] * sum(self.cap.values())
        )


def relax(
    problem: Problem,
    arcs: Arcs,
    prices: Mapping[str, float],
    *,
    seed: int,
    reward: Floats | None = None,
    most_each: int | None = None,
) -> Relaxation | None:
    """Buy the cheapest relaxation of the kinds that have a price; None where they do not suffice.

    most_each: how much of each kind may be bought at one entry or judge, where there is such a limit.
    """
    worth = arcs.value * FAINT + (0.0 if reward is None else reward)
    if (problem.needs < problem.role_need.sum(axis=1)).any() and "role" not in prices:
        return None
    if arcs.entry.size <= EXACT_ARCS:
        with suppress(Undecided):
            return _relax_exactly(problem, arcs, worth, prices, np.inf if most_each is None else most_each)
    return _relax_flow(
        problem, arcs, worth, prices, seed=seed, most_each=problem.n_entries if most_each is None else most_each
    )


def _relax_exactly(
    problem: Problem, arcs: Arcs, worth: Floats, prices: Mapping[str, float], most_each: float
) -> Relaxation | None:
    solved = solve_programme(problem, arcs, worth, prices=prices, most_each=most_each)
    if solved is None:
        return None
    found = Relaxation(pairs=np.c_[arcs.entry[solved.chosen], arcs.judge[solved.chosen]])
    for kind, part, row, amount in solved.bought:
        if kind in {"role", "cap"}:
            {"role": found.role, "cap": found.cap}[kind][row, part] = amount
        else:
            {"short": found.short, "over": found.over, "under": found.under}[kind][row] = amount
    return found


def _relax_flow(
    problem: Problem, arcs: Arcs, worth: Floats, prices: Mapping[str, float], *, seed: int, most_each: int
) -> Relaxation | None:
    layout = lay_out(problem, arcs, worth, seed=seed)
    network = layout.network
    n_entries, n_judges = problem.n_entries, problem.n_judges
    every = np.arange(n_entries)
    sink = np.full(max(n_entries, n_judges), layout.sink)
    bought: dict[str, Ints] = {}

    def offer(kind: str, tail: Ints, head: Ints, most: Ints) -> None:
        if kind in prices and tail.size:
            most = np.minimum(most, most_each)
            bought[kind] = network.arcs(tail, head, most, np.full(tail.size, round(prices[kind] * UNIT)))

    offer("short", every, sink[:n_entries], problem.needs)
    offer("over", layout.judges, sink[:n_judges], np.full(n_judges, n_entries))
    offer("under", sink[:n_judges], layout.judges, problem.load_min)
    bins = sorted(layout.bins)
    need = np.array([problem.role_need[entry, role] for entry, role in bins], dtype=np.int64)
    offer(
        "role",
        np.array([layout.bins[key] for key in bins], dtype=np.int64),
        np.array([key[0] for key in bins], dtype=np.int64),
        need,
    )
    flows = network.solve()
    if flows is None:
        return None
    chosen = np.flatnonzero(flows[layout.pairs] > 0)
    found = Relaxation(pairs=np.c_[arcs.entry[chosen], arcs.judge[chosen]])
    for kind, numbers in bought.items():
        amount = flows[numbers]
        for place in np.flatnonzero(amount).tolist():
            if kind == "role":
                found.role[bins[place]] = int(amount[place])
            else:
                {"short": found.short, "over": found.over, "under": found.under}[kind][place] = int(amount[place])
    return found
