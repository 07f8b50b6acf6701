"""Rounds with a known truth: twelve regimes in which judges differ in ways of their own."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from judging.marks import Marks, gather_marks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Habits:
    """How a regime's judges differ: spreads of leniency, log scale and log noise, and the noise itself."""

    severity: float = 0.8
    scale: float = 0.0
    unequal: float = 0.0
    noise: float = 0.75


@dataclass(frozen=True)
class Truth:
    """Judges as they are: ``score = mean + a * quality + b + s * noise`` in points, before any rounding.

    b, a, s: (J,). is_odd: (J,) who marks otherwise, at random or by a scheme. unit: points to a spread of quality.
    noise: of a judge like most, in points; quality_var: of the entries' population.
    """

    b: Floats
    a: Floats
    s: Floats
    is_odd: NDArray[np.bool_]
    mean: float
    unit: float
    noise: float
    habits: Habits
    quality_var: float = 1.0


@dataclass(frozen=True)
class Drawn:
    """A round with its truth."""

    marks: Marks
    quality: Floats
    truth: Truth


Regime = Callable[[np.random.Generator], Drawn]


def deal(rng: np.random.Generator, n_entries: int, n_judges: int, reads: int, pull: Floats | None = None) -> Ints:
    """Deal judges out evenly; pull (n_entries, n_judges) makes some pairs dearer. Gives pairs (N, 2)."""
    load = np.zeros(n_judges)
    pairs = []
    for e in rng.permutation(n_entries):
        wish = load + (1.5 if pull is None else 3.0) * rng.random(n_judges)
        chosen = np.argsort(wish if pull is None else wish + pull[e])[:reads]
        load[chosen] += 1
        pairs += [(e, j) for j in chosen]
    return np.array(sorted(pairs))


def judge_entries(
    rng: np.random.Generator,
    pairs: Ints,
    quality: Floats,
    habits: Habits,
    *,
    on: tuple[float, float] = (6.0, 1.2),
    b: Floats | None = None,
) -> tuple[Floats, Truth]:
    """Draw judges and what they think of entries (N,), before any scale of marks; on: mean and unit of the scale."""
    n_judges = int(pairs[:, 1].max()) + 1
    b = rng.normal(0, habits.severity, n_judges) if b is None else b
    a = np.exp(rng.normal(0, habits.scale, n_judges))
    s = habits.noise * np.exp(rng.normal(0, habits.unequal, n_judges) - habits.unequal**2 / 2)
    e, j = pairs.T
    mean, unit = on
    truth = Truth(
        unit * b, unit * a, unit * s, np.zeros(n_judges, dtype=np.bool_), mean, unit, unit * habits.noise, habits
    )
    return a[j] * quality[e] + b[j] + s[j] * rng.standard_normal(e.size), truth


def on_scale(x: Floats, low: float, high: float, step: float) -> Floats:
    return np.clip(np.round((x - low) / step) * step + low, low, high)


def one_score(pairs: Ints, value: Floats) -> Marks:
    return gather_marks(pairs[:, 0], pairs[:, 1], np.zeros(len(pairs), dtype=np.int64), value)


def plain(habits: Habits, *, reads: int = 4, scale: tuple[float, float, float, float, float] | None = None) -> Regime:
    """Make a regime of 100 entries and 20 judges dealt at random; scale is mean, unit, low, high and step of marks."""

    def draw(rng: np.random.Generator) -> Drawn:
        quality = rng.normal(size=100)
        pairs = deal(rng, 100, 20, reads)
        mean, unit = scale[:2] if scale else (6.0, 1.2)
        x, truth = judge_entries(rng, pairs, quality, habits, on=(mean, unit))
        value = mean + unit * x
        value = on_scale(value, *scale[2:]) if scale else np.round(value, 3)
        return Drawn(one_score(pairs, value), quality, truth)

    return draw


def panels(rng: np.random.Generator) -> Drawn:
    """Six panels of five judges and twenty entries, each linked to the next by three reviews."""
    quality = rng.normal(size=120) + np.repeat(rng.normal(0, 0.3, 6), 20)
    parts = []
    for panel in range(6):
        parts.append(deal(rng, 20, 5, 3) + np.array([20 * panel, 5 * panel]))
        guests = 20 * ((panel + 1) % 6) + rng.choice(20, 3, replace=False)
        parts.append(np.c_[guests, np.full(3, 5 * panel)])
    pairs = np.concatenate(parts)
    x, truth = judge_entries(rng, pairs, quality, Habits(scale=0.15, unequal=0.2))
    truth = replace(truth, quality_var=1.09)
    return Drawn(one_score(pairs, on_scale(6 + 1.2 * x, 1, 10, 0.5)), quality, truth)


def erratic(rng: np.random.Generator) -> Drawn:
    """Of fifteen judges two mark at random, and one presses good entries down and favours a few."""
    quality = rng.normal(size=75)
    pairs = deal(rng, 75, 15, 5)
    x, truth = judge_entries(rng, pairs, quality, Habits(severity=0.6, scale=0.15, unequal=0.2))
    x = 6 + 1.2 * x
    odd = rng.choice(15, 3, replace=False)
    at_random = np.isin(pairs[:, 1], odd[:2])
    x[at_random] = rng.uniform(1, 10, int(at_random.sum()))
    schemer = np.flatnonzero(pairs[:, 1] == odd[2])
    good = quality[pairs[schemer, 0]] > 0.3
    x[schemer] = np.where(rng.random(schemer.size) < 0.15, 10.0, x[schemer] - 2.0 * good)
    truth.is_odd[odd] = True
    return Drawn(one_score(pairs, on_scale(x, 1, 10, 0.5)), quality, truth)


def by_leniency(sign: float) -> Regime:
    """Send good entries to lenient (sign 1) or to strict judges (sign -1)."""

    def draw(rng: np.random.Generator) -> Drawn:
        quality, b = rng.normal(size=100), rng.normal(0, 0.8, 20)
        z = (b - b.mean()) / b.std()
        pairs = deal(rng, 100, 20, 4, pull=2.0 * np.abs(sign * z[None, :] - quality[:, None]))
        x, truth = judge_entries(rng, pairs, quality, Habits(scale=0.15, unequal=0.2), b=b)
        return Drawn(one_score(pairs, on_scale(6 + 1.2 * x, 1, 10, 0.5)), quality, truth)

    return draw


def everything(rng: np.random.Generator) -> Drawn:
    """Three criteria with halo and gaps, all habits at once, and one judge at random."""
    return criteria(
        rng, (80, 16, 4, 3), Habits(scale=0.3, unequal=0.4), scale=(6.0, 1.3, 1, 10), gaps=0.05, is_odd=True
    )


def hackathon(rng: np.random.Generator) -> Drawn:
    """Forty teams, three reads, five criteria of one to five."""
    return criteria(rng, (40, 12, 3, 5), Habits(0.6, 0.2, 0.3), scale=(3.3, 0.8, 1, 5), gaps=0.0, is_odd=False)


def criteria(
    rng: np.random.Generator,
    shape: tuple[int, int, int, int],
    habits: Habits,
    *,
    scale: tuple[float, float, float, float],
    gaps: float,
    is_odd: bool,
) -> Drawn:
    n_entries, n_judges, reads, n_criteria = shape
    mean, unit, low, high = scale
    quality = rng.normal(size=n_entries)
    profile = 0.5 * rng.normal(size=(n_entries, n_criteria))
    profile -= profile.mean(axis=1, keepdims=True)
    pairs = deal(rng, n_entries, n_judges, reads)
    together, truth = judge_entries(rng, pairs, quality, habits, on=(mean, unit))
    e, j = pairs.T
    own = rng.normal(0, 0.2, (n_judges, n_criteria))
    x = together[:, None] + profile[e] + own[j]
    x = x + rng.normal(0, 0.3, n_criteria) + 0.5 * rng.standard_normal(x.shape)
    value = on_scale(mean + unit * x, low, high, 1.0)
    if is_odd:
        truth.is_odd[rng.integers(n_judges)] = True
        odd = truth.is_odd[j]
        value[odd] = rng.integers(int(low), int(high) + 1, (int(odd.sum()), n_criteria))
    kept = rng.random(value.shape) >= gaps
    kept[:, 0] |= ~kept.any(axis=1)
    row, criterion = np.nonzero(kept)
    more = (unit * 0.5) ** 2 / n_criteria  # to the variance of a review's mean
    truth = replace(
        truth,
        b=truth.b + unit * own.mean(axis=1),
        s=np.sqrt(truth.s**2 + more),
        noise=float(np.sqrt(truth.noise**2 + more)),
    )
    return Drawn(gather_marks(e[row], j[row], criterion, value[kept]), quality, truth)


def final(rng: np.random.Generator) -> Drawn:
    """Eight entries that all of five judges see."""
    quality = rng.normal(size=8)
    pairs = np.array([(e, j) for e in range(8) for j in range(5)])
    x, truth = judge_entries(rng, pairs, quality, Habits(scale=0.2, unequal=0.4))
    return Drawn(one_score(pairs, on_scale(6 + 1.2 * x, 1, 10, 0.5)), quality, truth)


REGIMES: dict[str, Regime] = {
    "severity": plain(Habits()),
    "scale": plain(Habits(scale=0.45)),
    "noise": plain(Habits(unequal=0.8)),
    "stars": plain(Habits(0.5, 0.25, 0.3), reads=5, scale=(4.0, 0.9, 1, 5, 1)),
    "ten": plain(Habits(0.6, 0.25, 0.3), reads=5, scale=(8.0, 1.5, 1, 10, 1)),
    "panels": panels,
    "erratic": erratic,
    "lenient": by_leniency(1.0),
    "strict": by_leniency(-1.0),
    "everything": everything,
    "final": final,
    "hackathon": hackathon,
}
MATCHED = ("lenient", "strict")  # assignment went with leniency
