"""Objects in a folder, for one machine. The browser sends parts to us in the same shape as it would to S3.

    uploads/<id>/about.json, 00001, 00002 …        while it is being sent
    objects/<kind>/<name>/about.json, 00001 …      the object

An object keeps its parts as they came, so completing is one rename of a folder: nothing is copied, and a kill leaves
either the upload or the object. Every file is synced before it gets its name, every folder after.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from storage.errors import ObjectMissing, PartTooLong, PartTooShort
from storage.objects.files import PartFile, translate_errors
from storage.objects.hashing import hash_chunks
from storage.objects.layout import Layout, Stored
from storage.objects.store import (
    CHUNK_SIZE,
    PART_SIZE,
    HeldPart,
    ObjectHashes,
    ObjectInfo,
    OpenUpload,
    PartLink,
    ReadAs,
    UploadRef,
    check_key,
    check_upload_size,
    find_length,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from storage.objects.signing import LinkSigner

Result = TypeVar("Result")

_THREADS = 8
"""Disk calls at a time: enough that a slow disk and a long hash leave threads for the rest."""


class FolderStore:
    """Implements ``ObjectStore``, and receives the parts that its links point at."""

    def __init__(self, root: Path, signer: LinkSigner) -> None:
        self._layout = Layout(root)
        self._signer = signer
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="tahkim-objects")

    async def prepare(self) -> None:
        """Make the folders, and remove what deletions cut by a kill have left."""
        await self._run(self._layout.prepare)

    async def create_upload(self, key: str, *, size: int, part_size: int = PART_SIZE) -> UploadRef:
        """Begin an upload of ``size`` bytes."""
        check_upload_size(size, part_size)
        ref = UploadRef(key=check_key(key), id=secrets.token_hex(16))
        await self._run(self._layout.begin, ref, Stored(key=key, size=size, part_size=part_size))
        return ref

    async def sign_part(self, upload: UploadRef, number: int, *, length: int, seconds: int) -> PartLink:
        """Give a link to ourselves; ``check_part_link`` and ``receive_part`` answer it."""
        return PartLink(url=self._signer.sign_part(upload.id, number, length=length, seconds=seconds))

    def check_part_link(self, upload_id: str, number: int, query: Mapping[str, str]) -> int:
        """Give the length that the link was signed for. Raises LinkRefused."""
        return self._signer.check_part(upload_id, number, query)

    async def receive_part(self, upload_id: str, number: int, *, length: int, chunks: AsyncIterator[bytes]) -> str:
        """Store one part, synced, and give its ETag.

        Raises PartTooLong as soon as too many bytes came, PartTooShort when they ended early, ObjectMissing when the
        upload is completed, aborted or unknown. What was there before under this number is then still there.
        """
        part = await self._run(self._begin_part, upload_id, number, length)
        try:
            await self._pour(chunks, part, length)
            await self._run(part.keep)
        finally:
            await asyncio.shield(self._run(part.discard))
        return await self._run(self._layout.find_etag, upload_id, number)

    def _begin_part(self, upload_id: str, number: int, length: int) -> PartFile:
        about = self._layout.read_upload(upload_id)
        if length != find_length(number, size=about.size, part_size=about.part_size):
            raise PartTooLong if length > about.part_size else PartTooShort
        return PartFile(self._layout.find_part(upload_id, number))

    async def _pour(self, chunks: AsyncIterator[bytes], part: PartFile, length: int) -> None:
        """Move a body to disk, a megabyte a thread hop: writing on the event loop stops everybody on a slow disk."""
        batch: list[bytes] = []
        waiting = received = 0
        async for chunk in chunks:
            received += len(chunk)
            if received > length:
                raise PartTooLong
            batch.append(chunk)
            waiting += len(chunk)
            if waiting >= CHUNK_SIZE:
                await self._run(part.write, b"".join(batch))
                batch.clear()
                waiting = 0
        if received < length:
            raise PartTooShort
        await self._run(part.write, b"".join(batch))

    async def list_parts(self, upload: UploadRef) -> tuple[HeldPart, ...]:
        """Give the parts held, by number. Raises ObjectMissing."""
        return await self._run(self._layout.list_parts, upload.id)

    async def complete(self, upload: UploadRef, *, size: int, part_size: int = PART_SIZE) -> ObjectInfo:
        """Make the object of its parts, by one rename. Raises PartsIncomplete, ObjectMissing."""
        return await self._run(self._layout.complete, upload, Stored(key=upload.key, size=size, part_size=part_size))

    async def abort(self, upload: UploadRef) -> None:
        """Forget the upload and its parts."""
        await self._run(self._layout.abort, upload.id)

    async def put(self, key: str, source: Path | bytes) -> ObjectInfo:
        """Store a file or bytes of ours; an object already there is replaced."""
        return await self._run(self._layout.put, check_key(key), source)

    async def open_range(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Give the bytes from ``start`` to before ``end``, in chunks. Raises ObjectMissing."""
        about = await self._run(self._layout.read_object, check_key(key))
        end = about.size if end is None else min(end, about.size)
        return self._read(about, start, end)

    async def _read(self, about: Stored, start: int, end: int) -> AsyncIterator[bytes]:
        while start < end:
            number, offset = divmod(start, about.part_size)
            length = min(CHUNK_SIZE, end - start, about.part_size - offset)
            chunk = await self._run(_read_at, self._layout.find_object_part(about, number + 1), offset, length)
            yield chunk
            start += len(chunk)

    async def fetch(self, key: str, path: Path) -> None:
        """Copy the object into a new local file. Raises ObjectMissing."""
        await self._run(self._layout.fetch, check_key(key), path)

    async def hash_parts(self, key: str, *, part_size: int = PART_SIZE) -> ObjectHashes:
        """Read the object back once, and hash it in a thread. Raises ObjectMissing."""
        return await self._run(self._hash, check_key(key), part_size)

    def _hash(self, key: str, part_size: int) -> ObjectHashes:
        about = self._layout.read_object(key)
        paths = (self._layout.find_object_part(about, number) for number in range(1, about.part_count + 1))
        return hash_chunks(_read_all(paths), part_size=part_size)

    async def stat(self, key: str) -> ObjectInfo | None:
        """Give what is known of the object; None when there is none."""
        try:
            return await self._run(self._layout.stat, check_key(key))
        except ObjectMissing:
            return None

    async def delete(self, key: str) -> None:
        """Delete the object; nothing happens if it is gone."""
        await self._run(self._layout.delete, check_key(key))

    async def list_objects(self, *, older_than: datetime) -> AsyncIterator[ObjectInfo]:
        """Go through the objects stored before then."""
        for key in await self._run(self._layout.list_keys):
            found = await self.stat(key)
            if found is not None and found.stored_at < older_than:
                yield found

    async def list_uploads(self, *, older_than: datetime) -> AsyncIterator[OpenUpload]:
        """Go through the uploads begun before then and still open."""
        for upload_id in await self._run(self._layout.list_uploads):
            try:
                about, begun = await self._run(self._layout.read_begun, upload_id)
            except ObjectMissing:
                continue
            begun_at = datetime.fromtimestamp(begun, UTC)
            if begun_at < older_than:
                yield OpenUpload(ref=UploadRef(key=about.key, id=upload_id), begun_at=begun_at)

    async def lets_in(self, origin: str) -> bool:  # noqa: ARG002 (links point at us: it is the same origin)
        """Say yes: parts come to the site itself."""
        return True

    async def let_in(self, origins: Sequence[str]) -> None:
        """Do nothing, as above."""

    async def sign_get(self, key: str, read_as: ReadAs, *, seconds: int) -> str:
        """Give a link to ourselves; ``check_get_link`` answers it."""
        return self._signer.sign_get(check_key(key), read_as, seconds=seconds)

    def check_get_link(self, key: str, query: Mapping[str, str]) -> ReadAs:
        """Give what the bytes are to be read as. Raises LinkRefused."""
        return self._signer.check_get(key, query)

    async def _run(self, work: Callable[..., Result], *args: object) -> Result:
        def do() -> Result:
            with translate_errors():
                return work(*args)

        return await asyncio.get_running_loop().run_in_executor(self._threads, do)


def _read_at(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb", buffering=0) as opened:
        found = os.pread(opened.fileno(), length, offset)
    if not found:
        raise ObjectMissing  # shorter than its own description: cut by somebody's hand
    return found


def _read_all(paths: Iterator[Path]) -> Iterator[memoryview]:
    buffer = memoryview(bytearray(CHUNK_SIZE))
    for path in paths:
        with path.open("rb", buffering=0) as opened:
            while length := opened.readinto(buffer):
                yield buffer[:length]
