"""The deadline and the one grace time after it. The server's clock alone is asked, taken before a body is read."""

from datetime import datetime, timedelta
from uuid import UUID

from service.audit import SYSTEM, Event, record
from service.errors import Conflicting, DeadlinePassed, NotFound, NotOpenNow
from service.jobs.queue import enqueue
from service.permissions import Action
from service.usecases.entering.receipts import queue_grace_letters
from storage.columns import among
from storage.engine import for_update, transaction
from storage.lifecycle import EditionState, EntryState, UploadState
from storage.reads.entrant.edition import EntryRules, find_entry_rules
from storage.reads.entrant.versions import find_last_complete, list_arriving_versions
from storage.tables.entry import Entry, EntryVersion
from storage.tables.upload import Upload

__all__ = ["GraceOver", "check_grace", "check_on_time", "close_grace", "find_closing", "queue_grace_end",
           "takes_changes"]  # fmt: skip

LOOK_AGAIN = timedelta(minutes=5)


class GraceOver(Conflicting):
    """The grace after the deadline ended before these bytes came."""

    code = "grace-over"

    def __init__(self, *, ended_at: datetime) -> None:
        super().__init__(ended_at=ended_at)


def find_closing(rules: EntryRules, *, state: EntryState, due_at: datetime | None) -> datetime | None:
    """Say until when this entry may change: its own date where it was returned or was given time, else the deadline.

    ``due_at`` is that date of its own. Time given never takes any: the later of the two counts.
    """
    if state is EntryState.RETURNED or rules.deadline_at is None or due_at is None:
        return due_at if state is EntryState.RETURNED else rules.deadline_at
    return max(due_at, rules.deadline_at)


def takes_changes(rules: EntryRules, *, state: EntryState, due_at: datetime | None) -> bool:
    """Say whether the edition's stage lets this entry change: while open, or closed where it has a date of its own."""
    has_own_date = state is EntryState.RETURNED or (due_at is not None and rules.state is EditionState.CLOSED)
    return has_own_date or rules.state is EditionState.OPEN


def check_on_time(
    rules: EntryRules, *, state: EntryState, due_at: datetime | None, now: datetime, action: Action
) -> None:
    """Refuse a change that comes at its deadline or later. ``due_at`` is a deadline of the entry's own."""
    closing = find_closing(rules, state=state, due_at=due_at)
    if closing is not None and now >= closing:
        raise DeadlinePassed(closed_at=closing, now=now)
    if not takes_changes(rules, state=state, due_at=due_at):
        raise NotOpenNow(action=action, stage=rules.state)


def check_grace(
    rules: EntryRules, *, state: EntryState, due_at: datetime | None, now: datetime, committed_at: datetime
) -> None:
    """Refuse bytes after the grace. They belong to a file that was registered in time, or to none."""
    closing = find_closing(rules, state=state, due_at=due_at)
    if closing is None or now < closing:
        return
    ended_at = closing + timedelta(minutes=rules.grace_minutes)
    if now >= ended_at or committed_at >= closing:
        raise GraceOver(ended_at=ended_at)


async def queue_grace_end(rules: EntryRules, *, due_at: datetime | None, now: datetime) -> None:
    """Queue the look at what arrived, for the moment when the grace ends."""
    ends_at = due_at + timedelta(minutes=rules.grace_minutes) if due_at else rules.grace_until
    if ends_at is not None:
        await _queue(rules.id, at=now, due_at=ends_at)


async def _queue(edition_id: UUID, *, at: datetime, due_at: datetime) -> None:
    name = f"close-grace:{edition_id}:{due_at.isoformat()}"
    await enqueue("close-grace", name=name, at=at, due_at=due_at, edition=str(edition_id))


async def close_grace(edition_id: UUID, *, now: datetime) -> int:
    """Let an entry's last complete version stand where a file did not arrive; return how many were looked at.

    Entries without one stay incomplete, and their team and the committee are told. Files that arrived and still wait
    for inspection are looked at again a little later. May be repeated.
    """
    rules = await find_entry_rules(edition_id)
    if rules is None:
        raise NotFound
    looked_at, waits = 0, False
    for version in await list_arriving_versions(edition_id):
        closing = find_closing(rules, state=version.state, due_at=version.due_at)
        if closing is None or now < closing + timedelta(minutes=rules.grace_minutes):
            waits = waits or closing is not None
            continue
        if await _is_being_inspected(version.file_ids):
            waits = True
            continue
        async with transaction():
            await _settle(version.entry_id, version.id, now=now)
        looked_at += 1
    if waits:
        async with transaction():
            next_look = max(now + LOOK_AGAIN, rules.grace_until or now)
            await _queue(edition_id, at=now, due_at=next_look)
    return looked_at


async def _is_being_inspected(file_ids: tuple[UUID, ...]) -> bool:
    under_way = [UploadState.COMPLETE.value, UploadState.INSPECTING.value]
    return await Upload.exists().where(among(Upload.file, file_ids) & Upload.state.is_in(under_way))


async def _settle(entry_id: UUID, version_id: UUID, *, now: datetime) -> None:
    """Decide what counts of one entry, on its locked row."""
    await for_update(Entry.select(Entry.id).where(Entry.id == entry_id))
    still = await EntryVersion.exists().where(
        (EntryVersion.id == version_id) & (EntryVersion.is_current == True) & EntryVersion.complete_at.is_null()  # noqa: E712 (Piccolo's way)
    )
    if not still:
        return
    complete = await find_last_complete(entry_id)
    if complete is not None:
        await EntryVersion.update({EntryVersion.is_current: False}).where(EntryVersion.id == version_id)
        await EntryVersion.update({EntryVersion.is_current: True}).where(EntryVersion.id == complete.id)
    is_first_time = await queue_grace_letters(entry_id, version_id, complete=complete, now=now)
    if is_first_time:
        await record(
            Event.ENTRY_CHANGED,
            by=SYSTEM,
            about=("entry", entry_id),
            at=now,
            after={"version": complete.ordinal if complete else None},
            reason="grace-ended",
        )
