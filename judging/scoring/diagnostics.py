"""What a human should look at in each judge's marks. A flag removes nobody: it asks a question.

Residuals leave the judge's own score out of the entry it is compared with; otherwise a harsh loner looks fitted.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import kolmogorov, stdtr

from judging.marks import Bools, Floats, Ints
from judging.rubric import Reviews
from judging.scoring.fit import JudgeFit
from judging.scoring.round import RoundScores

SHUFFLES = 500
LEAST = 5  # reviews from where a slope or a correlation says anything
ALPHA = 0.05  # share of false alarms among those raised (Benjamini & Hochberg 1995)
FIT_LOW, FIT_HIGH = 0.5, 1.5  # mean squares outside are flagged, as usual in Rasch practice


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostics:
    """Arrays (n_judges,), NaN where there is too little to tell.

    outfit, infit: mean square of residuals against the common noise, plain and weighted; 1 is expected, above is
    noisier, below more alike than chance. outfit_z, infit_z: as normal deviates. agreement: correlation with the
    entries' scores as the others tell them. halo: 1 - variance between criteria against what others show on the same
    entries; near 1 = all criteria marked alike. drift: change of standardised residual from first to last review,
    positive = more generous later; cusum_p: of a shift somewhere on the way. is_...: raised after correction for
    looking at many judges.
    """

    outfit: Floats
    outfit_z: Floats
    infit: Floats
    infit_z: Floats
    agreement: Floats
    halo: Floats
    halo_p: Floats
    drift: Floats
    drift_p: Floats
    cusum_p: Floats
    is_misfit: Bools
    is_halo: Bools
    is_drift: Bools


@dataclass(frozen=True, slots=True, eq=False)
class OwnGroup:
    """How judges mark entries of their own group (institution, country) against others, in rubric points.

    effect: over all judges, with its standard error and p-value. by_judge, by_judge_p: (n_judges,), NaN without
    entries of both kinds; is_raised after correction for looking at many.
    """

    effect: float
    error: float
    p: float
    n_own: int
    by_judge: Floats
    by_judge_p: Floats
    is_raised: Bools


def standardised_residuals(fit: JudgeFit) -> tuple[Floats, Floats]:
    """Give z (N,) of each review against what the others say of its entry, and the model's variance of it (N,)."""
    block = fit.block
    weight, told = fit.weight, fit.told
    total = (block.by_entry(weight) + fit.pull)[block.e] - weight
    rest = (block.by_entry(weight * told) + fit.pull * fit.pull_to)[block.e] - weight * told
    safe = np.maximum(total, 1e-9)
    a = fit.a[block.j]
    expected = fit.level[block.cat[block.e]] + fit.b[block.j] + a * rest / safe
    variance = fit.noise_var / block.v + a * a / safe
    variance = np.where(total > 1e-9, variance, np.inf)  # noqa: PLR2004 -- nobody else has read it
    return (block.y - expected) / np.sqrt(variance), variance


def diagnose_judges(scores: RoundScores) -> Diagnostics:
    """Compute fit, agreement, halo and drift of every judge of a round."""
    reviews = scores.reviews
    n_judges = reviews.n_judges
    z, variance = np.full(reviews.n_reviews, np.nan), np.full(reviews.n_reviews, np.inf)
    told_by_others = np.full(reviews.n_reviews, np.nan)
    for fit in scores.fits:
        if fit.block.n_judges > 1 and not fit.block.is_flat:
            z[fit.block.rows], variance[fit.block.rows] = standardised_residuals(fit)
            told_by_others[fit.block.rows] = _others(fit)
    usable = np.isfinite(z) & np.isfinite(variance)
    out = {name: np.full(n_judges, np.nan) for name in Diagnostics.__dataclass_fields__ if not name.startswith("is_")}
    out["halo"], out["halo_p"] = _halo(reviews, scores.seed)
    for judge in range(n_judges):
        mine = np.flatnonzero((reviews.judge == judge) & usable)
        if mine.size == 0:
            continue
        square, info = z[mine] ** 2, 1.0 / variance[mine]
        out["outfit"][judge] = square.mean()
        out["infit"][judge] = (info * square).sum() / info.sum()
        spread = np.sqrt(2.0 / mine.size)
        out["outfit_z"][judge] = _wilson_hilferty(out["outfit"][judge], spread)
        out["infit_z"][judge] = _wilson_hilferty(out["infit"][judge], np.sqrt(2.0 * (info**2).sum()) / info.sum())
        if mine.size >= LEAST:
            out["agreement"][judge] = _correlation(reviews.score[mine], told_by_others[mine])
            if reviews.order is not None and np.isfinite(reviews.order[mine]).all():
                out["drift"][judge], out["drift_p"][judge], out["cusum_p"][judge] = _drift(z[mine], reviews.order[mine])
    p = out["drift_p"], out["cusum_p"]
    misfit = (np.abs(out["outfit_z"]) > 2) & ((out["outfit"] > FIT_HIGH) | (out["outfit"] < FIT_LOW))  # noqa: PLR2004
    return Diagnostics(
        **out,
        is_misfit=misfit,
        is_halo=raise_few(out["halo_p"]) & (out["halo"] > 0),
        is_drift=raise_few(np.fmin(1.0, 2 * np.fmin(*p))),
    )


def own_group_effect(scores: RoundScores, *, judge_group: Ints, entry_group: Ints) -> OwnGroup:
    """Compare residuals on entries of the judge's own group with the judge's others; -1 means unknown."""
    reviews = scores.reviews
    judge_side, entry_side = judge_group[reviews.judge], entry_group[reviews.entry]
    residual = scores.review_parts.residual
    known = (judge_side >= 0) & (entry_side >= 0) & np.isfinite(residual)
    own = known & (judge_side == entry_side)
    effect, p = np.full(reviews.n_judges, np.nan), np.full(reviews.n_judges, np.nan)
    weight = np.zeros(reviews.n_judges)
    for judge in np.unique(reviews.judge[own]):
        mine, others = residual[own & (reviews.judge == judge)], residual[known & ~own & (reviews.judge == judge)]
        if others.size < 2:  # noqa: PLR2004 -- no spread from fewer
            continue
        effect[judge] = mine.mean() - others.mean()
        spread = float(np.r_[mine - mine.mean(), others - others.mean()].std() or 1e-12)
        error = spread * np.sqrt(1 / mine.size + 1 / others.size)
        weight[judge] = 1 / (1 / mine.size + 1 / others.size)
        p[judge] = 2 * stdtr(mine.size + others.size - 1, -abs(effect[judge]) / error)
    used = weight > 0
    if not used.any():
        return OwnGroup(np.nan, np.nan, np.nan, int(own.sum()), effect, p, np.zeros(reviews.n_judges, dtype=np.bool_))
    spread = float(residual[known].std())
    pooled = float((weight[used] * effect[used]).sum() / weight[used].sum())
    error = spread / float(np.sqrt(weight[used].sum()))
    sure = 2 * float(stdtr(max(int(known.sum()) - 1, 1), -abs(pooled) / max(error, 1e-12)))
    return OwnGroup(pooled, error, sure, int(own.sum()), effect, p, raise_few(p))


def raise_few(p: Floats) -> Bools:
    """Say which p-values to raise so that about one in twenty of those raised is a false alarm."""
    known = np.flatnonzero(np.isfinite(p))
    raised = np.zeros(p.size, dtype=np.bool_)
    order = known[np.argsort(p[known], kind="stable")]
    limit = ALPHA * np.arange(1, order.size + 1) / max(order.size, 1)
    passed = np.flatnonzero(p[order] <= limit)
    if passed.size:
        raised[order[: passed[-1] + 1]] = True
    return raised


def _others(fit: JudgeFit) -> Floats:
    block = fit.block
    total = block.by_entry(fit.weight)[block.e] - fit.weight
    rest = block.by_entry(fit.weight * fit.told)[block.e] - fit.weight * fit.told
    return np.where(total > 1e-9, rest / np.maximum(total, 1e-9), np.nan)  # noqa: PLR2004


def _wilson_hilferty(square: float, spread: float) -> float:
    return float((np.cbrt(square) - 1) * 3 / spread + spread / 3)


def _correlation(x: Floats, y: Floats) -> float:
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < LEAST or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return float("nan")
    return float(np.corrcoef(x[both], y[both])[0, 1])


def _drift(z: Floats, order: Floats) -> tuple[float, float, float]:
    """Give change from first to last, its p-value, and the p-value of the largest cumulative departure."""
    z = z[np.argsort(order, kind="stable")]
    place = np.linspace(-0.5, 0.5, z.size)
    slope = float(place @ (z - z.mean()) / (place @ place))
    rest = z - z.mean() - slope * place
    error = float(np.sqrt(rest @ rest / (z.size - 2) / (place @ place)))
    p = 2 * float(stdtr(z.size - 2, -abs(slope) / max(error, 1e-12)))
    walk = np.abs(np.cumsum(z - z.mean())).max() / max(float(z.std(ddof=1)) * np.sqrt(z.size), 1e-12)
    return slope, p, float(kolmogorov(walk))


def _halo(reviews: Reviews, seed: int) -> tuple[Floats, Floats]:
    """Compare the variance between criteria inside a judge's reviews with other judges' on the same entries."""
    none = np.full(reviews.n_judges, np.nan)
    table = reviews.by_criterion
    if table is None or table.shape[1] < 3:  # noqa: PLR2004 -- two criteria make no profile
        return none, none
    with np.errstate(invalid="ignore"):
        inside = np.nanvar(table - reviews.criterion_offset, axis=1)
    enough = (~np.isnan(table)).sum(axis=1) >= 3  # noqa: PLR2004
    entry, judge, inside = reviews.entry[enough], reviews.judge[enough], inside[enough]
    reads = np.bincount(entry, minlength=reviews.n_entries)[entry]
    entry, judge, inside = entry[reads > 1], judge[reads > 1], inside[reads > 1]
    if inside.size == 0:
        return none, none

    def index(x: Floats) -> Floats:
        total = np.bincount(entry, x)[entry]
        expected = (total - x) / (np.bincount(entry)[entry] - 1)
        own = np.bincount(judge, x, reviews.n_judges)
        due = np.bincount(judge, expected, reviews.n_judges)
        return np.where(due > 0, 1 - own / np.where(due > 0, due, 1.0), np.nan)

    seen = index(inside)
    rng = np.random.default_rng(seed)
    as_high = np.zeros(reviews.n_judges)
    for _ in range(SHUFFLES):
        order = np.lexsort((rng.random(entry.size), entry))
        as_high += index(inside[order]) >= seen - 1e-12
    return seen, np.where(np.isfinite(seen), (as_high + 1) / (SHUFFLES + 1), np.nan)
