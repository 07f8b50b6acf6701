"""Marks for the scoring tests: published tables, and small designs with a known truth."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from judging.marks import Marks, gather_marks
from judging.rubric import Reviews, Rubric, infer_rubric, review_scores
from judging.scoring.design import Block, make_block

RATINGS = Path(__file__).parents[2] / "data" / "ratings"


@dataclass(frozen=True)
class Table:
    marks: Marks
    rubric: Rubric
    entries: list[str]
    judges: list[str]

    @property
    def reviews(self) -> Reviews:
        return review_scores(self.marks, self.rubric)

    @property
    def block(self) -> Block:
        return make_block(self.reviews, np.arange(self.reviews.n_reviews))

    def judge(self, block: Block, values, name: str) -> float:
        return float(values[list(block.judges).index(self.judges.index(name))])

    def entry(self, block: Block, values, name: str) -> float:
        return float(values[list(block.entries).index(self.entries.index(name))])


def published(name: str) -> Table:
    with (RATINGS / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = {key: sorted({row[key] for row in rows}) for key in ("entry", "judge", "criterion")}
    place = {key: {label: i for i, label in enumerate(names)} for key, names in labels.items()}
    columns = [np.array([place[key][row[key]] for row in rows]) for key in ("entry", "judge", "criterion")]
    marks = gather_marks(*columns, np.array([float(row["score"]) for row in rows]))
    return Table(marks, infer_rubric(marks), labels["entry"], labels["judge"])


def from_table(scores, **more) -> Marks:
    """Make marks of an array (n_entries, n_judges) with NaN where nobody marked."""
    scores = np.asarray(scores, dtype=float)
    entry, judge = np.nonzero(~np.isnan(scores))
    return gather_marks(
        entry,
        judge,
        np.zeros_like(entry),
        scores[entry, judge],
        n_entries=scores.shape[0],
        n_judges=scores.shape[1],
        **more,
    )


def drawn(
    rng: np.random.Generator,
    *,
    n_entries: int = 60,
    n_judges: int = 12,
    reads: int = 4,
    severity: float = 0.8,
    scale: float = 0.0,
    noise: float = 0.7,
    unequal: float = 0.0,
):
    """Draw a round with known quality and leniency; judges are dealt out evenly and at random."""
    quality, b = rng.normal(0, 1, n_entries), rng.normal(0, severity, n_judges)
    a, s = np.exp(rng.normal(0, scale, n_judges)), noise * np.exp(rng.normal(0, unequal, n_judges))
    load = np.zeros(n_judges)
    scores = np.full((n_entries, n_judges), np.nan)
    for e in rng.permutation(n_entries):
        chosen = np.argsort(load + 1.5 * rng.random(n_judges))[:reads]
        load[chosen] += 1
        scores[e, chosen] = 6 + a[chosen] * quality[e] + b[chosen] + s[chosen] * rng.standard_normal(reads)
    return scores, quality, b, s
