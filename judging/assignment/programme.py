"""Every rule at once as an integer programme, for what the network cannot hold: rules that cross."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, sparse

from judging.assignment.errors import Undecided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judging.assignment.arcs import Arcs
    from judging.assignment.problem import Floats, Ints, Problem

# HiGHS stops by its count of nodes, never by the clock, so that a slow machine gives the same answer.
NODE_LIMIT = 20_000
GAP = 1e-6


@dataclass(slots=True, eq=False)
class Rows:
    """Rows of a programme, each kind with the price of breaking it by one (infinite where it may not be broken)."""

    n_arcs: int
    blocks: list[sparse.csr_array] = field(default_factory=list)
    lows: list[Floats] = field(default_factory=list)
    highs: list[Floats] = field(default_factory=list)
    slack_signs: list[Ints] = field(default_factory=list)
    slack_prices: list[Floats] = field(default_factory=list)
    slack_names: list[tuple[str, int, int]] = field(default_factory=list)

    def add(
        self,
        number: Ints,
        arc: Ints,
        low: Floats,
        high: Floats,
        *,
        slack: tuple[str, int, float] | None = None,
        part: Ints | int = -1,
        place: Ints | None = None,
        weight: Floats | None = None,
    ) -> None:
        """Add rows: arc ``arc`` counts one in row ``number``. slack: (name, sign, price) of a row's own slack.

        place, part: (n_rows,) the entry or judge that a row is about, its own number unless given, and the role or
        category.
        """
        count = low.size
        block = sparse.csr_array(
            (np.ones(arc.size) if weight is None else weight, (number, arc)), shape=(count, self.n_arcs)
        )
        self.blocks.append(block)
        self.lows.append(low)
        self.highs.append(high)
        if slack is not None:
            about = np.arange(count) if place is None else place
            parts = np.broadcast_to(np.asarray(part), (count,))
            self.slack_names.extend((slack[0], *each) for each in zip(parts.tolist(), about.tolist(), strict=True))
            self.slack_signs.append(np.full(count, slack[1]))
            self.slack_prices.append(np.full(count, slack[2]))
        else:
            self.slack_signs.append(np.zeros(count, dtype=np.int64))


def rule_rows(problem: Problem, arcs: Arcs, *, prices: Mapping[str, float] | None = None) -> Rows:
    """Write all rules about more than one pair as rows.

    prices: which of short, role, over, under and cap (a judge's limit in a category) may be bought, and for how much.
    """
    prices = prices or {}
    rows = Rows(arcs.entry.size)
    every = np.arange(arcs.entry.size)
    needs = problem.needs.astype(float)

    def slack(name: str, sign: int) -> tuple[str, int, float] | None:
        return (name, sign, prices[name]) if name in prices else None

    rows.add(arcs.entry, every, needs, needs, slack=slack("short", 1))
    most, least = problem.load_max.astype(float), problem.load_min.astype(float)
    rows.add(arcs.judge, every, np.full(most.size, -np.inf), most, slack=slack("over", -1))
    if least.any():
        rows.add(arcs.judge, every, least, np.full(most.size, np.inf), slack=slack("under", 1))
    for role in range(problem.n_roles):
        need = problem.role_need[:, role].astype(float)
        if need.any():
            here = np.flatnonzero(problem.judge_role[arcs.judge] == role)
            rows.add(arcs.entry[here], here, need, np.full(need.size, np.inf), slack=slack("role", 1), part=role)
    house = problem.judge_institution[arcs.judge]
    _at_most(rows, np.where(house >= 0, arcs.entry * (int(house.max(initial=0)) + 1) + house, -1), None)
    team = problem.team[arcs.entry]
    _at_most(rows, np.where(team >= 0, team * problem.n_judges + arcs.judge, -1), None)
    n_categories = problem.category_load_max.shape[1]
    key = arcs.judge * n_categories + problem.category[arcs.entry]
    _at_most(rows, key, problem.category_load_max, slack=slack("cap", -1))
    return rows


def _at_most(rows: Rows, key: Ints, limits: Ints | None, *, slack: tuple[str, int, float] | None = None) -> None:
    """At most one arc of each key, or as many as its cell of ``limits`` says; keys of -1 are free."""
    kinds, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    if not kinds.size:
        return
    limit = np.ones(kinds.size, dtype=np.int64) if limits is None else limits.ravel()[np.maximum(kinds, 0)]
    binds = (counts > limit) & (kinds >= 0)
    if not binds.any():
        return
    number = np.full(kinds.size, -1)
    number[binds] = np.arange(int(binds.sum()))
    arc = np.flatnonzero(binds[inverse])
    high = limit[binds].astype(float)
    place, part = (None, -1) if limits is None else np.divmod(kinds[binds], limits.shape[1])
    rows.add(number[inverse[arc]], arc, np.full(high.size, -np.inf), high, slack=slack, place=place, part=part)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Chosen arcs, and what was bought: (kind, role or category or -1, entry or judge, amount)."""

    chosen: Ints
    bought: tuple[tuple[str, int, int, int], ...]
    is_proved: bool


def solve_programme(
    problem: Problem,
    arcs: Arcs,
    reward: Floats,
    *,
    prices: Mapping[str, float] | None = None,
    most_each: float = np.inf,
    floor: float = 0.0,
) -> Solved | None:
    """Choose the best arcs under every rule, or return None where there is no choice.

    prices: as ``rule_rows`` takes them; most_each: how much of each may be bought at one entry or judge. floor: least
    value of the arcs chosen for each entry.
    Raises Undecided when the node limit ends the search before it has found anything.
    """
    if not arcs.entry.size and not prices:
        return None
    rows = rule_rows(problem, arcs, prices=prices)
    if floor:
        asking = np.unique(arcs.entry[np.isin(arcs.entry, np.flatnonzero(problem.needs > 0))])
        low = np.where(np.isin(np.arange(problem.n_entries), asking), floor, -np.inf)
        every = np.arange(arcs.entry.size)
        rows.add(arcs.entry, every, low, np.full(low.size, np.inf), weight=arcs.value)
    matrix = _with_slacks(rows)
    slack_price = np.concatenate([*rows.slack_prices, np.zeros(0)])
    n_arcs, n_slacks = rows.n_arcs, slack_price.size
    answer = optimize.milp(
        np.concatenate([-reward, slack_price]),
        constraints=optimize.LinearConstraint(matrix, np.concatenate(rows.lows), np.concatenate(rows.highs)),
        bounds=optimize.Bounds(0, np.concatenate([np.ones(n_arcs), np.full(n_slacks, most_each)])),
        integrality=np.ones(n_arcs + n_slacks, dtype=np.int64),
        options={"mip_rel_gap": GAP, "node_limit": NODE_LIMIT},
    )
    if answer.x is None:
        if answer.status == _INFEASIBLE:
            return None
        raise Undecided
    amounts = np.round(answer.x[n_arcs:]).astype(np.int64)
    bought = tuple((*rows.slack_names[place], int(amounts[place])) for place in np.flatnonzero(amounts).tolist())
    return Solved(np.flatnonzero(answer.x[:n_arcs] > _HALF), bought, is_proved=answer.status == 0)


def most_for_worst(problem: Problem, arcs: Arcs) -> float:
    """Return what the worst-served entry could have at most, by the relaxation to shares of judges; 0 for no answer."""
    rows = rule_rows(problem, arcs)
    asking = (problem.needs > 0) & (np.bincount(arcs.entry, minlength=problem.n_entries) > 0)
    own = sparse.csr_array((arcs.value, (arcs.entry, np.arange(arcs.entry.size))), shape=(asking.size, arcs.entry.size))
    matrix = sparse.hstack(
        [
            sparse.vstack([*rows.blocks, own[asking]]),
            sparse.csr_array(np.r_[np.zeros(sum(low.size for low in rows.lows)), -np.ones(asking.sum())][:, None]),
        ],
        format="csr",
    )
    low = np.concatenate([*rows.lows, np.zeros(asking.sum())])
    high = np.concatenate([*rows.highs, np.full(asking.sum(), np.inf)])
    answer = optimize.milp(
        np.r_[np.zeros(arcs.entry.size), -1.0],
        constraints=optimize.LinearConstraint(matrix, low, high),
        bounds=optimize.Bounds(0, np.r_[np.ones(arcs.entry.size), np.inf]),
    )
    return 0.0 if answer.x is None else float(answer.x[-1])


_INFEASIBLE = 2
_HALF = 0.5


def _with_slacks(rows: Rows) -> sparse.csr_array:
    matrix = sparse.vstack(rows.blocks, format="csr")
    signs = np.concatenate(rows.slack_signs)
    own = np.flatnonzero(signs)
    slacks = sparse.csr_array((signs[own].astype(float), (own, np.arange(own.size))), shape=(signs.size, own.size))
    return sparse.csr_array(sparse.hstack([matrix, slacks], format="csr"))
