"""Marks of invented judges, from quality, leniency, noise and a seed. None of these is stored about anyone."""

import random
from collections.abc import Sequence

from service.demo.edition import Entry, Judge

__all__ = ["draw_step", "write_comment"]

CRITERION_SPREAD = 0.45
"""Standard deviation, in steps, of how an entry's criteria differ from its quality."""
LOWEST, HIGHEST = 1, 8


def draw_step(judge: Judge, entry: Entry, criterion: str, *, seed: str) -> int:
    """Draw the step that this judge gives this entry on one criterion. The same seed gives the same step."""
    own = random.Random(f"{seed}:{entry.id}:{criterion}").gauss(0, CRITERION_SPREAD)  # noqa: S311 - invented marks
    error = random.Random(f"{seed}:{judge.id}:{entry.id}:{criterion}").gauss(0, judge.demo_noise)  # noqa: S311 - as above
    return max(LOWEST, min(HIGHEST, round(entry.demo_quality + own + judge.demo_leniency + error)))


def write_comment(judge: Judge, entry: Entry, ready: Sequence[str], *, seed: str) -> str:
    """Choose one of the ready sentences."""
    return random.Random(f"{seed}:{judge.id}:{entry.id}").choice(list(ready))  # noqa: S311 - as above
