"""How far the round has come: who judges what and in which state; counts, never marks."""

from dataclasses import dataclass
from uuid import UUID

from storage.engine import run_sql

__all__ = ["ProgressCell", "list_progress"]


@dataclass(frozen=True, slots=True)
class ProgressCell:
    """One judge on one project: assigned, draft, complete, sealed, held, recused or set_aside."""

    judge_id: UUID
    code_name: str
    category_id: UUID
    state: str


async def list_progress(round_id: UUID) -> tuple[ProgressCell, ...]:
    """Read the state of every pair that was given to judges, in one query."""
    rows = await run_sql(
        """SELECT assignment.judge AS judge, assignment.state AS assigned, assignment.removal AS removal,
        entry.code_name AS code_name, entry.category AS category, score_sheet.state AS sheet,
        score_sheet.abstained AS abstained, score_sheet.saved_at AS saved_at,
        (SELECT count(*) FROM mark WHERE mark.sheet = score_sheet.id) AS n_marks,
        (SELECT count(*) FROM criterion WHERE criterion.category = entry.category) AS n_criteria,
        (SELECT count(*) FROM conflict WHERE conflict.judge = assignment.judge AND conflict.entry = assignment.entry
          AND conflict.state = 'held') AS n_held
        FROM assignment JOIN entry ON entry.id = assignment.entry
        LEFT JOIN score_sheet ON score_sheet.assignment = assignment.id
        WHERE assignment.round = {} AND (assignment.state = 'published'
          OR (assignment.state = 'removed' AND score_sheet.id IS NOT NULL))
        ORDER BY entry.code_name""",
        round_id,
    )
    return tuple(
        ProgressCell(UUID(str(row["judge"])), row["code_name"], UUID(str(row["category"])), _state(row)) for row in rows
    )


def _state(row: dict[str, object]) -> str:
    if row["sheet"] == "set-aside":
        return "set_aside"
    if row["assigned"] == "removed" or row["abstained"] is not None:
        return "recused"
    if row["n_held"]:
        return "held"
    if row["sheet"] == "sealed":
        return "sealed"
    if row["n_marks"] and row["n_marks"] == row["n_criteria"]:
        return "complete"
    return "draft" if row["n_marks"] else "assigned"
