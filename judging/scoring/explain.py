"""Why a score is what it is: exact parts that lead from the raw mean to the adjusted score, one step at a time.

Each step is switched on in a fixed order: severity, use of the scale, weight of the reviews, pull to the average.
The parts are arithmetic, not a story: they sum to the change.
"""

from dataclasses import dataclass

import numpy as np

from judging.marks import Floats, Ints
from judging.scoring.fit import JudgeFit


@dataclass(frozen=True, slots=True, eq=False)
class ScoreParts:
    """What each step did to each entry's score, in rubric points: raw + severity + scale + weight + pull = score."""

    raw: Floats
    severity: Floats
    scale: Floats
    weight: Floats
    pull: Floats

    @property
    def score(self) -> Floats:
        """Give the adjusted score again, as the sum of its parts."""
        total: Floats = self.raw + self.severity + self.scale + self.weight + self.pull
        return total


@dataclass(frozen=True, slots=True, eq=False)
class ReviewParts:
    """The same by review, for the committee: arrays (n_reviews,) in the order of ``Reviews``.

    severity, scale: points that the step added to what this review says. weight: its share in its entry's score.
    residual: given score minus expected, in points; expected_spread: the spread the model expects of it.
    """

    entry: Ints
    judge: Ints
    score: Floats
    severity: Floats
    scale: Floats
    weight: Floats
    residual: Floats
    expected_spread: Floats


def explain_entries(fit: JudgeFit) -> ScoreParts:
    """Split the change from raw mean to adjusted score; arrays (E,) in the order of the fit's block."""
    block = fit.block
    reads = block.reads
    unit = block.spread or 1.0
    level = fit.level[block.cat]
    raw = block.by_entry(block.y) / reads
    less_severity = block.by_entry(block.y - fit.b[block.j]) / reads
    told = fit.told
    scaled = level + block.by_entry(told) / reads
    total = np.maximum(block.by_entry(fit.weight), 1e-300)
    weighted = level + block.by_entry(fit.weight * told) / total
    final = level + fit.quality
    return ScoreParts(
        raw=fit.to_points(raw),
        severity=unit * (less_severity - raw),
        scale=unit * (scaled - less_severity),
        weight=unit * (weighted - scaled),
        pull=unit * (final - weighted),
    )


def explain_reviews(fit: JudgeFit) -> ReviewParts:
    """Split what each review says; arrays (N,) in the order of the fit's block."""
    block = fit.block
    unit = block.spread or 1.0
    level = fit.level[block.cat[block.e]]
    expected = level + fit.a[block.j] * fit.quality[block.e] + fit.b[block.j]
    total = np.maximum(block.by_entry(fit.weight), 1e-300)
    return ReviewParts(
        entry=block.entries[block.e],
        judge=block.judges[block.j],
        score=fit.to_points(block.y),
        severity=-unit * fit.b[block.j],
        scale=unit * (level + fit.told - (block.y - fit.b[block.j])),
        weight=fit.weight / total[block.e],
        residual=unit * (block.y - expected),
        expected_spread=unit * fit.noise[block.j] / np.sqrt(block.v),
    )
