"""What every method gives for one connected block, in one form, so that ranking and explanation need no cases."""

from dataclasses import dataclass

import numpy as np

from judging.marks import Floats
from judging.scoring.design import Block


@dataclass(frozen=True, slots=True, eq=False)
class JudgeFit:
    """Entries' scores and judges' habits in one block, on the scale of ``block.y``.

    An entry's published quality is one weighted mean, whatever the method:
    ``quality = (sum weight * told + pull * pull_to) / (sum weight + pull)``,
    where ``told = (latent - level - b) / a`` is what a review says once its judge's habits are taken out.

    level: (K,) category means. b: (J,) leniency, mean zero, positive = marks higher. a: (J,) scale, about 1.
    noise: (J,) residual spread of a judge's scores. latent: (N,) the score, or its expectation where scores are
    rounded or stand at an end of the scale. weight: (N,) precision of told. pull: precision of the prior, 0 for none.
    pull_to: (E,) its mean. suspicion: (J,) probability that a judge is erratic; honest: (J,) share of a judge's reviews
    that are not taken for noise. draws: (M, E) joint draws of level + quality; b_draws, a_draws, noise_draws: (M, J).
    """

    method: str
    block: Block
    level: Floats
    b: Floats
    a: Floats
    noise: Floats
    latent: Floats
    weight: Floats
    pull: float
    pull_to: Floats
    quality: Floats
    draws: Floats
    b_draws: Floats | None
    a_draws: Floats | None
    noise_draws: Floats | None
    entry_var: float
    judge_var: float
    noise_var: float
    guard: float = 0.0
    suspicion: Floats | None = None
    honest: Floats | None = None

    @property
    def told(self) -> Floats:
        """Give what each review says of its entry's quality (N,)."""
        block = self.block
        told: Floats = (self.latent - self.level[block.cat[block.e]] - self.b[block.j]) / self.a[block.j]
        return told

    @property
    def score(self) -> Floats:
        """Give the published score of each entry (E,), in rubric points."""
        return self.to_points(self.level[self.block.cat] + self.quality)

    @property
    def score_draws(self) -> Floats:
        """Give the joint draws of scores (M, E), in rubric points."""
        return self.to_points(self.draws)

    @property
    def se(self) -> Floats:
        """Give the standard error of each score (E,), in rubric points."""
        se: Floats = self.draws.std(axis=0) * (self.block.spread or 1.0)
        return se

    @property
    def severity(self) -> Floats:
        """Give how far below consensus each judge marks (J,), in rubric points; positive = harsher."""
        severity: Floats = -self.b * (self.block.spread or 1.0)
        return severity

    def to_points(self, x: Floats) -> Floats:
        """Turn a level on the scale of y into rubric points."""
        points: Floats = self.block.centre + (self.block.spread or 1.0) * x
        return points


def combine(block: Block, told: Floats, weight: Floats, *, pull: float, pull_to: Floats) -> Floats:
    """Give the weighted mean of what reviews tell of each entry (E,), pulled to pull_to with precision pull."""
    total = block.by_entry(weight) + pull
    quality: Floats = (block.by_entry(weight * told) + pull * pull_to) / np.maximum(total, 1e-300)
    return quality
