"""Acts that take two people: one asks with a reason, another agrees, and only then is it done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from storage.columns import from_json, to_json
from storage.engine import for_update, savepoint
from storage.errors import UniqueViolation
from storage.tables.committee import JointRequest

__all__ = ["Joint", "Matter", "SecondPersonNeeded", "answer_request", "ask_together", "find_agreed_at", "is_agreed"]


class Matter(StrEnum):
    """What takes two people."""

    UNMASK = "unmask"
    REOPEN_SHEET = "reopen-sheet"
    EXCLUDE = "exclude"
    PREVIEW_NAMES = "preview-names"
    REOPEN_METHOD = "reopen-method"


class AskedAlready(Conflicting):
    """The same is waiting for a second person already."""

    code = "asked-already"


class SecondPersonNeeded(Conflicting):
    """Whoever asked cannot agree to it: another member does."""

    code = "second-person-needed"


@dataclass(frozen=True, slots=True)
class Joint:
    """A request that was answered."""

    edition_id: UUID
    subject: UUID
    reason: str
    asked_by: UUID
    facts: Mapping[str, Any]


async def ask_together(
    actor: Actor,
    edition_id: UUID,
    matter: Matter,
    subject: UUID,
    *,
    reason: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> UUID:
    """Ask for an act that takes two people. Call it in the transaction that required the right to ask."""
    if not reason.strip():
        raise Invalid(FieldError("reason", "err.reason_needed"))
    if actor.person_id is None:
        raise NotFound
    request_id = uuid4()
    try:
        async with savepoint():
            await JointRequest.insert(
                JointRequest(
                    id=request_id, edition=edition_id, matter=matter.value, subject=str(subject),
                    facts=to_json(dict(facts or {})), reason=reason.strip(), state="waiting",
                    asked_by=actor.person_id, asked_at=now, answered_by=None, answered_at=None,
                )
            )  # fmt: skip
    except UniqueViolation as held:
        raise AskedAlready from held
    await record(
        Event.JOINT_ASKED, by=actor, about=(matter.value, subject), at=now, after=matter.value, reason=reason.strip()
    )
    return request_id


async def answer_request(actor: Actor, request_id: UUID, matter: Matter, *, agrees: bool, now: datetime) -> Joint:
    """Agree to a request or decline it, as another person than who asked; log it before anything follows from it.

    Call it in the transaction of the act. Raises SecondPersonNeeded, NotFound.
    """
    row = await for_update(
        JointRequest.select().where(
            (JointRequest.id == request_id) & (JointRequest.matter == matter.value) & (JointRequest.state == "waiting")
        )
    ).first()
    if row is None or actor.person_id is None or actor.edition_id not in {None, row["edition"]}:
        raise NotFound
    if agrees and row["asked_by"] == actor.person_id:
        raise SecondPersonNeeded
    await JointRequest.update(
        {
            JointRequest.state: "agreed" if agrees else "declined",
            JointRequest.answered_by: actor.person_id,
            JointRequest.answered_at: now,
        }
    ).where(JointRequest.id == request_id)
    await record(
        Event.JOINT_AGREED if agrees else Event.JOINT_DECLINED, by=actor, about=(matter.value, row["subject"]), at=now,
        before="waiting", after="agreed" if agrees else "declined", reason=row["reason"],
    )  # fmt: skip
    return Joint(row["edition"], UUID(row["subject"]), row["reason"], row["asked_by"], from_json(row["facts"]) or {})


async def is_agreed(matter: Matter, subject: UUID) -> bool:
    """Say whether two people have agreed to this."""
    return bool(
        await JointRequest.exists().where(
            (JointRequest.matter == matter.value)
            & (JointRequest.subject == str(subject))
            & (JointRequest.state == "agreed")
        )
    )


async def find_agreed_at(matter: Matter, subject: UUID) -> datetime | None:
    """Find when two people last agreed to this; None where they never did."""
    row = (
        await JointRequest.select(JointRequest.answered_at)
        .where(
            (JointRequest.matter == matter.value)
            & (JointRequest.subject == str(subject))
            & (JointRequest.state == "agreed")
        )
        .order_by(JointRequest.answered_at, ascending=False)
        .first()
    )
    return row["answered_at"] if row else None
