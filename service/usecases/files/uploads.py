"""Registered files on their way in: sent part by part until they are complete, or given up."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, NotFound
from service.jobs.queue import enqueue
from service.permissions import Action
from service.usecases.entering.own_entry import OwnEntry, find_own_entry, lock_own_entry, save_entry
from service.usecases.files.registering import check_may_arrive, register_file
from service.usecases.files.sent_files import describe_file
from service.usecases.files.sweeping import forget_parts, give_up
from storage.engine import transaction
from storage.errors import ObjectMissing, ObjectStoreAway, PartsIncomplete
from storage.lifecycle import UPLOAD_MOVES, MoveLost, UploadState, move
from storage.objects.store import ObjectStore, PartLink, UploadRef
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.files import UploadView, find_upload
from storage.tables.upload import Upload

__all__ = [
    "ObjectStore",
    "PartsMissing",
    "abort_upload",
    "complete_upload",
    "count_held_bytes",
    "get_own_upload",
    "list_held_parts",
    "send_file",
    "sign_parts",
]

LINK_LASTS = timedelta(minutes=15)
LINKS_AT_MOST = 16
HELD_WITHIN_SECONDS = 0.5
"""How long a page may ask the store for parts that have arrived: their browser knows them too."""


class PartsMissing(Conflicting):
    """The store does not hold every part yet."""

    code = "parts-missing"


async def sign_parts(
    actor: Actor, number: str, upload_id: UUID, numbers: Sequence[int], *, objects: ObjectStore, now: datetime
) -> Mapping[int, PartLink]:
    """Give links for some parts, each signed for its length. They live minutes, and not past the grace."""
    own, upload = await get_own_upload(actor, number, upload_id)
    check_may_arrive(own, upload, now)
    wanted = sorted(set(numbers))
    if upload.state is not UploadState.OPEN or len(wanted) > LINKS_AT_MOST:
        raise PartsMissing(n=upload.n_parts)
    if not all(1 <= each <= upload.n_parts for each in wanted):
        raise NotFound
    ref, seconds = UploadRef(upload.object_key, upload.store_upload), int(LINK_LASTS.total_seconds())
    return {
        each: await objects.sign_part(ref, each, length=upload.size_of_part(each), seconds=seconds) for each in wanted
    }


async def list_held_parts(upload: UploadView, *, objects: ObjectStore) -> tuple[int, ...]:
    """List the parts that the store holds at their size: the truth from which an upload goes on."""
    if upload.state is UploadState.ABORTED or not upload.store_upload:
        return ()
    if upload.state is not UploadState.OPEN:
        return tuple(range(1, upload.n_parts + 1))
    try:
        held = await objects.list_parts(UploadRef(upload.object_key, upload.store_upload))
    except ObjectMissing:
        return ()
    return tuple(part.number for part in held if part.size == upload.size_of_part(part.number))


async def count_held_bytes(entry: EntryView, *, objects: ObjectStore) -> dict[str, int]:
    """Count the bytes that the store holds of each file still on its way, by upload.

    A page does not wait for a store that is away or slow: it shows none.
    """
    held: dict[str, int] = {}
    try:
        async with asyncio.timeout(HELD_WITHIN_SECONDS):
            for upload in (file.upload for material in entry.materials for file in material.files):
                if upload is not None and upload.state is UploadState.OPEN:
                    numbers = await list_held_parts(upload, objects=objects)
                    held[str(upload.id)] = sum(upload.size_of_part(number) for number in numbers)
    except (ObjectStoreAway, TimeoutError):
        return {}
    return held


async def complete_upload(
    actor: Actor, number: str, upload_id: UUID, *, objects: ObjectStore, now: datetime
) -> UploadView:
    """Say that every part was sent; the check of its digests and the inspection follow. May be repeated.

    Raises PartsMissing with how many parts the store does not hold, GraceOver after the grace.
    """
    own, upload = await get_own_upload(actor, number, upload_id)
    if upload.state is not UploadState.OPEN:
        return upload
    check_may_arrive(own, upload, now)
    ref = UploadRef(upload.object_key, upload.store_upload)
    if upload.store_upload:
        try:
            await objects.complete(ref, size=upload.size, part_size=upload.part_size)
        except PartsIncomplete as error:
            raise PartsMissing(n=len(error.parts)) from error
    async with transaction():
        try:
            await move(Upload, upload.id, "complete", UPLOAD_MOVES, completed_at=now, missing=None)
        except MoveLost:
            pass  # the same request came twice: the first one queued the inspection
        else:
            name = f"inspect:{upload.id}:{upload.attempts}"
            await enqueue("inspect-file", name=name, at=now, upload=str(upload.id))
            await record(Event.FILE_RECEIVED, by=actor, about=("upload", upload.id), at=now)
    return (await get_own_upload(actor, number, upload_id))[1]


async def abort_upload(actor: Actor, number: str, upload_id: UUID, *, objects: ObjectStore, now: datetime) -> None:
    """Give an upload up. What was accepted before stays."""
    async with transaction():
        own = await lock_own_entry(actor, number, Action.SEND_FILE, now=now)
        upload = await find_upload(upload_id, own.id)
        if upload is None:
            raise NotFound
        if upload.state is not UploadState.OPEN:
            raise Conflicting
        await give_up(upload.id, upload.file_id)
        await save_entry(own, {}, now=now)
        await record(Event.FILE_REMOVED, by=actor, about=("upload", upload.id), at=now)
    await forget_parts(upload, objects)


async def send_file(
    actor: Actor,
    number: str,
    material_slug: str,
    *,
    name: str,
    path: Path,
    objects: ObjectStore,
    now: datetime,
    replaces: UUID | None = None,
) -> UploadView:
    """Send a whole local file: what the plain form does, without parts and so without resuming."""
    sent = await asyncio.to_thread(describe_file, path, name)
    upload = await register_file(
        actor, number, material_slug, sent, objects=objects, now=now, replaces=replaces, is_whole=True
    )
    if upload.store_upload:  # the same file had begun to arrive in parts: those are not needed
        await _send_whole(upload, path, objects=objects)
    elif upload.state is UploadState.OPEN:
        await objects.put(upload.object_key, path)
    return await complete_upload(actor, number, upload.id, objects=objects, now=now)


async def get_own_upload(actor: Actor, number: str, upload_id: UUID) -> tuple[OwnEntry, UploadView]:
    """Get an upload of one's own entry. Raises NotFound for any other."""
    own = await find_own_entry(actor, number, Action.SEND_FILE)
    upload = await find_upload(upload_id, own.id)
    if upload is None:
        raise NotFound
    return own, upload


async def _send_whole(upload: UploadView, path: Path, *, objects: ObjectStore) -> None:
    """Put the file whole under its key: it had begun to arrive in parts, which are not needed any more."""
    await objects.abort(UploadRef(upload.object_key, upload.store_upload))
    await objects.put(upload.object_key, path)
    await Upload.update({Upload.store_upload: ""}).where(Upload.id == upload.id)
