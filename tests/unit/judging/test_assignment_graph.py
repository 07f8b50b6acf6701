"""The arithmetic of the judge graph: measured designs, and what a change does to them."""

import numpy as np
import pytest

from judging.assignment import Problem
from judging.assignment.design import least_mean_variance, measure_design
from judging.assignment.graph import Slots, Weights, build_graph, change_of_cost

NO_PAIRS = np.zeros((0, 2), dtype=np.int64)
FANO = np.array([(entry, (entry + step) % 7) for entry in range(7) for step in (0, 1, 3)])


def random_pairs(g: np.random.Generator, needs: np.ndarray, n_judges: int) -> np.ndarray:
    rows = [(entry, judge) for entry, k in enumerate(needs) for judge in np.sort(g.choice(n_judges, k, replace=False))]
    return np.array(rows)


def test_a_balanced_block_design_is_as_good_as_can_be():
    design = measure_design(Problem.of(np.full(7, 3), np.full(7, 3)), FANO)

    assert design.efficiency == pytest.approx(1.0)
    assert design.connectivity == pytest.approx(1.0)
    assert design.n_components == 1


def test_the_measured_mean_variance_is_that_of_least_squares():
    g = np.random.default_rng(4)
    needs = g.integers(2, 4, 12)
    pairs = random_pairs(g, needs, 6)
    problem = Problem.of(needs, np.full(6, 9))
    design = measure_design(problem, pairs)
    rows = np.zeros((len(pairs), 18))
    rows[np.arange(len(pairs)), pairs[:, 0]] = 1
    rows[np.arange(len(pairs)), 12 + pairs[:, 1]] = 1
    cover = np.linalg.pinv(rows.T @ rows)[:12, :12]
    mean = np.mean([cover[a, a] + cover[b, b] - 2 * cover[a, b] for a in range(12) for b in range(a)])
    assert design.efficiency == pytest.approx(min(1.0, least_mean_variance(needs, 9) / mean), rel=1e-9)


def test_groups_that_share_no_judge_have_no_efficiency():
    pairs = np.array([(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)])
    design = measure_design(Problem.of(np.full(4, 2), np.full(4, 2)), pairs)

    assert design.efficiency == 0
    assert design.efficiency_within > 0
    assert design.groups_in_category.tolist() == [2]


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("varied", [False, True])
@pytest.mark.parametrize("n_categories", [1, 3])
def test_the_change_of_a_move_is_what_building_anew_finds(*, count: int, varied: bool, n_categories: int):
    g = np.random.default_rng([count, varied, n_categories])
    n_entries, n_judges = 24, 9
    needs = g.integers(2, 5, n_entries) if varied else np.full(n_entries, 3)
    problem = Problem.of(needs, np.full(n_judges, 30), category=g.integers(0, n_categories, n_entries))
    slots = Slots.of(problem, random_pairs(g, needs, n_judges), NO_PAIRS, NO_PAIRS)
    weights = Weights.of(problem, slots.needs)
    graph = build_graph(slots, weights)
    tried = 0
    for _ in range(60):
        entry = g.choice(n_entries, count, replace=False)
        column = g.integers(0, needs[entry])
        judge = np.roll(slots.judge[entry, column], 1) if count > 1 else g.integers(0, n_judges, 1)
        if any(new in slots.judge[row] for row, new in zip(entry, judge, strict=True)):
            continue
        tried += 1
        change = change_of_cost(graph, slots, weights, (entry[None], column[None], judge[None]))
        after = Slots(slots.judge.copy(), slots.frozen, slots.needs, n_judges)
        after.judge[entry, column] = judge
        assert change[0] == pytest.approx(build_graph(after, weights).cost - graph.cost, abs=1e-9)
    assert tried > 3
