"""How far any assignment could go: what falls short of the targets is measured against bounds and a long search.

``python -m benchmarks.assignment --frontier loads --sizes 2000x300 --seeds 21,22``: a relaxation to a flow. It bounds
from above the worst entry's share where every judge has the fair load, and the least load where every entry has its
floor; what it calls impossible is impossible, and what it calls possible may still not be.

``python -m benchmarks.assignment --frontier affinity --sizes 60x15 --seeds 21,24``: an annealing with exact
efficiencies over many chains, loads free below their limits. It proves nothing, but looks at millions of assignments;
without a floor for the worst entry, and with it, each affinity's best efficiency is printed beside the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from judging.assignment import Problem, assign_judges
from judging.assignment.aims import fair_load, least_alone
from judging.assignment.arcs import Arcs, choose_arcs, values_of
from judging.assignment.design import least_mean_variance, measure_design
from judging.assignment.flow import solve_flow
from judging.assignment.start import can_reach

FLOOR = 0.95
AFFINITIES = (0.985, 0.986, 0.987, 0.988, 0.989, 0.99, 0.991, 0.992)
CHAINS, STEPS, RENEWED = 64, 40_000, 200
WARMEST, COLDEST = 5e-4, 1e-5  # shares of all affinity; one replacement changes it by about a thousandth at 60 x 15
PRICES = (0.08, 0.8)  # affinity's share that one unit of v over its bound may cost, from chain to chain
OVER_A_TIE = 1e-12
BARRED = -1e9


def every_arc(problem: Problem) -> Arcs:
    """List all free pairs: a bound must not be one of pruned pairs."""
    entry, judge = np.nonzero(problem.barred == 0)
    return Arcs(entry, judge, values_of(problem, entry, judge), is_complete=True)


def can_have(problem: Problem, arcs: Arcs, goal: float, load: int) -> bool:
    """Tell whether a relaxation gives every entry ``goal`` and every judge ``load`` entries."""
    return can_reach(replace(problem, load_min=np.maximum(problem.load_min, load)), arcs, goal)


def most_by(possible: Callable[[int], bool], low: int, high: int) -> int:
    """Return the largest number up to ``high`` that is possible, where every smaller one is; ``low`` is taken to be."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if possible(middle) else (low, middle - 1)
    return low


def say_loads(name: str, problem: Problem) -> None:
    """Print what fair loads leave the worst entry, and what the floor leaves the least-loaded judge, at most."""
    arcs, alone, fair = every_arc(problem), least_alone(problem), fair_load(problem)
    least = most_by(lambda load: can_have(problem, arcs, FLOOR * alone, load), 0, fair)
    worst = most_by(lambda share: can_have(problem, arcs, share / 1000 * alone, fair), 0, 1000) / 1000
    pairs = assign_judges(problem, seed=1).pairs
    value = values_of(problem, pairs[:, 0], pairs[:, 1])
    ours = float(np.bincount(pairs[:, 0], weights=value, minlength=problem.n_entries).min()) / alone
    load = int(np.bincount(pairs[:, 1], minlength=problem.n_judges).min())
    told = "perhaps" if least >= fair else "no"
    print(f"| {name} | {fair} | {told} | {least} | {worst:.3f} | {load} | {ours:.3f} |", flush=True)


@dataclass(slots=True, eq=False)
class Chains:
    """Assignments that wander side by side; equal needs, plain rules.

    judge: (chains, n_entries, k); inverse: (chains, n_judges, n_judges) of S plus the mean of all judges.
    """

    problem: Problem
    value: np.ndarray
    floor: float
    judge: np.ndarray
    inverse: np.ndarray
    loads: np.ndarray
    affinity: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, problem: Problem, pairs: np.ndarray, floor: float) -> Chains:
        """Begin every chain at the same pairs."""
        k, m = int(problem.needs[0]), problem.n_judges
        value = np.full((problem.n_entries, m), BARRED)
        arcs = every_arc(problem)
        value[arcs.entry, arcs.judge] = arcs.value
        judge = np.repeat(pairs[:, 1].reshape(1, -1, k), CHAINS, axis=0)
        empty = np.zeros((CHAINS, m, m))
        chains = cls(problem, value, floor, judge, empty, np.zeros((CHAINS, m)), np.zeros(CHAINS), np.zeros(CHAINS))
        chains.renew()
        return chains

    def renew(self) -> None:
        """Compute from scratch what steps have carried along."""
        chains, n_entries, k = self.judge.shape
        m = self.problem.n_judges
        row = np.arange(chains)[:, None, None]
        incidence = np.zeros((chains, n_entries, m))
        incidence[row, np.arange(n_entries)[None, :, None], self.judge] = 1
        self.loads = incidence.sum(axis=1)
        together = incidence.transpose(0, 2, 1) @ incidence
        information = np.einsum("ci,ij->cij", self.loads, np.eye(m)) - together / k + 1 / m
        self.inverse = np.linalg.inv(information)
        self.affinity = np.where(incidence > 0, self.value, 0.0).sum(axis=(1, 2))
        self.variance = self._variance(np.diagonal(self.inverse, axis1=1, axis2=2), self.loads, self._quadratic())

    def _quadratic(self) -> np.ndarray:
        return np.einsum("ci,cij,cj->c", self.loads, self.inverse, self.loads)

    def _variance(self, diagonal: np.ndarray, loads: np.ndarray, quadratic: np.ndarray) -> np.ndarray:
        """Mean variance of a difference (docs/methods/assignment.md), S having lost its kernel to the mean."""
        n, m, k = self.problem.n_entries, self.problem.n_judges, self.judge.shape[2]
        total = loads.sum(axis=1)
        judges = (((diagonal - 1 / m) * loads).sum(axis=1) - (m - 1)) / k
        mean = (quadratic - total**2 / m) / (k * k * n)
        return np.asarray(2 / (n - 1) * ((n - 1) / k + judges - mean))

    def step(self, g: np.random.Generator, price: np.ndarray, heat: float) -> None:
        """Try a swap in half of the chains and a replacement in the others, by Metropolis's rule.

        Either changes S by d w' + w d' with d = e_new - e_old: rank two.
        """
        chains, n_entries, k = self.judge.shape
        m, each = self.problem.n_judges, np.arange(chains)
        swaps = each % 2 == 0
        one, other = g.integers(0, n_entries, chains), g.integers(0, n_entries, chains)
        column, place = g.integers(0, k, chains), g.integers(0, k, chains)
        old = self.judge[each, one, column]
        new = np.where(swaps, self.judge[each, other, place], g.integers(0, m, chains))
        gain = self.value[one, new] - self.value[one, old]
        allowed = (self.value[one, new] > BARRED) & (self.judge[each, one] != new[:, None]).all(axis=1)
        back = self.value[other, old] - self.value[other, new]
        fits = (
            (self.value[other, old] > BARRED) & (self.judge[each, other] != old[:, None]).all(axis=1) & (one != other)
        )
        allowed &= np.where(swaps, fits, self.loads[each, new] < self.problem.load_max[new])
        if self.floor:
            own = self.value[one[:, None], self.judge[each, one]].sum(axis=1)
            their = self.value[other[:, None], self.judge[each, other]].sum(axis=1)
            allowed &= (own + gain >= self.floor) & (~swaps | (their + back >= self.floor))
        gain = np.where(allowed, gain + np.where(swaps, back, 0.0), -np.inf)
        d = np.zeros((chains, m))
        d[each, old], d[each, new] = -1.0, 1.0
        held, given = np.zeros((chains, m)), np.zeros((chains, m))
        held[each[:, None], self.judge[each, one]] = 1
        given[each[:, None], self.judge[each, other]] = 1
        half = np.abs(d) / 2
        w = np.where(swaps[:, None], (given - held - d) / k, half - (held + d / 2) / k)
        loads = np.where(swaps[:, None], self.loads, self.loads + d)
        u = np.stack([d, w], axis=2)
        reach = self.inverse @ u
        core = np.array([[0.0, 1.0], [1.0, 0.0]]) + u.transpose(0, 2, 1) @ reach
        determinant = core[:, 0, 0] * core[:, 1, 1] - core[:, 0, 1] ** 2
        allowed &= np.abs(determinant) > OVER_A_TIE
        turned = (
            np.stack(
                [
                    np.stack([core[:, 1, 1], -core[:, 0, 1]], axis=1),
                    np.stack([-core[:, 0, 1], core[:, 0, 0]], axis=1),
                ],
                axis=1,
            )
            / np.where(allowed, determinant, 1.0)[:, None, None]
        )
        drawn = reach @ turned
        diagonal = np.diagonal(self.inverse, axis1=1, axis2=2) - (drawn * reach).sum(axis=2)
        along = (loads[:, None, :] @ self.inverse)[:, 0, :]
        pulled = (loads[:, None, :] @ reach)[:, 0, :]
        quadratic = (along * loads).sum(axis=1) - np.einsum("ci,cij,cj->c", pulled, turned, pulled)
        variance = self._variance(diagonal, loads, quadratic)
        # A split graph has no finite variance: past the singular point the formula would praise it.
        allowed &= variance > 0
        rise = gain - price * (variance - self.variance)
        taken = allowed & (rise >= heat * np.log(g.random(chains)))
        now = np.flatnonzero(taken)
        self.inverse[now] -= drawn[now] @ reach[now].transpose(0, 2, 1)
        self.judge[now, one[now], column[now]] = new[now]
        both = now[swaps[now]]
        self.judge[both, other[both], place[both]] = old[both]
        self.loads[now] = loads[now]
        self.affinity[now] += gain[now]
        self.variance[now] = variance[now]


def search_frontier(problem: Problem, pairs: np.ndarray, *, floor: float, total: float) -> np.ndarray:
    """(n_affinities,) best efficiency found at each of AFFINITIES; 0 where nothing was.

    pairs: where the chains begin. floor: least value of an entry, 0 for none; total: what affinity is a share of.
    """
    least = least_mean_variance(problem.needs, int(problem.load_max.max()))
    g = np.random.default_rng(41)
    chains = Chains.of(problem, pairs, floor)
    price = np.geomspace(*PRICES, CHAINS // 2).repeat(2) * total / least
    best = np.zeros(len(AFFINITIES))
    for number, heat in enumerate(np.geomspace(WARMEST, COLDEST, STEPS)):
        if number % RENEWED == 0:
            chains.renew()
        chains.step(g, price, heat * total)
        share, efficiency = chains.affinity / total, least / chains.variance
        for place, affinity in enumerate(AFFINITIES):
            best[place] = max(best[place], efficiency[share >= affinity].max(initial=0.0))
    chains.renew()
    return best


def say_affinity(name: str, problem: Problem) -> None:
    """Print the best efficiency found at each affinity beside the engine's point."""
    arcs = choose_arcs(problem, seed=1)
    chosen = solve_flow(problem, arcs, arcs.value, seed=1)
    assert chosen is not None
    total = float(arcs.value[chosen].sum())
    pairs = assign_judges(problem, seed=1).pairs
    value = float(values_of(problem, pairs[:, 0], pairs[:, 1]).sum()) / total
    ours = f"{value:.4f} / {measure_design(problem, pairs).efficiency:.4f}"
    for floor in (0.0, FLOOR * least_alone(problem)):
        found = search_frontier(problem, pairs, floor=floor, total=total)
        shown = " | ".join(f"{efficiency:.4f}" if efficiency else "" for efficiency in found)
        print(f"| {name} | {'kept' if floor else 'none'} | {shown} | {ours} |", flush=True)


SAYS: dict[str, Callable[[str, Problem], None]] = {"loads": say_loads, "affinity": say_affinity}
HEADS = {
    "loads": (
        (
            "| competition | fair load | both possible | least load with the floor, at most "
            "| worst with fair loads, at most | ours: least load | ours: worst |"
        ),
        "|---" * 7 + "|",
    ),
    "affinity": (
        f"| competition | floor | {' | '.join(map(str, AFFINITIES))} | ours |",
        "|---" * (len(AFFINITIES) + 3) + "|",
    ),
}
