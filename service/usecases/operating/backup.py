"""A copy of a whole installation, made while people work and put back elsewhere: rows and the objects they name.

    TO/manifest.json   what is in it: the schema's steps, the log's last link, every object with its digest
    TO/rows            every row of one instant, a line each, the same for both databases
    TO/objects/KIND/…  every object that those rows name

Rows come first: bytes are always stored before the row that names them, so what the rows of one instant name is there.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from service.audit_check import head
from storage.dump import dump_rows, is_empty, load_rows
from storage.engine import get_engine, run_sql, snapshot, transaction
from storage.errors import ObjectMissing
from storage.migrations.run import find_steps, migrate, read_applied
from storage.objects.store import CHUNK_SIZE, ObjectStore, check_key
from storage.reads.invariants import HeldObject, list_objects_of_rows
from storage.sealed import PieceFile, Seal, read_pieces

__all__ = ["BackupRefused", "Kept", "Manifest", "make_backup", "read_manifest", "restore_backup"]

FORMAT = 1


class BackupRefused(Exception):
    """It cannot be done as asked: ``command.backup_fault.<code>`` says why and what to do."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Kept:
    """An object in a backup."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``damaged`` names objects that were missing or whose bytes are not what the row says."""

    made_at: str
    steps: tuple[str, ...]
    n_rows: int
    rows_sha256: str
    log_rows: int
    log_head: str
    objects: tuple[Kept, ...]
    damaged: tuple[str, ...]
    format: int = FORMAT


async def make_backup(folder: Path, objects: ObjectStore, *, now: datetime, passphrase: bytes | None) -> Manifest:
    """Write everything into a new folder. It gets its name when it is whole. Raises BackupRefused."""
    draft = _begin_folder(folder)
    seal = Seal.make(passphrase) if passphrase else None
    async with snapshot():
        steps = tuple((await read_applied(get_engine())).values())
        log_rows, log_head = await head()
        n_rows, rows_sha256 = await _write_rows(draft / "rows", seal)
        promised = await list_objects_of_rows()
    kept: list[Kept] = []
    damaged: list[str] = []
    for held in {each.key: each for each in promised}.values():
        found = await _copy_object(draft, objects, held, seal)
        if found is not None:
            kept.append(found)
        if found is None or (held.sha256 is not None and held.sha256 != found.sha256):
            damaged.append(held.key)
    manifest = Manifest(
        now.isoformat(), steps, n_rows, rows_sha256, log_rows, log_head, tuple(kept), tuple(damaged)
    )  # fmt: skip
    written = PieceFile(draft / "manifest.json", name="manifest.json", seal=seal)
    written.write(json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())
    written.close()
    draft.rename(folder)
    return manifest


def _begin_folder(folder: Path) -> Path:
    if folder.exists():
        raise BackupRefused("exists", folder=str(folder))
    draft = folder.with_name(folder.name + ".part")
    if draft.exists():
        raise BackupRefused("unfinished", folder=str(draft))
    draft.mkdir(parents=True, mode=0o700)
    return draft


async def _write_rows(path: Path, seal: Seal | None) -> tuple[int, str]:
    file, digest = PieceFile(path, name="rows", seal=seal), hashlib.sha256()
    count, waiting, size = 0, list[bytes](), 0
    async for line in dump_rows():
        count += 1
        waiting.append(line.encode() + b"\n")
        size += len(waiting[-1])
        if size >= CHUNK_SIZE:
            piece, waiting, size = b"".join(waiting), [], 0
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    digest.update(b"".join(waiting))
    await asyncio.to_thread(file.write, b"".join(waiting))
    await asyncio.to_thread(file.close)
    return count, digest.hexdigest()


async def _copy_object(draft: Path, objects: ObjectStore, held: HeldObject, seal: Seal | None) -> Kept | None:
    digest, size = hashlib.sha256(), 0
    try:
        chunks = await objects.open_range(held.key)
    except ObjectMissing:
        return None
    file = PieceFile(draft / "objects" / held.key, name=held.key, seal=seal)
    async for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    await asyncio.to_thread(file.close)
    return Kept(held.key, size, digest.hexdigest())


def read_manifest(folder: Path, *, passphrase: bytes | None) -> Manifest:
    """Read what a backup says of itself. Raises BackupRefused, SealBroken."""
    path = folder / "manifest.json"
    if not path.exists():
        raise BackupRefused("no-backup", folder=str(folder))
    written = json.loads(b"".join(read_pieces(path, name="manifest.json", passphrase=passphrase)))
    if written["format"] != FORMAT:
        raise BackupRefused("other-format", folder=str(folder))
    objects = tuple(Kept(**each) for each in written["objects"])
    lists = {name: tuple(written[name]) for name in ("steps", "damaged")}
    return Manifest(**written | lists | {"objects": objects})


async def restore_backup(folder: Path, objects: ObjectStore, *, passphrase: bytes | None) -> Manifest:
    """Put a backup into an empty installation, of either kind. Objects first, then all rows in one transaction.

    Killed in the middle, it can be done again. Raises BackupRefused where anybody is in the database already, or where
    a later release made the backup; SealBroken where the passphrase is another or a file was changed.
    """
    manifest = await asyncio.to_thread(read_manifest, folder, passphrase=passphrase)
    engine = get_engine()
    known = find_steps()
    if set(manifest.steps) - {step.id for step in known}:
        raise BackupRefused("newer", folder=str(folder))
    await migrate(engine, [step for step in known if step.id in manifest.steps])
    if not await is_empty():
        raise BackupRefused("not-empty")
    for kept in manifest.objects:
        await _restore_object(folder, objects, kept, passphrase)
    async with transaction():
        await load_rows(_read_lines(folder / "rows", manifest, passphrase))
    await _begin_uploads_again(objects)
    await migrate(engine)
    return manifest


def _read_lines(path: Path, manifest: Manifest, passphrase: bytes | None) -> Iterator[str]:
    """Give the rows; one that was changed or is missing is found before the transaction ends."""
    digest, rest = hashlib.sha256(), b""
    for piece in read_pieces(path, name="rows", passphrase=passphrase):
        digest.update(piece)
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.decode() for line in lines)
    if digest.hexdigest() != manifest.rows_sha256:
        raise BackupRefused("changed", name="rows")


async def _restore_object(folder: Path, objects: ObjectStore, kept: Kept, passphrase: bytes | None) -> None:
    found = await objects.stat(check_key(kept.key))
    if found is not None and found.size == kept.size and (await objects.hash_parts(kept.key)).whole == kept.sha256:
        return  # from a restore that was cut
    source = folder / "objects" / kept.key
    with TemporaryDirectory() as scratch:
        # What is not sealed is put as it lies there, once it was read: to write it twice would take twice as long.
        unsealed = None if passphrase is None else Path(scratch) / "object"
        digest = await asyncio.to_thread(_read_object, source, unsealed, kept.key, passphrase)
        if digest != kept.sha256:
            raise BackupRefused("changed", name=kept.key)
        await objects.put(kept.key, unsealed or source)


def _read_object(source: Path, target: Path | None, name: str, passphrase: bytes | None) -> str:
    """Hash an object of a backup, and write it unsealed where that is asked."""
    digest = hashlib.sha256()
    with target.open("wb") if target else nullcontext() as file:
        for piece in read_pieces(source, name=name, passphrase=passphrase):
            digest.update(piece)
            if file is not None:
                file.write(piece)
    return digest.hexdigest()


async def _begin_uploads_again(objects: ObjectStore) -> None:
    """Parts on their way are in no backup: their uploads begin anew in the new store, so that browsers can go on."""
    for row in await run_sql("SELECT id, object_key, size, part_size FROM upload WHERE state = 'open'"):
        ref = await objects.create_upload(row["object_key"], size=row["size"], part_size=row["part_size"])
        await run_sql("UPDATE upload SET store_upload = {} WHERE id = {}", ref.id, row["id"])
