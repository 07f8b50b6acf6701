"""The trimmed mean that a ranking is held against, by figures worked out by hand."""

import numpy as np
import pytest

from judging.errors import UnknownMethodError
from judging.rubric import make_rubric
from judging.scoring import METHODS, RoundScores, score_round
from judging.whatif import by_method
from tests.unit.judging.scoring_cases import from_table

NONE = np.nan
RUBRIC = make_rubric([1], 1, 8, 0.5)
#         judge 0  1     2     3     4
TABLE = [
    [1.0, 4.0, 6.0, 7.0, 8.0],  # without 1 and 8: 17 / 3
    [7.0, 2.0, 6.0, 8.0, NONE],  # without 2 and 8: 6.5
    [5.0, NONE, 8.0, 6.0, NONE],  # of three, the middle one: 6
    [NONE, 3.0, NONE, 8.0, NONE],  # of two, both: 5.5
    [7.0, NONE, NONE, NONE, NONE],  # of one, that one: 7
    [3.0, 3.0, 3.0, 4.0, NONE],
]  # of equal lowest ones, one is left out: 3
BY_HAND = [17 / 3, 6.5, 6.0, 5.5, 7.0, 3.0]  # fmt: skip


def scored(table: object, method: str = "trimmed") -> RoundScores:
    return score_round(from_table(table), RUBRIC, method=method)


def test_the_lowest_and_the_highest_review_are_left_out_where_an_entry_has_three():
    scores = scored(TABLE)

    assert scores.score == pytest.approx(BY_HAND, abs=1e-12)
    assert scores.ranking.rank.tolist() == [4, 2, 3, 5, 1, 6]
    assert np.isfinite(scores.se).all()


def test_without_an_entry_of_three_reviews_it_is_the_plain_mean():
    thin = [[5.0, 7.0, NONE], [NONE, 6.0, 2.0], [4.0, NONE, 8.0]]

    assert scored(thin).score == pytest.approx([6.0, 4.0, 6.0])
    assert scored(thin).ranking.rank.tolist() == scored(thin, "raw").ranking.rank.tolist()


def test_no_judge_is_told_from_another_and_the_parts_add_up_to_the_change():
    scores = scored(TABLE)
    parts = scores.parts

    assert np.isnan(scores.judges.severity).all()
    assert parts.severity == pytest.approx(np.zeros(6), abs=1e-12)
    assert parts.raw + parts.severity + parts.scale + parts.weight + parts.pull == pytest.approx(scores.score)
    assert parts.weight[0] == pytest.approx(17 / 3 - 26 / 5)


def test_a_higher_mark_never_lowers_its_entry_and_one_mark_alone_cannot_carry_it_away():
    table = np.array(TABLE)
    for entry, judge in zip(*np.nonzero(~np.isnan(table)), strict=True):
        raised = table.copy()
        raised[entry, judge] = 8.0
        assert scored(raised).score[entry] >= scored(table).score[entry] - 1e-12
    wild = table.copy()
    wild[0, 4] = 1.0  # the highest mark of five turned to the lowest: 1 and 7 go, 1, 4 and 6 stay

    assert scored(wild).score[0] == pytest.approx(11 / 3)


def test_the_order_of_rows_changes_nothing():
    table = np.array(TABLE)
    turned = table[::-1, ::-1]

    assert scored(turned).score.tolist()[::-1] == scored(table).score.tolist()


def test_a_ranking_is_held_against_it_and_cannot_be_decided_by_it():
    run = scored(TABLE, "raw")
    before = run.score.copy()

    told = by_method(from_table(TABLE), RUBRIC, run, method="trimmed")

    assert told.scores.score == pytest.approx(BY_HAND, abs=1e-12)
    assert told.moved.tolist() == [at for at in range(6) if told.scores.ranking.rank[at] != run.ranking.rank[at]]
    assert (run.score == before).all()
    assert "trimmed" not in METHODS
    with pytest.raises(UnknownMethodError):
        score_round(from_table(TABLE), RUBRIC, kept={0: "trimmed"})
