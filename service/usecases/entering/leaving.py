"""An entry leaves the competition after it was admitted: what it leaves behind, and when it cannot."""

from datetime import datetime
from uuid import UUID

from service.errors import Conflicting
from storage.lifecycle import ASSIGNMENT_MOVES, AssignmentState, move
from storage.tables.assignment import Assignment
from storage.tables.result import Outcome

__all__ = ["refuse_placed", "take_from_judges"]


class HasPlace(Conflicting):
    """A decision gives the project a place: the committee takes it out of the decision first."""

    code = "has-place"


async def refuse_placed(entry_id: UUID) -> None:
    """Refuse to let go of an entry that a decision honours. Raises HasPlace."""
    if await Outcome.exists().where((Outcome.entry == entry_id) & Outcome.honour.is_not_null()):
        raise HasPlace


async def take_from_judges(entry_id: UUID, *, removal: str, now: datetime) -> None:
    """Take an entry out of every judge's list; what was sealed is kept and no longer counts."""
    for name, state in (("drop", AssignmentState.PROPOSED), ("remove", AssignmentState.PUBLISHED)):
        rows = await Assignment.select(Assignment.id).where(
            (Assignment.entry == entry_id) & (Assignment.state == state.value)
        )
        for row in rows:
            await move(Assignment, row["id"], name, ASSIGNMENT_MOVES, removed_at=now, removal=removal)
