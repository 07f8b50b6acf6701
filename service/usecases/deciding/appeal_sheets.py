"""The sheets that an upheld appeal on a score or on the procedure sets aside.

Nobody but its judge ever writes a mark, and no sheet opens again once its round is over. A mark that was recorded
wrongly is mended by leaving the sheet out: kept as it is and shown, with the reason, and not counted by new runs.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.usecases.letters.aside import tell_of_sheet_aside
from service.usecases.panel.conflicts import lock_rounds
from storage.columns import from_json, to_json
from storage.lifecycle import SHEET_MOVES, SheetState, move
from storage.reads.committee.appeals import list_sealing_judges
from storage.tables.appeal import Appeal
from storage.tables.scoresheet import ScoreSheet

__all__ = ["name_sheets", "set_named_aside"]


async def name_sheets(appeal_id: UUID, entry_id: UUID, judges: Collection[UUID]) -> None:
    """Write down whose sheets on the project an answer leaves out; none is an answer too.

    Raises NotFound for who did not judge it.
    """
    if not (await list_sealing_judges(entry_id)).issuperset(judges):
        raise NotFound
    named = to_json(sorted(str(each) for each in judges)) if judges else None
    await Appeal.update({Appeal.left_out: named}).where(Appeal.id == appeal_id)


async def set_named_aside(actor: Actor, entry_id: UUID, left_out: str | None, *, reason: str, now: datetime) -> None:
    """Set the named judges' sealed sheets on the project aside, each on the record with the answer as its reason."""
    for judge in from_json(left_out) or ():
        judge_id = UUID(judge)
        await lock_rounds(judge_id)
        sealed = (
            (ScoreSheet.assignment.entry == entry_id)
            & (ScoreSheet.assignment.judge == judge_id)
            & (ScoreSheet.state == SheetState.SEALED.value)
        )
        for sheet in await ScoreSheet.select(ScoreSheet.id).where(sealed).order_by(ScoreSheet.id):
            await move(ScoreSheet, sheet["id"], "set-aside", SHEET_MOVES)
            await record(
                Event.SHEET_SET_ASIDE, by=actor, about=("sheet", sheet["id"]), at=now, before="sealed",
                after="set-aside", reason=reason,
            )  # fmt: skip
            await tell_of_sheet_aside(sheet["id"], at=now)
