"""Finding one's own sheet, and the facts on which a write to it depends."""

from uuid import UUID

from storage.columns import from_json
from storage.engine import for_update
from storage.reads.judge.views import SheetLock
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict, Independence
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.scoresheet import ScoreSheet

__all__ = ["find_my_sheet_id", "find_sheet_lock"]


async def find_my_sheet_id(judge_id: UUID, code_name: str) -> UUID | None:
    """Find the judge's own sheet by code name; None for a project that is not the judge's, or is no project."""
    row = (
        await ScoreSheet.select(ScoreSheet.id)
        .where(
            (ScoreSheet.assignment.judge == judge_id)
            & (ScoreSheet.assignment.state == "published")
            & (ScoreSheet.assignment.entry.code_name == code_name)  # type: ignore[union-attr]
        )
        .first()
    )
    return row["id"] if row else None


async def find_sheet_lock(judge_id: UUID, sheet_id: UUID) -> SheetLock | None:
    """Read, and on PostgreSQL lock, the facts on which a write to this sheet depends. Use it inside a transaction.

    The round is locked first, as its closing does, so that a seal and a close never pass each other.
    """
    found = (
        await ScoreSheet.select(
            ScoreSheet.assignment.round.as_alias("round"), ScoreSheet.assignment.entry.as_alias("entry")
        )
        .where((ScoreSheet.id == sheet_id) & (ScoreSheet.assignment.judge == judge_id))
        .first()
    )
    if found is None:
        return None
    in_round = await get_row(
        for_update(Round.select(Round.state, Round.closes_at, Round.edition).where(Round.id == found["round"]))
    )
    edition = await get_row(
        Edition.select(Edition.id, Edition.state, Edition.steps, Edition.comment_levels).where(
            Edition.id == in_round["edition"]
        )
    )
    sheet = await get_row(for_update(ScoreSheet.select().where(ScoreSheet.id == sheet_id)))
    assignment = await get_row(
        Assignment.select(
            Assignment.state,
            Assignment.entry.code_name.as_alias("code_name"),
            Assignment.entry.category.as_alias("category"),
        ).where(Assignment.id == sheet["assignment"])
    )
    answer = (
        await Independence.select(Independence.answer).where(Independence.assignment == sheet["assignment"]).first()
    )
    barred = await Conflict.exists().where(
        (Conflict.judge == judge_id) & (Conflict.entry == found["entry"]) & Conflict.state.is_in(["held", "confirmed"])
    )
    return SheetLock(
        id=sheet_id,
        assignment_id=sheet["assignment"],
        judge_id=judge_id,
        entry_id=found["entry"],
        round_id=found["round"],
        category_id=assignment["category"],
        code_name=assignment["code_name"],
        revision=sheet["revision"],
        state=sheet["state"],
        assignment_state=assignment["state"],
        answer=answer["answer"] if answer else None,
        abstained=sheet["abstained"],
        comment_team=sheet["comment_team"],
        comment_committee=sheet["comment_committee"],
        round_state=in_round["state"],
        closes_at=in_round["closes_at"],
        edition_id=edition["id"],
        stage=edition["state"],
        steps=edition["steps"],
        comment_levels=tuple(from_json(edition["comment_levels"]) or ()),
        is_barred=barred,
    )
