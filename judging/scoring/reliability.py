"""How far the same ranking would come out again: agreement of judges and reliability of scores.

Sources: Shrout & Fleiss (1979) for intraclass correlations, Brennan (2001) for G, Phi and planning, Krippendorff
(2011) for alpha, Wright & Masters (1982) for separation and strata.
"""

from dataclasses import dataclass

import numpy as np

from judging.marks import Floats
from judging.rubric import Reviews
from judging.scoring.fit import JudgeFit

MOST_VALUES = 300  # distinct scores up to which nominal and ordinal alpha make sense


@dataclass(frozen=True, slots=True)
class Icc:
    """Intraclass correlations of a crossed design: one judge (single) and the mean of all (average)."""

    one: tuple[float, float]
    two: tuple[float, float]
    three: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Figures of one component; NaN where the design cannot give them.

    single: of one review; phi: of raw means, absolute; g: relative, only where all entries share all judges.
    adjusted: of adjusted scores, 1 - mean variance left / variance of entries. separation, strata: how many levels of
    quality the scores tell apart. reads: harmonic mean of reviews an entry.
    """

    single: float
    phi: float
    g: float
    adjusted: float
    separation: float
    strata: float
    reads: float
    icc: Icc | None
    entry_var: float
    judge_var: float
    noise_var: float

    def with_reads(self, reads: float) -> float:
        """Foretell the absolute reliability of raw means with so many reviews an entry; NaN where nothing varies."""
        total = self.entry_var + (self.judge_var + self.noise_var) / reads
        return self.entry_var / total if total > 0 else np.nan


def measure_reliability(fit: JudgeFit) -> Reliability:
    """Measure one component; variances in squared rubric points."""
    block = fit.block
    unit2 = (block.spread or 1.0) ** 2
    entry, judge, noise = fit.entry_var, fit.judge_var, fit.noise_var
    reads = float(block.n_entries / (1.0 / block.reads).sum())
    is_crossed = block.y.size == block.n_entries * block.n_judges
    total = entry + judge + noise
    left = fit.draws - fit.draws.mean(axis=1, keepdims=True)
    spread = float(np.var(left.mean(axis=0)))
    doubt = float(left.var(axis=0).mean())
    adjusted = spread / (spread + doubt) if spread + doubt > 0 and fit.draws.shape[0] > 1 else np.nan
    separation = float(np.sqrt(adjusted / (1 - adjusted))) if adjusted < 1 else np.nan
    return Reliability(
        single=entry / total if total > 0 else np.nan,
        phi=entry / (entry + (judge + noise) / reads) if total > 0 else np.nan,
        g=entry / (entry + noise / reads) if is_crossed and entry + noise > 0 else np.nan,
        adjusted=adjusted,
        separation=separation,
        strata=(4 * separation + 1) / 3,
        reads=reads,
        icc=crossed_icc(_table(fit)) if is_crossed and block.n_entries > 1 and block.n_judges > 1 else None,
        entry_var=entry * unit2,
        judge_var=judge * unit2,
        noise_var=noise * unit2,
    )


def _table(fit: JudgeFit) -> Floats:
    table = np.empty((fit.block.n_entries, fit.block.n_judges))
    table[fit.block.e, fit.block.j] = fit.block.y
    return table


def crossed_icc(table: Floats) -> Icc:
    """Give Shrout & Fleiss's six coefficients of a complete table (entries, judges), by analysis of variance."""
    n, k = table.shape
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = k * float(((rows - table.mean()) ** 2).sum()) / (n - 1)
    within = float(((table - rows[:, None]) ** 2).sum()) / (n * (k - 1))
    judges = n * float(((columns - table.mean()) ** 2).sum()) / (k - 1)
    residual = table - rows[:, None] - columns + table.mean()
    error = float((residual**2).sum()) / ((n - 1) * (k - 1))
    if between == 0:
        return Icc((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    return Icc(
        one=((between - within) / (between + (k - 1) * within), (between - within) / between),
        two=(
            (between - error) / (between + (k - 1) * error + k * (judges - error) / n),
            (between - error) / (between + (judges - error) / n),
        ),
        three=((between - error) / (between + (k - 1) * error), (between - error) / between),
    )


def krippendorff_alpha(reviews: Reviews, *, level: str = "interval") -> float:
    """Give Krippendorff's alpha of the review scores; level is nominal, ordinal or interval. NaN without pairs.

    1 is full agreement, 0 what chance gives. Not corrected for severity: a strict judge counts as disagreement.
    """
    reads = np.bincount(reviews.entry, minlength=reviews.n_entries)
    paired = reads[reviews.entry] > 1
    entry, score = reviews.entry[paired], reviews.score[paired]
    n = score.size
    if n == 0 or np.ptp(score) == 0:
        return np.nan
    weight = 1.0 / (reads[entry] - 1)
    values, code = np.unique(score, return_inverse=True)
    if level == "interval":
        mean = np.bincount(entry, score) / np.maximum(np.bincount(entry), 1)
        within = float((weight * reads[entry] * (score - mean[entry]) ** 2).sum()) / n
        return 1 - within / (float(((score - score.mean()) ** 2).sum()) / (n - 1))
    if values.size > MOST_VALUES:
        return np.nan
    counts = np.zeros((reviews.n_entries, values.size))
    np.add.at(counts, (entry, code), 1.0)
    share = np.where(reads > 1, 1.0 / np.maximum(reads - 1, 1), 0.0)
    seen = (counts * share[:, None]).T @ counts - np.diag((counts * share[:, None]).sum(axis=0))
    margin = seen.sum(axis=0)
    if level == "nominal":
        distance = 1.0 - np.eye(values.size)
    else:
        upto = np.cumsum(margin) - margin / 2
        distance = (upto[:, None] - upto[None, :]) ** 2
    expected = np.outer(margin, margin) - np.diag(margin)
    return float(1 - (n - 1) * (seen * distance).sum() / (expected * distance).sum())
