"""The linear mixed model: entries and judges as random effects, variances by restricted maximum likelihood.

Source: Patterson & Thompson (1971) for REML, Henderson (1950) for the equations; the same fit as lme4's
``score ~ category + (1 | entry) + (1 | judge)``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, minimize
from scipy.sparse.linalg import LinearOperator, cg

from judging.errors import UnconvergedError
from judging.marks import Floats
from judging.scoring.design import Block
from judging.scoring.henderson import Henderson

DENSE = 150  # judges up to which the likelihood itself is maximised; beyond, moments (0.3 s at 250 judges)
SMALL = 500  # reviews
STEP = np.array([[0, 0], [1e-7, 0], [0, 1e-7]])  # of the slopes
FLOOR = 1e-4  # of the residual spread: smaller spreads are as good as none


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """Variances and effects on the scale of ``block.y``; b positive = marks higher."""

    entry_var: float
    judge_var: float
    noise_var: float
    quality: Floats
    b: Floats
    mean: Floats


def fit_mixed(block: Block, equations: Henderson | None = None, *, n_removed: int = 0) -> MixedFit:
    """Fit ``y = mean[category] + quality[entry] + b[judge] + noise``, noise of variance noise_var / v.

    Restricted maximum likelihood up to 150 judges, Henderson's third method beyond. n_removed: fixed effects besides
    the category means that were taken out of y already, as of criteria marked in every review.
    """
    if block.n_judges > DENSE:
        entry_var, judge_var, noise_var = estimate_by_moments(block)
        return _solve_large(block, entry_var, judge_var, noise_var)
    equations = equations or Henderson(block)
    entry_var, judge_var, noise_var = _maximise(block, n_removed)
    normal = equations.build(
        block.y[None],
        block.v[None] / noise_var,
        np.ones((1, block.y.size)),
        t2=np.array([entry_var]),
        tb2=np.array([judge_var]),
        gamma=None,
    )
    quality, b, mean = equations.solve(normal)
    return MixedFit(entry_var, judge_var, noise_var, quality[0], b[0], mean[0])


def _maximise(block: Block, n_removed: int) -> tuple[float, float, float]:
    trio = Henderson(block, n_chains=3)  # a point and a step along either axis, in one pass
    y, v, ones = (np.tile(x, (3, 1)) for x in (block.y, block.v, np.ones(block.y.size)))
    dof = block.y.size - block.n_categories - n_removed
    total = float(block.v @ block.y**2)

    def deviance(log_ratio: Floats) -> tuple[float, Floats, float]:
        """Give the deviance at two log ratios of spreads, its slopes (2,), and the noise variance there."""
        t2, tb2 = np.exp(2 * (log_ratio + STEP)).T
        normal = trio.build(y, v, ones, t2=t2, tb2=tb2, gamma=None)
        _, b, mean = trio.solve(normal)
        explained = (normal.r_entry**2 / normal.d).sum(axis=1) + (normal.h * np.hstack([b, mean])).sum(axis=1)
        noise = np.maximum(total - explained, 1e-300) / dof
        logs = np.array([2 * np.log(np.abs(np.diag(factor))).sum() for factor in normal.factor])
        logs += np.log(normal.d).sum(axis=1) + block.n_entries * np.log(t2) + block.n_judges * np.log(tb2)
        value = logs + dof * np.log(noise)
        return float(value[0]), (value[1:] - value[0]) / STEP[1, 0], float(noise[0])

    best = None
    for start in ((0.0, -0.5), (-3.0, -3.0)):
        found = minimize(  # type: ignore[call-overload]  # the stubs take no function of an array here
            lambda x: deviance(x)[:2],
            np.array(start, dtype=np.float64),
            jac=True,
            method="L-BFGS-B",
            bounds=Bounds(np.full(2, np.log(FLOOR)), np.full(2, -np.log(FLOOR))),
            options={"ftol": 1e-13, "gtol": 1e-6},
        )
        if best is None or found.fun < best.fun - 1e-9:
            best = found
        if block.y.size > SMALL:  # a second start is for small data, where the likelihood may have two tops
            break
    if best is None or not np.isfinite(best.fun):
        raise UnconvergedError(what="variances")
    noise = deviance(best.x)[2]
    noise = max(noise, 1e-10)
    t2, tb2 = (float(np.exp(2 * x)) if x > np.log(FLOOR) + 1e-6 else FLOOR**2 for x in best.x)
    return t2 * noise, tb2 * noise, noise


def solve_additive(block: Block, weight: Floats, ridge: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """Weighted least squares for ``y = level[entry] + b[judge]``: level (E,), b (J,) with mean zero.

    ridge adds a precision to b. Works in memory linear in the reviews (preconditioned conjugate gradients).
    """
    total = block.by_entry(weight)
    diagonal = np.maximum(block.by_judge(weight - weight**2 / total[block.e]) + ridge, 1e-12)

    def apply(b: Floats) -> Floats:
        b = np.ravel(b)
        told = block.by_entry(weight * b[block.j]) / total
        return block.by_judge(weight * (b[block.j] - told[block.e])) + ridge * b

    size = block.n_judges
    level = block.by_entry(weight * block.y) / total
    target = block.by_judge(weight * (block.y - level[block.e]))
    operator = LinearOperator((size, size), matvec=apply, dtype=np.float64)
    inverse = LinearOperator((size, size), matvec=lambda b: np.ravel(b) / diagonal, dtype=np.float64)
    b, info = cg(operator, target, rtol=1e-10, atol=1e-12, maxiter=20 * size + 200, M=inverse)
    if info < 0:
        raise UnconvergedError(what="additive")
    b = b - b.mean()
    return (block.by_entry(weight * (block.y - b[block.j])) / total), b


def estimate_by_moments(block: Block) -> tuple[float, float, float]:
    """Estimate variances by fitting constants (Henderson's third method); exact in expectation, linear in the data."""
    n_reviews, reads, loads = block.y.size, block.reads, block.loads
    ones = np.ones(n_reviews)
    level, b = solve_additive(block, ones)
    residual = float(((block.y - level[block.e] - b[block.j]) ** 2).sum())
    dof = max(n_reviews - block.n_entries - block.n_judges + 1, 1)
    noise = max(residual / dof, 1e-8)
    within_entry = float(((block.y - (block.by_entry(block.y) / reads)[block.e]) ** 2).sum())
    within_judge = float(((block.y - (block.by_judge(block.y) / loads)[block.j]) ** 2).sum())
    judge_gain = within_entry - residual - noise * (block.n_judges - 1)
    entry_gain = within_judge - residual - noise * (block.n_entries - block.n_categories)
    judge_var = judge_gain / (n_reviews - float((1.0 / reads)[block.e].sum()))
    entry_var = entry_gain / (n_reviews - float((1.0 / loads)[block.j].sum()))
    return max(entry_var, 1e-6 * noise), max(judge_var, 1e-6 * noise), noise


def _solve_large(block: Block, entry_var: float, judge_var: float, noise_var: float) -> MixedFit:
    from judging.scoring.large import solve_large  # noqa: PLC0415

    quality, b, mean = solve_large(
        block, block.v / noise_var, np.ones(block.y.size), t2=entry_var, tb2=judge_var, gamma=0.0
    )
    return MixedFit(entry_var, judge_var, noise_var, quality, b, mean)
