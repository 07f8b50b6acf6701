"""Where the chains of the judge model begin: near what the scores say of judges' noise, so that few sweeps are lost.

Begun with judges all alike, a chain takes a hundred sweeps to find the few whose noise is small, because such a judge
and the qualities of the entries hold each other. A few rounds of expected values give their noise first.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import polygamma

from judging.marks import Floats
from judging.scoring.design import Block, sums
from judging.scoring.henderson import Henderson
from judging.scoring.large import judge_precision
from judging.scoring.mixed import MixedFit, solve_additive

ROUNDS = 6  # of updating noise; more hardly moves it
LEAST, MOST = 0.25, 1.0  # spread of log noise that a start may claim
TINY = 1e-9


@dataclass(slots=True, eq=False)
class Start:
    """Values on the scale of ``block.y``: quality (E,), b (J,), mean (K,), log_s (J,), and what all share.

    t2, tb2: variances of quality and of b. m, ts: mean and spread of log_s. gamma: the guard.
    """

    quality: Floats
    b: Floats
    mean: Floats
    log_s: Floats
    t2: float
    tb2: float
    m: float
    ts: float
    gamma: float


def begin(block: Block, mixed: MixedFit, *, has_guard: bool, has_noise: bool) -> Start:
    """Begin at the mixed model; with a guard, where contrasts within entries alone put leniency."""
    alike = np.full(block.n_judges, 0.5 * np.log(mixed.noise_var))
    start = Start(
        quality=mixed.quality,
        b=mixed.b,
        mean=mixed.mean,
        log_s=alike,
        t2=max(mixed.entry_var, 1e-3),
        tb2=max(mixed.judge_var, 1e-3),
        m=float(alike[0]),
        ts=LEAST,
        gamma=0.0,
    )
    if has_guard:
        _set_apart(block, start)
    if has_noise:
        start.log_s = _expect_noise(block, start, mixed.noise_var)
        start.m = float(start.log_s.mean())
        start.ts = float(np.clip(start.log_s.std(), LEAST, MOST))
    return start


def _set_apart(block: Block, start: Start) -> None:
    """Start where leniency is told from contrasts within entries alone, which no assignment can bias."""
    level, b = solve_additive(block, block.v)
    met = block.by_entry(b[block.j]) / block.reads
    middle = sums(block.cat, level, block.n_categories) / np.bincount(block.cat)
    quality = level - middle[block.cat]
    met = met - (sums(block.cat, met, block.n_categories) / np.bincount(block.cat))[block.cat]
    start.b, start.quality, start.mean = b, quality, middle
    start.gamma = float(quality @ met) / (float(met @ met) + start.t2)
    start.tb2 = max(start.tb2, float(b.var()))
    start.t2 = max(start.t2, float((quality - start.gamma * met).var()) / 2)


def _expect_noise(block: Block, start: Start, noise_var: float) -> Floats:
    """Give log noise by judge (J,) from expected squared residuals, doubt on quality and severity included."""
    e, j = block.e, block.j
    equations, ones = Henderson(block), np.ones((1, block.y.size))
    gamma = start.gamma
    guard = np.array([gamma]) if gamma else None
    t2, tb2 = np.array([start.t2]), np.array([start.tb2])
    s2 = np.full(block.n_judges, noise_var)
    for _ in range(ROUNDS):
        w = block.v / s2[j]
        normal = equations.build(block.y[None], w[None], ones, t2=t2, tb2=tb2, gamma=guard)
        quality, b, mean = (x[0] for x in equations.solve(normal))
        v_b = 1.0 / judge_precision(block, w, ones[0], t2=start.t2, tb2=start.tb2, gamma=gamma)
        through = (w - gamma / start.t2 / block.reads[e]) / normal.d[0][e]
        v_quality = 1.0 / normal.d[0] + block.by_entry(through**2 * v_b[j])
        square = (block.y - mean[block.cat[e]] - b[j] - quality[e]) ** 2
        square += v_quality[e] + v_b[j] - 2 * through * v_b[j]
        s2 = shrink_noise(block.by_judge(np.maximum(square, TINY) * block.v), block.loads.astype(np.float64))
    log_s: Floats = 0.5 * np.log(s2)
    return log_s


def shrink_noise(square: Floats, n: Floats) -> Floats:
    """Shrink each judge's noise variance towards the common one, by how much they differ beyond chance.

    square: (J,) sums of expected squared residuals over n (J,) reviews.
    """
    logs = np.log(square / n)
    excess = float(logs.var() - polygamma(1, n / 2).mean())
    prior = float(np.clip(2.0 / max(excess, 1e-3) + 1.0, 2.0, 200.0))
    common = float(square.sum() / n.sum())
    shrunk: Floats = (prior * common + square) / (prior + n)
    return shrunk
