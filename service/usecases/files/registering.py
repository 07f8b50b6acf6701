"""Files before their bytes: registered by the digests of their parts, each in its place and within the quota.

What is registered before the deadline is the entrant's commitment: its bytes may arrive within the grace, others not.
"""

from datetime import datetime
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, DeadlinePassed, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.entering.deadline import check_grace
from service.usecases.entering.own_entry import OwnEntry, find_own_entry, lock_own_entry, save_entry
from service.usecases.files.quotas import check_quota
from service.usecases.files.sent_files import Sent, check_sent, clean_name, commit_to
from service.usecases.files.sweeping import forget_parts, give_up, queue_sweep
from storage.columns import to_json
from storage.engine import transaction
from storage.lifecycle import FileState, UploadState
from storage.objects.store import PART_SIZE, ObjectStore, UploadRef, make_key
from storage.reads.entrant.files import FileView, MaterialView, UploadView, find_upload, list_materials
from storage.tables.file import File
from storage.tables.upload import Upload

_UNKNOWN_TYPE = "application/octet-stream"


class NotSameFile(Conflicting):
    """After the deadline only the file that was registered may go on arriving."""

    code = "not-same-file"


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
        check_may_arrive(own, begun, now)
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
        await forget_parts(old, objects)
    return upload


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


def check_may_arrive(own: OwnEntry, upload: UploadView, now: datetime) -> None:
    """Check that bytes of an upload may still arrive. Raises DeadlinePassed, or GraceOver after the grace."""
    check_grace(own.rules, state=own.state, due_at=own.due_at, now=now, committed_at=upload.committed_at)
