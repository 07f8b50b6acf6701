"""The judge model for rounds too large to draw from: expected values in place of draws, memory linear in the scores.

Each judge then has so many scores, or each population so many judges, that what the draws add is small: severity and
quality are solved jointly, scale and noise updated in closed form, and joint draws are taken around the solution.
"""

from dataclasses import dataclass

import numpy as np

from judging.marks import Floats
from judging.scoring.blup import draw_joint
from judging.scoring.design import Block
from judging.scoring.fit import JudgeFit, combine
from judging.scoring.large import judge_precision, solve_large
from judging.scoring.mixed import estimate_by_moments
from judging.scoring.start import shrink_noise

ITERATIONS = 8
SETTLED = 3e-3  # of the spread of y; what is left is far below any standard error
SCALE_PRIOR = (2.0, 0.04)  # weight and variance of the prior of the scale's spread
SOLVE_LIMIT = 3000  # judges up to which draws know how judges' errors hang together


@dataclass(slots=True, eq=False)
class State:
    """What the iteration updates; a, s2 by judge, v_a the variance of a."""

    a: Floats
    v_a: Floats
    s2: Floats
    t2: float
    tb2: float
    ta2: float
    gamma: float


def fit_large_model(block: Block, rng: np.random.Generator, *, has_guard: bool) -> JudgeFit:
    """Fit severity, scale and noise by expected-value updates; scores are exact means at the fitted habits."""
    state, quality, b, mean = _iterate(block, has_guard=has_guard)
    w = block.v / state.s2[block.j]
    a = state.a
    centre = float(b.mean())
    weight = w * (a * a)[block.j]
    level, pull = mean + centre, 1.0 / state.t2
    pull_to = state.gamma * block.by_entry(b[block.j]) / block.reads
    told = (block.y - level[block.cat[block.e]] - (b - centre)[block.j]) / a[block.j]
    draws, b_draws = draw_joint(
        block, w, a[block.j], t2=state.t2, tb2=state.tb2, gamma=state.gamma, rng=rng, quality=quality, b=b, mean=mean
    )
    n_draws = draws.shape[0]
    noise = np.sqrt(state.s2)
    return JudgeFit(
        method="model",
        block=block,
        level=level,
        b=b - centre,
        a=a,
        noise=noise,
        latent=block.y,
        weight=weight,
        pull=pull,
        pull_to=pull_to,
        quality=combine(block, told, weight, pull=pull, pull_to=pull_to),
        draws=draws,
        b_draws=b_draws,
        a_draws=a + np.sqrt(state.v_a) * rng.standard_normal((n_draws, a.size)),
        noise_draws=noise * np.exp(rng.standard_normal((n_draws, a.size)) / np.sqrt(2.0 * block.loads)),
        entry_var=state.t2,
        judge_var=state.tb2,
        noise_var=float(np.exp(np.log(state.s2).mean())),
        guard=state.gamma,
        suspicion=None,
    )


def _iterate(block: Block, *, has_guard: bool) -> tuple[State, Floats, Floats, Floats]:
    entry_var, judge_var, noise_var = estimate_by_moments(block)
    ones = np.ones(block.n_judges)
    state = State(ones, 0.0 * ones, noise_var * ones, entry_var, judge_var, 0.02, 0.0)
    start, last = None, np.zeros(block.n_entries)
    quality, b, mean = last, 0.0 * ones, np.zeros(block.n_categories)
    for _ in range(ITERATIONS):
        w = block.v / state.s2[block.j]
        a = state.a[block.j]
        quality, b, mean = solve_large(block, w, a, t2=state.t2, tb2=state.tb2, gamma=state.gamma, start=start)
        start = np.r_[b, mean]
        _update(block, state, w, quality=quality, b=b, mean=mean, has_guard=has_guard)
        if float(np.abs(quality - last).mean()) < SETTLED:
            break
        last = quality
    w = block.v / state.s2[block.j]
    quality, b, mean = solve_large(
        block, w, state.a[block.j], t2=state.t2, tb2=state.tb2, gamma=state.gamma, start=np.r_[b, mean]
    )
    return state, quality, b, mean


def _update(
    block: Block, state: State, w: Floats, *, quality: Floats, b: Floats, mean: Floats, has_guard: bool
) -> None:
    """Update habits and variances by their expected squares, errors of quality and severity included."""
    e, j = block.e, block.j
    share = 1.0 / block.reads[e]
    wa = w * state.a[j]
    d = 1.0 / state.t2 + block.by_entry(wa * state.a[j])
    v_b = 1.0 / judge_precision(block, w, state.a[j], t2=state.t2, tb2=state.tb2, gamma=state.gamma)
    through = (wa - state.gamma / state.t2 * share) / d[e]
    v_quality = 1.0 / d + block.by_entry(through**2 * v_b[j])
    shared = -through * v_b[j]
    rest = block.y - mean[block.cat[e]] - b[j]
    theta = quality[e]
    precision = 1.0 / state.ta2 + block.by_judge(w * (theta**2 + v_quality[e]))
    a = (1.0 / state.ta2 + block.by_judge(w * (theta * rest - shared))) / precision
    a = np.maximum(a / np.average(a, weights=block.loads), 0.05)
    square = (rest - a[j] * theta) ** 2 + a[j] ** 2 * v_quality[e] + v_b[j] + 2 * a[j] * shared
    square = np.maximum(square + theta**2 / precision[j], 1e-12) * block.v
    state.a, state.v_a = a, 1.0 / precision
    state.ta2 = (SCALE_PRIOR[0] * SCALE_PRIOR[1] / 2 + float(((a - 1) ** 2 + state.v_a).sum())) / (
        SCALE_PRIOR[0] + block.n_judges
    )
    state.s2 = shrink_noise(block.by_judge(square), block.loads.astype(np.float64))
    met = block.by_entry(share * b[j])
    v_met = block.by_entry(share**2 * v_b[j])
    both = block.by_entry(share * shared)
    if has_guard:
        state.gamma = float((quality * met + both).sum() / ((met**2 + v_met).sum() + state.t2))
    off = (quality - state.gamma * met) ** 2 + v_quality + state.gamma**2 * v_met - 2 * state.gamma * both
    state.t2 = max(float(off.mean()), 1e-6)
    state.tb2 = max(float((b**2 + v_b).mean()), 1e-6)
