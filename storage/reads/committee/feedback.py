"""What judges wrote for the teams, and what of it was chosen."""

from dataclasses import dataclass
from uuid import UUID

from storage.engine import run_sql

__all__ = ["TeamComment", "list_team_comments"]


@dataclass(frozen=True, slots=True)
class TeamComment:
    """A judge's words to a team, on a sealed sheet; the judge is not named."""

    sheet_id: UUID
    entry_id: UUID
    code_name: str
    title_ar: str
    title_en: str
    content: str
    is_chosen: bool


async def list_team_comments(round_id: UUID, category_id: UUID) -> tuple[TeamComment, ...]:
    """List the comments of a category's sealed sheets, by code name, in one query."""
    rows = await run_sql(
        """SELECT score_sheet.id AS sheet_id, entry.id AS entry_id, entry.code_name AS code_name,
        entry_version.title_ar AS title_ar, entry_version.title_en AS title_en,
        score_sheet.comment_team AS content, (chosen_comment.id IS NOT NULL) AS is_chosen
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry
        JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        LEFT JOIN chosen_comment ON chosen_comment.sheet = score_sheet.id
        WHERE assignment.round = {} AND entry_version.category = {} AND score_sheet.state = 'sealed'
          AND score_sheet.comment_team <> ''
        ORDER BY entry.code_name, score_sheet.comment_team""",
        round_id, category_id,
    )  # fmt: skip
    return tuple(
        TeamComment(
            UUID(str(row["sheet_id"])), UUID(str(row["entry_id"])), row["code_name"], row["title_ar"],
            row["title_en"], row["content"], bool(row["is_chosen"]),
        )
        for row in rows
    )  # fmt: skip
