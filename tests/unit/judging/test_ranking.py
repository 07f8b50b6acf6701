import numpy as np
import pytest

from judging.ranking import Group, certainty, draw_ranks, place_interval, rank_entries


def group_of(draws, *, places=1, first=0):
    draws = np.asarray(draws, dtype=float)
    entries = np.arange(first, first + draws.shape[1])
    return Group(entries=entries, score=draws.mean(axis=0), draws=draws, places=places)


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.951, "settled"), (0.95, "likely"), (0.80, "likely"), (0.799, "near"), (0.20, "near"), (0.199, "below")],
)
def test_the_words_of_certainty_change_where_their_table_says(p, word):
    assert certainty(p) == word


def test_groups_are_ranked_apart_and_unranked_entries_keep_no_rank():
    ranking = rank_entries([group_of([[3.0, 2.0], [3.1, 2.1]]), group_of([[9.0, 8.0, 7.0]], first=3)], 7)

    assert ranking.rank.tolist() == [1, 2, 0, 1, 2, 3, 0]
    assert ranking.group.tolist() == [0, 0, -1, 1, 1, 1, -1]
    assert np.isnan(ranking.p_top1[[2, 6]]).all()
    assert ranking.order.tolist() == [0, 1, 3, 4, 5]


def test_brackets_are_the_longest_runs_of_neighbours_that_cannot_be_told_apart():
    rng = np.random.default_rng(0)
    middle = np.array([10.0, 9.99, 9.98, 5.0, 1.0, 0.99])
    ranking = rank_entries([group_of(middle + 0.5 * rng.standard_normal((2000, 6)))], 6)

    assert ranking.bracket[ranking.order].tolist() == [0, 0, 0, -1, 1, 1]
    assert ranking.rank.max() == 6


def test_a_bracket_of_one_group_never_reaches_into_the_next():
    close = group_of([[1.0, 2.0], [2.0, 1.0]])
    other = group_of([[1.0, 2.0], [2.0, 1.0]], first=2)

    assert sorted(rank_entries([close, other], 4).bracket.tolist()) == [0, 0, 1, 1]


def test_equal_scores_share_a_rank_and_their_order_is_a_coin():
    ranking = rank_entries([group_of([[2.0, 2.0, 1.0], [3.0, 3.0, 1.0]])], 3)

    assert ranking.rank.tolist() == [1, 1, 3]
    assert ranking.pairs[0].probability == 0.5


@pytest.mark.parametrize(("size", "rounds"), [(4, 900), (8, 500), (12, 400), (60, 80)])
def test_the_interval_of_places_holds_ninety_in_a_hundred(size, rounds):
    rng = np.random.default_rng(1)
    quality = rng.normal(size=(rounds, size))
    seen = quality + 0.5 * rng.standard_normal((rounds, size))
    held = []
    for truth, told in zip(quality, seen, strict=True):
        draws = told / 1.25 + np.sqrt(0.2) * rng.standard_normal((800, size))
        low, high = place_interval(draw_ranks(draws))
        rank = np.argsort(np.argsort(-truth)) + 1
        held.append(((low <= rank) & (rank <= high)).mean())

    assert np.mean(held) == pytest.approx(0.91, abs=0.025)


def test_a_sure_place_has_an_interval_of_itself():
    low, high = place_interval(np.tile([1, 2, 3], (500, 1)))

    assert low.tolist() == high.tolist() == [1, 2, 3]
