"""Affinity from what is known of entries and judges: topics, the category, and what judges say they would like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from judging.assignment.problem import Floats

TOPICS, CATEGORY, PREFERENCE = 0.6, 0.2, 0.2


def blend_affinity(
    topics: npt.ArrayLike, expertise: npt.ArrayLike, *, same_category: npt.ArrayLike, preference: npt.ArrayLike
) -> Floats:
    """Blend an affinity between 0 and 1.

    topics: (n_entries, n_topics) 0/1. expertise: (n_judges, n_topics) from 0 to 1. same_category: (n_entries, n_judges)
    0/1, whether the judge is at home in the entry's category. preference: the same shape, from -1 (rather not) to 1.
    An entry's topics count by the judge's mean expertise in them; a wish counts least, so that nobody gathers entries
    by asking for them. Weights: topics 0.6, category 0.2, preference 0.2.
    """
    asked, known = np.array(topics, dtype=float), np.array(expertise, dtype=float)
    count = np.maximum(asked.sum(axis=1), 1)[:, None]
    match = asked @ known.T / count
    home, wish = np.array(same_category, dtype=float), (np.array(preference, dtype=float) + 1) / 2
    blended: Floats = TOPICS * match + CATEGORY * home + PREFERENCE * wish
    return blended
