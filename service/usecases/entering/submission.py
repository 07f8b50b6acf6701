"""Submitting writes an immutable version with its receipt; the last file that arrives completes it. Withdrawing."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import SYSTEM, Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action
from service.usecases.entering.deadline import queue_grace_end
from service.usecases.entering.entries import queue_new_copies
from service.usecases.entering.own_entry import OwnEntry, lock_own_entry
from service.usecases.entering.receipts import queue_receipt, queue_second_receipt, queue_withdrawn
from service.usecases.entering.tasks import list_tasks
from service.usecases.setup.closing import draw_code_names
from storage.columns import to_json
from storage.engine import for_update, transaction
from storage.lifecycle import ENTRY_MOVES, EditionState, EntryState, FileState, MoveLost, move
from storage.reads.entrant.entry import EntryView, find_entry
from storage.reads.entrant.files import FileView
from storage.reads.entrant.versions import VersionView, list_versions
from storage.tables.edition import Edition
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File

__all__ = ["EntryIncomplete", "complete_versions", "submit_entry", "withdraw_entry"]

_MOVES = {EntryState.DRAFT: "submit", EntryState.SUBMITTED: "resubmit", EntryState.RETURNED: "complete"}


class EntryIncomplete(Conflicting):
    """Some tasks are left before the entry may be submitted."""

    code = "entry-incomplete"


async def submit_entry(actor: Actor, number: str, *, revision: int, is_declared: bool, now: datetime) -> VersionView:
    """Submit what the draft holds now; return the version, with its receipt queued.

    Where a new file is still on its way in place of an accepted one, a version with the accepted file is written first:
    it stands if the new one never arrives. Raises EntryIncomplete, StaleRevision, DeadlinePassed.
    """
    if not is_declared:
        raise Invalid(FieldError("declared", "submit.declare_first"))
    async with transaction():
        own = await lock_own_entry(actor, number, Action.SUBMIT_ENTRY, now=now)
        own.check_revision(revision)
        entry = await find_entry(own.id, own.rules)
        if entry is None:
            raise NotFound
        left = list_tasks(entry).n_left
        if left:
            raise EntryIncomplete(n=left)
        chosen = _choose_files(entry)
        if _same_as_current(entry, chosen):
            return _current(entry)
        try:
            await move(Entry, own.id, _MOVES[own.state], ENTRY_MOVES)
        except MoveLost as error:
            raise Conflicting from error
        if own.rules.state is EditionState.CLOSED:
            await _name_late(own)
        await EntryVersion.update({EntryVersion.is_current: False}).where(
            (EntryVersion.entry == own.id) & (EntryVersion.is_current == True)  # noqa: E712 (Piccolo's way)
        )
        ordinal = len(entry.versions) + 1
        accepted = _choose_accepted(entry)
        if accepted is not None and accepted != chosen:
            await _write(own, entry, accepted, ordinal=ordinal, is_current=False, now=now)
            ordinal += 1
        version_id = await _write(own, entry, chosen, ordinal=ordinal, is_current=True, now=now)
        if entry.current is not None and entry.current.credits_start != entry.credits_start:
            await queue_new_copies(own.id, own.revision, now=now)
        if _is_arriving(chosen):
            await queue_grace_end(own.rules, due_at=own.due_at, now=now)
        version = (await list_versions(own.id))[0]
        told = {"version": ordinal, "digest": version.digest}
        head = await record(Event.ENTRY_SUBMITTED, by=actor, about=("version", version_id), at=now, after=told)
        await queue_receipt(entry, version, _pairs(chosen), head=head, at=now)
    return version


async def withdraw_entry(actor: Actor, number: str, *, now: datetime) -> None:
    """Withdraw the project: the lead's alone, while entries are open. What was sent is kept, and read by nobody."""
    async with transaction():
        own = await lock_own_entry(actor, number, Action.WITHDRAW_ENTRY, now=now, is_for_lead=True)
        names = {EntryState.DRAFT: "withdraw-draft", EntryState.SUBMITTED: "withdraw"}
        if own.state not in names:
            raise Conflicting
        await move(Entry, own.id, names[own.state], ENTRY_MOVES, saved_at=now)
        await record(Event.ENTRY_WITHDRAWN, by=actor, about=("entry", own.id), at=now)
        entry = await find_entry(own.id, own.rules)
        if entry is not None:
            await queue_withdrawn(entry, at=now)


async def complete_versions(entry_id: UUID, *, now: datetime) -> None:
    """Mark the versions whose last file has just been accepted, and send the second receipt of the one that counts.

    Inside the transaction that accepted the file.
    """
    arrived = {FileState.READY.value, FileState.REPLACED.value}
    for version in await list_versions(entry_id):
        if version.complete_at is not None:
            continue
        rows = await File.select(File.id, File.state, File.sha256).where(
            File.id.is_in([file.id for file in version.files])
        )
        if not all(row["state"] in arrived for row in rows):
            continue
        await EntryVersion.update({EntryVersion.complete_at: now}).where(EntryVersion.id == version.id)
        if version.is_current:
            told = {"version": version.ordinal}
            head = await record(
                Event.FILE_RECEIVED, by=SYSTEM, about=("version", version.id), at=now, after=told, reason="complete"
            )
            await queue_second_receipt(entry_id, version, head=head, at=now)


async def _name_late(own: OwnEntry) -> None:
    """Draw the code name of an entry that was given time and is submitted after the others drew theirs."""
    await for_update(Edition.select(Edition.id).where(Edition.id == own.rules.id))
    await draw_code_names(own.rules.id)


def _choose_files(entry: EntryView) -> dict[tuple[str, int], FileView]:
    """Choose what is submitted: of each place the file registered last, accepted or still arriving."""
    return {(material.slug, file.position): file for material in entry.materials for file in material.standing}


def _choose_accepted(entry: EntryView) -> dict[tuple[str, int], FileView] | None:
    """Choose accepted files only; None where a required one has none."""
    chosen: dict[tuple[str, int], FileView] = {}
    for material in entry.materials:
        if material.is_required and not material.is_link and not material.accepted:
            return None
        chosen |= {(material.slug, file.position): file for file in material.accepted}
    return chosen


def _is_arriving(chosen: dict[tuple[str, int], FileView]) -> bool:
    return any(file.state is not FileState.READY for file in chosen.values())


async def _write(
    own: OwnEntry,
    entry: EntryView,
    chosen: dict[tuple[str, int], FileView],
    *,
    ordinal: int,
    is_current: bool,
    now: datetime,
) -> UUID:
    """Write an immutable version."""
    version_id = uuid4()
    content = _content(entry, chosen)
    await EntryVersion.insert(
        EntryVersion(
            id=version_id,
            entry=own.id,
            ordinal=ordinal,
            category=entry.category.id,
            title_ar=entry.title_ar,
            title_en=entry.title_en,
            abstract_ar=entry.abstract_ar,
            abstract_en=entry.abstract_en,
            work_language=entry.work_language,
            tags=to_json(list(entry.tags)),
            duration_seconds=entry.duration_seconds,
            credits_start=entry.credits_start,
            rights=to_json(entry.rights),
            ai_slug=entry.ai_slug,
            ai_text=entry.ai_text or "",
            files=to_json(content["files"]),
            digest=_digest(content),
            submitted_at=now,
            complete_at=None if _is_arriving(chosen) else now,
            is_current=is_current,
        )
    )
    return version_id


def _content(entry: EntryView, chosen: dict[tuple[str, int], FileView]) -> dict[str, object]:
    """Return what a version says, as its digest covers it: no names, no times."""
    return {
        "number": entry.number,
        "category": entry.category.slug,
        "title": [entry.title_ar, entry.title_en],
        "abstract": [entry.abstract_ar, entry.abstract_en],
        "language": entry.work_language,
        "tags": list(entry.tags),
        "duration": entry.duration_seconds,
        "credits": entry.credits_start,
        "rights": entry.rights,
        "ai": [entry.ai_slug, entry.ai_text or ""],
        "files": [
            {
                "id": str(file.id),
                "material": slug,
                "position": position,
                "size": file.size,
                "commitment": file.commitment,
                "sha256": file.sha256,
                "media_type": file.media_type,
            }
            for (slug, position), file in sorted(chosen.items())
        ],
    }


def _digest(content: dict[str, object]) -> str:
    return hashlib.sha256(to_json(content).encode()).hexdigest()


def _same_as_current(entry: EntryView, chosen: dict[tuple[str, int], FileView]) -> bool:
    """Whether this very content was submitted already: a second press of the button, or nothing changed."""
    current = entry.current
    if current is None or entry.state is not EntryState.SUBMITTED or entry.has_unsubmitted_changes:
        return False
    return {file.id for file in current.files} == {file.id for file in chosen.values()}


def _current(entry: EntryView) -> VersionView:
    if entry.current is None:
        raise Conflicting
    return entry.current


def _pairs(chosen: dict[tuple[str, int], FileView]) -> Sequence[FileView]:
    return [file for _, file in sorted(chosen.items())]
