"""What no judge model can be read from is answered plainly, flagged, and never divides by zero."""

import numpy as np
import pytest

from judging.errors import UnknownMethodError
from judging.marks import gather_marks
from judging.rubric import infer_rubric, make_rubric
from judging.scoring import METHODS, score_round
from judging.scoring.bridges import find_weak_bridge, join_components
from tests.unit.judging.scoring_cases import drawn, from_table

_ = np.nan


def scored(table, *, method="auto", **more):
    marks = from_table(table)
    return score_round(marks, infer_rubric(marks), method=method, **more)


def codes(scores):
    return {flag.code for flag in scores.flags}


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_one_judge_gives_that_judge_s_order_and_no_severity(method):
    scores = scored([[5], [8], [6], [6]], method=method)

    assert scores.ranking.rank.tolist() == [4, 1, 2, 2]
    assert np.isnan(scores.judges.severity).all()
    assert "single_judge" in codes(scores)
    assert (scores.ranking.rank_high - scores.ranking.rank_low).max() >= 1


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_one_entry_is_first_with_the_mean_of_its_marks(method):
    scores = scored([[5, 8, 6]], method=method)

    assert scores.score[0] == pytest.approx(19 / 3)
    assert (scores.ranking.rank[0], scores.ranking.rank_low[0], scores.ranking.rank_high[0]) == (1, 1, 1)


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_equal_marks_share_the_first_rank(method):
    scores = scored(np.full((4, 3), 6.0), method=method)

    assert scores.ranking.rank.tolist() == [1, 1, 1, 1]
    assert np.isfinite(scores.se).all()
    assert "no_variation" in codes(scores)
    assert len(set(zip(scores.ranking.rank_low, scores.ranking.rank_high, scores.ranking.p_top1, strict=True))) == 1


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_a_judge_with_constant_marks_divides_nothing_by_zero_and_is_reported(method):
    table, *_rest = drawn(np.random.default_rng(3))
    table[~np.isnan(table[:, 0]), 0] = 6.0

    scores = scored(np.round(table), method=method)

    assert np.isfinite(scores.score).all()
    assert [flag.judge for flag in scores.flags if flag.code == "flat"] == [0]


def test_a_judge_with_one_review_is_hardly_corrected_and_reported():
    table, *_rest = drawn(np.random.default_rng(4))
    table[1:, 0] = _
    table[0, 0] = 9.5

    scores = scored(table, method="blup")

    assert [flag.judge for flag in scores.flags if flag.code == "thin"] == [0]
    fit = scores.fits[0]
    raw = 9.5 - np.nanmean(table[0, 1:])
    assert abs(scores.judges.severity[0]) < abs(raw) * fit.judge_var / (fit.judge_var + fit.noise_var)


def test_strangers_are_never_ranked_together_and_the_joining_review_is_named():
    rng = np.random.default_rng(5)
    first, *_rest = drawn(rng, n_entries=20, n_judges=5, reads=3)
    second, *_rest = drawn(rng, n_entries=12, n_judges=4, reads=3)
    table = np.full((32, 9), _)
    table[:20, :5], table[20:, 5:] = first, second

    scores = scored(table)

    assert scores.component.tolist() == [0] * 20 + [1] * 12
    assert sorted(scores.ranking.rank[20:]) == list(range(1, 13))
    assert "disconnected" in codes(scores)
    ((entry, judge),) = join_components(tuple(fit.block for fit in scores.fits))
    table[entry, judge] = 6.0
    assert scored(table).component.max() == 0


def test_a_thin_bridge_is_found_and_its_reviews_named():
    rng = np.random.default_rng(6)
    table = np.full((40, 10), _)
    table[:20, :5], *_rest = drawn(rng, n_entries=20, n_judges=5, reads=3)
    table[20:, 5:], *_rest = drawn(rng, n_entries=20, n_judges=5, reads=3)
    table[25, 2] = 6.0

    scores = scored(table)

    assert "weak_bridge" in codes(scores)
    bridge = find_weak_bridge(scores.fits[0].block)
    crossing = [(scores.reviews.entry[row], scores.reviews.judge[row]) for row in bridge.rows]
    assert crossing == [(25, 2)]
    whole, *_rest = drawn(rng)
    assert "weak_bridge" not in codes(scored(whole))


def test_an_entry_without_reviews_is_listed_and_not_ranked():
    table, *_rest = drawn(np.random.default_rng(7), n_entries=20)
    table[3] = _

    scores = scored(table)

    assert scores.unranked.tolist() == [3]
    assert scores.ranking.rank[3] == 0
    assert np.isnan(scores.score[3])


def test_too_few_marks_fall_back_to_the_plain_mean_and_say_so():
    scores = scored([[5, _, _], [6, 7, _], [_, 8, 4]])

    assert scores.choices[0].reason == "too_few"
    assert scores.score == pytest.approx(scores.raw_mean)


def test_an_unknown_method_is_refused_and_never_replaced():
    with pytest.raises(UnknownMethodError):
        scored([[5, 6], [7, 8]], method="median")


def test_categories_joined_by_judges_are_one_fit_with_ranks_of_their_own():
    table, *_rest = drawn(np.random.default_rng(8), n_entries=30)
    marks = from_table(table, category=np.repeat([0, 1], 15))

    scores = score_round(marks, infer_rubric(marks), method="blup")
    apart = score_round(marks, infer_rubric(marks), method="blup", is_separate=True)

    assert len(scores.fits) == 1
    assert sorted(scores.ranking.rank[:15]) == sorted(scores.ranking.rank[15:]) == list(range(1, 16))
    assert len(apart.fits) == 2
    assert sorted(apart.ranking.rank[:15]) == list(range(1, 16))


def test_ties_go_down_the_ladder_and_what_stays_equal_shares_its_rank():
    rows = [(0, 6, 4), (1, 5, 5), (2, 6, 4), (3, 2, 2)]
    entry, judge, criterion, value = [], [], [], []
    for e, heavy, light in rows:
        for j in range(3):
            for c, mark in enumerate((light, heavy)):
                entry.append(e), judge.append(j), criterion.append(c), value.append(mark)
    marks = gather_marks(*(np.array(x) for x in (entry, judge, criterion)), np.array(value, float))

    scores = score_round(marks, make_rubric([1.0, 1.0], 1, 8, 1), method="raw")
    heavier = score_round(marks, make_rubric([1.0, 1.0 + 1e-12], 1, 8, 1), method="raw")

    assert scores.ranking.rank.tolist() == [2, 1, 2, 4]
    assert heavier.ranking.rank.tolist() == [1, 3, 1, 4]
    first, second = heavier.ranking.steps
    assert (first.criterion, first.entries, first.is_resolved) == (1, (0, 1, 2), False)
    assert (second.criterion, second.entries, second.is_resolved) == (0, (0, 2), False)


@pytest.mark.parametrize("seed", range(6))
def test_judges_who_agree_to_the_mark_leave_equations_that_can_be_solved(seed):
    """Scores that categories alone explain pull every judge's noise to nothing, where weights would know no end."""
    entry, judge = np.divmod(np.repeat(np.arange(9), 2), 3)
    category = np.array([0, 1, 1])
    marks = gather_marks(entry, judge, np.tile([0, 1], 9), 5.0 + category[entry])
    rubric = make_rubric([1.0, 3.0], 0.0, 10.0)

    scores = score_round(marks, rubric, categories=category, method="model", seed=seed)

    assert scores.score.tolist() == pytest.approx([5.0, 6.0, 6.0], abs=1e-3)
    assert np.isfinite(scores.se).all()
