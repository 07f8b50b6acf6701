"""The joint equations of entries, judges and category means, for one or several chains at once.

For ``y = mean[category] + a[judge] * quality[entry] + b[judge] + noise`` with weights w = 1 / variance,
b ~ N(0, tb2) and quality ~ N(gamma * mean b of the entry's judges, t2), entries are eliminated first: each meets
only its own judges. What is left is one matrix of judges and category means (Henderson 1950's equations, Schur form).
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from judging.errors import UnconvergedError
from judging.marks import Floats, Ints
from judging.scoring.design import Block, pairs_within_entries, sums


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """The equations at given weights, leading axis chains (C); P = J + K, judges first, then category means.

    d: (C, E) precision of each entry given the rest. x: (C, N) coupling of entry and judge. x_mean: (C, E) of entry
    and category mean. factor: C upper triangles U (P, P) with U'U = S, the precision of judges and means once entries
    are eliminated. r_entry: (C, E) and h: (C, P) right-hand sides: of entries, and of S.
    """

    d: Floats
    x: Floats
    x_mean: Floats
    factor: list[Floats]
    r_entry: Floats
    h: Floats


class Henderson:
    """Builds and solves the equations of one block; holds the index arrays that never change."""

    def __init__(self, block: Block, n_chains: int = 1) -> None:
        self.block = block
        self.n_chains = n_chains
        chains = np.arange(n_chains)[:, None]
        n_entries, n_judges, n_means = block.n_entries, block.n_judges, block.n_categories
        self.size = n_judges + n_means
        self.first, self.second = pairs_within_entries(block)
        self._e = block.e + chains * n_entries
        self._j = block.j + chains * n_judges
        self._pair = block.j[self.second] * self.size + block.j[self.first] + chains * self.size**2
        self._mean_judge = block.cat[block.e] * n_judges + block.j + chains * (n_means * n_judges)
        self._cat = block.cat + chains * n_means
        self._has_repeats = bool((block.j[self.first] == block.j[self.second]).any())
        self._share = 1.0 / block.reads[block.e]
        self._pair_share = self._share[self.first] ** 2

    def by_entry(self, x: Floats) -> Floats:
        """Sum (C, N) over the reviews of each entry: (C, E)."""
        return sums(self._e.ravel(), x.ravel(), self.n_chains * self.block.n_entries).reshape(self.n_chains, -1)

    def by_judge(self, x: Floats) -> Floats:
        """Sum (C, N) over the reviews of each judge: (C, J)."""
        return sums(self._j.ravel(), x.ravel(), self.n_chains * self.block.n_judges).reshape(self.n_chains, -1)

    def by_category(self, x: Floats) -> Floats:
        """Sum (C, E) over the entries of each category: (C, K)."""
        size = self.n_chains * self.block.n_categories
        return sums(self._cat.ravel(), x.ravel(), size).reshape(self.n_chains, -1)

    def build(self, y: Floats, w: Floats, a: Floats, *, t2: Floats, tb2: Floats, gamma: Floats | None) -> Normal:
        """Set up and factor the equations. y, w, a: (C, N), the scale a by review; t2, tb2, gamma: (C,)."""
        block, n_judges = self.block, self.block.n_judges
        wa = w * a
        d = 1.0 / t2[:, None] + self.by_entry(wa * a)
        x_mean = self.by_entry(wa)
        x = wa if gamma is None else wa - (gamma / t2)[:, None] * self._share
        xd = x / at(d, block.e)
        pair = at(x, self.first) * at(xd, self.second)
        np.negative(pair, out=pair)
        diagonal = w - x * xd
        if gamma is not None:
            guard = (gamma**2 / t2)[:, None]
            pair = pair + guard * self._pair_share
            diagonal = diagonal + guard * self._share**2
        s = sums(self._pair.ravel(), pair.ravel(), self.n_chains * self.size**2)
        s = s.reshape(self.n_chains, self.size, self.size)
        on = np.arange(n_judges)
        twice = 2.0 * s[:, on, on] if self._has_repeats else 0.0
        s[:, on, on] = 1.0 / tb2[:, None] + self.by_judge(diagonal) + twice
        n_means = block.n_categories
        cross = w - at(x_mean, block.e) * xd
        s[:, n_judges:, :n_judges] = sums(
            self._mean_judge.ravel(), cross.ravel(), self.n_chains * n_means * n_judges
        ).reshape(self.n_chains, n_means, n_judges)
        weight = self.by_entry(w)
        last = np.arange(n_judges, self.size)
        s[:, last, last] = self.by_category(weight - x_mean**2 / d)
        r_entry = self.by_entry(wa * y)
        wy = w * y
        h = np.empty((self.n_chains, self.size))
        h[:, :n_judges] = self.by_judge(wy - xd * at(r_entry, block.e))
        h[:, n_judges:] = self.by_category(self.by_entry(wy) - x_mean / d * r_entry)
        return Normal(d=d, x=x, x_mean=x_mean, factor=_factor(s), r_entry=r_entry, h=h)

    def solve(self, normal: Normal, rng: np.random.Generator | None = None) -> tuple[Floats, Floats, Floats]:
        """Give quality (C, E), b (C, J) and category means (C, K): the mean, or one joint draw from a generator."""
        beta = np.empty_like(normal.h)
        noise = None if rng is None else rng.standard_normal(normal.h.shape)
        for k, factor in enumerate(normal.factor):
            half = lapack.dtrtrs(factor, normal.h[k], lower=0, trans=1)[0]
            beta[k] = lapack.dtrtrs(factor, half if noise is None else half + noise[k], lower=0, trans=0)[0]
        b, mean = beta[:, : self.block.n_judges], beta[:, self.block.n_judges :]
        quality = self.quality(normal, b, mean)
        if rng is not None:
            quality += rng.standard_normal(quality.shape) / np.sqrt(normal.d)
        return quality, b, mean

    def quality(self, normal: Normal, b: Floats, mean: Floats) -> Floats:
        """Give the mean of quality (C, E) given judges and category means."""
        told = self.by_entry(normal.x * at(b, self.block.j)) + normal.x_mean * at(mean, self.block.cat)
        result: Floats = (normal.r_entry - told) / normal.d
        return result

    def covariance(self, normal: Normal) -> tuple[Floats, Floats, Floats]:
        """Give var quality (E,), the covariance of judges and means (P, P), and cov(quality, b) by review (N,).

        For a single chain.
        """
        inverse = lapack.dpotri(normal.factor[0], lower=0)[0]
        inverse = np.triu(inverse) + np.triu(inverse, 1).T
        block, n_judges = self.block, self.block.n_judges
        g = normal.x[0] / normal.d[0, block.e]
        g_mean = normal.x_mean[0] / normal.d[0]
        spread = np.zeros((block.n_entries, self.size))
        spread[block.e, block.j] = g
        spread[np.arange(block.n_entries), n_judges + block.cat] = g_mean
        through = spread @ inverse
        variance = 1.0 / normal.d[0] + (through * spread).sum(axis=1)
        return variance, inverse, -through[block.e, block.j]


def at(x: Floats, index: Ints) -> Floats:
    """Pick columns; a third of the time of fancy indexing, which matters some hundred thousand times."""
    picked: Floats = x.take(index, axis=1, mode="clip")
    return picked


def _factor(matrices: Floats) -> list[Floats]:
    """Factor each of (C, P, P) by its lower triangle, which is LAPACK's upper one once turned."""
    with suppress(np.linalg.LinAlgError):
        return [lower.T for lower in np.linalg.cholesky(matrices)]
    size = matrices.shape[-1]
    lift = 1e-9 / size * np.trace(matrices, axis1=1, axis2=2)[:, None, None] * np.eye(size)
    try:
        return [lower.T for lower in np.linalg.cholesky(matrices + lift)]
    except np.linalg.LinAlgError as error:
        raise UnconvergedError(what="singular equations") from error
