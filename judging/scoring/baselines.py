"""The simple methods: raw and trimmed mean, z-score, additive least squares. Kept for comparison, and for what cannot
bear more.
"""  # noqa: D205 -- one sentence

import numpy as np

from judging.marks import Floats
from judging.scoring.design import Block
from judging.scoring.fit import JudgeFit, combine
from judging.scoring.henderson import Henderson
from judging.scoring.mixed import DENSE, solve_additive

FEW, MANY = 2_000, 20_000  # entries: draws take their number times 8 kB, and 1.6 kB, and 0.5 kB
TRIMMED_FROM = 3  # reviews of an entry from which the lowest and the highest may be left out
SAME = 1e-9  # spread of a judge's scores below which they are all equal
FREE = 1e6  # a variance that leaves an effect unrestrained, in units of the scores' own


def count_draws(n_entries: int) -> int:
    """Say how many joint draws intervals are read from; fewer for very many entries, to keep memory linear."""
    return 1000 if n_entries <= FEW else 200 if n_entries <= MANY else 60


def fit_raw(block: Block, rng: np.random.Generator) -> JudgeFit:
    """Score by the plain mean of the reviews: no judge is told from another."""
    return _simple("raw", block, rng, b=np.zeros(block.n_judges), a=np.ones(block.n_judges))


def fit_trimmed(block: Block, rng: np.random.Generator) -> JudgeFit:
    """Score by the mean of an entry's reviews without its lowest and its highest one; for comparison only.

    In the units of the reviews' scores. One review is left out at each end, whatever their number, as where sports are
    judged: of three reviews the middle one stays, which is their median, of four the mean of the middle two. Of equal
    scores one is left out. An entry with one or two reviews keeps them all, so that its score is the plain mean.
    Nothing is known of judges: one who is strict with every entry is left out of the entries where nobody was stricter
    and counts in the others. Intervals take the noise of all reviews and the number of those that count: too wide.
    Source: trimmed mean, g-times on each side with g = 1 (Tukey & McLaughlin 1963, Sankhya A 25, 331-352).
    """
    order = np.lexsort((block.y, block.e))
    last = np.cumsum(block.reads) - 1
    many = block.reads >= TRIMMED_FROM
    weight = np.ones(block.y.size)
    weight[order[(last - block.reads + 1)[many]]] = 0.0
    weight[order[last[many]]] = 0.0
    nothing, one = np.zeros(block.n_judges), np.ones(block.n_judges)
    return _simple("trimmed", block, rng, b=nothing, a=one, weight=weight)


def fit_zscore(block: Block, rng: np.random.Generator) -> JudgeFit:
    """Standardise every judge's scores to one mean and spread; a judge with equal scores keeps the common spread."""
    loads = block.loads
    centre = block.by_judge(block.y) / loads
    square = block.by_judge((block.y - centre[block.j]) ** 2)
    spread = np.sqrt(square / np.maximum(loads - 1, 1))
    common = float(np.sqrt(square.sum() / max(block.y.size - block.n_judges, 1)))
    spread = np.where(spread > SAME, spread, common if common > SAME else 1.0)
    return _simple(
        "zscore", block, rng, b=centre - float(block.y.mean()), a=spread / (common if common > SAME else 1.0)
    )


def fit_additive(block: Block, rng: np.random.Generator) -> JudgeFit:
    """Fit ``score = entry + judge`` by least squares, both fixed; severities compare inside the block only."""
    level, b = solve_additive(block, np.ones(block.y.size))
    residual = block.y - level[block.e] - b[block.j]
    dof = max(block.y.size - block.n_entries - block.n_judges + 1, 1)
    noise_var = max(float(residual @ residual) / dof, 1e-12)
    n_draws = count_draws(block.n_entries)
    mean = _category_means(block, level)
    if block.n_judges <= DENSE:
        equations = Henderson(block)
        flat = np.zeros((1, block.y.size))
        free = np.array([FREE])
        normal = equations.build(flat, flat + 1 / noise_var, flat + 1, t2=free, tb2=free, gamma=None)
        effects = np.empty((n_draws, block.n_judges))
        draws = np.empty((n_draws, block.n_entries))
        for k in range(n_draws):
            quality, b_draw, mean_draw = equations.solve(normal, rng)
            effects[k] = b_draw[0] - b_draw[0].mean()
            draws[k] = quality[0] + mean_draw[0][block.cat] + b_draw[0].mean()
        draws += level - draws.mean(axis=0)
        b_draws: Floats | None = effects + b
    else:
        draws = level + np.sqrt(noise_var / block.reads) * rng.standard_normal((n_draws, block.n_entries))
        b_draws = None
    return JudgeFit(
        method="additive",
        block=block,
        level=mean,
        b=b,
        a=np.ones(block.n_judges),
        noise=np.full(block.n_judges, np.sqrt(noise_var)),
        latent=block.y,
        weight=np.ones(block.y.size),
        pull=0.0,
        pull_to=np.zeros(block.n_entries),
        quality=level - mean[block.cat],
        draws=draws,
        b_draws=b_draws,
        a_draws=None,
        noise_draws=None,
        entry_var=float(np.var(level)),
        judge_var=float(np.var(b)),
        noise_var=noise_var,
    )


def _simple(
    method: str, block: Block, rng: np.random.Generator, *, b: Floats, a: Floats, weight: Floats | None = None
) -> JudgeFit:
    adjusted = (block.y - b[block.j]) / a[block.j]
    weight, zero = np.ones(block.y.size) if weight is None else weight, np.zeros(block.n_entries)
    total = combine(block, adjusted, weight, pull=0.0, pull_to=zero)
    mean = _category_means(block, total)
    told = (block.y - mean[block.cat[block.e]] - b[block.j]) / a[block.j]
    quality = combine(block, told, weight, pull=0.0, pull_to=zero)
    level = mean[block.cat] + quality
    residual = told - quality[block.e]
    noise_var = float(residual @ residual) / max(int((block.reads - 1).sum()), 1)
    se = np.sqrt(max(noise_var, 1e-12) / block.by_entry(weight))
    return JudgeFit(
        method=method,
        block=block,
        level=mean,
        b=b,
        a=a,
        noise=np.full(block.n_judges, np.sqrt(noise_var)),
        latent=block.y,
        weight=weight,
        pull=0.0,
        pull_to=zero,
        quality=quality,
        draws=level + se * rng.standard_normal((count_draws(block.n_entries), block.n_entries)),
        b_draws=None,
        a_draws=None,
        noise_draws=None,
        entry_var=max(float(np.var(level)) - float((se**2).mean()), 0.0),
        judge_var=float(np.var(b)),
        noise_var=noise_var,
    )


def _category_means(block: Block, level: Floats) -> Floats:
    mean: Floats = np.bincount(block.cat, level) / np.bincount(block.cat)
    return mean
