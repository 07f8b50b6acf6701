"""The same round asked otherwise: without a judge, by another method, with other weights. Only for comparison."""

from dataclasses import dataclass, replace

import numpy as np

from judging.marks import Floats, Ints, Marks, gather_marks
from judging.rubric import Rubric
from judging.scoring.fit import combine
from judging.scoring.round import RoundScores, score_round


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """Another run beside the one that counts. moved: entries whose rank differs; inside, outside: entries that would
    enter or leave the places to be given.
    """  # noqa: D205 -- one sentence a field

    scores: RoundScores
    moved: Ints
    entering: Ints
    leaving: Ints


def without_judge(marks: Marks, rubric: Rubric, run: RoundScores, *, judge: int) -> WhatIf:
    """Score the round again as if this judge had not taken part."""
    return _compare(run, _again(_subset(marks, marks.judge != judge), rubric, run))


def without_review(marks: Marks, rubric: Rubric, run: RoundScores, *, entry: int, judge: int) -> WhatIf:
    """Score the round again without one review."""
    kept = (marks.judge != judge) | (marks.entry != entry)
    return _compare(run, _again(_subset(marks, kept), rubric, run))


def by_method(marks: Marks, rubric: Rubric, run: RoundScores, *, method: str) -> WhatIf:
    """Score the round by another method."""
    return _compare(run, _again(marks, rubric, run, method=method))


def with_weights(marks: Marks, rubric: Rubric, run: RoundScores, *, weight: Floats) -> WhatIf:
    """Score the round with other weights of the criteria."""
    return _compare(run, _again(marks, replace(rubric, weight=np.asarray(weight, np.float64)), run))


def ranks_without_each_judge(run: RoundScores) -> Ints:
    """Give the ranks (n_judges, n_entries) with one judge's reviews left out in turn, other judges' habits held.

    0 where an entry would have no review left. Quick enough to stand beside every ranking.
    """
    reviews = run.reviews
    ranks = np.zeros((reviews.n_judges, reviews.n_entries), dtype=np.int64)
    for fit in run.fits:
        block = fit.block
        ranks[:, block.entries] = run.ranking.rank[block.entries]
        told = fit.told
        for k, judge in enumerate(block.judges):
            weight = np.where(block.j == k, 0.0, fit.weight)
            quality = combine(block, told, weight, pull=fit.pull, pull_to=fit.pull_to)
            score = fit.to_points(fit.level[block.cat] + quality)
            left = block.by_entry(weight) > 0
            for category in np.unique(block.cat):
                mine = np.flatnonzero((block.cat == category) & left)
                ranks[judge, block.entries[block.cat == category]] = 0
                if mine.size:
                    order = np.sort(score[mine])
                    place = 1 + mine.size - np.searchsorted(order, score[mine] + 1e-9, side="right")
                    ranks[judge, block.entries[mine]] = place
    return ranks


def suggest_reviews(run: RoundScores, *, most: int = 3) -> tuple[tuple[int, int, float], ...]:
    """Name further reviews (entry, judge, gain) worth most where the first place of a group is in doubt (under .5).

    gain: expected fall of the variance of the entry's score, times how open its first place is.
    """
    found: list[tuple[float, int, int]] = []
    for fit in run.fits:
        block = fit.block
        for group in np.unique(run.ranking.group[block.entries]):
            mine = np.flatnonzero(run.ranking.group[block.entries] == group)
            first = np.bincount(fit.draws[:, mine].argmax(axis=1), minlength=mine.size) / fit.draws.shape[0]
            if mine.size < 2 or first.max() >= 0.5:  # noqa: PLR2004 -- more likely than not
                continue
            variance = (fit.draws - fit.draws.mean(axis=1, keepdims=True)).var(axis=0)
            precision = (fit.a / np.maximum(fit.noise, 1e-6)) ** 2
            for i in mine[np.argsort(-first, kind="stable")[:5]]:
                free = np.setdiff1d(np.arange(block.n_judges), block.j[block.e == i])
                if free.size == 0:
                    continue
                judge = free[np.argmax(precision[free])]
                gain = variance[i] - 1 / (1 / max(variance[i], 1e-12) + precision[judge])
                open_ = float(first[mine == i][0] * (1 - first[mine == i][0]))
                found.append((float(gain * open_), int(block.entries[i]), int(block.judges[judge])))
    found.sort(key=lambda item: (-item[0], item[1], item[2]))
    return tuple((entry, judge, gain) for gain, entry, judge in found[:most])


def _again(marks: Marks, rubric: Rubric, run: RoundScores, *, method: str | None = None) -> RoundScores:
    """Score otherwise, but by the method that decided: the choice is made once."""
    places = tuple(run.places) if len(set(run.places)) > 1 else run.places[0]
    return score_round(
        marks,
        rubric,
        categories=run.reviews.category,
        places=places,
        method=method or run.method,
        kept=None if method else run.decided,
        seed=run.seed,
    )


def _subset(marks: Marks, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Marks:
    return gather_marks(
        marks.entry[kept],
        marks.judge[kept],
        marks.criterion[kept],
        marks.value[kept],
        n_entries=marks.n_entries,
        n_judges=marks.n_judges,
        n_criteria=marks.n_criteria,
        category=marks.category,
        order=None if marks.order is None else marks.order[kept],
    )


def _compare(run: RoundScores, other: RoundScores) -> WhatIf:
    before, after = run.ranking.rank, other.ranking.rank
    places = np.asarray(run.places)[run.reviews.category]
    was, would = (before > 0) & (before <= places), (after > 0) & (after <= places)
    return WhatIf(
        scores=other,
        moved=np.flatnonzero(before != after),
        entering=np.flatnonzero(would & ~was),
        leaving=np.flatnonzero(was & ~would),
    )
