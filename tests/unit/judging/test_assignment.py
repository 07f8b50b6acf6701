"""What an assignment promises, on panels small enough to see through and on the published ones."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from judging.assignment import BadOption, BadProblem, Bar, Infeasible, Problem, Why, assign_judges, count_violations
from judging.assignment.aims import least_alone
from judging.assignment.arcs import choose_arcs
from judging.assignment.start import can_reach, find_start
from tests.property.assignment_cases import permuted, random_problem

PANELS = Path(__file__).parents[2] / "data" / "panels"


def clustered(
    n_entries: int, n_judges: int, *, seed: int, groups: int = 4, k: int = 3, full: bool = False, sharp: bool = False
) -> Problem:
    """Entries and judges of a few topics: what makes the best match leave the judge graph nearly cut."""
    g = np.random.default_rng([seed, n_entries])
    topic, home = g.integers(0, groups, n_entries), np.arange(n_judges) % groups
    second = g.integers(0, groups, n_judges)
    known = np.where(topic[:, None] == home, 0.8, np.where(topic[:, None] == second, 0.5, 0.05))
    known = known if sharp else 0.6 * known + 0.4 * g.random(known.shape)
    load = int(np.ceil(1.25 * n_entries * k / n_judges))
    rules = {}
    if full:
        rules = {
            "judge_institution": g.integers(0, n_judges // 2, n_judges),
            "entry_institution": g.integers(0, n_judges, n_entries),
            "team": np.arange(n_entries) // 2,
            "judge_role": np.arange(n_judges) % 2,
            "role_need": np.ones((n_entries, 2), dtype=int),
        }
    affinity = np.clip(known + g.normal(0, 0.08, known.shape), 0, 1).round(3)
    return Problem.of(np.full(n_entries, k), np.full(n_judges, load), affinity=affinity, category=topic, **rules)


def panel(name: str) -> Problem:
    """One of the published panels."""
    folder = PANELS / name
    meta = json.loads((folder / "meta.json").read_text())
    forbidden = np.zeros((meta["n"], meta["m"]), dtype=np.int8)
    affinity = np.zeros((meta["n"], meta["m"]))
    with (folder / "conflicts.csv").open() as file:
        for row in csv.DictReader(file):
            forbidden[int(row["entry"][1:]), int(row["judge"][1:])] = Bar.CONFLICT
    with (folder / "affinity.csv").open() as file:
        for row in csv.DictReader(file):
            affinity[int(row["entry"][1:]), int(row["judge"][1:])] = float(row["affinity"])
    affinity[forbidden > 0] = 0
    return Problem.of(
        np.full(meta["n"], meta["k"]), np.full(meta["m"], meta["L"]), affinity=affinity, forbidden=forbidden
    )


@pytest.mark.parametrize("full", [False, True])
def test_a_clustered_panel_becomes_comparable_for_about_one_per_cent_of_affinity(*, full: bool):
    problem = clustered(60, 15, seed=3, full=full)
    before = assign_judges(problem, seed=1, calibration_budget=0)
    after = assign_judges(problem, seed=1)

    assert count_violations(problem, after.pairs) == {}
    assert after.design.efficiency >= max(0.94, before.design.efficiency)
    assert after.affinity >= (0.985 if full else 0.99) * before.affinity_bound
    assert after.design.n_components == 1
    assert after.joins == ()


def test_topics_that_hardly_meet_are_joined_within_the_budget():
    problem = clustered(60, 15, seed=3, sharp=True)
    before = assign_judges(problem, seed=1, calibration_budget=0)
    after = assign_judges(problem, seed=1)

    assert before.design.efficiency < 0.6
    assert after.design.efficiency > before.design.efficiency + 0.15
    assert after.affinity >= 0.97 * before.affinity_bound - 1e-6


@pytest.mark.long
@pytest.mark.parametrize(("name", "least"), [("preflib1", 0.90), ("preflib3", 0.78)])
def test_published_panels_keep_their_affinity_and_gain_overlap(name: str, least: float):
    problem = panel(name)
    found = assign_judges(problem, seed=1)

    assert count_violations(problem, found.pairs) == {}
    assert found.affinity >= 0.99 * found.affinity_bound
    assert found.design.efficiency >= least


def test_giving_up_nothing_leaves_the_best_affinity():
    problem = clustered(24, 8, seed=5)
    found = assign_judges(problem, seed=1, calibration_budget=0)

    assert found.affinity == pytest.approx(found.affinity_before)
    assert found.affinity >= 0.995 * found.affinity_bound


def test_no_more_is_given_up_than_allowed():
    problem = clustered(60, 15, seed=4)
    for budget in (0.005, 0.02):
        found = assign_judges(problem, seed=1, calibration_budget=budget)

        assert found.affinity >= (1 - budget) * found.affinity_bound - 1e-6 or found.affinity == found.affinity_before


def test_the_worst_served_entry_is_looked_after():
    problem = clustered(60, 15, seed=8)
    found = assign_judges(problem, seed=1)
    value = np.bincount(found.pairs[:, 0], weights=found.reasons.affinity, minlength=60)

    assert value.argmin() == found.worst.entry
    assert value.min() >= 0.95 * least_alone(problem) * problem.affinity_top


def test_the_order_of_rows_decides_nothing_about_what_is_reached():
    problem = clustered(24, 8, seed=6)
    other, _, _ = permuted(problem, 6)

    assert find_start(problem, seed=1).best == pytest.approx(find_start(other, seed=1).best, abs=1e-4)


def test_a_pair_says_why_it_was_made():
    affinity = [[0.9, 0.8, 0.1], [0.2, 0.9, 0.7]]
    problem = Problem.of([2, 2], [2, 2, 2], affinity=affinity, locked=[(0, 2)], forbidden=[[0, 0, 0], [10, 0, 0]])
    found = assign_judges(problem, seed=1)

    assert found.pairs.tolist() == [[0, 0], [0, 2], [1, 1], [1, 2]]
    assert found.reasons.code.tolist() == [Why.BEST, Why.LOCKED, Why.BEST, Why.BEST]
    assert found.reasons.place.tolist() == [1, 3, 1, 2]
    assert found.reasons.n_free.tolist() == [3, 3, 2, 2]
    assert found.reasons.n_barred.tolist() == [0, 0, 1, 1]


def test_panels_that_cannot_meet_are_told_so_with_the_one_review_that_would_join_them():
    forbidden = np.zeros((4, 5), dtype=np.int8)
    forbidden[:2, 2:4] = Bar.CONFLICT
    forbidden[2:, :2] = Bar.CONFLICT
    forbidden[:, 4] = Bar.PANEL
    forbidden[0, 2] = Bar.FREE
    problem = Problem.of([2, 2, 2, 2], [2, 2, 3, 2, 0], forbidden=forbidden, locked=[(0, 0), (0, 1)])
    found = assign_judges(problem, seed=1)

    assert found.design.efficiency == 0
    assert found.design.groups_in_category.tolist() == [2]
    assert [(join.entry, join.judge) for join in found.joins] == [(0, 2)]


def test_categories_with_panels_of_their_own_are_each_linked():
    forbidden = np.zeros((8, 8), dtype=np.int8)
    forbidden[:4, 4:] = Bar.PANEL
    forbidden[4:, :4] = Bar.PANEL
    problem = Problem.of(np.full(8, 2), np.full(8, 3), forbidden=forbidden, category=[0] * 4 + [1] * 4)
    found = assign_judges(problem, seed=1)

    assert found.design.n_components == 2
    assert found.design.groups_in_category.tolist() == [1, 1]
    assert found.joins == ()


@pytest.mark.parametrize(
    ("change", "array"),
    [
        ({"needs": [1, -1]}, "needs"),
        ({"load_max": [1, -2]}, "load_max"),
        ({"load_min": [3, 0]}, "load_min"),
        ({"affinity": [[0.1, np.nan], [0, 0]]}, "affinity"),
        ({"affinity": [[0.1, 0.2]]}, "affinity"),
        ({"forbidden": [[0, 1]]}, "forbidden"),
        ({"team": [1]}, "team"),
        ({"locked": [(0, 7)]}, "locked"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused_by_name(change: dict, array: str):
    with pytest.raises(BadProblem) as refused:
        Problem.of(**{"needs": [1, 1], "load_max": [2, 2]} | change)

    assert refused.value.facts["array"] == array


@pytest.mark.parametrize("option", [{"calibration_budget": -0.1}, {"randomise": 0.0}, {"randomise": 1.5}])
def test_options_out_of_range_are_refused(option: dict):
    with pytest.raises(BadOption):
        assign_judges(Problem.of([1], [1]), seed=1, **option)


def test_a_confirmed_conflict_cannot_be_locked_in():
    problem = Problem.of([1], [1, 1], forbidden=[[Bar.CONFLICT, 0]], locked=[(0, 0)])

    with pytest.raises(Infeasible) as refused:
        assign_judges(problem, seed=1)

    assert refused.value.rule == "lock"
    assert refused.value.blocked[0].entry == 0


def test_institutions_and_languages_become_bars_with_their_reason():
    problem = Problem.of(
        [1, 1],
        [1, 1, 1],
        entry_institution=[0, -1],
        judge_institution=[0, 1, -1],
        entry_language=[0, 1],
        judge_languages=[[1, 1], [1, 0], [0, 1]],
        excluded=[(1, 0)],
    )

    assert problem.barred.tolist() == [
        [Bar.INSTITUTION, Bar.FREE, Bar.LANGUAGE],
        [Bar.EXCLUDED, Bar.LANGUAGE, Bar.FREE],
    ]


def test_no_price_makes_a_judge_without_room_worth_a_project():
    problem = random_problem(1811)  # its price once rose beyond the gain that stood for "not allowed"

    assert count_violations(problem, assign_judges(problem, seed=1).pairs) == {}


def test_a_load_for_everybody_is_out_of_reach_where_it_would_leave_an_entry_badly_served():
    """Two judges know the topic of four entries, a third knows nothing of it: a load for the third costs a floor."""
    affinity = np.tile([0.9, 0.9, 0.1], (4, 1))
    problem = Problem.of(np.full(4, 2), [4, 4, 4], affinity=affinity)
    arcs = choose_arcs(problem, seed=1)
    for least, can in ((0, True), (2, False)):
        wanted = replace(problem, load_min=np.array([0, 0, least]))
        assert can_reach(wanted, arcs, 0.95 * least_alone(problem)) is can
    assert can_reach(replace(problem, load_min=np.array([0, 0, 2])), arcs, 0.5 * least_alone(problem))
