"""How complex a model the data can bear: each rung must predict reviews it has not seen better than the one below.

Reviews are left out one at a time, in closed form at the fitted variances (Gaussian leave-one-out), with each judge's
own noise estimated without the review in question.
"""

import numpy as np
from scipy.special import gammaln, stdtr

from judging.marks import Floats
from judging.scoring.design import Block
from judging.scoring.fit import JudgeFit
from judging.scoring.henderson import Henderson

ENOUGH = 5000  # reviews


def leave_one_out(fit: JudgeFit, equations: Henderson | None = None) -> Floats:
    """Give the log density of each review (N,) under a fit of the others; only differences between fits mean much."""
    block = fit.block
    equations = equations or Henderson(block)
    a = fit.a[block.j]
    w = fit.weight / (a * a)
    normal = equations.build(
        block.y[None],
        w[None],
        a[None],
        t2=np.array([1.0 / fit.pull]),
        tb2=np.array([fit.judge_var]),
        gamma=np.array([fit.guard]) if fit.guard else None,
    )
    entry_var, judges, shared = equations.covariance(normal)
    at, mean_at = block.j, block.n_judges + block.cat[block.e]
    hat = a * a * entry_var[block.e] + judges[at, at] + judges[mean_at, mean_at] + 2 * judges[at, mean_at]
    hat += 2 * a * (shared + _with_mean(equations, normal.x[0], normal.x_mean[0], normal.d[0], judges))
    leverage = np.minimum(hat * w, 0.99)
    if fit.a_draws is not None:  # the scale's own leverage acts on what the other effects leave
        own = fit.quality[block.e] ** 2 * fit.a_draws.var(axis=0)[block.j] * w
        leverage += (1 - leverage) * np.minimum(own, 0.5)
    expected = fit.level[block.cat[block.e]] + a * fit.quality[block.e] + fit.b[block.j]
    error = (fit.latent - expected) / (1 - leverage)
    if fit.noise_draws is None:
        dof, spread = np.full(block.y.size, np.inf), 1 / np.sqrt(w * (1 - leverage))
        noise = np.zeros(block.y.size)
    else:
        dof, spread, noise = _own_noise(fit, error, leverage)
    chance = _chance(block, fit.latent - error, spread, dof)
    density: Floats = np.log((1 - noise) * chance + noise * block.by_chance + 1e-300)
    return density


def _chance(block: Block, centre: Floats, spread: Floats, dof: Floats) -> Floats:
    """Give the probability of each score's cell, or the density of an exact score."""
    if block.half == 0:
        z2 = ((block.y - centre) / spread) ** 2
        some = np.minimum(dof, 1e6)
        log_t = gammaln((some + 1) / 2) - gammaln(some / 2) - 0.5 * np.log(np.pi * some * spread**2)
        exact: Floats = np.exp(log_t - (some + 1) / 2 * np.log1p(z2 / some))
        return exact
    low = np.where(block.floor, -np.inf, (block.y - block.half - centre) / spread)
    high = np.where(block.ceil, np.inf, (block.y + block.half - centre) / spread)
    side = np.where(low + high > 0, -1.0, 1.0)
    near, far = np.where(side > 0, low, -high), np.where(side > 0, high, -low)
    some = np.minimum(dof, 1e6)
    cell: Floats = stdtr(some, far) - stdtr(some, near)
    return cell


def _with_mean(equations: Henderson, x: Floats, x_mean: Floats, d: Floats, judges: Floats) -> Floats:
    """Give cov(quality, category mean) by review."""
    block = equations.block
    mean_at = block.n_judges + block.cat
    told = block.by_entry(x * judges[block.j, mean_at[block.e]]) + x_mean * judges[mean_at, mean_at]
    covariance: Floats = -(told / d)[block.e]
    return covariance


def _own_noise(fit: JudgeFit, error: Floats, leverage: Floats) -> tuple[Floats, Floats, Floats]:
    """Give degrees of freedom, spread and share of erratic scores, as each judge's other reviews tell them."""
    block = fit.block
    log_s = np.log(fit.noise_draws if fit.noise_draws is not None else np.ones((2, block.n_judges)))
    between = float(log_s.mean(axis=0).var() + log_s.var(axis=0).mean())
    prior = min(max(0.5 / max(between, 1e-6), 1.0), 200.0)
    common = float(np.exp(2 * log_s.mean()))
    honest = np.ones(block.y.size) if fit.honest is None else fit.honest[block.j]
    square = error**2 * (1 - leverage) * block.v * np.minimum(honest, 1.0)
    dof = prior + block.loads[block.j] - 1
    s2: Floats = (prior * common + block.by_judge(square)[block.j] - square) / dof
    spread: Floats = np.sqrt(s2 / block.v / (1 - leverage))
    return dof.astype(np.float64), spread, np.clip(1 - honest, 0.005, 0.95)


def compare(richer: Floats, simpler: Floats) -> tuple[float, float]:
    """Give the gain in summed log density of the richer fit over the simpler, and its standard error."""
    gain = richer - simpler
    return float(gain.sum()), float(np.sqrt(gain.size) * gain.std(ddof=1))


def can_leave_one_out(block: Block) -> bool:
    """Tell whether the check is worth its time: with thousands of scores the judge model can always be borne."""
    return block.y.size <= ENOUGH
