"""Letters that could not be sent: tried again when somebody asks."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.permissions import Action, require
from storage.engine import transaction
from storage.tables.message import Message

__all__ = ["retry_letter"]


async def retry_letter(actor: Actor, letter_id: UUID, *, now: datetime) -> None:
    """Put a letter that failed back into the queue; of two who ask, one does. Raises NotFound for any other."""
    async with transaction():
        require(Action.MANAGE_MESSAGES, actor, stage=None)
        found = (
            await Message.update({Message.state: "waiting", Message.attempts: 0, Message.due_at: now})
            .where((Message.id == letter_id) & (Message.state == "failed"))
            .returning(Message.id)
        )
        if not found:
            raise NotFound
        await record(
            Event.LETTER_RETRIED, by=actor, about=("letter", letter_id), at=now, before="failed", after="waiting"
        )
