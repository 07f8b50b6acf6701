"""The same equations as ``henderson`` for very many judges: conjugate gradients, never a matrix of judges by judges."""

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from judging.errors import UnconvergedError
from judging.marks import Floats
from judging.scoring.design import Block, sums


def solve_large(
    block: Block, w: Floats, a: Floats, *, t2: float, tb2: float, gamma: float, start: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """Give quality (E,), b (J,) and category means (K,) at weights w (N,) and scales a (N,) by review."""
    n_judges, size = block.n_judges, block.n_judges + block.n_categories
    share = 1.0 / block.reads[block.e]
    wa = w * a
    d = 1.0 / t2 + block.by_entry(wa * a)
    x_mean = block.by_entry(wa)
    x = wa - gamma / t2 * share
    guard = gamma**2 / t2

    def by_category(v: Floats) -> Floats:
        return sums(block.cat, v, block.n_categories)

    def apply(beta: Floats) -> Floats:
        beta = np.ravel(beta)
        b, mean = beta[:n_judges], beta[n_judges:]
        at = b[block.j]
        u = (block.by_entry(x * at) + x_mean * mean[block.cat]) / d
        level = w * (at + mean[block.cat[block.e]])
        judge = level - x * u[block.e]
        if gamma:
            judge = judge + guard * share * block.by_entry(share * at)[block.e]
        told: Floats = np.r_[b / tb2 + block.by_judge(judge), by_category(block.by_entry(level) - x_mean * u)]
        return told

    r_entry = block.by_entry(wa * block.y)
    target = np.r_[
        block.by_judge(w * block.y - x * (r_entry / d)[block.e]),
        by_category(block.by_entry(w * block.y) - x_mean / d * r_entry),
    ]
    diagonal = judge_precision(block, w, a, t2=t2, tb2=tb2, gamma=gamma)
    scale = np.r_[diagonal, np.maximum(by_category(block.by_entry(w) - x_mean**2 / d), 1e-12)]
    operator = LinearOperator((size, size), matvec=apply, dtype=np.float64)
    inverse = LinearOperator((size, size), matvec=lambda v: np.ravel(v) / scale, dtype=np.float64)
    beta, info = cg(operator, target, x0=start, rtol=1e-7, atol=1e-12, maxiter=10 * size + 100, M=inverse)
    if info != 0:
        raise UnconvergedError(what="equations")
    b, mean = beta[:n_judges], beta[n_judges:]
    quality = (r_entry - block.by_entry(x * b[block.j]) - x_mean * mean[block.cat]) / d
    return quality, b, mean


def judge_precision(block: Block, w: Floats, a: Floats, *, t2: float, tb2: float, gamma: float) -> Floats:
    """Give the diagonal of the judges' equations (J,): the precision of each b when entries are not known."""
    share = 1.0 / block.reads[block.e]
    d = 1.0 / t2 + block.by_entry(w * a * a)
    x = w * a - gamma / t2 * share
    precision: Floats = 1.0 / tb2 + block.by_judge(w - x * x / d[block.e] + gamma**2 / t2 * share**2)
    return precision
