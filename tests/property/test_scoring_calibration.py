"""Simulation-based calibration: draws must be as wide as what they do not know (Talts et al. 2018), in small."""

import numpy as np
import pytest

from judging.rubric import infer_rubric
from judging.scoring import score_round
from judging.scoring.design import make_block
from judging.scoring.mixed import fit_mixed
from judging.scoring.posterior import Chains, Kept, Rung
from tests.unit.judging.scoring_cases import drawn, from_table

pytestmark = pytest.mark.long

ROUNDS = 40
Z = 4  # standard errors, so that chance fails one run in thousands


def test_intervals_of_quality_hold_the_truth_as_often_as_they_say():
    inside, ranks = [], []
    for seed in range(ROUNDS):
        table, quality, *_rest = drawn(
            np.random.default_rng(seed), n_entries=30, n_judges=8, reads=4, scale=0.2, unequal=0.3
        )
        marks = from_table(table)
        scores = score_round(marks, infer_rubric(marks), method="model")
        fit = scores.fits[0]
        truth = quality[fit.block.entries]
        draws = fit.score_draws - fit.score_draws.mean(axis=1, keepdims=True)
        place = (draws < (truth - truth.mean())).mean(axis=0)
        ranks.append(place)
        inside.append(((place > 0.05) & (place < 0.95)).mean())

    held = np.array(inside)
    assert held.mean() == pytest.approx(0.90, abs=Z * held.std() / np.sqrt(ROUNDS) + 0.01)
    middle = np.concatenate(ranks)
    assert np.histogram(middle, bins=5, range=(0, 1))[0] / middle.size == pytest.approx([0.2] * 5, abs=0.05)


def test_severity_s_intervals_hold_the_truth_too():
    held = []
    for seed in range(ROUNDS):
        table, _quality, b, _s = drawn(np.random.default_rng(500 + seed), n_entries=40, n_judges=8, reads=4)
        marks = from_table(table)
        judges = score_round(marks, infer_rubric(marks), method="model").judges
        truth = -(b - b.mean())
        held.append(((judges.severity_low <= truth) & (truth <= judges.severity_high)).mean())

    rate = np.array(held)
    assert rate.mean() == pytest.approx(0.90, abs=Z * rate.std() / np.sqrt(ROUNDS) + 0.01)


def test_a_short_run_of_many_chains_says_what_a_long_run_of_few_says():
    table, *_rest = drawn(np.random.default_rng(1), n_entries=40, n_judges=10, unequal=0.5, scale=0.3)
    marks = from_table(table)
    scores = score_round(marks, infer_rubric(marks), method="model")
    block = make_block(scores.reviews, np.arange(scores.reviews.n_reviews))
    chains = Chains(block, fit_mixed(block), Rung(), n_chains=4, rng=np.random.default_rng(2))
    kept = Kept()
    for sweep in range(900):
        chains.sweep()
        if sweep >= 300:
            chains.keep(kept)
    long_b, long_s = np.concatenate(kept.b), np.concatenate(kept.s)

    fit = scores.fits[0]

    assert np.abs(fit.b - long_b.mean(axis=0)).max() < 0.05
    assert fit.b_draws.std(axis=0) / long_b.std(axis=0) == pytest.approx(np.ones(10), abs=0.2)
    off = (np.log(fit.noise) - np.log(long_s).mean(axis=0)) / np.log(long_s).std(axis=0)
    assert np.abs(off).max() < 0.5
    assert np.sqrt((off**2).mean()) < 0.25
