"""Assignments measured beside their peers.

``python -m benchmarks.assignment [--sizes 60x15,300x50,...] [--seeds 11,12] [--tracks plain,full] [--sims 20]``; with
``--frontier loads`` or ``--frontier affinity`` how far any assignment could go (``benchmarks/frontier.py``).

Peers are re-described in a few lines each: the best affinity (min-cost flow), HotCRP's flow (rank within a judge's
wishes, 100 for each further entry of a judge), greedy. ``aff`` is over the network's optimum, an upper bound; ``worst``
over what the worst-placed entry could have alone; ``moved`` over the least possible after the busiest judge leaves.
tau compares the scoring engine's ranking with the truth under score = entry + judge + noise (SDs 1, 0.8 and
1.1 - 0.6 x affinity), by its additive method (fixed judge effects) and by its random-effects method (shrunken ones).
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.stats import kendalltau

from benchmarks.competitions import PANELS, make_competition, read_panel
from judging.assignment import Infeasible, Problem, assign_judges, count_violations, reassign
from judging.assignment.aims import least_alone
from judging.assignment.arcs import choose_arcs, values_of
from judging.assignment.design import measure_design
from judging.assignment.flow import solve_flow
from judging.assignment.start import find_start
from judging.marks import gather_marks
from judging.rubric import make_rubric
from judging.scoring import score_round

Pairs = np.ndarray
GATES = {"60x15": 0.94, "300x50": 0.94, "2000x300": 0.95, "20000x3000": 0.95}
CROSSED = 100_000
LEAST_AFFINITY, LEAST_WORST = 0.99, 0.95


def plain(problem: Problem) -> Problem:
    """Take the rules between pairs away: the peers do not know them."""
    none = np.full(problem.n_judges, -1)
    return replace(
        problem,
        judge_institution=none,
        judge_role=none,
        team=np.full(problem.n_entries, -1),
        role_need=np.zeros((problem.n_entries, 0), dtype=np.int64),
    )


def best_affinity(problem: Problem) -> Pairs:
    arcs = choose_arcs(problem, seed=1)
    chosen = solve_flow(plain(problem), arcs, arcs.value, seed=1)
    assert chosen is not None
    return np.c_[arcs.entry[chosen], arcs.judge[chosen]]


def hotcrp_flow(problem: Problem) -> Pairs:
    arcs = choose_arcs(problem, seed=1)
    reward = np.zeros(arcs.entry.size)
    for judge in range(problem.n_judges):
        mine = np.flatnonzero(arcs.judge == judge)
        if mine.size:
            levels, rank = np.unique(-arcs.value[mine], return_inverse=True)
            reward[mine] = -np.floor(60 * rank / levels.size) / 100
    steps = [(np.ones(problem.n_judges, dtype=np.int64), float(step)) for step in range(int(problem.load_max.max()))]
    chosen = solve_flow(plain(problem), arcs, reward, seed=1, pieces=steps)
    assert chosen is not None
    return np.c_[arcs.entry[chosen], arcs.judge[chosen]]


def greedy(problem: Problem) -> Pairs:
    arcs = choose_arcs(problem, seed=1)
    need, room = problem.needs.copy(), problem.load_max.copy()
    pairs = []
    for arc in np.argsort(-arcs.value, kind="stable"):
        entry, judge = arcs.entry[arc], arcs.judge[arc]
        if need[entry] and room[judge]:
            need[entry] -= 1
            room[judge] -= 1
            pairs.append((entry, judge))
    return np.array(sorted(pairs))


def ours(budget: float) -> Callable[[Problem], Pairs]:
    return lambda problem: assign_judges(problem, seed=1, calibration_budget=budget).pairs


def drawn(problem: Problem) -> Pairs:
    return assign_judges(problem, seed=1, randomise=0.5).pairs


METHODS: dict[str, Callable[[Problem], Pairs]] = {
    "greedy": greedy,
    "best affinity (flow)": best_affinity,
    "HotCRP's flow": hotcrp_flow,
    "drawn, P <= 1/2": drawn,
    "ours, no exchange": ours(0.0),
    "ours": ours(0.03),
}


def moved_after_leaving(problem: Problem, pairs: Pairs) -> float:
    """Count new pairs over the least possible, after the busiest judge leaves."""
    loads = np.bincount(pairs[:, 1], minlength=problem.n_judges)
    gone = int(np.argmax(loads))
    try:
        found = reassign(replace(problem, previous=pairs), withdrawn=[gone], seed=2)[0].assignment
    except Infeasible:
        return float("nan")
    return len(found.changes.added) / loads[gone]


def ranking_taus(problem: Problem, pairs: Pairs, sims: int) -> np.ndarray:
    """(sims, 2) Kendall's tau of fixed and of shrunken judge effects against the truth.

    Truth, judges and the noise of every possible review are the same for all methods, so taus may be compared in pairs.
    """
    value = values_of(problem, pairs[:, 0], pairs[:, 1])
    taus = np.zeros((sims, 2))
    for sim in range(sims):
        g = np.random.default_rng([77, sim])
        truth, effect = g.normal(0, 1, problem.n_entries), g.normal(0, 0.8, problem.n_judges)
        noise = np.random.default_rng([78, sim]).normal(0, 1, (problem.n_entries, problem.n_judges))[
            pairs[:, 0], pairs[:, 1]
        ]
        scores = truth[pairs[:, 0]] + effect[pairs[:, 1]] + (1.1 - 0.6 * value) * noise
        marks = gather_marks(
            pairs[:, 0], pairs[:, 1], np.zeros(len(pairs), dtype=np.int64), np.clip(scores + 20, 0, 40),
            n_entries=problem.n_entries, n_judges=problem.n_judges, n_criteria=1,
            category=np.zeros(problem.n_entries, dtype=np.int64),
        )  # fmt: skip
        for place, method in enumerate(("additive", "blup")):
            score = score_round(marks, make_rubric(np.ones(1), 0, 40), method=method, seed=1).score
            taus[sim, place] = kendalltau(score, truth)[0]
    return taus


def say_gain(taus: dict[str, np.ndarray]) -> None:
    """Print what the exchange adds to tau, simulation by simulation, with its standard error."""
    if not {"ours", "ours, no exchange"} <= taus.keys():
        return
    gain = taus["ours"] - taus["ours, no exchange"]
    mean, error = gain.mean(axis=0), gain.std(axis=0, ddof=1) / len(gain) ** 0.5
    print(
        f"\nThe exchange adds to tau {mean[0]:+.4f} (SE {error[0]:.4f}) with fixed judge effects and {mean[1]:+.4f} "
        f"(SE {error[1]:.4f}) with shrunken ones, over {len(gain)} simulations in pairs.",
        flush=True,
    )


def measure(name: str, problem: Problem, sims: int) -> None:
    arcs = choose_arcs(problem, seed=1)
    best = solve_flow(problem, arcs, arcs.value, seed=1)
    if best is None:
        print(f"\n### {name}: no assignment keeps every rule\n")
        return
    total, floor = float(arcs.value[best].sum()), least_alone(problem)
    if problem.n_roles and problem.n_entries * problem.n_judges <= CROSSED:  # rules that cross: what they leave is less
        start = find_start(problem, seed=1)
        total = total if start is None else start.best
    shape = f"{problem.n_entries} x {problem.n_judges}, k {problem.needs[0]}, load up to {problem.load_max[0]}"
    print(f"\n### {name} ({shape})\n")
    print(
        "| method | broken rules | aff | worst | load | eff | l2 | p99 | linked | moved "
        "| tau fixed | shrunk | CPU s | gates |\n" + "|---" * 14 + "|"
    )
    size, taus = f"{problem.n_entries}x{problem.n_judges}", dict[str, np.ndarray]()
    large = problem.n_entries > 5000
    for method, solve in METHODS.items():
        if large and method not in {"best affinity (flow)", "ours"}:
            continue
        start = time.process_time()
        pairs = solve(problem)
        spent = time.process_time() - start
        value = values_of(problem, pairs[:, 0], pairs[:, 1])
        worst = np.bincount(pairs[:, 0], weights=value, minlength=problem.n_entries).min()
        loads = np.bincount(pairs[:, 1], minlength=problem.n_judges)
        design = measure_design(problem, pairs)
        broken = count_violations(problem, pairs)
        told = ", ".join(f"{count} {rule}" for rule, count in broken.items()) or "none"
        linked = "yes" if design.n_components == 1 else "no"
        moved = f"{moved_after_leaving(problem, pairs):.2f}" if method == "ours" and not large else ""
        if sims and not large:
            taus[method] = ranking_taus(problem, pairs, sims)
        fixed, shrunk = taus[method].mean(axis=0) if method in taus else (np.nan, np.nan)
        reached = _meets_gate(size, value.sum() / total, worst / floor, design.efficiency, broken)
        print(
            f"| {method} | {told} | {value.sum() / total:.3f} | {worst / floor:.3f} | {loads.min()}-{loads.max()} "
            f"| {design.efficiency:.3f} | {design.connectivity:.3f} | {design.tail:.2f} | {linked} "
            f"| {moved} | {fixed:.3f} | {shrunk:.3f} | {spent:.2f} | {reached if method == 'ours' else ''} |",
            flush=True,
        )
    say_gain(taus)


def _meets_gate(size: str, affinity: float, worst: float, efficiency: float, broken: dict[str, int]) -> str:
    """Name what falls short of the gates; "all" where nothing does, "" where the size has none."""
    if size not in GATES:
        return ""
    short = {
        "rules": bool(broken),
        "affinity": affinity < LEAST_AFFINITY,
        "worst": worst < LEAST_WORST,
        "efficiency": efficiency < GATES[size],
    }
    return "not " + ", ".join(name for name, falls in short.items() if falls) if any(short.values()) else "all"


def show_frontier(chosen: argparse.Namespace) -> None:
    """Print how far any assignment could go, instead of the table."""
    from benchmarks import frontier  # noqa: PLC0415

    print("\n".join(frontier.HEADS[chosen.frontier]))
    for size in chosen.sizes.split(","):
        n_entries, n_judges = map(int, size.split("x"))
        for seed in map(int, chosen.seeds.split(",")):
            problem = make_competition(n_entries, n_judges, seed=seed, full=False)
            frontier.SAYS[chosen.frontier](f"{size}, seed {seed}", problem)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="60x15,300x50,300x30,2000x300")
    parser.add_argument("--seeds", default="11,12")
    parser.add_argument("--tracks", default="plain,full")
    parser.add_argument("--sims", type=int, default=0)
    parser.add_argument("--frontier", choices=("loads", "affinity"))
    chosen = parser.parse_args()
    if chosen.frontier:
        show_frontier(chosen)
        return
    for panel in sorted(path.name for path in PANELS.iterdir() if path.is_dir()):
        measure(panel, read_panel(panel), chosen.sims)
    for size in chosen.sizes.split(","):
        n_entries, n_judges = map(int, size.split("x"))
        for track in chosen.tracks.split(","):
            for seed in map(int, chosen.seeds.split(",")):
                problem = make_competition(n_entries, n_judges, seed=seed, full=track == "full")
                measure(f"{size} {track}, seed {seed}", problem, chosen.sims)
    print(f"\nlargest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
