"""Numbers of a run as words and places on a drawing: one rule for screen and minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

__all__ = ["CLOSE", "Axis", "axis_of", "bracket_ends", "find_close_pair", "reliability_of", "word_of"]

SETTLED, LIKELY, NEAR = 0.95, 0.80, 0.20
CLOSE = 0.75
"""Neighbours whose order has a probability under this are not separable (glossary, words of certainty)."""
FINE, WIDE = 5, 10
"""Distance of the axis' ticks, in points: the wide one where the intervals span more than ``SPAN``."""
SPAN = 40


@dataclass(frozen=True, slots=True)
class Axis:
    """A number line from the lowest interval to the highest, rounded outwards."""

    low: float
    high: float
    ticks: tuple[float, ...]


def word_of(inside: float) -> str:
    """Give the word for the probability of being inside the places."""
    if inside > SETTLED:
        return "settled"
    if inside >= LIKELY:
        return "likely"
    return "near" if inside >= NEAR else "below"


def axis_of(values: Sequence[float]) -> Axis:
    """Make the axis that holds all these values."""
    if not values:
        return Axis(0.0, 100.0, (0.0, 50.0, 100.0))
    step = WIDE if max(values) - min(values) > SPAN else FINE
    low, high = floor(min(values) / step) * step, ceil(max(values) / step) * step
    high = max(high, low + step)
    return Axis(float(low), float(high), tuple(float(tick) for tick in range(low, high + 1, step)))


def bracket_ends(brackets: Sequence[int]) -> tuple[str | None, ...]:
    """Say of each row whether a bracket starts, goes on or ends there; -1 stands alone."""
    ends: list[str | None] = []
    for at, each in enumerate(brackets):
        before = at > 0 and each >= 0 and brackets[at - 1] == each
        after = at + 1 < len(brackets) and each >= 0 and brackets[at + 1] == each
        ends.append("m" if before and after else "e" if before else "s" if after else None)
    return tuple(ends)


def find_close_pair(pairs: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Find the pair across the decision line, where its order is too close to call."""
    return next((pair for pair in pairs if pair["is_on_line"] and pair["probability"] < CLOSE), None)


def reliability_of(lines: Sequence[dict[str, Any]]) -> float | None:
    """Estimate how reliably the adjusted scores tell works apart: the share of their spread that is not error.

    From 0 to 1; None with fewer than three scores.
    """
    scores = [float(line["score"]) for line in lines if line["score"] is not None]
    errors = [float(line["se"]) ** 2 for line in lines if line["se"] is not None]
    if len(scores) < 3 or len(errors) != len(scores):  # noqa: PLR2004 - a spread needs three
        return None
    mean = sum(scores) / len(scores)
    spread = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
    error = sum(errors) / len(errors)
    return spread / (spread + error) if spread + error > 0 else None
