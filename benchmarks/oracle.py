"""What is left to gain: rankings by somebody who knows of judges what no method can.

``judges``: every judge's leniency, scale, noise and role are known; what remains is that reviews are few. ``spreads``:
judges are unknown, but how much judges differ is known, and how good entries are spread; what remains beyond a real
method is that this must be estimated, and that its draws are fewer. Both are posterior means by Gibbs draws.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from benchmarks.rounds import Drawn
from judging.ranking import Group, Ranking, rank_entries
from judging.rubric import infer_rubric, review_scores
from judging.scoring.design import Block, make_block
from judging.scoring.mixed import fit_mixed
from judging.scoring.model import can_guard
from judging.scoring.posterior import Chains, Kept, Rung

Floats = NDArray[np.float64]
N_CHAINS, N_DROP, N_KEEP = 12, 60, 140
N_WALKERS, N_STEPS = 300, 30  # judges known, entries do not hold one another: a few steps settle
ALIKE = 0.01  # a spread of habits that is as good as none


def rank_with_judges_known(drawn: Drawn) -> tuple[Floats, Ranking]:
    """Give the best scores (E,) and the ranking of one who knows every judge."""
    block, truth = _block_of(drawn), drawn.truth
    judge = block.judges[block.j]
    a, s = truth.a[judge], truth.s[judge] / np.sqrt(block.v)
    expected = truth.mean + truth.b[judge]
    y, half = block.centre + (block.spread or 1.0) * block.y, block.half * (block.spread or 1.0)
    weight = np.where(truth.is_odd[judge], 0.0, 1 / s**2)
    precision = 1 / truth.quality_var + block.by_entry(weight * a * a)
    rng = np.random.default_rng(1)
    z, quality = np.tile(y, (N_WALKERS, 1)), np.zeros((N_WALKERS, block.n_entries))
    draws, means = [], []
    for step in range(N_STEPS):
        told = weight * a * (z - expected)
        mean = np.array([block.by_entry(row) for row in told]) / precision
        quality = mean + rng.standard_normal(mean.shape) / np.sqrt(precision)
        if half > 0:
            centre = expected + a * quality[:, block.e]
            low = np.where(block.floor, 0.0, ndtr((y - half - centre) / s))
            high = np.where(block.ceil, 1.0, ndtr((y + half - centre) / s))
            inner = ndtri(np.clip(low + rng.random(z.shape) * (high - low), 1e-12, 1 - 1e-12))
            z = np.clip(
                centre + s * inner,
                np.where(block.floor, -np.inf, y - half),
                np.where(block.ceil, np.inf, y + half),
            )
        if step >= N_STEPS // 2:
            draws.append(quality)
            means.append(mean.mean(axis=0))
    return _ranked(block, np.mean(means, axis=0), np.concatenate(draws))


class _Known(Chains):
    """Chains to which the spreads of habits and of quality are told, in the units of their block."""

    def tell(self, drawn: Drawn) -> None:
        habits, unit = drawn.truth.habits, drawn.truth.unit / (self.block.spread or 1.0)
        self.t2[:], self.tb2[:] = unit**2 * drawn.truth.quality_var, (unit * habits.severity) ** 2
        self.ta[:], self.ts[:], self.rho[:] = max(habits.scale, ALIKE), max(habits.unequal, ALIKE), 0.0
        self.m[:] = np.log(drawn.truth.noise / (self.block.spread or 1.0)) - habits.unequal**2 / 2

    def _draw_spreads(self, off: Floats) -> None:
        """Leave them as told."""


def rank_with_spreads_known(drawn: Drawn) -> tuple[Floats, Ranking]:
    """Give the scores (E,) and the ranking of one who knows how much judges differ, but not how each of them does."""
    block = _block_of(drawn)
    rung = Rung(has_guard=can_guard(block))
    chains = _Known(block, fit_mixed(block), rung, n_chains=N_CHAINS, rng=np.random.default_rng(1))
    chains.tell(drawn)
    kept = Kept()
    for sweep in range(N_DROP + N_KEEP):
        chains.sweep()
        if sweep >= N_DROP:
            chains.keep(kept)
    draws = np.concatenate(kept.quality) + np.concatenate(kept.level)[:, block.cat]
    return _ranked(block, draws.mean(axis=0), draws)


def _block_of(drawn: Drawn) -> Block:
    reviews = review_scores(drawn.marks, infer_rubric(drawn.marks))
    return make_block(reviews, np.arange(reviews.n_reviews))


def _ranked(block: Block, score: Floats, draws: Floats) -> tuple[Floats, Ranking]:
    in_order = np.empty_like(score)
    in_order[block.entries] = score
    group = Group(entries=block.entries, score=score, draws=draws, places=3)
    return in_order, rank_entries([group], block.n_entries)
