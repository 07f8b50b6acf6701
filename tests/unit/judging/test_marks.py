import numpy as np
import pytest

from judging.errors import DuplicateMarkError, MarkOutOfRangeError, MarksShapeError, NoMarksError, RubricError
from judging.marks import gather_marks
from judging.rubric import infer_rubric, make_rubric, review_scores

_ = np.nan


def gathered(rows, **more):
    entry, judge, criterion, value = (np.array(column) for column in zip(*rows, strict=True))
    return gather_marks(entry, judge, criterion, value.astype(float), **more)


def test_rows_stand_in_one_order_whatever_order_they_came_in():
    rows = [(1, 0, 0, 5), (0, 1, 0, 4), (0, 0, 0, 3)]

    marks = gathered(rows)

    assert marks.value.tolist() == [3, 4, 5]
    assert marks.row.tolist() == [2, 1, 0]


def test_an_abstention_is_dropped_and_counted_and_never_a_zero():
    marks = gathered([(0, 0, 0, 6.0), (0, 1, 0, _), (1, 0, 0, 4.0)])

    assert marks.value.tolist() == [6, 4]
    assert marks.n_abstained == 1


def test_a_mark_given_twice_names_both_rows():
    with pytest.raises(DuplicateMarkError) as refused:
        gathered([(0, 0, 0, 6), (1, 0, 0, 5), (0, 0, 0, 7)])

    assert refused.value.facts == {"row": 2, "first_row": 0}


def test_without_a_mark_there_is_nothing_to_score():
    with pytest.raises(NoMarksError):
        gathered([(0, 0, 0, _)])


@pytest.mark.parametrize("rows", [[(0, 0, 0, np.inf)], [(-1, 0, 0, 3)]])
def test_numbers_that_are_none_are_refused(rows):
    with pytest.raises(MarksShapeError):
        gathered(rows)


@pytest.mark.parametrize("value", [0.5, 8.5, 3.5])
def test_a_mark_outside_its_scale_or_between_its_steps_is_refused(value):
    marks = gathered([(0, 0, 0, 4), (1, 0, 0, value)])

    with pytest.raises(MarkOutOfRangeError) as refused:
        review_scores(marks, make_rubric([1.0], 1, 8, 1))

    assert refused.value.facts["row"] == 1


@pytest.mark.parametrize("rubric", [([0.0], 1, 8), ([-1.0], 1, 8), ([1.0], 8, 1), ([], 1, 8)])
def test_a_rubric_that_computes_nothing_is_refused(rubric):
    with pytest.raises(RubricError):
        make_rubric(*rubric)


def test_the_weighted_total_is_the_published_example():
    marks = gathered([(0, 0, 0, 6), (0, 0, 1, 7), (0, 0, 2, 5)])

    reviews = review_scores(marks, make_rubric([50, 30, 20], 1, 8, 1))

    assert reviews.score[0] == pytest.approx(0.5 * 6 + 0.3 * 7 + 0.2 * 5)


def test_leaving_out_an_easy_criterion_costs_nothing():
    rows = [(e, j, c, 4 + e + 2 * c) for e in range(3) for j in range(2) for c in range(2)]
    whole = review_scores(gathered(rows), make_rubric([1, 1], 1, 10))

    fewer = review_scores(gathered([row for row in rows if row[:3] != (1, 1, 1)]), make_rubric([1, 1], 1, 10))

    assert fewer.score == pytest.approx(whole.score)
    assert fewer.precision.tolist() == [1, 1, 1, 0.5, 1, 1]


def test_a_review_with_less_than_half_its_weight_is_marked():
    marks = gathered([(0, 0, 0, 5), (0, 0, 1, 5), (1, 0, 0, 5)])

    assert review_scores(marks, make_rubric([1, 3], 1, 8)).is_partial.tolist() == [False, True]


def test_criteria_of_different_ranges_meet_on_a_hundred():
    marks = gathered([(0, 0, 0, 5), (0, 0, 1, 30)])

    reviews = review_scores(marks, make_rubric([1, 1], [0, 20], [10, 40]))

    assert (reviews.low, reviews.high, reviews.score[0]) == (0, 100, 50)


def test_a_scale_s_end_is_believed_without_a_rubric_only_where_marks_pile_up():
    few = gathered([(e, 0, 0, v) for e, v in enumerate([3, 4, 5, 6, 7, 8])])
    piled = gathered([(e, 0, 0, v) for e, v in enumerate([3, 4, 5, 6, 8, 8, 8])])

    assert not review_scores(few, infer_rubric(few)).at_ceiling.any()
    assert review_scores(piled, infer_rubric(piled)).at_ceiling.sum() == 3
