"""Published tables of marks, and how well scores foretell marks of them that were left out."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from judging.marks import Marks, gather_marks

Floats = NDArray[np.float64]
RATINGS = Path(__file__).parents[1] / "tests" / "data" / "ratings"
HALF_ENTRIES = 0.5


def splits(marks: Marks, n_splits: int) -> Iterator[tuple[Marks, Marks]]:
    """Give marks kept and marks left out: one review of half the entries at a time, or with 0 every review once."""
    pairs = marks.entry * marks.n_judges + marks.judge
    for split in range(n_splits):
        out = left_out(marks, np.random.default_rng([split, marks.value.size]))
        yield subset(marks, ~out), subset(marks, out)
    for pair in np.unique(pairs) if n_splits == 0 else ():
        yield subset(marks, pairs != pair), subset(marks, pairs == pair)


def read(path: Path) -> Marks:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [np.unique([row[key] for row in rows], return_inverse=True)[1] for key in ("entry", "judge", "criterion")]
    return gather_marks(*columns, np.array([float(row["score"]) for row in rows]))


def subset(marks: Marks, kept: NDArray[np.bool_]) -> Marks:
    return gather_marks(
        marks.entry[kept], marks.judge[kept], marks.criterion[kept], marks.value[kept], n_entries=marks.n_entries,
        n_judges=marks.n_judges, n_criteria=marks.n_criteria,
    )  # fmt: skip


def left_out(marks: Marks, rng: np.random.Generator) -> NDArray[np.bool_]:
    pairs = np.unique(np.c_[marks.entry, marks.judge], axis=0)
    order = rng.permutation(len(pairs))
    reads = np.bincount(pairs[:, 0])
    first = order[np.unique(pairs[order, 0], return_index=True)[1]]
    first = first[reads[pairs[first, 0]] > 1]
    chosen = pairs[first[rng.random(first.size) < HALF_ENTRIES]]
    return np.isin(marks.entry * marks.n_judges + marks.judge, chosen[:, 0] * marks.n_judges + chosen[:, 1])


def foretell(kept: Marks, out: Marks, score: Floats) -> float:
    """Give the root mean square error of one reading of the scores that is the same for all methods."""
    usual = np.bincount(kept.criterion, kept.value, kept.n_criteria) / np.bincount(
        kept.criterion, minlength=kept.n_criteria
    )
    x = (score - np.nanmean(score)) / (np.nanstd(score) or 1.0)
    x = np.nan_to_num(x)
    y = kept.value - usual[kept.criterion]
    n = np.bincount(kept.judge, minlength=kept.n_judges)
    b = np.zeros(kept.n_judges)
    slope, noise, between = 0.0, float(y.var()), float(y.var()) / 4
    for _ in range(30):
        rest = y - b[kept.judge]
        slope = float(x[kept.entry] @ rest / (x[kept.entry] @ x[kept.entry]))
        left = y - slope * x[kept.entry]
        b = np.bincount(kept.judge, left, kept.n_judges) / (n + noise / between)
        noise = float(((left - b[kept.judge]) ** 2).mean())
        between = max(float((b**2).mean() + (1 / (n / noise + 1 / between)).mean()), 1e-9)
    guess = usual[out.criterion] + slope * x[out.entry] + b[out.judge]
    return float(np.sqrt(((out.value - guess) ** 2).mean()))
