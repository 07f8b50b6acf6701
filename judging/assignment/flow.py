"""Rules that nest form a network; its cheapest flow is the best assignment, and it comes out in whole numbers.

On the side of entries: entry, its places for a role, its one place for an institution. On the side of judges: one
place for a team, places for a category, the judge's load. Where two rules cross instead of nesting (an institution
with judges of two roles, a team in two capped categories) the network keeps the coarser one and lets the other go:
``repair`` mends that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from judging.assignment.arcs import Arcs
    from judging.assignment.problem import Bools, Floats, Ints, Problem

# Costs become whole numbers: one unit of affinity in 10**7 steps, the last two digits left to a seeded tie-break.
UNIT = 10**7
TIE = 100


@dataclass(slots=True, eq=False)
class Network:
    """Arcs and supplies of a flow problem, collected part by part."""

    n_nodes: int
    tails: list[Ints] = field(default_factory=list)
    heads: list[Ints] = field(default_factory=list)
    capacities: list[Ints] = field(default_factory=list)
    costs: list[Ints] = field(default_factory=list)
    supplies: list[tuple[Ints, Ints]] = field(default_factory=list)
    n_arcs: int = 0

    def nodes(self, count: int) -> Ints:
        """Make ``count`` new nodes and return their numbers."""
        self.n_nodes += count
        return np.arange(self.n_nodes - count, self.n_nodes)

    def arcs(self, tail: Ints, head: Ints, capacity: Ints, cost: Ints) -> Ints:
        """Add arcs and return their numbers."""
        self.tails.append(tail)
        self.heads.append(head)
        self.capacities.append(capacity)
        self.costs.append(cost)
        self.n_arcs += tail.size
        return np.arange(self.n_arcs - tail.size, self.n_arcs)

    def supply(self, nodes: Ints, amount: Ints) -> None:
        """Let ``amount`` more enter at these nodes (leave, where negative)."""
        self.supplies.append((nodes, amount))

    def solve(self) -> Ints | None:
        """Return the cheapest flow on every arc, or None where the supplies cannot be carried."""
        from ortools.graph.python import min_cost_flow  # noqa: PLC0415  (a heavy library, needed only here)

        solver = min_cost_flow.SimpleMinCostFlow()
        numbers = solver.add_arcs_with_capacity_and_unit_cost(
            np.concatenate(self.tails),
            np.concatenate(self.heads),
            np.concatenate(self.capacities),
            np.concatenate(self.costs),
        )
        total = np.zeros(self.n_nodes, dtype=np.int64)
        for nodes, amount in self.supplies:
            np.add.at(total, nodes, amount)
        solver.set_nodes_supplies(np.arange(self.n_nodes), total)
        status = solver.solve()
        if status == solver.OPTIMAL:
            return np.asarray(solver.flows(numbers), dtype=np.int64)
        if status == solver.INFEASIBLE:
            return None
        raise ArithmeticError(str(status))


@dataclass(slots=True, eq=False)
class Layout:
    """A problem's network with the numbers of its parts, so that a caller may add to it before it is solved."""

    network: Network
    pairs: Ints
    judges: Ints
    sink: int
    bins: dict[tuple[int, int], int]


def lay_out(
    problem: Problem,
    arcs: Arcs,
    reward: Floats,
    *,
    seed: int,
    times: int = 1,
    pieces: list[tuple[Ints, float]] | None = None,
    weak: Bools | None = None,
) -> Layout:
    """Build the network of a problem without locks.

    reward: what choosing each arc is worth, in shares of the largest affinity. pieces: how a judge's load is
    charged, as (room of each judge, price of one entry in it) from the first entry on; what remains up to the limit
    is free of charge. times multiplies every capacity, for drawing at random afterwards. weak: arcs of which an entry
    may have one at most; kept only where neither roles nor institutions divide its places, which it would cross.
    """
    n_entries = problem.n_entries
    network = Network(n_nodes=n_entries)
    tie = np.random.default_rng([seed, 12]).integers(0, TIE, arcs.entry.size)
    cost = tie - np.round(reward * UNIT).astype(np.int64)
    needs = problem.needs * times
    network.supply(np.arange(n_entries), needs)
    tail, bins = _role_bins(problem, arcs, network, times)
    tail = _institution_places(problem, arcs, network, tail, times)
    if weak is not None and (tail == arcs.entry).all():
        tail = _weak_places(arcs, weak, network, times)
    judges = network.nodes(problem.n_judges)
    head = _category_places(problem, arcs, network, judges, times)
    head = _team_places(problem, arcs, network, head, first_judge=int(judges[0]), times=times)
    numbers = network.arcs(tail, head, np.ones(tail.size, dtype=np.int64), cost)
    sink = int(network.nodes(1)[0])
    least = problem.load_min * times
    network.supply(judges, -least)
    network.supply(np.array([sink]), np.array([int(least.sum() - needs.sum())]))
    room = np.maximum(problem.load_max * times - least, 0)
    for size, price in pieces or []:
        part = np.minimum(np.maximum(size, 0), room)
        _to_sink(network, judges, sink, part, price)
        room = room - part
    _to_sink(network, judges, sink, room, 0.0)
    return Layout(network, numbers, judges, sink, bins)


def _to_sink(network: Network, judges: Ints, sink: int, room: Ints, price: float) -> None:
    some = room > 0
    count = int(some.sum())
    network.arcs(judges[some], np.full(count, sink), room[some], np.full(count, round(price * UNIT)))


def _role_bins(problem: Problem, arcs: Arcs, network: Network, times: int) -> tuple[Ints, dict[tuple[int, int], int]]:
    """Give an entry that asks for roles one node a role; what it must have enters there, not at the entry."""
    asks = problem.role_need.sum(axis=1) > 0
    if not asks.any():
        return arcs.entry, {}
    n_bins = problem.n_roles + 1
    who = np.flatnonzero(asks)
    nodes = network.nodes(who.size * n_bins).reshape(who.size, n_bins)
    place = np.full(problem.n_entries, -1)
    place[who] = np.arange(who.size)
    need = problem.role_need[who] * times
    spare = np.maximum(problem.needs[who] * times - need.sum(axis=1), 0)
    network.arcs(np.repeat(who, n_bins), nodes.ravel(), np.repeat(spare, n_bins), np.zeros(nodes.size, dtype=np.int64))
    network.supply(nodes[:, :-1].ravel(), need.ravel())
    network.supply(who, -need.sum(axis=1))
    role = problem.judge_role[arcs.judge]
    role = np.where((role >= 0) & (role < problem.n_roles), role, problem.n_roles)
    tail = np.where(asks[arcs.entry], nodes[place[arcs.entry], role], arcs.entry)
    wanted = [(int(entry), role) for entry, role in np.argwhere(problem.role_need > 0)]
    return tail, {(entry, role): int(nodes[place[entry], role]) for entry, role in wanted}


def _institution_places(problem: Problem, arcs: Arcs, network: Network, tail: Ints, times: int) -> Ints:
    house = problem.judge_institution[arcs.judge]
    if not (house >= 0).any():
        return tail
    key = np.where(house >= 0, tail * (int(house.max()) + 2) + house, -1)
    group, parents = _group(key, tail)
    nodes = network.nodes(parents.size)
    network.arcs(parents, nodes, np.full(parents.size, times), np.zeros(parents.size, dtype=np.int64))
    return np.where(group >= 0, nodes[group] if parents.size else tail, tail)


def _weak_places(arcs: Arcs, weak: Bools, network: Network, times: int) -> Ints:
    group, parents = _group(np.where(weak, arcs.entry, -1), arcs.entry)
    nodes = network.nodes(parents.size)
    network.arcs(parents, nodes, np.full(parents.size, times), np.zeros(parents.size, dtype=np.int64))
    return np.where(group >= 0, nodes[group] if parents.size else arcs.entry, arcs.entry)


def _category_places(problem: Problem, arcs: Arcs, network: Network, judges: Ints, times: int) -> Ints:
    head = judges[arcs.judge]
    n_categories = problem.category_load_max.shape[1]
    key = arcs.judge * n_categories + problem.category[arcs.entry]
    count = np.bincount(key, minlength=problem.category_load_max.size)
    binds = count > problem.category_load_max.ravel()
    if not binds.any():
        return head
    where = np.flatnonzero(binds)
    nodes = np.full(binds.size, -1)
    nodes[where] = network.nodes(where.size)
    room = problem.category_load_max.ravel()[where] * times
    network.arcs(nodes[where], judges[where // n_categories], room, np.zeros(where.size, dtype=np.int64))
    return np.where(binds[key], nodes[key], head)


def _team_places(problem: Problem, arcs: Arcs, network: Network, head: Ints, *, first_judge: int, times: int) -> Ints:
    team = problem.team[arcs.entry]
    if not (team >= 0).any():
        return head
    key = np.where(team >= 0, team * problem.n_judges + arcs.judge, -1)
    group, parents = _group(key, head)
    if not parents.size:
        return head
    mixed = np.zeros(parents.size, dtype=np.bool_)
    inside = group >= 0
    np.logical_or.at(mixed, group[inside], head[inside] != parents[group[inside]])
    judge = np.zeros(parents.size, dtype=np.int64)
    judge[group[inside]] = arcs.judge[inside]
    parents = np.where(mixed, first_judge + judge, parents)
    nodes = network.nodes(parents.size)
    network.arcs(nodes, parents, np.full(parents.size, times), np.zeros(parents.size, dtype=np.int64))
    return np.where(inside, nodes[group], head)


def _group(key: Ints, parent: Ints) -> tuple[Ints, Ints]:
    """Give keys that occur more than once a number, -1 to the others; also the parent of each group's first arc."""
    kinds, first, inverse, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    many = (counts > 1) & (kinds >= 0)
    number = np.full(kinds.size, -1)
    number[many] = np.arange(int(many.sum()))
    return number[inverse], parent[first[many]]


def solve_flow(
    problem: Problem,
    arcs: Arcs,
    reward: Floats,
    *,
    seed: int,
    times: int = 1,
    pieces: list[tuple[Ints, float]] | None = None,
    weak: Bools | None = None,
) -> Ints | None:
    """Numbers of the arcs that the cheapest flow uses, or None where there is no flow."""
    if (problem.needs < problem.role_need.sum(axis=1)).any() or (problem.needs < 0).any():
        return None
    if (problem.load_max < problem.load_min).any() or (problem.category_load_max < 0).any():
        return None
    layout = lay_out(problem, arcs, reward, seed=seed, times=times, pieces=pieces, weak=weak)
    flows = layout.network.solve()
    return None if flows is None else np.flatnonzero(flows[layout.pairs] > 0)
