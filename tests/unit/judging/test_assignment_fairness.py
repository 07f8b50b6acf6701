"""Loads, floors and links where they pull apart: who gives way, and how far."""

import numpy as np

from judging.assignment import Problem, assign_judges
from judging.assignment.aims import find_weak, least_alone, least_loads
from judging.assignment.arcs import choose_arcs
from judging.assignment.flow import solve_flow


def test_a_judge_whom_few_entries_suit_still_gets_a_share_though_it_costs() -> None:
    affinity = np.ones((12, 4))
    affinity[:, 3] = 0.9
    problem = Problem.of(np.full(12, 3), np.full(4, 12), affinity=affinity)
    loads = np.bincount(assign_judges(problem, seed=1, calibration_budget=0).pairs[:, 1], minlength=4)
    assert loads[3] >= 3


def test_an_entry_gets_at_most_one_of_the_judges_who_would_ruin_it_in_twos() -> None:
    affinity = np.tile([1.0, 1.0, 1.0, 0.1, 0.1, 0.1], (4, 1))
    problem = Problem.of(np.full(4, 3), np.full(6, 4), affinity=affinity)
    arcs = choose_arcs(problem, seed=1)
    weak = find_weak(problem, arcs, goal=2.0)
    assert set(arcs.judge[weak]) == {3, 4, 5}
    lean = np.where(weak, 1.0, 0.0)
    some = solve_flow(problem, arcs, lean, seed=1, weak=weak)
    assert some is not None
    held = np.bincount(arcs.entry[some], weights=weak[some], minlength=4)
    assert held.max() == held.min() == 1


def test_few_entries_give_up_their_floor_where_it_alone_keeps_groups_apart() -> None:
    group = np.arange(24) % 2
    affinity = np.where(group[:, None] == np.arange(12) % 2, 1.0, 0.3)
    problem = Problem.of(np.full(24, 3), np.full(12, 8), affinity=affinity)
    found = assign_judges(problem, seed=1, calibration_budget=0.04)
    served = np.bincount(found.pairs[:, 0], weights=affinity[found.pairs[:, 0], found.pairs[:, 1]])
    assert found.design.n_components == 1
    assert 1 <= int((served < 0.95 * least_alone(problem)).sum()) <= 5


def test_a_judge_under_the_fair_load_may_give_up_entries_down_to_its_firm_part_and_nobody_else_below_it():
    loads = np.array([3, 8, 11, 15, 16, 24])

    assert least_loads(loads, 16).tolist() == [3, 8, 8, 8, 16, 16]
    assert least_loads(loads, 0).tolist() == [0] * 6
