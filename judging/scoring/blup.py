"""Scores of the linear mixed model: severity shrunk for judges with few entries, entries for few reviews."""

import numpy as np
from scipy.linalg import lapack

from judging.marks import Floats
from judging.scoring.baselines import count_draws
from judging.scoring.design import Block
from judging.scoring.fit import JudgeFit, combine
from judging.scoring.henderson import Henderson
from judging.scoring.large import judge_precision
from judging.scoring.mixed import MixedFit, fit_mixed
from judging.scoring.posterior import PLAIN, run_chains

SAMPLED = 3000  # scores up to which variances are drawn as well
FACTORED = 3000  # judges up to which their joint matrix is factored for the draws


def fit_blup(
    block: Block, rng: np.random.Generator | None, *, mixed: MixedFit | None = None, equations: Henderson | None = None
) -> JudgeFit:
    """Fit the mixed model by REML. Without a generator there are no draws, for comparing fits only.

    Up to 3,000 scores the draws know that the variances are estimated too; beyond, that hardly matters.
    """
    mixed = mixed or fit_mixed(block, equations)
    centre = float(mixed.b.mean())
    b, level = mixed.b - centre, mixed.mean + centre
    weight = block.v / mixed.noise_var
    pull, pull_to = 1.0 / mixed.entry_var, np.zeros(block.n_entries)
    told = block.y - level[block.cat[block.e]] - b[block.j]
    quality = combine(block, told, weight, pull=pull, pull_to=pull_to)
    b_draws: Floats | None = None
    if rng is None:
        draws = (level[block.cat] + quality)[None]
    elif block.y.size <= SAMPLED:
        kept = run_chains(block, mixed, PLAIN, rng)
        level_draws, b_draws = np.concatenate(kept.level), np.concatenate(kept.b)
        draws = np.concatenate(kept.quality) + level_draws[:, block.cat]
    else:
        draws, b_draws = draw_joint(
            block,
            weight,
            np.ones(block.y.size),
            t2=mixed.entry_var,
            tb2=mixed.judge_var,
            gamma=0.0,
            rng=rng,
            quality=mixed.quality,
            b=mixed.b,
            mean=mixed.mean,
        )
    return JudgeFit(
        method="blup",
        block=block,
        level=level,
        b=b,
        a=np.ones(block.n_judges),
        noise=np.full(block.n_judges, np.sqrt(mixed.noise_var)),
        latent=block.y,
        weight=weight,
        pull=pull,
        pull_to=pull_to,
        quality=quality,
        draws=draws,
        b_draws=b_draws,
        a_draws=None,
        noise_draws=None,
        entry_var=mixed.entry_var,
        judge_var=mixed.judge_var,
        noise_var=mixed.noise_var,
    )


def draw_joint(
    block: Block,
    w: Floats,
    a: Floats,
    *,
    t2: float,
    tb2: float,
    gamma: float,
    rng: np.random.Generator,
    quality: Floats,
    b: Floats,
    mean: Floats,
) -> tuple[Floats, Floats]:
    """Draw level + quality (M, E) and centred b (M, J) around a solution, errors of judges shared by their entries.

    Beyond 3,000 judges each b is drawn by its own precision: with so many, hardly two entries share most judges.
    """
    n_draws = count_draws(block.n_entries)
    draws, effects = np.empty((n_draws, block.n_entries)), np.empty((n_draws, block.n_judges))
    if block.n_judges <= FACTORED:
        equations = Henderson(block)
        normal = equations.build(
            block.y[None],
            w[None],
            a[None],
            t2=np.array([t2]),
            tb2=np.array([tb2]),
            gamma=np.array([gamma]) if gamma else None,
        )
        noise = lapack.dtrtrs(normal.factor[0], rng.standard_normal((equations.size, n_draws)), lower=0, trans=0)[0]
        for k in range(n_draws):
            shift, shift_mean = noise[: block.n_judges, k], noise[block.n_judges :, k]
            told = block.by_entry(normal.x[0] * shift[block.j]) + normal.x_mean[0] * shift_mean[block.cat]
            theta = quality + (rng.standard_normal(block.n_entries) * np.sqrt(normal.d[0]) - told) / normal.d[0]
            middle = float(b.mean() + shift.mean())
            effects[k] = b + shift - middle
            draws[k] = theta + (mean + shift_mean)[block.cat] + middle
        return draws, effects
    spread = 1.0 / np.sqrt(judge_precision(block, w, a, t2=t2, tb2=tb2, gamma=gamma))
    share = 1.0 / block.reads[block.e]
    d = 1.0 / t2 + block.by_entry(w * a * a)
    x = (w * a - gamma / t2 * share) / d[block.e]
    for k in range(n_draws):
        shift = spread * rng.standard_normal(block.n_judges)
        effects[k] = b - b.mean() + shift
        theta = quality - block.by_entry(x * shift[block.j]) + rng.standard_normal(block.n_entries) / np.sqrt(d)
        draws[k] = theta + mean[block.cat] + b.mean()
    return draws, effects
