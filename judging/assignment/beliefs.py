"""What reviews so far say about entries and judges together, as follow-up reviews need it: one normal belief.

Model: score = mean of the category + entry + judge + noise, all normal; the three variances by expectation-
maximisation on the mixed-model equations (Dempster, Laird and Rubin 1977; Henderson 1950).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from judging.assignment.errors import BadOption
from judging.assignment.followup import Beliefs

if TYPE_CHECKING:
    from judging.assignment.problem import Floats, Ints

STEPS = 40
STEPS_LARGE = 12
LARGE = 1000
LARGEST = 8000
LEAST_SHARE = 1e-3


def believe(pairs: Ints, scores: Floats, *, n_judges: int, category: Ints) -> Beliefs:
    """Fit the model to reviews.

    pairs: (n_reviews, 2) of entry and judge. scores: (n_reviews,), one number a review. category: (n_entries,). Quality
    in the result includes the category's mean, so that entries of a category can be compared. Raises BadOption for
    fewer than two reviews, or where entries and judges together are more than a dense belief can hold.
    """
    n_entries = category.size
    size = n_entries + n_judges
    if scores.size < 2 or size > LARGEST:  # noqa: PLR2004  (a spread needs two)
        raise BadOption(option="marks", value=float(scores.size))
    kinds, group = np.unique(np.maximum(category, 0), return_inverse=True)
    entry, judge = pairs[:, 0], n_entries + pairs[:, 1]
    design = np.zeros((size + kinds.size, size + kinds.size))
    right = np.zeros(size + kinds.size)
    columns = (entry, judge, size + group[entry])
    for one in columns:
        np.add.at(right, one, scores)
        for two in columns:
            np.add.at(design, (one, two), 1.0)
    design[size:, size:] += np.eye(kinds.size) * 1e-8
    total = float(scores.var()) or 1.0
    parts = np.array([total / 2, total / 4, total / 4])
    squares = float(scores @ scores)
    for _ in range(STEPS if size <= LARGE else STEPS_LARGE):
        solution, cover = _solve(design, right, parts, n_entries, size)
        trace = np.diag(cover)
        of_entries = float((solution[:n_entries] ** 2 + trace[:n_entries]).mean())
        of_judges = float((solution[n_entries:size] ** 2 + trace[n_entries:size]).mean())
        fitted = squares - 2 * float(solution @ right) + float(solution @ design @ solution)
        noise = (fitted + float((design * cover).sum())) / scores.size
        parts = np.maximum([of_entries, of_judges, noise], LEAST_SHARE * total)
    solution, cover = _solve(design, right, parts, n_entries, size)
    change = np.eye(size, size + kinds.size)
    change[np.arange(n_entries), size + group] = 1.0
    return Beliefs(mean=change @ solution, covariance=change @ cover @ change.T, noise=float(np.sqrt(parts[2])))


def _solve(design: Floats, right: Floats, parts: Floats, n_entries: int, size: int) -> tuple[Floats, Floats]:
    matrix = design / parts[2]
    ridge = np.zeros(matrix.shape[0])
    ridge[:n_entries], ridge[n_entries:size] = 1 / parts[0], 1 / parts[1]
    matrix[np.diag_indices_from(matrix)] += ridge
    cover = linalg.inv(matrix, check_finite=False)
    return cover @ right / parts[2], cover
