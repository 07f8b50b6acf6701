"""Letters to whole groups: looked at first, sent once, and their failures tried again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.written import check_line, read_line, read_text
from storage.engine import for_update, savepoint, transaction
from storage.errors import UniqueViolation
from storage.reads.committee.groups import GROUPS, list_readers
from storage.tables.edition import Edition
from storage.tables.group_letter import GroupLetter
from storage.tables.message import Message

__all__ = ["GroupText", "check_group_text", "retry_group_letter", "send_to_group"]

LONGEST_SUBJECT = 150
LONGEST_BODY = 5_000


class GroupChanged(Conflicting):
    """The group has more or fewer people than the preview said."""

    code = "group-changed"


@dataclass(frozen=True, slots=True)
class GroupText:
    """What is written to whom, in both languages."""

    audience: str
    subject_ar: str
    subject_en: str
    body_ar: str
    body_en: str


def check_group_text(text: GroupText) -> GroupText:
    """Give the text as it will be sent. Raises Invalid, a field at a time."""
    subjects = {name: read_line(getattr(text, name)) for name in ("subject_ar", "subject_en")}
    bodies = {name: read_text(getattr(text, name)) for name in ("body_ar", "body_en")}
    errors = [] if text.audience in GROUPS else [FieldError("audience", "messages.err_audience")]
    for name, line in subjects.items():
        errors += check_line(name, line, at_most=LONGEST_SUBJECT, is_needed=True, word=f"messages.{name}")
    for name, body in bodies.items():
        errors += check_line(name, body, at_most=LONGEST_BODY, is_needed=True, word=f"messages.{name}")
    if errors:
        raise Invalid(*errors)
    return GroupText(text.audience, **subjects, **bodies)


async def send_to_group(
    actor: Actor, edition_id: UUID, letter_id: UUID, text: GroupText, *, n_seen: int, now: datetime
) -> int:
    """Queue a letter to everybody of a group, as many as the preview showed; return how many.

    ``letter_id`` was made with the preview: sent twice, it goes once. Raises GroupChanged, Invalid.
    """
    text = check_group_text(text)
    async with transaction():
        stage = await _require(actor, edition_id)
        readers = await list_readers(edition_id, text.audience)
        if not readers:
            raise Invalid(FieldError("audience", "messages.err_nobody"))
        if not await _keep(actor, edition_id, letter_id, text, n_people=len(readers), now=now):
            return 0
        if len(readers) != n_seen:
            raise GroupChanged(n=len(readers))
        for reader in readers:
            await queue_letter(
                "group", name=f"group:{letter_id}:{reader.email}", email=reader.email, language=reader.language, at=now,
                subject_ar=text.subject_ar, subject_en=text.subject_en, body_ar=text.body_ar, body_en=text.body_en,
            )  # fmt: skip
        await record(
            Event.GROUP_WRITTEN_TO, by=actor, about=("edition", edition_id), at=now, before=stage,
            after={"audience": text.audience, "n": len(readers), "letter": str(letter_id)},
        )  # fmt: skip
        return len(readers)


async def retry_group_letter(actor: Actor, edition_id: UUID, letter_id: UUID, *, now: datetime) -> int:
    """Put all the copies of a group's letter that failed back into the queue; return how many."""
    async with transaction():
        await _require(actor, edition_id)
        if not await GroupLetter.exists().where((GroupLetter.id == letter_id) & (GroupLetter.edition == edition_id)):
            raise NotFound
        found = (
            await Message.update({Message.state: "waiting", Message.attempts: 0, Message.due_at: now})
            .where(Message.name.like(f"group:{letter_id}:%") & (Message.state == "failed"))
            .returning(Message.id)
        )
        if found:
            await record(
                Event.LETTER_RETRIED, by=actor, about=("letter", letter_id), at=now, before="failed", after=len(found)
            )
        return len(found)


async def _require(actor: Actor, edition_id: UUID) -> str:
    row = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
    if row is None:
        raise NotFound
    require(Action.SEND_MESSAGE, actor, stage=row["state"], owns=actor.edition_id in {None, edition_id})
    return str(row["state"])


async def _keep(
    actor: Actor, edition_id: UUID, letter_id: UUID, text: GroupText, *, n_people: int, now: datetime
) -> bool:
    """Keep what was written; False where it was sent before."""
    try:
        async with savepoint():
            await GroupLetter.insert(
                GroupLetter(
                    id=letter_id, edition=edition_id, audience=text.audience, subject_ar=text.subject_ar,
                    subject_en=text.subject_en, body_ar=text.body_ar, body_en=text.body_en, n_people=n_people,
                    made_by=actor.person_id, made_at=now,
                )
            )  # fmt: skip
    except UniqueViolation:
        return False
    return True
