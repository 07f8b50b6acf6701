"""Moving an edition from stage to stage, and its deadline."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.jobs.queue import enqueue
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.operating.log_links import plan_log_link
from service.usecases.setup.readiness import check_ready
from service.usecases.setup.rules import rules_fingerprint
from storage.engine import for_update, transaction
from storage.lifecycle import EDITION_MOVES, EditionState, MoveLost, move
from storage.reads.committee.groups import list_readers
from storage.tables.edition import DeadlineExtension, Edition, TimelineDate

__all__ = ["MoveMade", "NotYet", "archive_edition", "extend_deadline", "find_deadline", "move_edition", "open_edition"]


class NotYet(Conflicting):
    """The calendar does not allow this move yet."""

    code = "not-yet"


class MoveMade(Conflicting):
    """Somebody made this move already, or the edition is in another stage."""

    code = "move-made"


async def open_edition(actor: Actor, edition_id: UUID, *, now: datetime) -> str:
    """Open an edition for entries; its rules are sealed. Return their fingerprint, which is public from now on.

    Raises NotReady while its set-up lacks something.
    """
    async with transaction():
        await for_update(Edition.select(Edition.id).where(Edition.id == edition_id))
        fingerprint = await rules_fingerprint(edition_id)
        await _move(actor, edition_id, "open", now=now, fingerprint=fingerprint)
        await check_ready(edition_id)
        deadline = await find_deadline(edition_id)
        await enqueue(
            "close-edition", name=f"close-edition:{edition_id}:{deadline.isoformat()}", at=now, due_at=deadline,
            edition=str(edition_id),
        )  # fmt: skip
        await record(
            Event.EDITION_MOVED, by=actor, about=("edition", edition_id), at=now, before="draft", after="open",
            reason=fingerprint,
        )  # fmt: skip
        await plan_log_link(edition_id, EditionState.OPEN, now=now)
    return fingerprint


async def move_edition(
    actor: Actor, edition_id: UUID, name: str, *, now: datetime, reason: str = "", **also: object
) -> None:
    """Make a move of the lifecycle that needs nothing but the right to make it, and its row in the log.

    Joins the caller's transaction, where there is one.
    """
    async with transaction():
        source, target = await _move(actor, edition_id, name, now=now, **also)
        await record(
            Event.EDITION_MOVED, by=actor, about=("edition", edition_id), at=now, before=source.value,
            after=target.value, reason=reason,
        )  # fmt: skip
        await plan_log_link(edition_id, target, now=now)


async def archive_edition(actor: Actor, edition_id: UUID, *, now: datetime) -> None:
    """Put a published edition into the archive: it is read from then on, and nobody's letters or words change."""
    await move_edition(actor, edition_id, "archive", now=now)


async def _move(
    actor: Actor, edition_id: UUID, name: str, *, now: datetime, **also: object
) -> tuple[EditionState, EditionState]:
    edition = await for_update(Edition.select(Edition.id, Edition.state).where(Edition.id == edition_id)).first()
    if edition is None:
        raise NotFound
    if actor.is_signed_in:
        require(Action.MOVE_EDITION, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
    try:
        return await move(Edition, edition_id, name, EDITION_MOVES, **also)
    except MoveLost as lost:
        raise MoveMade(stage=edition["state"], at=now) from lost


async def extend_deadline(actor: Actor, edition_id: UUID, *, to: datetime, reason: str, now: datetime) -> int:
    """Move the deadline to a later instant, for a reason that every page then shows; reopen a closed edition.

    Every team with a project under way is written to; return how many people.
    """
    errors = []
    if to <= now:
        errors.append(FieldError("to", "err.time_past"))
    if not reason.strip():
        errors.append(FieldError("reason", "err.reason_needed"))
    if errors:
        raise Invalid(*errors)
    async with transaction():
        edition = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
        if edition is None:
            raise NotFound
        require(Action.MOVE_EDITION, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        if edition["state"] not in {EditionState.OPEN, EditionState.CLOSED}:
            raise MoveMade(stage=edition["state"], at=now)
        before = await find_deadline(edition_id)
        if to <= before:
            raise Invalid(FieldError("to", "err.earlier_deadline"))
        if edition["state"] == EditionState.CLOSED:
            await move(Edition, edition_id, "extend", EDITION_MOVES)
        await DeadlineExtension.insert(
            DeadlineExtension(edition=edition_id, from_at=before, to_at=to, reason=reason.strip(), made_at=now)
        )
        await enqueue(
            "close-edition", name=f"close-edition:{edition_id}:{to.isoformat()}", at=now, due_at=to,
            edition=str(edition_id),
        )  # fmt: skip
        await record(
            Event.DEADLINE_EXTENDED, by=actor, about=("edition", edition_id), at=now, before=before.isoformat(),
            after=to.isoformat(), reason=reason.strip(),
        )  # fmt: skip
        return await _tell_teams(edition_id, before=before, to=to, reason=reason.strip(), now=now)


async def _tell_teams(edition_id: UUID, *, before: datetime, to: datetime, reason: str, now: datetime) -> int:
    readers = {
        reader.email: reader for group in ("drafts", "teams") for reader in await list_readers(edition_id, group)
    }
    for reader in readers.values():
        await queue_letter(
            "deadline-moved", name=f"deadline:{edition_id}:{to.isoformat()}:{reader.email}", email=reader.email,
            language=reader.language, at=now, edition_id=edition_id, before=before.isoformat(),
            until=to.isoformat(), reason=reason, path="/entries",
        )  # fmt: skip
    return len(readers)


async def find_deadline(edition_id: UUID) -> datetime:
    """Find the instant at which entries close, extensions counted. On time means strictly before it."""
    last = (
        await DeadlineExtension.select(DeadlineExtension.to_at)
        .where(DeadlineExtension.edition == edition_id)
        .order_by(DeadlineExtension.made_at, ascending=False)
        .first()
    )
    if last:
        return _aware(last["to_at"])
    row = (
        await TimelineDate.select(TimelineDate.at)
        .where((TimelineDate.edition == edition_id) & (TimelineDate.slug == "deadline"))
        .first()
    )
    if row is None:
        raise NotFound
    return _aware(row["at"])


def _aware(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value
