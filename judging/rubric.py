"""Criteria with weights and ranges; from the marks of one review to one number.

A missing criterion neither helps nor hurts: what the others say is compared with what entries usually get on them.
"""

from dataclasses import dataclass

import numpy as np

from judging.errors import ForeignCriterionError, MarkOutOfRangeError, RubricError
from judging.marks import Bools, Floats, Ints, Marks

PERCENT = 100.0  # the range of scores where criteria have different ranges
PARTIAL = 0.5  # a review with less weight than this is marked
STEPS = (1000.0, 500.0, 100.0, 50.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.2, 0.1)  # scales people use, coarsest first
OFF_STEP = 1e-6  # of a step: what decimal typing may leave
PILE = 3  # marks at an end of an undeclared scale that show it to be an end
PILE_SHARE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Rubric:
    """What each criterion weighs and how far its marks reach; all arrays (n_criteria,).

    step: distance between neighbouring marks, 0 where any number may be given. ``is_declared`` is false where the
    ranges were read off the marks, and then ends of the scale are only believed where marks pile up on them.
    category: the one category whose entries are marked on this criterion, -1 for all; None where all are for all.
    """

    weight: Floats
    minimum: Floats
    maximum: Floats
    step: Floats
    is_declared: bool = True
    category: Ints | None = None

    def __post_init__(self) -> None:
        n_criteria = self.weight.size
        if n_criteria == 0 or any(a.shape != (n_criteria,) for a in (self.minimum, self.maximum, self.step)):
            raise RubricError(what="shape")
        for name, ok in (
            ("weight", np.isfinite(self.weight) & (self.weight >= 0)),
            ("range", np.isfinite(self.minimum) & np.isfinite(self.maximum) & (self.minimum <= self.maximum)),
            ("step", np.isfinite(self.step) & (self.step >= 0)),
        ):
            if not ok.all():
                raise RubricError(what=name, criterion=int(np.flatnonzero(~ok)[0]))
        if not self.weight.sum() > 0:
            raise RubricError(what="weight", criterion=0)
        if self.category is not None and (self.category.shape != (n_criteria,) or self.category.min() < -1):
            raise RubricError(what="category", criterion=0)

    def shares(self, n_categories: int) -> Floats:
        """Give each category's weights with sum one: (n_categories, n_criteria), 0 for criteria of others.

        A category whose criteria weigh nothing gets zeros, and its marks count for nothing.
        """
        mine = np.tile(self.weight, (n_categories, 1))
        if self.category is not None:
            mine[(self.category >= 0) & (self.category != np.arange(n_categories)[:, None])] = 0.0
        total = mine.sum(axis=1, keepdims=True)
        shares: Floats = np.divide(mine, total, out=np.zeros_like(mine), where=total > 0)
        return shares

    @property
    def is_uniform(self) -> bool:
        """Tell whether all criteria share one range, so that scores may be given on it."""
        return bool(np.ptp(self.minimum) == 0 and np.ptp(self.maximum) == 0)


def make_rubric(
    weight: Floats | list[float],
    minimum: float | Floats | list[float],
    maximum: float | Floats | list[float],
    step: float | Floats | list[float] = 0.0,
    *,
    category: Ints | list[int] | None = None,
) -> Rubric:
    """Declare a rubric; a single range or step stands for all criteria."""
    weights = np.asarray(weight, dtype=np.float64)
    spread = [np.array(np.broadcast_to(np.asarray(a, np.float64), weights.shape)) for a in (minimum, maximum, step)]
    of = None if category is None else np.asarray(category, dtype=np.int64)
    return Rubric(weights, spread[0], spread[1], spread[2], category=of)


def infer_rubric(marks: Marks) -> Rubric:
    """Read a rubric off marks that came without one: equal weights, one range and step for all criteria.

    A criterion that only one of several categories was marked on belongs to that category.
    """
    values = marks.value
    n_criteria = marks.n_criteria
    step = next((s for s in STEPS if np.abs(np.round(values / s) * s - values).max() <= 1e-9 * max(s, 1.0)), 0.0)
    if step and np.ptp(values) / step > PERCENT:
        step = 0.0
    full = np.ones(n_criteria)
    used = np.zeros((n_criteria, marks.n_categories), dtype=np.bool_)
    used[marks.criterion, marks.category[marks.entry]] = True
    is_own = (used.sum(axis=1) == 1) & (used.any(axis=0).sum() > 1)
    category = np.where(is_own, used.argmax(axis=1), -1) if is_own.any() else None
    return Rubric(full, full * values.min(), full * values.max(), full * step, is_declared=False, category=category)


@dataclass(frozen=True, slots=True, eq=False)
class Reviews:
    """One row a review (one judge on one entry), in the order of (entry, judge).

    score: on the rubric's range, or 0-100 where criteria differ in range. precision: 1 for a complete review, less
    where criteria are missing. half_cell: half the step of the score, 0 where it is not rounded to one criterion's
    steps; at_floor and at_ceiling mark scores on an end of the scale, where a judge could not go further.
    half_step: half the step of a single mark on the score's range, the criteria's mean by weight.
    by_criterion: (n_reviews, n_criteria) marks on the score's range, NaN where missing; None with one criterion.
    criterion_offset: (n_criteria,) how much higher than average entries are marked on each criterion.
    weight: (n_categories, n_criteria) each category's weights, with sum one.
    """

    entry: Ints
    judge: Ints
    score: Floats
    precision: Floats
    share: Floats
    half_cell: float
    half_step: float
    at_floor: Bools
    at_ceiling: Bools
    n_entries: int
    n_judges: int
    category: Ints
    low: float
    high: float
    order: Floats | None
    by_criterion: Floats | None
    criterion_offset: Floats
    weight: Floats

    @property
    def n_reviews(self) -> int:
        """Count the reviews that carry a score."""
        return self.score.size

    @property
    def is_partial(self) -> Bools:
        """Mark reviews in which less than half the rubric's weight is present."""
        partial: Bools = self.share < PARTIAL
        return partial


def check_ranges(marks: Marks, rubric: Rubric) -> None:
    """Refuse a mark outside its criterion's declared range, off its steps, or on a criterion of another category.

    Names the row it came from.
    """
    if rubric.weight.size < marks.n_criteria:
        raise RubricError(what="criteria", criterion=marks.n_criteria - 1)
    if rubric.category is not None:
        of = rubric.category[marks.criterion]
        foreign = (of >= 0) & (of != marks.category[marks.entry])
        if foreign.any():
            at = np.flatnonzero(foreign)[np.argmin(marks.row[foreign])]
            raise ForeignCriterionError(row=int(marks.row[at]), criterion=int(marks.criterion[at]))
    low, high = rubric.minimum[marks.criterion], rubric.maximum[marks.criterion]
    slack = 1e-9 * np.maximum(1.0, np.abs(high))
    bad = (marks.value < low - slack) | (marks.value > high + slack)
    step = rubric.step[marks.criterion]
    steps = np.divide(marks.value - low, step, out=np.zeros_like(marks.value), where=step > 0)
    if rubric.is_declared:
        bad |= np.abs(steps - np.round(steps)) > OFF_STEP
    if bad.any():
        at = np.flatnonzero(bad)[np.argmin(marks.row[bad])]
        raise MarkOutOfRangeError(
            row=int(marks.row[at]),
            value=float(marks.value[at]),
            minimum=float(low[at]),
            maximum=float(high[at]),
            step=float(step[at]),
        )


def review_scores(marks: Marks, rubric: Rubric) -> Reviews:
    """Reduce the marks of each review to one weighted score.

    Where criteria are missing, offsets of the criteria (least squares over reviews and criteria) stand in, so that
    leaving out an easy criterion costs nothing. Raises MarkOutOfRangeError or RubricError.
    """
    check_ranges(marks, rubric)
    low, high = (float(rubric.minimum[0]), float(rubric.maximum[0])) if rubric.is_uniform else (0.0, PERCENT)
    value = marks.value
    if not rubric.is_uniform:
        width = np.maximum(rubric.maximum - rubric.minimum, 1e-300)
        value = (value - rubric.minimum[marks.criterion]) / width[marks.criterion] * PERCENT
    starts = np.flatnonzero(np.r_[True, (np.diff(marks.entry) != 0) | (np.diff(marks.judge) != 0)])
    review = np.repeat(np.arange(starts.size), np.diff(np.r_[starts, value.size]))
    shares = rubric.shares(marks.n_categories)
    of = marks.category[marks.entry]
    weight = shares[of, marks.criterion]
    present = np.add.reduceat(weight, starts)
    table, offset = None, np.zeros(rubric.weight.size)
    if marks.n_criteria == 1:
        score = value.copy()
    else:
        table = np.full((starts.size, rubric.weight.size), np.nan)
        table[review, marks.criterion] = value
        offset = _criterion_offsets(table)
        missing = present < 1 - 1e-12
        score = np.add.reduceat(weight * value, starts)
        with np.errstate(invalid="ignore", divide="ignore"):
            centred = np.add.reduceat(weight * (value - offset[marks.criterion]), starts) / present
        score = np.where(missing, centred + (shares @ offset)[of[starts]], score)
    squares = np.add.reduceat(weight**2, starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(squares > 0, present**2 / squares * (shares**2).sum(axis=1)[of[starts]], 0.0)
    kept = present > 0
    half_cell, at_floor, at_ceiling = _cells(score, rubric, is_one=marks.n_criteria == 1)
    order = None if marks.order is None else marks.order[starts][kept]
    return Reviews(
        entry=marks.entry[starts][kept],
        judge=marks.judge[starts][kept],
        score=score[kept],
        precision=np.minimum(precision[kept], 1.0),
        share=np.minimum(present[kept], 1.0),
        half_cell=half_cell,
        half_step=_half_step(rubric),
        at_floor=at_floor[kept],
        at_ceiling=at_ceiling[kept],
        n_entries=marks.n_entries,
        n_judges=marks.n_judges,
        category=marks.category,
        low=low,
        high=high,
        order=order,
        by_criterion=None if table is None else table[kept],
        criterion_offset=offset,
        weight=shares,
    )


def _criterion_offsets(table: Floats) -> Floats:
    """Solve mark = review + criterion by least squares, offsets summing to zero; exact, so no iteration to stop."""
    given = ~np.isnan(table)
    if given.all():
        whole: Floats = table.mean(axis=0) - table.mean()
        return whole
    count = given.sum(axis=1, keepdims=True)
    filled = np.where(given, table, 0.0)
    residual = np.where(given, filled - filled.sum(axis=1, keepdims=True) / count, 0.0)
    share = given / count
    normal = np.diag(given.sum(axis=0).astype(np.float64)) - share.T @ given.astype(np.float64)
    offset: Floats = np.linalg.pinv((normal + normal.T) / 2, rcond=1e-9, hermitian=True) @ residual.sum(axis=0)
    seen = given.any(axis=0)
    centred: Floats = np.where(seen, offset - offset[seen].mean(), 0.0)
    return centred


def _half_step(rubric: Rubric) -> float:
    """Give half the step of a mark on the score's range, the mean over criteria by their weight."""
    unit = 1.0 if rubric.is_uniform else PERCENT / np.maximum(rubric.maximum - rubric.minimum, 1e-300)
    return float(rubric.weight @ (rubric.step * unit) / rubric.weight.sum() / 2)


def _cells(score: Floats, rubric: Rubric, *, is_one: bool) -> tuple[float, Bools, Bools]:
    """Say how coarse a single criterion's score is, and which scores stand on an end of the scale."""
    none = np.zeros(score.shape, dtype=np.bool_)
    step = float(rubric.step[0])
    if not is_one or step <= 0 or not rubric.is_uniform:
        return 0.0, none, none
    floor, ceiling = score <= rubric.minimum[0] + step / 4, score >= rubric.maximum[0] - step / 4
    if rubric.is_declared:
        return step / 2, floor, ceiling
    least = max(PILE, PILE_SHARE * score.size)
    return step / 2, floor if floor.sum() >= least else none, ceiling if ceiling.sum() >= least else none
