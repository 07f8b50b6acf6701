"""What must hold of every round, whatever the marks."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from judging.marks import gather_marks
from judging.rubric import infer_rubric, make_rubric
from judging.scoring import METHODS, score_round
from judging.scoring.baselines import fit_additive
from judging.scoring.design import make_block
from judging.scoring.model import settle
from tests.unit.judging.scoring_cases import drawn, from_table

pytestmark = pytest.mark.long

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUICK = ("raw", "zscore", "additive", "blup")
seeds = st.integers(0, 10_000)


def table_of(seed, **more):
    return np.clip(
        np.round(drawn(np.random.default_rng(seed), n_entries=24, n_judges=8, reads=3, **more)[0] * 2) / 2, 1, 10
    )


def scored(table, method="auto"):
    marks = from_table(table)
    return score_round(marks, infer_rubric(marks), method=method)


@FEW
@given(seed=seeds, method=st.sampled_from(["auto", *METHODS]), order=st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_numbers_of_judges_change_a_byte(seed, method, order):
    table = table_of(seed, scale=0.2, unequal=0.3)
    marks = from_table(table)
    rows = list(range(marks.value.size))
    order.shuffle(rows)
    judges = list(range(8))
    order.shuffle(judges)
    judges = np.array(judges)

    shuffled = gather_marks(marks.entry[rows], judges[marks.judge[rows]], marks.criterion[rows], marks.value[rows])
    one = score_round(marks, infer_rubric(marks), method=method)
    other = score_round(shuffled, infer_rubric(shuffled), method=method)

    for name in ("score", "se"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    for name in ("rank", "rank_low", "rank_high", "p_top3"):
        assert getattr(one.ranking, name).tobytes() == getattr(other.ranking, name).tobytes()
    assert one.judges.severity.tobytes() == other.judges.severity[judges].tobytes()
    assert one.digest == other.digest


@FEW
@given(seed=seeds, shift=st.integers(-3, 3), judge=st.integers(0, 7))
def test_a_judge_who_shifts_every_mark_moves_no_additive_score_past_another(seed, shift, judge):
    table = drawn(np.random.default_rng(seed), n_entries=24, n_judges=8, reads=3)[0]
    shifted = table.copy()
    shifted[:, judge] += shift

    one, other = scored(table, "additive"), scored(shifted, "additive")

    np.testing.assert_allclose(np.diff(one.score), np.diff(other.score), atol=1e-6)


@FEW
@given(seed=seeds, judge=st.integers(0, 7))
def test_in_the_mixed_model_a_shift_is_taken_out_but_for_the_declared_shrinkage(seed, judge):
    table = drawn(np.random.default_rng(seed), n_entries=24, n_judges=8, reads=4)[0]
    shifted = table.copy()
    shifted[:, judge] += 2.0

    one, other = scored(table, "blup"), scored(shifted, "blup")

    raw = np.abs((other.raw_mean - one.raw_mean) - (other.raw_mean - one.raw_mean).mean()).mean()
    left = np.abs((other.score - one.score) - (other.score - one.score).mean()).mean()
    assert left < 0.5 * raw


@FEW
@given(seed=seeds, factor=st.sampled_from([0.5, 2.0, 10.0]), add=st.integers(-5, 20), method=st.sampled_from(QUICK))
def test_another_unit_of_the_rubric_gives_the_same_ranks(seed, factor, add, method):
    table = table_of(seed)

    one, other = scored(table, method), scored(table * factor + add, method)

    gaps = np.diff(np.sort(one.score))
    assume(gaps[gaps > 1e-9].min(initial=1.0) > 1e-5)
    assert one.ranking.rank.tolist() == other.ranking.rank.tolist()


@FEW
@given(seed=seeds, method=st.sampled_from(["auto", *METHODS]))
def test_equal_marks_from_the_same_judges_tie_exactly(seed, method):
    table = table_of(seed)
    table[1] = table[0]

    scores = scored(table, method)

    assert scores.score[0] == pytest.approx(scores.score[1], abs=1e-9)
    assert scores.ranking.rank[0] == scores.ranking.rank[1]


@FEW
@given(seed=seeds, method=st.sampled_from(["raw", "additive", "blup"]), data=st.data())
def test_a_higher_mark_never_lowers_its_entry(seed, method, data):
    table = table_of(seed)
    entry = data.draw(st.integers(0, 23))
    judge = data.draw(st.sampled_from(list(np.flatnonzero(~np.isnan(table[entry])))))
    raised = table.copy()
    raised[entry, judge] += 1.0

    one, other = scored(table, method), scored(raised, method)

    assert other.score[entry] - other.score.mean() >= one.score[entry] - one.score.mean() - 0.02
    assert other.ranking.rank[entry] <= one.ranking.rank[entry]


@FEW
@given(seed=seeds, data=st.data())
def test_at_the_judge_model_s_habits_a_higher_mark_never_lowers_its_entry(seed, data):
    scores = scored(table_of(seed, scale=0.3, unequal=0.5), "model")
    fit = scores.fits[0]
    block = fit.block
    row = data.draw(st.integers(0, block.y.size - 1))
    raised = block.y.copy()
    raised[row] += 2 * block.half

    _latent, quality = settle(
        replace(block, y=raised),
        fit.level,
        fit.b,
        fit.a,
        noise=fit.noise,
        weight=fit.weight,
        pull=fit.pull,
        pull_to=fit.pull_to,
    )

    assert quality[block.e[row]] >= fit.quality[block.e[row]] - 1e-9
    others = np.arange(block.n_entries) != block.e[row]
    np.testing.assert_allclose(quality[others], fit.quality[others], atol=1e-9)


@FEW
@given(seed=seeds, missing=st.floats(0, 0.3))
def test_missing_criteria_leave_complete_reviews_as_they_were(seed, missing):
    rng = np.random.default_rng(seed)
    entry, judge, criterion = (x.ravel() for x in np.indices((10, 4, 3)))
    value = rng.integers(1, 9, entry.size).astype(float)
    gone = rng.random(entry.size) < missing
    assume(not gone.all())
    fewer = gather_marks(
        entry[~gone], judge[~gone], criterion[~gone], value[~gone], n_entries=10, n_judges=4, n_criteria=3
    )

    scores = score_round(fewer, make_rubric([5, 3, 2], 1, 8, 1), method="raw")

    for row in np.flatnonzero(scores.reviews.share > 1 - 1e-9):
        mine = (fewer.entry == scores.reviews.entry[row]) & (fewer.judge == scores.reviews.judge[row])
        assert scores.reviews.score[row] == pytest.approx(fewer.value[mine] @ np.array([0.5, 0.3, 0.2]))


def test_additive_severity_sums_to_zero_and_its_residuals_within_every_judge_too():
    reviews = score_round(from_table(table_of(1)), infer_rubric(from_table(table_of(1)))).reviews
    block = make_block(reviews, np.arange(reviews.n_reviews))

    fit = fit_additive(block, np.random.default_rng(0))

    residual = block.y - fit.level[block.cat[block.e]] - fit.quality[block.e] - fit.b[block.j]
    assert abs(fit.b.sum()) < 1e-9
    np.testing.assert_allclose(block.by_judge(residual), 0, atol=1e-7)
    np.testing.assert_allclose(block.by_entry(residual), 0, atol=1e-7)


PROGRAM = """
import hashlib, numpy as np
from judging.rubric import infer_rubric
from judging.scoring import score_round
from tests.unit.judging.scoring_cases import drawn, from_table
marks = from_table(drawn(np.random.default_rng(0), n_entries=400, n_judges=130, reads=8, unequal=0.4)[0])
run = score_round(marks, infer_rubric(marks))
print(run.choices[0].method, hashlib.sha256(run.score.tobytes() + run.se.tobytes()).hexdigest())
"""


def test_one_thread_or_two_give_the_same_bytes():
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]

    assert said[0] == said[1]
    assert said[0].startswith("model")
    assert len(said[0].split()[1]) == hashlib.sha256().digest_size * 2
