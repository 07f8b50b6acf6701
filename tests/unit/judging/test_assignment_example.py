"""The worked example of docs/methods/assignment.md."""

import numpy as np
import pytest

from judging.assignment import Problem, Why, assign_judges
from judging.assignment.design import measure_design

AFFINITY = np.full((4, 4), 0.8)
AFFINITY[:2, :2] = AFFINITY[2:, 2:] = 1.0
RING = np.array([(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 0), (3, 3)])


def example() -> Problem:
    return Problem.of([2] * 4, [3] * 4, affinity=AFFINITY)


def test_the_best_affinity_splits_the_panel_and_one_review_would_join_it():
    found = assign_judges(example(), seed=1, calibration_budget=0)

    assert found.affinity == pytest.approx(8.0)
    assert found.design.efficiency == 0
    assert len(found.joins) == 1


def test_the_ring_has_the_efficiency_worked_out_by_hand():
    assert measure_design(Problem.of([2] * 4, [2] * 4), RING).efficiency == pytest.approx(0.9)


def test_five_per_cent_of_affinity_buys_the_ring():
    found = assign_judges(Problem.of([2] * 4, [2] * 4, affinity=AFFINITY), seed=1, calibration_budget=0.051)

    assert found.affinity == pytest.approx(7.6)
    assert found.design.efficiency == pytest.approx(0.9)
    assert found.joins == ()
    links = found.reasons.code == Why.LINK
    assert links.sum() == 2
    assert found.reasons.affinity[links] == pytest.approx([0.8, 0.8])
