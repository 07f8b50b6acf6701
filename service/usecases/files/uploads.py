"""Files on their way in: registered by the digests of their parts, then sent part by part, then complete.

What is registered before the deadline is the entrant's commitment: its bytes may arrive within the grace, others not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, DeadlinePassed, FieldError, Invalid, NotFound
from service.jobs.queue import enqueue
from service.permissions import Action, require
from service.usecases.entering.deadline import check_grace
from service.usecases.entering.own_entry import OwnEntry, find_own_entry, lock_own_entry, save_entry
from service.usecases.files.quotas import check_quota
from service.usecases.files.sent_files import Sent, check_sent, clean_name, commit_to, describe_file
from service.usecases.files.sweeping import give_up, queue_sweep
from storage.columns import to_json
from storage.engine import transaction
from storage.errors import ObjectMissing, ObjectStoreAway, PartsIncomplete
from storage.lifecycle import UPLOAD_MOVES, FileState, MoveLost, UploadState, move
from storage.objects.store import PART_SIZE, ObjectStore, PartLink, UploadRef, make_key
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.files import FileView, MaterialView, UploadView, find_upload, list_materials
from storage.tables.file import File
from storage.tables.upload import Upload

__all__ = [
    "NotSameFile",
    "ObjectStore",
    "PartsMissing",
    "abort_upload",
    "complete_upload",
    "count_held_bytes",
    "get_own_upload",
    "list_held_parts",
    "register_file",
    "send_file",
    "sign_parts",
]

LINK_LASTS = timedelta(minutes=15)
LINKS_AT_MOST = 16
HELD_WITHIN_SECONDS = 0.5
"""How long a page may ask the store for parts that have arrived: their browser knows them too."""

_UNKNOWN_TYPE = "application/octet-stream"


class NotSameFile(Conflicting):
    """After the deadline only the file that was registered may go on arriving."""

    code = "not-same-file"


class PartsMissing(Conflicting):
    """The store does not hold every part yet."""

    code = "parts-missing"


async def register_file(
    actor: Actor,
    number: str,
    material_slug: str,
    sent: Sent,
    *,
    objects: ObjectStore,
    now: datetime,
    replaces: UUID | None = None,
    is_whole: bool = False,
) -> UploadView:
    """Register a file before its bytes come; the same file again gives the upload that began, with its parts.

    ``is_whole``: the bytes come in one piece through us, not in parts. Raises Invalid for what the material does not
    take, NotSameFile and DeadlinePassed after the deadline.
    """
    own = await find_own_entry(actor, number, Action.SEND_FILE)
    material = await _get_material(own, material_slug)
    sent = Sent(clean_name(sent.name), sent.size, tuple(sent.digests))
    check_sent(sent, material)
    begun = _find_begun(material, sent)
    if begun is not None:
        _check_grace(own, begun, now)
        return begun
    if any(file.is_arriving for file in material.files):
        try:
            own.check_may_change(now=now, action=Action.SEND_FILE)
        except DeadlinePassed:
            raise NotSameFile from None
    own.check_may_change(now=now, action=Action.SEND_FILE)
    key = make_key("original")
    ref = UploadRef(key, "") if is_whole else await objects.create_upload(key, size=sent.size, part_size=PART_SIZE)
    try:
        upload, given_up = await _keep(actor, own, material, sent, ref, replaces=replaces, now=now)
    except BaseException:
        if ref.id:
            await objects.abort(ref)
        raise
    for old in given_up:
        await _forget_parts(old, objects)
    return upload


async def sign_parts(
    actor: Actor, number: str, upload_id: UUID, numbers: Sequence[int], *, objects: ObjectStore, now: datetime
) -> Mapping[int, PartLink]:
    """Give links for some parts, each signed for its length. They live minutes, and not past the grace."""
    own, upload = await get_own_upload(actor, number, upload_id)
    _check_grace(own, upload, now)
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
    _check_grace(own, upload, now)
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
    await _forget_parts(upload, objects)


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


async def _keep(
    actor: Actor,
    own: OwnEntry,
    material: MaterialView,
    sent: Sent,
    ref: UploadRef,
    *,
    replaces: UUID | None,
    now: datetime,
) -> tuple[UploadView, list[UploadView]]:
    """Write the rows of a registered file; return it and the uploads that gave way to it."""
    async with transaction():
        entry = await lock_own_entry(actor, own.number, Action.SEND_FILE, now=now)
        require(Action.SEND_FILE, actor, stage=entry.rules.state)
        material = await _get_material(entry, material.slug)
        materials = await list_materials(entry.category_id)
        await check_quota(materials, entry_id=entry.id, person_id=actor.person_id, size=sent.size)
        position = _find_position(material, replaces)
        given_up = [
            file.upload
            for file in material.files
            if file.position == position and file.upload is not None and file.upload.state is UploadState.OPEN
        ]
        for old in given_up:
            await give_up(old.id, old.file_id)
        file_id, upload_id = uuid4(), uuid4()
        commitment = commit_to(sent.digests)
        await File.insert(
            _file(file_id, sent, ref, entry_id=entry.id, material_id=material.id, position=position, now=now)
        )
        await Upload.insert(
            Upload(
                id=upload_id,
                entry=entry.id,
                material=material.id,
                file=file_id,
                person=actor.person_id,
                state=UploadState.OPEN.value,
                name=sent.name,
                object_key=ref.key,
                store_upload=ref.id,
                size=sent.size,
                part_size=PART_SIZE,
                digests=to_json(list(sent.digests)),
                commitment=commitment,
                attempts=0,
                committed_at=now,
            )
        )
        await queue_sweep(now=now)
        await save_entry(entry, {}, now=now)
        told = {"file": str(file_id), "commitment": commitment, "size": sent.size}
        await record(Event.FILE_COMMITTED, by=actor, about=("upload", upload_id), at=now, after=told)
        upload = await find_upload(upload_id, entry.id)
    if upload is None:
        raise NotFound
    return upload, given_up


def _file(
    file_id: UUID, sent: Sent, ref: UploadRef, *, entry_id: UUID, material_id: UUID, position: int, now: datetime
) -> File:
    return File(
        id=file_id,
        entry=entry_id,
        material=material_id,
        state=FileState.COMMITTED.value,
        position=position,
        media_type=_UNKNOWN_TYPE,
        size=sent.size,
        commitment=commit_to(sent.digests),
        object_key=ref.key,
        created_at=now,
    )


async def _get_material(own: OwnEntry, slug: str) -> MaterialView:
    for material in await list_materials(own.category_id, own.id):
        if material.slug == slug and not material.is_link:
            return material
    raise NotFound


def _find_begun(material: MaterialView, sent: Sent) -> UploadView | None:
    """Find the upload of this very file that has begun: the same digests and size."""
    commitment = commit_to(sent.digests)
    for file in material.files:
        upload = file.upload
        is_same = upload is not None and upload.commitment == commitment and upload.size == sent.size
        if upload is not None and is_same and file.state is FileState.COMMITTED:
            return upload
    return None


def _find_position(material: MaterialView, replaces: UUID | None) -> int:
    """Find the place of a new file: the one it replaces, the only one, or the next free one."""
    if material.max_files == 1:
        return 1
    if replaces is not None:
        replaced: FileView | None = next((file for file in material.files if file.id == replaces), None)
        if replaced is None:
            raise NotFound
        return replaced.position
    taken = {file.position for file in material.files if file.is_standing}
    free = [position for position in range(1, material.max_files + 1) if position not in taken]
    if not free:
        raise Invalid(FieldError("file", "err.file_count", n=material.max_files))
    return free[0]


def _check_grace(own: OwnEntry, upload: UploadView, now: datetime) -> None:
    check_grace(own.rules, state=own.state, due_at=own.due_at, now=now, committed_at=upload.committed_at)


async def _forget_parts(upload: UploadView, objects: ObjectStore) -> None:
    """Let the store forget parts that nobody needs; what stays behind by mishap is the sweeper's."""
    if upload.store_upload:
        await objects.abort(UploadRef(upload.object_key, upload.store_upload))


async def _send_whole(upload: UploadView, path: Path, *, objects: ObjectStore) -> None:
    """Put the file whole under its key: it had begun to arrive in parts, which are not needed any more."""
    await objects.abort(UploadRef(upload.object_key, upload.store_upload))
    await objects.put(upload.object_key, path)
    await Upload.update({Upload.store_upload: ""}).where(Upload.id == upload.id)
