"""Figures computed by others on the same data: lme4, lm, psych, Shrout & Fleiss's and Krippendorff's tables."""

from dataclasses import replace

import krippendorff
import numpy as np
import pytest

from judging.rubric import infer_rubric, review_scores
from judging.scoring.baselines import fit_additive
from judging.scoring.design import Block
from judging.scoring.mixed import fit_mixed
from judging.scoring.reliability import crossed_icc, krippendorff_alpha
from tests.unit.judging.scoring_cases import from_table, published

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
_ = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)


def test_penicillin_gives_lme4_s_variances_and_entry_effects():
    table = published("penicillin")
    block = table.block

    fit = fit_mixed(block)

    spread = np.sqrt([fit.judge_var, fit.entry_var, fit.noise_var]) * block.spread
    assert spread == pytest.approx([0.846703, 1.931614, 0.549923], rel=1e-3)
    assert fit.mean[0] * block.spread + block.centre == pytest.approx(22.97222, abs=1e-4)
    for name, effect in {
        "A": 2.18706,
        "B": -1.01048,
        "C": 1.93790,
        "D": -0.09689,
        "E": -0.01384,
        "F": -3.00374,
    }.items():
        assert table.entry(block, fit.quality * block.spread, name) == pytest.approx(effect, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "variances", "judges"),
    [
        ("conference_kuhlisch", (1.35179, 0.13059, 1.21872), {"R6": 0.3118, "R19": -0.3472}),
        ("essay5", (3.205074, 0.550877, 2.712759), {"J1": 1.0487, "J5": -0.8584}),
        ("wine_bitterness", (0.474206, 0.196926, 0.549603), {}),
    ],
)
def test_variances_and_judges_are_lme4_s(name, variances, judges):
    table = published(name)
    block = table.block

    fit = fit_mixed(block)

    assert np.array([fit.entry_var, fit.judge_var, fit.noise_var]) * block.spread**2 == pytest.approx(
        variances, rel=1e-3
    )
    for judge, effect in judges.items():
        assert table.judge(block, fit.b * block.spread, judge) == pytest.approx(effect, rel=1e-3)


def test_single_marks_with_criteria_as_fixed_effects_give_lme4_s_variances():
    table = published("ptam4_writing")
    marks, whole = table.marks, table.block
    centred = marks.value - (np.bincount(marks.criterion, marks.value) / np.bincount(marks.criterion))[marks.criterion]
    spread = centred.std()
    block = Block(
        e=marks.entry,
        j=marks.judge,
        y=centred / spread,
        v=np.ones(centred.size),
        cat=np.zeros(marks.n_entries, dtype=np.int64),
        half=0.0,
        floor=np.zeros(centred.size, dtype=bool),
        ceil=np.zeros(centred.size, dtype=bool),
        by_chance=np.ones(centred.size),
        centre=0.0,
        spread=float(spread),
        entries=np.arange(marks.n_entries),
        judges=np.arange(marks.n_judges),
        rows=np.arange(centred.size),
    )

    fit = fit_mixed(block, n_removed=2)

    assert whole.n_entries == 209
    variances = np.array([fit.entry_var, fit.judge_var, fit.noise_var]) * spread**2
    assert variances == pytest.approx([0.33220, 0.03244, 0.34851], rel=1e-3)
    assert fit.b[table.judges.index("J837")] * spread == pytest.approx(0.3927, rel=1e-3)
    assert fit.b[table.judges.index("J803")] * spread == pytest.approx(-0.2841, rel=1e-3)


def test_additive_least_squares_leaves_lm_s_residual():
    block = published("conference_kuhlisch").block

    fit = fit_additive(block, np.random.default_rng(0))

    assert np.sqrt(fit.noise_var) * block.spread == pytest.approx(1.052232, abs=1e-5)


def test_essays_give_psych_s_intraclass_correlations():
    block = published("essay5").block
    table = np.empty((block.n_entries, block.n_judges))
    table[block.e, block.j] = block.y

    icc = crossed_icc(table)

    assert (icc.one[0], icc.two[0], icc.three[0]) == pytest.approx((0.4867, 0.4955, 0.5416), abs=5e-5)
    assert (icc.one[1], icc.two[1], icc.three[1]) == pytest.approx((0.8258, 0.8308, 0.8552), abs=5e-5)


def test_shrout_and_fleiss_s_table_gives_their_six_coefficients():
    icc = crossed_icc(SHROUT_FLEISS)

    assert (icc.one[0], icc.two[0], icc.three[0]) == pytest.approx((0.166, 0.290, 0.715), abs=5e-4)
    assert (icc.one[1], icc.two[1], icc.three[1]) == pytest.approx((0.443, 0.620, 0.909), abs=5e-4)


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorff_s_example_gives_his_alphas(level, alpha):
    marks = from_table(KRIPPENDORFF.T)
    reviews = review_scores(marks, infer_rubric(marks))

    ours = krippendorff_alpha(reviews, level=level)

    assert ours == pytest.approx(alpha, abs=1e-3)
    assert ours == pytest.approx(krippendorff.alpha(KRIPPENDORFF, level_of_measurement=level), abs=1e-9)


def test_alpha_of_uneven_real_data_is_the_package_s():
    table = published("conference_kuhlisch")
    reviews = replace(table.reviews)
    matrix = np.full((len(table.judges), len(table.entries)), np.nan)
    matrix[reviews.judge, reviews.entry] = reviews.score

    for level in ("nominal", "ordinal", "interval"):
        theirs = krippendorff.alpha(matrix, level_of_measurement=level)
        assert krippendorff_alpha(reviews, level=level) == pytest.approx(theirs, abs=1e-9)
