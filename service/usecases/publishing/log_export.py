"""Handing out the log as a file, so that anybody may hold it against the link that was published."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.audit_file import read_lines
from service.permissions import Action, require
from service.usecases.deciding.recusals import require_no_tie
from storage.engine import transaction
from storage.rows import get_row
from storage.tables.edition import Edition

__all__ = ["export_log"]


async def export_log(actor: Actor, edition_id: UUID, *, now: datetime) -> bytes:
    """Write the whole chain as it stands, its own handing out included; who takes it is in its last row.

    Raises SteppedAside for a member with a tie: the log tells of every category.
    """
    async with transaction():
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == edition_id))
        require(Action.EXPORT_AUDIT, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        await require_no_tie(actor, edition_id, stage=edition["state"])
        await record(Event.EXPORTED, by=actor, about=("edition", edition_id), at=now, after={"what": "log"})
        return "".join([line async for line in read_lines()]).encode()
