"""One round of exchanges: promising moves weighed exactly, and the best that do not touch one another made together.

What was made is kept only if affinity less price times f has truly risen; otherwise fewer moves are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.graph import PUBLISHED, Slots, Weights, build_graph, change_of_cost
from judging.assignment.moves import DECIMALS, Limits, Moves, Rules, View, find_moves, free_candidates, promising

if TYPE_CHECKING:
    from judging.assignment.arcs import Arcs
    from judging.assignment.graph import Graph
    from judging.assignment.moves import Candidates
    from judging.assignment.problem import Bools, Floats, Ints, Problem

WEIGHED_AT_ONCE = 512
FAINT = 1e-9


@dataclass(slots=True, eq=False)
class State:
    """The pairs as they stand, what is known of them, and what may still be changed.

    values: (n_entries, width) affinity of each slot; movable: published pairs that may still be taken back.
    """

    slots: Slots
    weights: Weights
    rules: Rules
    candidates: Candidates
    limits: Limits
    movable: int
    graph: Graph
    values: Floats
    n_at_once: int = 64
    n_rounds: int = 0

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
        worth: Floats,
    ) -> State:
        """Lay pairs out. worth: (n_pairs,) their values; frozen and published: as ``Slots.of`` takes them."""
        slots = Slots.of(problem, pairs, frozen, published)
        weights = Weights.of(problem, slots.needs)
        values = np.zeros(slots.judge.shape)
        entry, column = np.nonzero(slots.judge < problem.n_judges)
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        values[entry, column] = worth[order]
        return cls(
            slots=slots,
            weights=weights,
            rules=Rules(problem),
            candidates=free_candidates(problem, arcs.entry, arcs.judge, arcs.value),
            limits=limits,
            movable=movable,
            graph=build_graph(slots, weights),
            values=values,
        )

    @property
    def total(self) -> float:
        """Affinity of all pairs."""
        return float(self.values.sum())

    def remember(self) -> Moment:
        """Return what is needed to come back to this state."""
        return Moment(self.slots.judge.copy(), self.slots.frozen.copy(), self.values.copy(), self.graph, self.movable)

    def go_back(self, moment: Moment) -> None:
        """Undo everything since then. The moment is used up: its arrays become the state's own."""
        self.slots.judge, self.slots.frozen, self.values = moment.judge, moment.frozen, moment.values
        self.graph, self.movable = moment.graph, moment.movable

    def round(self, price: float, *, least: float, cycles: bool) -> float:
        """Make one round of moves and return by how much affinity less price times f has risen.

        least: what affinity must not fall below.
        """
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
        return self._make(ranked, price, least)

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

    def _make(self, ranked: list[Move], price: float, least: float) -> float:
        """Make the best moves that do not touch one another; fewer while the result is not what they promised."""
        old_value, old_graph = self.total, self.graph
        chosen = self._apart(ranked, room=old_value - least)
        while chosen:
            before = self.remember()
            for move in chosen:
                self.movable -= self._published(move)
                self.slots.frozen[move.entry, move.column] = 0
                self.values[move.entry, move.column] = self._value_of(move)
                self.slots.judge[move.entry, move.column] = move.judge
            self.graph = build_graph(self.slots, self.weights)
            gained = self.total - old_value - price * (self.graph.cost - old_graph.cost)
            if gained > sum(move.gain for move in chosen) / 2 or (len(chosen) == 1 and gained > 0):
                self.n_at_once = max(self.n_at_once, 2 * len(chosen))
                return gained
            self.go_back(before)
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
    movable: int
