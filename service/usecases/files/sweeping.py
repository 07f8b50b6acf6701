"""Files that nobody will come back for: given up, listed, and their bytes returned.

Four kinds of litter: an upload that was begun and left; parts and objects of the store that no row knows; and bytes of
files that were refused, replaced or removed and that no submitted version holds; and letters lying as files whose rows
were erased. What a version names stays for good.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from service.audit import SYSTEM, Event, record
from service.jobs.queue import enqueue
from service.usecases.letters.lying import find_erased, remove_letters
from storage.columns import among, from_json
from storage.engine import transaction
from storage.lifecycle import FILE_MOVES, UPLOAD_MOVES, EntryState, FileState, MoveLost, UploadState, move
from storage.objects.store import ObjectStore, UploadRef
from storage.reads.entrant.edition import find_entry_rules
from storage.reads.entrant.files import UploadView
from storage.rows import get_row
from storage.tables.entry import EntryVersion
from storage.tables.file import File, FilePage
from storage.tables.upload import Upload

__all__ = ["Litter", "Reason", "clear_keys", "forget_parts", "give_up", "queue_sweep", "sweep"]

ABANDONED_AFTER = timedelta(days=7)
"""An upload that is in no version and was begun so long ago is given up; the same file begins anew."""
UNKNOWN_AFTER = timedelta(days=1)
"""Bytes come first and rows second: what no row knows yet may be a minute old."""
KINDS = ("original", "judge-copy", "poster", "page")
"""Kinds of objects whose every owner is known here; others are left alone."""


class Reason(StrEnum):
    """Why something is litter."""

    ABANDONED = "abandoned"
    UNKNOWN_PARTS = "unknown-parts"
    UNKNOWN_OBJECT = "unknown-object"
    NOT_NEEDED = "not-needed"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Litter:
    """One thing that may go. ``name`` is a random key or id of ours, never a person's word for it."""

    reason: Reason
    name: str
    size: int
    since: datetime


async def sweep(
    objects: ObjectStore, *, now: datetime, is_told_only: bool = False, letters: Path | None = None
) -> tuple[Litter, ...]:
    """Find what may go and remove it, unless it is only to be told; return what was found. May be repeated.

    ``letters``: the folder in which letters lie as files; those whose rows were erased go with the rest.
    """
    found: list[Litter] = []
    for step in (_abandoned, _unknown_parts, _not_needed, _unknown_objects):
        found.extend([litter async for litter in step(objects, now, not is_told_only)])
    if letters is not None:
        found += [
            Litter(Reason.LETTER, each.path.name, each.size, each.since)
            async for each in find_erased(letters, now=now)
        ]  # fmt: skip
        if not is_told_only:
            await remove_letters(letters, now=now)
    return tuple(found)


async def give_up(upload_id: UUID, file_id: UUID | None) -> None:
    """Abort an open upload and its registered file, which never had an object, in the caller's transaction."""
    await move(Upload, upload_id, "abort", UPLOAD_MOVES)
    if file_id is not None:
        await move(File, file_id, "give-up", FILE_MOVES, object_key="")


async def forget_parts(upload: UploadView, objects: ObjectStore) -> None:
    """Let the store forget parts that nobody needs; what stays behind by mishap goes with the next sweep."""
    if upload.store_upload:
        await objects.abort(UploadRef(upload.object_key, upload.store_upload))


async def queue_sweep(*, now: datetime) -> None:
    """Queue the sweep that comes when what changes now may have become litter: one for each week. In a transaction."""
    due_at = now + ABANDONED_AFTER + timedelta(days=7 - now.weekday())
    year, week, _ = due_at.isocalendar()
    await enqueue("sweep", name=f"sweep:{year}-{week}", at=now, due_at=due_at)


async def _abandoned(objects: ObjectStore, now: datetime, is_removed: bool) -> AsyncIterator[Litter]:  # noqa: FBT001
    """Find old open uploads for which no version waits, or for which it waited until its grace was over."""
    rows = await Upload.select(
        Upload.id, Upload.file, Upload.size, Upload.committed_at, Upload.entry, Upload.object_key, Upload.store_upload,
        Upload.entry.edition.as_alias("edition"), Upload.entry.state.as_alias("entry_state"),
    ).where((Upload.state == UploadState.OPEN.value) & (Upload.committed_at <= now - ABANDONED_AFTER))  # fmt: skip
    named = await _named_in_versions({row["entry"] for row in rows})
    over: dict[UUID, bool] = {}
    for row in rows:
        if row["edition"] not in over:
            over[row["edition"]] = await _is_over(row["edition"], now)
        may_come = not over[row["edition"]] or row["entry_state"] == EntryState.RETURNED.value
        if str(row["file"]) in named and may_come:
            continue
        if is_removed and not await _abandon(row, objects, now=now):
            continue
        yield Litter(Reason.ABANDONED, str(row["id"]), row["size"], row["committed_at"])


async def _is_over(edition_id: UUID, now: datetime) -> bool:
    rules = await find_entry_rules(edition_id)
    return rules is not None and rules.grace_until is not None and now >= rules.grace_until


async def _abandon(row: dict[str, Any], objects: ObjectStore, *, now: datetime) -> bool:
    try:
        async with transaction():
            await give_up(row["id"], row["file"])
            await record(Event.FILE_REMOVED, by=SYSTEM, about=("upload", row["id"]), at=now, reason="abandoned")
    except MoveLost:
        return False  # its last part came this moment
    if row["store_upload"]:
        await objects.abort(UploadRef(row["object_key"], row["store_upload"]))
    return True


async def _unknown_parts(objects: ObjectStore, now: datetime, is_removed: bool) -> AsyncIterator[Litter]:  # noqa: FBT001
    """Find uploads that are open in the store and in no row of ours."""
    async for opened in objects.list_uploads(older_than=now - UNKNOWN_AFTER):
        known = await Upload.exists().where(
            (Upload.store_upload == opened.ref.id) & (Upload.state == UploadState.OPEN.value)
        )
        if known:
            continue
        if is_removed:
            await objects.abort(opened.ref)
        yield Litter(Reason.UNKNOWN_PARTS, opened.ref.key, 0, opened.begun_at)


async def _not_needed(objects: ObjectStore, now: datetime, is_removed: bool) -> AsyncIterator[Litter]:  # noqa: FBT001
    """Find bytes of files that gave way and are in no version. Their rows stay, without keys."""
    gone = [FileState.REFUSED.value, FileState.REPLACED.value, FileState.REMOVED.value]
    rows = await File.select(File.id, File.entry, File.size, File.object_key, File.created_at).where(
        File.state.is_in(gone) & (File.object_key != "") & (File.created_at < now - ABANDONED_AFTER)
    )
    named = await _named_in_versions({row["entry"] for row in rows})
    for row in rows:
        if str(row["id"]) in named:
            continue
        if is_removed:
            await _forget_bytes(row, objects)
        yield Litter(Reason.NOT_NEEDED, row["object_key"], row["size"], row["created_at"])


async def _forget_bytes(row: dict[str, Any], objects: ObjectStore) -> None:
    """Rows first here: a row without its bytes would be a broken promise, bytes without a row are litter."""
    async with transaction():
        keys = await clear_keys(row["id"])
    for key in keys:
        await objects.delete(key)


async def clear_keys(file_id: UUID) -> tuple[str, ...]:
    """Take every key out of a file's rows, in the caller's transaction; return them, to delete the objects after it."""
    row = await get_row(
        File.select(File.object_key, File.judge_key, File.light_key, File.poster_key).where(File.id == file_id)
    )
    pages = await FilePage.delete().where(FilePage.file == file_id).returning(FilePage.object_key)
    await File.update(
        {
            File.object_key: "",
            File.judge_key: None,
            File.judge_media_type: None,
            File.light_key: None,
            File.poster_key: None,
        }
    ).where(File.id == file_id)
    await Upload.update({Upload.object_key: ""}).where(
        (Upload.file == file_id) & (Upload.state != UploadState.OPEN.value)
    )
    return tuple(filter(None, (*row.values(), *(page["object_key"] for page in pages))))


async def _unknown_objects(objects: ObjectStore, now: datetime, is_removed: bool) -> AsyncIterator[Litter]:  # noqa: FBT001
    """Find objects of our kinds that no row names."""
    known = await _known_keys()
    async for held in objects.list_objects(older_than=now - UNKNOWN_AFTER):
        if held.key.partition("/")[0] not in KINDS or held.key in known:
            continue
        if is_removed:
            await objects.delete(held.key)
        yield Litter(Reason.UNKNOWN_OBJECT, held.key, held.size, held.stored_at)


async def _known_keys() -> frozenset[str]:
    """Give every key that a row names. A kind does not tell the column: copies get new keys when judging opens."""
    files = await File.select(File.object_key, File.judge_key, File.light_key, File.poster_key)
    uploads = await Upload.select(Upload.object_key)
    pages = await FilePage.select(FilePage.object_key)
    return frozenset(filter(None, (key for row in (*files, *uploads, *pages) for key in row.values())))


async def _named_in_versions(entry_ids: Iterable[UUID]) -> frozenset[str]:
    """Give the ids of the files that any version of these entries names."""
    rows = await EntryVersion.select(EntryVersion.files).where(among(EntryVersion.entry, entry_ids))
    return frozenset(str(each["id"]) for row in rows for each in from_json(row["files"]))
