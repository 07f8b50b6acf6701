"""A judge's own figures at the end: how the own marks lie on the scale and, from the last run, how strict they were.

Only this judge's line is taken out of a run; nothing of an entry, of another judge or of the ranking leaves here.
"""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql

__all__ = ["MySummary", "OwnFigures", "get_my_summary"]

_STATES = """SELECT s.state, s.abstained, r.state AS round_state, r.id AS round, d.steps
    FROM score_sheet s JOIN assignment a ON a.id = s.assignment JOIN round r ON r.id = a.round
    JOIN edition d ON d.id = r.edition
    WHERE a.judge = {} AND a.state = 'published'"""
_STEPS = """SELECT m.step, COUNT(*) AS n FROM mark m JOIN score_sheet s ON s.id = m.sheet
    JOIN assignment a ON a.id = s.assignment
    WHERE a.judge = {} AND a.state = 'published' AND s.state = 'sealed' GROUP BY m.step"""
_RUN = "SELECT output FROM ranking_run WHERE round = {} ORDER BY ordinal DESC LIMIT 1"
_FINISHED = frozenset({"closed", "ranked", "decided"})


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """This judge's line of the last run, in points of a hundred.

    ``severity`` is how far below the others this judge marks (positive = stricter), with its 90 % interval; ``scale``
    how widely the scale is used beside the others' (1 = as widely); ``spread`` how far the own marks usually lie from
    what the others' marks suggest, once strictness is taken out. None where the run estimated neither for each judge.
    """

    n_reviews: int
    severity: float
    severity_low: float
    severity_high: float
    scale: float | None
    spread: float | None


@dataclass(frozen=True, slots=True)
class MySummary:
    """``counts`` is how often each step of the scale was given on sealed sheets, from step 1 up."""

    n_sealed: int
    n_abstained: int
    n_open: int
    counts: tuple[int, ...]
    is_round_over: bool
    figures: OwnFigures | None


async def get_my_summary(judge_id: UUID) -> MySummary:
    """Read a judge's own figures; those of a run once the round is over and every own sheet is sealed."""
    rows = await run_sql(_STATES, judge_id)
    n_sealed = sum(row["state"] in {"sealed", "set-aside"} for row in rows)
    n_abstained = sum(row["state"] == "draft" and row["abstained"] is not None for row in rows)
    steps = {row["step"]: row["n"] for row in await run_sql(_STEPS, judge_id)}
    over = [row["round"] for row in rows if row["round_state"] in _FINISHED]
    n_open = len(rows) - n_sealed - n_abstained
    is_round_over = bool(rows) and len(over) == len(rows)
    figures = await _find_figures(judge_id, over[-1]) if is_round_over and n_sealed else None
    return MySummary(
        n_sealed=n_sealed,
        n_abstained=n_abstained,
        n_open=n_open,
        counts=tuple(steps.get(step, 0) for step in range(1, (rows[0]["steps"] if rows else 0) + 1)),
        is_round_over=is_round_over,
        figures=figures,
    )


async def _find_figures(judge_id: UUID, round_id: UUID) -> OwnFigures | None:
    rows = await run_sql(_RUN, round_id)
    output = from_json(rows[0]["output"]) if rows else None
    mine = next((each for each in (output or {}).get("judges", ()) if each["judge"] == str(judge_id)), None)
    if mine is None:
        return None
    is_own_spread = mine.get("noise_low") is not None  # else the run estimated one spread for all judges together
    return OwnFigures(
        n_reviews=mine["reviews"],
        severity=mine["severity"],
        severity_low=mine["low"],
        severity_high=mine["high"],
        scale=mine.get("scale"),
        spread=mine.get("noise") if is_own_spread else None,
    )
