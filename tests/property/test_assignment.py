"""The assignment engine against brute force and the integer programme on random small problems."""

from dataclasses import replace

import numpy as np
import pytest

from judging.assignment import Assignment, Infeasible, Problem, assign_judges, count_violations, order_for_judges
from judging.assignment.start import find_start
from tests.property.assignment_cases import best_by_programme, best_by_trying, freed, permuted, random_problem

pytestmark = pytest.mark.long

FEW, MANY = range(60), range(1000, 4000)


def attempt(problem: Problem) -> Assignment | Infeasible:
    try:
        return assign_judges(problem, seed=1)
    except Infeasible as impossible:
        return impossible


def check_one(seed: int) -> None:
    problem = random_problem(seed)
    best = best_by_programme(problem)
    found = attempt(problem)
    assert isinstance(found, Infeasible) == (best is None)
    if isinstance(found, Infeasible):
        assert found.alternatives
        assert found.blocked or found.rule in {"capacity", "load-min"}
        for way in found.alternatives:
            assert best_by_programme(freed(problem, way)) is not None, way
        return
    assert count_violations(problem, found.pairs) == {}
    assert found.affinity <= best + 1e-6
    assert found.affinity_bound >= best - 1e-4
    if found.is_optimal:
        assert found.affinity_before == pytest.approx(best, abs=1e-3)


@pytest.mark.parametrize("start", range(0, len(FEW), 20))
def test_an_answer_keeps_every_rule_and_a_refusal_is_right_and_names_what_frees_it(start: int):
    for seed in FEW[start : start + 20]:
        check_one(seed)


@pytest.mark.soak
@pytest.mark.parametrize("start", range(0, len(MANY), 100))
def test_thousands_of_answers_keep_every_rule_and_refusals_are_right(start: int):
    for seed in MANY[start : start + 100]:
        check_one(seed)


@pytest.mark.parametrize("seed", range(25))
def test_the_bound_is_what_trying_everything_finds(seed: int):
    problem = random_problem(seed, largest=(4, 4))
    best = best_by_trying(problem)
    start = find_start(problem, seed=1)

    assert (start is None) == (best is None)
    if start is not None and start.method == "flow":
        assert start.best * problem.affinity_top == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("seed", range(25))
def test_renaming_entries_and_judges_changes_neither_feasibility_nor_the_best_total(seed: int):
    problem = random_problem(seed)
    other, _, _ = permuted(problem, seed)
    one, two = find_start(problem, seed=1), find_start(other, seed=1)

    assert (one is None) == (two is None)
    if one is not None:
        assert one.best == pytest.approx(two.best, abs=1e-4)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_problem_and_seed_give_the_same_bytes(seed: int):
    problem = random_problem(seed, largest=(30, 8))
    try:
        one = assign_judges(problem, seed=seed)
    except Infeasible:
        return
    two = assign_judges(problem, seed=seed)

    assert one.pairs.tobytes() == two.pairs.tobytes()
    assert one.reasons.place.tobytes() == two.reasons.place.tobytes()


@pytest.mark.parametrize("seed", range(30))
def test_a_draw_keeps_every_rule(seed: int):
    problem = random_problem(seed, largest=(12, 8))
    try:
        found = assign_judges(problem, seed=seed, randomise=0.5)
    except Infeasible:
        assert best_by_programme(problem) is None
        return
    assert count_violations(problem, found.pairs) == {}


@pytest.mark.parametrize("seed", range(20))
def test_locked_pairs_stay_and_refused_locks_are_named(seed: int):
    problem = random_problem(seed)
    try:
        first = assign_judges(problem, seed=1)
    except Infeasible:
        return
    g = np.random.default_rng(seed)
    some = first.pairs[g.random(len(first.pairs)) < 0.5]
    again = assign_judges(replace(problem, locked=some), seed=2)

    assert count_violations(replace(problem, locked=some), again.pairs) == {}


@pytest.mark.parametrize("seed", range(10))
def test_orders_are_whole_and_each_entry_is_read_early_about_as_often_as_late(seed: int):
    g = np.random.default_rng(seed)
    n, m, k = 60, 12, 3
    pairs = np.array([(entry, judge) for entry in range(n) for judge in g.choice(m, k, replace=False)])
    place = order_for_judges(pairs, seed=seed)
    size = np.bincount(pairs[:, 1], minlength=m)
    late = (place + 0.5) / size[pairs[:, 1]]
    mean = np.bincount(pairs[:, 0], weights=late) / k

    for judge in range(m):
        assert sorted(place[pairs[:, 1] == judge]) == list(range(size[judge]))
    assert np.abs(mean - 0.5).max() < 0.2
    shuffled = g.permutation(len(pairs))
    assert (order_for_judges(pairs[shuffled], seed=seed) == place[shuffled]).all()
