"""An entrant's own score in summed steps: what was given, what was adjusted, how sure it is. No rank, and no judge."""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql

__all__ = ["ScoreExplanation", "find_explanation"]


@dataclass(frozen=True, slots=True)
class ScoreExplanation:
    """Points of a hundred: raw + severity + scale + weight + pull = score; low and high hold it with 90 %.

    Each step is summed over the entry's judges, for one judge's own figure recurs on other entries. ``criteria``: the
    mean by criterion.
    """

    n_reviews: int
    raw: float
    severity: float
    scale: float
    weight: float
    pull: float
    score: float
    low: float
    high: float
    criteria: dict[UUID, float]


async def find_explanation(entry_id: UUID) -> ScoreExplanation | None:
    """Find the score that the approved decision rests on; None before the entrants were notified."""
    rows = await run_sql(
        """SELECT ranking_run.output AS output FROM outcome
        JOIN decision ON decision.id = outcome.decision
        JOIN ranking_run ON ranking_run.id = decision.run
        JOIN round ON round.id = decision.round
        JOIN edition ON edition.id = round.edition
        WHERE outcome.entry = {} AND decision.state = 'approved'
          AND edition.state IN ('notified', 'published', 'archived')
        ORDER BY round.ordinal DESC LIMIT 1""",
        entry_id,
    )
    if not rows:
        return None
    for lines in from_json(rows[0]["output"])["categories"].values():
        for line in lines:
            if line["entry"] == str(entry_id):
                return ScoreExplanation(
                    n_reviews=line["reviews"],
                    score=line["score"],
                    low=line["score_90"][0],
                    high=line["score_90"][1],
                    criteria={UUID(name): value for name, value in line["criteria"].items()},
                    **line["parts"],
                )
    return None
