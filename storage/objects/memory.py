"""Objects in memory, with the promises of the other stores: for tests that are not about storage."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.errors import ObjectMissing, PartsIncomplete, PartTooLong, PartTooShort, StorageMisuse
from storage.objects.hashing import hash_chunks
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
    count_parts,
    find_length,
    find_unfit,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from storage.objects.signing import LinkSigner


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Upload:
    ref: UploadRef
    size: int
    part_size: int
    begun_at: datetime
    parts: dict[int, tuple[bytes, str]] = field(default_factory=dict)


class MemoryStore:
    """Implements ``ReceivingStore``."""

    def __init__(self, signer: LinkSigner, *, clock: Callable[[], datetime] = _now) -> None:
        self._signer = signer
        self._clock = clock
        self._uploads: dict[str, _Upload] = {}
        self._objects: dict[str, tuple[bytes, datetime]] = {}

    async def prepare(self) -> None:
        """Nothing to do."""

    async def create_upload(self, key: str, *, size: int, part_size: int = PART_SIZE) -> UploadRef:
        """Begin an upload of ``size`` bytes."""
        check_upload_size(size, part_size)
        ref = UploadRef(key=check_key(key), id=secrets.token_hex(16))
        self._uploads[ref.id] = _Upload(ref=ref, size=size, part_size=part_size, begun_at=self._clock())
        return ref

    async def sign_part(self, upload: UploadRef, number: int, *, length: int, seconds: int) -> PartLink:
        """Give a link to ourselves."""
        return PartLink(url=self._signer.sign_part(upload.id, number, length=length, seconds=seconds))

    def check_part_link(self, upload_id: str, number: int, query: Mapping[str, str]) -> int:
        """Give the length that the link was signed for. Raises LinkRefused."""
        return self._signer.check_part(upload_id, number, query)

    async def receive_part(self, upload_id: str, number: int, *, length: int, chunks: AsyncIterator[bytes]) -> str:
        """Store one part and give its ETag. Raises PartTooLong, PartTooShort, ObjectMissing."""
        upload = self._find_upload(upload_id)
        if length != find_length(number, size=upload.size, part_size=upload.part_size):
            raise PartTooLong if length > upload.part_size else PartTooShort
        data = b""
        async for chunk in chunks:
            data += chunk
            if len(data) > length:
                raise PartTooLong
        if len(data) < length:
            raise PartTooShort
        etag = f'"{secrets.token_hex(8)}"'
        self._find_upload(upload_id).parts[number] = (data, etag)
        return etag

    async def list_parts(self, upload: UploadRef) -> tuple[HeldPart, ...]:
        """Give the parts held, by number. Raises ObjectMissing."""
        parts = sorted(self._find_upload(upload.id).parts.items())
        return tuple(HeldPart(number=number, size=len(data), etag=etag) for number, (data, etag) in parts)

    async def complete(self, upload: UploadRef, *, size: int, part_size: int = PART_SIZE) -> ObjectInfo:
        """Make the object of its parts. Raises PartsIncomplete, ObjectMissing."""
        if upload.id not in self._uploads:
            return self._describe(upload.key)
        held = self._uploads[upload.id]
        if (upload.key, size, part_size) != (held.ref.key, held.size, held.part_size):
            raise StorageMisuse(reason="other-upload", key=upload.key)
        if unfit := find_unfit(await self.list_parts(upload), size=size, part_size=part_size):
            raise PartsIncomplete(parts=unfit)
        numbers = range(1, count_parts(size, part_size) + 1)
        self._objects[upload.key] = (b"".join(held.parts[number][0] for number in numbers), self._clock())
        del self._uploads[upload.id]
        return self._describe(upload.key)

    async def abort(self, upload: UploadRef) -> None:
        """Forget the upload and its parts."""
        self._uploads.pop(upload.id, None)

    async def put(self, key: str, source: Path | bytes) -> ObjectInfo:
        """Store a file or bytes of ours; an object already there is replaced."""
        data = source if isinstance(source, bytes) else await asyncio.to_thread(source.read_bytes)
        self._objects[check_key(key)] = (data, self._clock())
        return self._describe(key)

    async def open_range(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Give the bytes from ``start`` to before ``end``, in chunks. Raises ObjectMissing."""
        data = self._find(key)[start:end]

        async def read() -> AsyncIterator[bytes]:
            for at in range(0, len(data), CHUNK_SIZE):
                yield data[at : at + CHUNK_SIZE]

        return read()

    async def fetch(self, key: str, path: Path) -> None:
        """Copy the object into a new local file. Raises ObjectMissing."""
        data = self._find(key)
        with path.open("xb") as opened:
            opened.write(data)

    async def hash_parts(self, key: str, *, part_size: int = PART_SIZE) -> ObjectHashes:
        """Hash the object. Raises ObjectMissing."""
        return hash_chunks([self._find(key)], part_size=part_size)

    async def stat(self, key: str) -> ObjectInfo | None:
        """Give what is known of the object; None when there is none."""
        return self._describe(key) if key in self._objects else None

    async def delete(self, key: str) -> None:
        """Delete the object; nothing happens if it is gone."""
        self._objects.pop(check_key(key), None)

    async def list_objects(self, *, older_than: datetime) -> AsyncIterator[ObjectInfo]:
        """Go through the objects stored before then."""
        for key in sorted(self._objects):
            found = await self.stat(key)
            if found is not None and found.stored_at < older_than:
                yield found

    async def list_uploads(self, *, older_than: datetime) -> AsyncIterator[OpenUpload]:
        """Go through the uploads begun before then and still open."""
        for upload in list(self._uploads.values()):
            if upload.begun_at < older_than:
                yield OpenUpload(ref=upload.ref, begun_at=upload.begun_at)

    async def lets_in(self, origin: str) -> bool:  # noqa: ARG002 (links point at us: it is the same origin)
        """Say yes: parts come to the site itself."""
        return True

    async def let_in(self, origins: Sequence[str]) -> None:
        """Do nothing, as above."""

    async def sign_get(self, key: str, read_as: ReadAs, *, seconds: int) -> str:
        """Give a link to ourselves."""
        return self._signer.sign_get(check_key(key), read_as, seconds=seconds)

    def check_get_link(self, key: str, query: Mapping[str, str]) -> ReadAs:
        """Give what the bytes are to be read as. Raises LinkRefused."""
        return self._signer.check_get(key, query)

    def _find_upload(self, upload_id: str) -> _Upload:
        if upload_id not in self._uploads:
            raise ObjectMissing
        return self._uploads[upload_id]

    def _find(self, key: str) -> bytes:
        if check_key(key) not in self._objects:
            raise ObjectMissing
        return self._objects[key][0]

    def _describe(self, key: str) -> ObjectInfo:
        data = self._find(key)
        return ObjectInfo(key=key, size=len(data), stored_at=self._objects[key][1])
