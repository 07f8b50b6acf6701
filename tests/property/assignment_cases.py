"""Random small assignment problems, and an answer to them written apart from the engine."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment import Problem
from judging.assignment.arcs import choose_arcs
from judging.assignment.programme import solve_programme

if TYPE_CHECKING:
    from judging.assignment import Alternative

ROLES = 2


def random_problem(seed: int, *, largest: tuple[int, int] = (7, 6)) -> Problem:
    """Draw a problem in which any rule may be on."""
    g = np.random.default_rng([seed, 99])
    n, m = int(g.integers(1, largest[0] + 1)), int(g.integers(1, largest[1] + 1))
    needs = g.integers(0, min(m, 3) + 1, n)
    roles = np.zeros((n, ROLES), dtype=int)
    for entry in range(n):
        if g.random() < 0.3 and needs[entry]:
            roles[entry, g.integers(ROLES)] = 1
    most = g.integers(0, 6, m)
    least = np.minimum(most, g.integers(0, 2, m) * (g.random() < 0.3))
    return Problem.of(
        needs,
        most,
        load_min=least,
        affinity=np.round(g.random((n, m)), 2) * (g.random((n, m)) < 0.7),
        forbidden=(g.random((n, m)) < 0.4 * g.random()).astype(np.int8),
        judge_institution=g.integers(-1, 4, m) if g.random() < 0.6 else None,
        team=g.integers(-1, max(n - 1, 1), n) if g.random() < 0.6 else None,
        judge_role=g.integers(-1, ROLES, m),
        role_need=roles,
        category=g.integers(0, 2, n),
        category_load_max=g.integers(1, 5, (m, 2)) if g.random() < 0.3 else None,
    )


def best_by_programme(problem: Problem) -> float | None:
    """Total affinity of the best assignment, by the integer programme; None where there is none."""
    arcs = choose_arcs(problem, seed=0)
    if not arcs.entry.size:
        return None if problem.needs.any() or problem.load_min.any() else 0.0
    solved = solve_programme(problem, arcs, arcs.value)
    return None if solved is None else float(arcs.value[solved.chosen].sum()) * problem.affinity_top


def best_by_trying(problem: Problem) -> float | None:
    """The same by trying every choice of judges for every entry."""
    n, m = problem.n_entries, problem.n_judges
    table = problem.affinity.toarray()
    choices = []
    for entry in range(n):
        free = [judge for judge in range(m) if problem.barred[entry, judge] == 0]
        choices.append(
            [some for some in combinations(free, int(problem.needs[entry])) if _panel_holds(problem, entry, some)]
        )
    best = None
    for whole in product(*choices):
        if _loads_hold(problem, whole):
            total = sum(table[entry, judge] for entry, panel in enumerate(whole) for judge in panel)
            best = total if best is None or total > best else best
    return best


def _panel_holds(problem: Problem, entry: int, panel: tuple[int, ...]) -> bool:
    houses = [problem.judge_institution[judge] for judge in panel if problem.judge_institution[judge] >= 0]
    roles = [problem.judge_role[judge] for judge in panel]
    enough = all(roles.count(role) >= problem.role_need[entry, role] for role in range(problem.n_roles))
    return len(set(houses)) == len(houses) and enough


def _loads_hold(problem: Problem, whole: tuple[tuple[int, ...], ...]) -> bool:
    for judge in range(problem.n_judges):
        mine = [entry for entry, panel in enumerate(whole) if judge in panel]
        teams = [problem.team[entry] for entry in mine if problem.team[entry] >= 0]
        if not problem.load_min[judge] <= len(mine) <= problem.load_max[judge] or len(set(teams)) < len(teams):
            return False
        for category in range(problem.category_load_max.shape[1]):
            count = sum(problem.category[entry] == category for entry in mine)
            if count > problem.category_load_max[judge, category]:
                return False
    return True


def permuted(problem: Problem, seed: int) -> tuple[Problem, np.ndarray, np.ndarray]:
    """The same problem with entries and judges renumbered: new row i is old row rows[i]."""
    g = np.random.default_rng([seed, 98])
    rows, columns = g.permutation(problem.n_entries), g.permutation(problem.n_judges)
    return (
        Problem.of(
            problem.needs[rows],
            problem.load_max[columns],
            load_min=problem.load_min[columns],
            affinity=problem.affinity.toarray()[np.ix_(rows, columns)],
            forbidden=problem.barred[np.ix_(rows, columns)],
            judge_institution=problem.judge_institution[columns],
            team=problem.team[rows],
            judge_role=problem.judge_role[columns],
            role_need=problem.role_need[rows],
            category=problem.category[rows],
            category_load_max=problem.category_load_max[columns],
        ),
        rows,
        columns,
    )


def freed(problem: Problem, way: Alternative) -> Problem:
    """The problem after every step of a way out."""
    needs, most, least = problem.needs.copy(), problem.load_max.copy(), problem.load_min.copy()
    roles, barred, cap = problem.role_need.copy(), problem.barred.copy(), problem.category_load_max.copy()
    invited: list[int] = []
    for entry, judge, role, by in way.steps:
        if way.kind == "raise" and role >= 0:
            cap[judge, role] += by
        elif way.kind == "raise":
            most[judge] += by
        elif way.kind == "waive":
            barred[entry, judge] = 0
        elif way.kind == "invite":
            invited += [role] * by
        elif entry < 0:
            least[judge] -= by
        elif role >= 0:
            roles[entry, role] -= by
        else:
            needs[entry] -= by
    extra = len(invited)
    roles = np.minimum(roles, needs[:, None]) if way.kind == "drop" else roles
    return Problem.of(
        needs,
        np.r_[most, np.full(extra, problem.n_entries)],
        load_min=np.r_[least, np.zeros(extra, dtype=int)],
        forbidden=np.c_[barred, np.zeros((problem.n_entries, extra), dtype=np.int8)],
        judge_institution=np.r_[problem.judge_institution, np.full(extra, -1)],
        team=problem.team,
        judge_role=np.r_[problem.judge_role, invited].astype(int),
        role_need=roles,
        category=problem.category,
        category_load_max=np.r_[cap, np.full((extra, cap.shape[1]), 99)],
    )
