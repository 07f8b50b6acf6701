"""Draws, withdrawals, changes by hand and follow-up reviews."""

from dataclasses import replace

import numpy as np
import pytest

from judging.assignment import (
    Beliefs,
    Policy,
    Problem,
    assign_judges,
    believe,
    blend_affinity,
    count_violations,
    effect_of_change,
    propose_followups,
    reassign,
    without_judges,
)
from judging.assignment.arcs import choose_arcs
from judging.assignment.programme import solve_programme
from judging.assignment.rules import set_locks_apart
from judging.assignment.start import is_among
from tests.unit.judging.test_assignment import clustered


def fewest_additions(problem: Problem, gone: int) -> int:
    """Pairs that must be new after a withdrawal, by the integer programme under every rule."""
    rest = set_locks_apart(without_judges(problem, np.array([gone]))).problem
    arcs = choose_arcs(rest, seed=0)
    kept = is_among(rest, arcs, problem.previous)
    solved = solve_programme(rest, arcs, kept)
    return int(rest.needs.sum() - kept[solved.chosen].sum())


@pytest.mark.parametrize("full", [False, True])
def test_when_a_judge_withdraws_only_the_work_left_is_moved_and_sealed_pairs_stay(*, full: bool):
    problem = clustered(60, 15, seed=9, full=full)
    published = assign_judges(problem, seed=1)
    gone = int(np.argmax(published.loads))
    sealed = published.pairs[::4]
    left = published.loads[gone] - (sealed[:, 1] == gone).sum()

    options = reassign(replace(problem, locked=sealed, previous=published.pairs), withdrawn=[gone], seed=2)

    least, _, wide = (option.assignment for option in options)
    needed = fewest_additions(replace(problem, locked=sealed, previous=published.pairs), gone)
    assert least.changes.least == left <= needed
    assert len(least.changes.added) == needed
    kept = set(map(tuple, least.pairs.tolist()))
    assert all(tuple(pair) in kept for pair in sealed.tolist())
    assert {judge for _, judge in least.changes.added.tolist()}.isdisjoint({gone})
    for option in options:
        assert len(option.assignment.changes.added) <= needed + np.ceil(option.share * len(published.pairs))
        assert set(count_violations(problem, option.assignment.pairs)) == set()
    assert wide.design.efficiency >= least.design.efficiency


def test_a_change_by_hand_is_measured_before_it_is_made():
    problem = clustered(24, 8, seed=2)
    found = assign_judges(problem, seed=1)
    entry, judge = found.pairs[0]
    other = next(j for j in range(8) if not ((found.pairs == [entry, j]).all(axis=1)).any())

    effect = effect_of_change(problem, found.pairs, add=[(entry, other)], remove=[(entry, judge)])

    assert effect.violations_before == {}
    assert effect.loads_after[other] == effect.loads_before[other] + 1
    assert effect.design_after.efficiency != effect.design_before.efficiency
    assert found.pairs[0].tolist() == [entry, judge]


def test_a_change_into_a_conflict_is_not_allowed():
    problem = Problem.of([1, 1], [2, 2], forbidden=[[0, 10], [0, 0]])
    found = assign_judges(problem, seed=1)

    effect = effect_of_change(problem, found.pairs, add=[(0, 1)], remove=[(0, 0)])

    assert not effect.is_allowed
    assert effect.violations_after == {"barred": 1}


def test_no_pair_is_drawn_more_often_than_the_cap_says():
    problem = clustered(12, 8, seed=1, groups=2)
    draws = 100
    count = np.zeros((12, 8))
    for seed in range(draws):
        found = assign_judges(problem, seed=seed, randomise=0.5)
        assert count_violations(problem, found.pairs) == {}
        assert (found.cap, found.n_above_cap, found.n_repaired) == (0.5, 0, 0)
        count[found.pairs[:, 0], found.pairs[:, 1]] += 1

    assert count.max() / draws < 0.5 + 4 * 0.5 / np.sqrt(draws)


def test_an_entry_with_few_judges_is_drawn_above_the_cap_and_said_to_be():
    forbidden = np.zeros((6, 8), dtype=np.int8)
    forbidden[2, 2:] = 10
    found = assign_judges(Problem.of(np.full(6, 2), np.full(8, 3), forbidden=forbidden), seed=1, randomise=0.5)

    assert found.cap == 1.0
    assert found.n_above_cap == 2


def simulated(seed: int, n: int = 30, m: int = 10, k: int = 3) -> tuple[Problem, np.ndarray, Beliefs]:
    g = np.random.default_rng([seed, 5])
    problem = Problem.of(np.full(n, k), np.full(m, n), category=np.arange(n) % 2)
    pairs = np.array([(entry, judge) for entry in range(n) for judge in g.choice(m, k, replace=False)])
    scores = 5 + g.normal(0, 1, n)[pairs[:, 0]] + g.normal(0, 0.8, m)[pairs[:, 1]] + g.normal(0, 0.6, len(pairs))
    return problem, pairs, believe(pairs, scores, n_judges=m, category=problem.category)


def test_beliefs_find_the_noise_and_the_entries():
    g = np.random.default_rng(1)
    n, m = 150, 25
    pairs = np.array([(entry, judge) for entry in range(n) for judge in g.choice(m, 4, replace=False)])
    truth = g.normal(0, 1, n)
    scores = truth[pairs[:, 0]] + g.normal(0, 0.8, m)[pairs[:, 1]] + g.normal(0, 0.6, len(pairs))
    found = believe(pairs, scores, n_judges=m, category=np.zeros(n, dtype=int))

    assert found.noise == pytest.approx(0.6, abs=0.06)
    assert np.corrcoef(found.mean[:n], truth)[0, 1] > 0.9
    error = (found.mean[:n] - truth).std()
    assert error == pytest.approx(np.sqrt(np.diag(found.covariance)[:n].mean()), rel=0.2)


@pytest.mark.parametrize(("prizes", "policy"), [([1, 0], Policy.WINNER), ([3, 0], Policy.LINE)])
def test_follow_ups_match_the_prize_and_go_to_entries_near_the_line(prizes: list[int], policy: Policy):
    problem, pairs, beliefs = simulated(3)
    found = propose_followups(problem, pairs, beliefs, extra=6, prizes=prizes)
    rank = np.argsort(np.argsort(-beliefs.mean[:30][problem.category == 0]))

    assert found.entry.size == 6
    assert set(found.policy.tolist()) == {policy}
    assert (problem.category[found.entry] == 0).all()
    assert policy == Policy.WINNER or (rank[found.entry // 2] < 9).all()
    assert found.gain[0] > 0
    assert found.chance_after[0] >= found.chance_before[0]
    assert found.chance_after[1] == 1.0


def test_follow_ups_keep_conflicts_loads_and_given_reviews():
    problem, pairs, beliefs = simulated(4)
    loads = np.bincount(pairs[:, 1], minlength=10)
    tight = Problem.of(problem.needs, loads + 1, category=problem.category, forbidden=np.eye(30, 10, dtype=np.int8))
    found = propose_followups(tight, pairs, beliefs, extra=40, prizes=[2, 2])

    made = set(map(tuple, pairs.tolist()))
    new = list(zip(found.entry.tolist(), found.judge.tolist(), strict=True))
    assert len(new) == 10
    assert made.isdisjoint(new)
    assert all(entry != judge for entry, judge in new)


def test_follow_ups_stop_once_the_prize_is_safe():
    problem, pairs, beliefs = simulated(5)
    sure = Beliefs(mean=np.r_[np.arange(30.0) * 10, np.zeros(10)], covariance=beliefs.covariance, noise=beliefs.noise)

    assert propose_followups(problem, pairs, sure, extra=5, prizes=[1, 1], stop_at=0.95).entry.size == 0


def test_affinity_blends_topics_category_and_wishes():
    found = blend_affinity(
        [[1, 1], [0, 1]], [[1.0, 0.0], [0.5, 1.0]], same_category=[[1, 0], [0, 0]], preference=[[1, -1], [0, 0]]
    )

    assert found == pytest.approx(np.array([[0.7, 0.45], [0.1, 0.7]]))
