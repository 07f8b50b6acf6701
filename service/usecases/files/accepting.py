"""Files after their last byte: read back, inspected, accepted or refused, and given up when their owners say so."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import SYSTEM, Event, record
from service.errors import NotFound
from service.inspection import Report, inspect_file
from service.permissions import Action
from service.usecases.entering.own_entry import lock_own_entry, save_entry
from service.usecases.files.identities import collect_identities
from service.usecases.files.settling import Inspected, keep_copy, settle
from service.usecases.files.sweeping import give_up, queue_sweep
from storage.columns import to_json
from storage.engine import for_update, transaction
from storage.errors import ObjectChanged, ObjectMissing
from storage.inspect.examine import digest
from storage.inspect.limits import UNKNOWN_TYPE, FileRules
from storage.inspect.report import Finding, Severity
from storage.inspect.scanner import scan
from storage.lifecycle import FILE_MOVES, UPLOAD_MOVES, FileState, UploadState, move
from storage.objects.store import PART_SIZE, ObjectStore, make_key
from storage.reads.entrant.files import FileView, MaterialView, UploadView, list_materials, read_upload
from storage.tables.entry import Entry
from storage.tables.file import File, FilePage
from storage.tables.upload import Upload

__all__ = ["copy_again", "inspect_upload", "remove_file"]


async def inspect_upload(
    upload_id: UUID,
    *,
    objects: ObjectStore,
    scratch: Path | None = None,
    now: datetime,
    scanner: str | None = None,
) -> None:
    """Read a complete file back, compare it with its registered digests, inspect it, and accept or refuse it.

    Parts that differ are named and asked for again. May be repeated: a finished inspection is left alone.
    ``scanner``: the address of a scanner for malware. Where it is set and does not answer, ScannerAway is raised and
    the file stays under inspection: what has not passed is no accepted file, and judges are shown accepted files only.
    """
    row = await Upload.select().where(Upload.id == upload_id).first()
    if row is None or row["state"] not in {UploadState.COMPLETE.value, UploadState.INSPECTING.value}:
        return
    upload = read_upload(row)
    damaged = await _read_back(upload, objects)
    if damaged:
        await _ask_again(upload, damaged, objects, now=now)
        return
    if upload.state is UploadState.COMPLETE:
        async with transaction():
            await move(Upload, upload.id, "inspect", UPLOAD_MOVES)
    kept = await _inspect(upload, objects, scratch, scanner)
    async with transaction():
        await for_update(Entry.select(Entry.id).where(Entry.id == upload.entry_id))
        if await Upload.exists().where((Upload.id == upload_id) & (Upload.state == UploadState.INSPECTING.value)):
            await settle(
                upload, kept, now=now
            )  # else another worker came first, and its copies are the ones that count


async def copy_again(file_id: UUID, *, objects: ObjectStore, scratch: Path | None = None, now: datetime) -> None:
    """Make the judge's copy of an accepted file anew: its end credits begin elsewhere."""
    row = (
        await Upload.select()
        .where((Upload.file == file_id) & (Upload.state == UploadState.READY.value))
        .order_by(Upload.committed_at, ascending=False)
        .first()
    )
    if row is None:
        return
    upload = read_upload(row)
    kept = await _inspect(upload, objects, scratch)
    if kept.judge_key is None:
        return
    async with transaction():
        await for_update(Entry.select(Entry.id).where(Entry.id == upload.entry_id))
        if await File.exists().where((File.id == file_id) & (File.state == FileState.READY.value)):
            await keep_copy(upload, file_id, kept, now=now)
            await record(Event.FILE_INSPECTED, by=SYSTEM, about=("upload", upload.id), at=now, reason="copied-again")


async def remove_file(actor: Actor, number: str, file_id: UUID, *, now: datetime) -> None:
    """Take a file out of the draft. A version that was submitted with it keeps it."""
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.SEND_FILE, now=now)
        file = await _find_file(entry.category_id, entry.id, file_id)
        if file.upload is not None and file.upload.state is UploadState.OPEN:
            await give_up(file.upload.id, file.upload.file_id)
        else:
            await move(File, file.id, "give-up", FILE_MOVES)
        await queue_sweep(now=now)
        await save_entry(entry, {}, now=now)
        await record(Event.FILE_REMOVED, by=actor, about=("file", file.id), at=now)


async def _read_back(upload: UploadView, objects: ObjectStore) -> tuple[int, ...]:
    """Compare what the store holds with what was registered; return the numbers of the parts that differ."""
    try:
        held = await objects.hash_parts(upload.object_key, part_size=upload.part_size)
    except ObjectMissing:
        return tuple(range(1, upload.n_parts + 1))
    await Upload.update({Upload.sha256: held.whole}).where(Upload.id == upload.id)
    pairs = enumerate(upload.digests, start=1)
    return tuple(
        number for number, digest in pairs if len(held.parts) < number or held.parts[number - 1] != digest
    ) or (() if held.size == upload.size else (upload.n_parts,))


async def _ask_again(upload: UploadView, damaged: tuple[int, ...], objects: ObjectStore, *, now: datetime) -> None:
    """Open the upload again under a new key, and tell which parts came damaged."""
    key = make_key("original")
    ref = await objects.create_upload(key, size=upload.size, part_size=PART_SIZE)
    async with transaction():
        await move(
            Upload,
            upload.id,
            "mend",
            UPLOAD_MOVES,
            object_key=key,
            store_upload=ref.id,
            missing=to_json(list(damaged)),
            attempts=upload.attempts + 1,
            completed_at=None,
        )
        await File.update({File.object_key: key}).where(File.id == upload.file_id)
        told = {"damaged": list(damaged)}
        await record(Event.FILE_INSPECTED, by=SYSTEM, about=("upload", upload.id), at=now, after=told, reason="damaged")
    await objects.delete(upload.object_key)


async def _inspect(
    upload: UploadView, objects: ObjectStore, scratch: Path | None, scanner: str | None = None
) -> Inspected:
    """Inspect in the limited process, and put what it made into the store under random keys."""
    material = await _get_material(upload)
    entry = await Entry.select(Entry.credits_start).where(Entry.id == upload.entry_id).first()
    credits_start = entry["credits_start"] if entry else None
    identities = await collect_identities(upload.entry_id)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="inspect-") as folder:
        place = Path(folder)
        pages_to = place / "pages"
        pages_to.mkdir()
        await _fetch_as_read(upload, objects, place / "original")
        malware = await asyncio.to_thread(scan, place / "original", scanner) if scanner else None
        if malware is not None:
            return Inspected(await asyncio.to_thread(_infected, place / "original", malware), None, None, ())
        report = await inspect_file(
            place / "original",
            _rules(material, credits_start),
            identities=identities,
            copy_to=place / "copy" if material.is_for_judges else None,
            pages_to=pages_to if material.is_for_judges else None,
            name=upload.name,
        )
        return await _put(upload, report, objects)


async def _fetch_as_read(upload: UploadView, objects: ObjectStore, path: Path) -> None:
    """Fetch the original: the very bytes that were read back. Raises ObjectChanged for others, to be tried again."""
    await objects.fetch(upload.object_key, path)
    row = await Upload.select(Upload.sha256).where(Upload.id == upload.id).first()
    if row is not None and await asyncio.to_thread(digest, path) != row["sha256"]:
        raise ObjectChanged(key=upload.object_key)


def _infected(path: Path, malware: str) -> Report:
    """Give the report of a file that the scanner stopped: it is not opened any further."""
    finding = Finding("file.infected", Severity.REFUSED, facts={"name": malware})
    return Report("unknown", UNKNOWN_TYPE, sha256=digest(path), size=path.stat().st_size, findings=(finding,))


async def _put(upload: UploadView, report: Report, objects: ObjectStore) -> Inspected:
    """Bytes first, rows second: an orphan object is litter, an orphan row would be a broken promise."""
    judge_key = poster_key = None
    pages = []
    if report.clean is not None:
        judge_key = make_key("judge-copy")
        await _put_for_sure(judge_key, report.clean.path, objects)
    if report.poster is not None:
        poster_key = make_key("poster")
        await _put_for_sure(poster_key, report.poster.path, objects)
    for picture in report.pages:
        key = make_key("page")
        await _put_for_sure(key, picture.path, objects)
        pages.append(
            FilePage(
                id=uuid4(),
                file=upload.file_id,
                page=picture.number,
                object_key=key,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
                content=picture.text,
            )
        )
    return Inspected(report, judge_key, poster_key, tuple(pages))


async def _put_for_sure(key: str, path: str | Path, objects: ObjectStore) -> None:
    """Put a file and see it there before a row names it: a store may say that it has what it lost."""
    stored = await objects.put(key, Path(path))
    found = await objects.stat(key)
    if found is None or found.size != stored.size:
        raise ObjectChanged(key=key)


def _rules(material: MaterialView, credits_start: int | None) -> FileRules:
    return FileRules(
        formats=frozenset(material.formats),
        max_bytes=material.max_bytes,
        min_pages=material.min_pages,
        max_pages=material.max_pages,
        min_seconds=material.min_seconds,
        max_seconds=material.max_seconds,
        min_words=material.min_words,
        max_words=material.max_words,
        min_width=material.min_width,
        min_height=material.min_height,
        credits_start=credits_start,
        is_for_judges=material.is_for_judges,
    )


async def _get_material(upload: UploadView) -> MaterialView:
    entry = await Entry.select(Entry.category).where(Entry.id == upload.entry_id).first()
    for material in await list_materials(entry["category"]) if entry else ():
        if material.id == upload.material_id:
            return material
    raise NotFound


async def _find_file(category_id: UUID, entry_id: UUID, file_id: UUID) -> FileView:
    for material in await list_materials(category_id, entry_id):
        for file in material.files:
            if file.id == file_id:
                return file
    raise NotFound
