"""The protocol of object stores. Every store keeps the same promises, and one contract suite holds them to these.

* Bytes are acknowledged only when they would survive a power failure.
* A part, an object, is there whole or not at all; readers never see half of one.
* A part sent again replaces the first; after ``complete`` or ``abort`` no part is taken any more.
* ETags are opaque; nothing about digests is promised: read the object back with ``hash_parts``.
* ``complete``, ``abort`` and ``delete`` may be repeated: a request that was cut can be sent again.
* Keys are ``kind/random``, made here, never a person's text.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from storage.errors import StorageMisuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

PART_SIZE = 16 * 1024 * 1024
"""Bytes of each part but the last."""

PARTS_AT_MOST = 10_000
"""Parts of one upload: S3's limit."""

CHUNK_SIZE = 1024 * 1024
"""Bytes moved at a time; what a transfer needs of memory, whatever the size of the file."""

_KEY = re.compile(r"[a-z][a-z-]{0,30}/[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class UploadRef:
    """An upload in progress: the key that its object will have, and the store's own name for it (opaque)."""

    key: str
    id: str


@dataclass(frozen=True, slots=True)
class PartLink:
    """Where the browser PUTs one part, and with which headers."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part that the store holds."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object that the store holds."""

    key: str
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload that was neither completed nor aborted."""

    ref: UploadRef
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class ObjectHashes:
    """SHA-256 in hexadecimal: of the whole, and of each part in order."""

    size: int
    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadAs:
    """What a reading link makes of the bytes: the type and name that the browser is told."""

    media_type: str
    file_name: str
    is_download: bool = False


class ObjectStore(Protocol):
    """The verbs. All raise ObjectStoreAway when the store does not answer, StorageFull when it has no space."""

    async def prepare(self) -> None:
        """Make ready at start. Raises ObjectStoreAway when the store cannot be used."""
        ...

    async def create_upload(self, key: str, *, size: int, part_size: int = PART_SIZE) -> UploadRef:
        """Begin an upload of ``size`` bytes."""
        ...

    async def sign_part(self, upload: UploadRef, number: int, *, length: int, seconds: int) -> PartLink:
        """Give a link that takes part ``number`` (from 1), of exactly ``length`` bytes, for so many seconds."""
        ...

    async def list_parts(self, upload: UploadRef) -> tuple[HeldPart, ...]:
        """Give the parts held, by number. This, not our rows, is the truth. Raises ObjectMissing."""
        ...

    async def complete(self, upload: UploadRef, *, size: int, part_size: int = PART_SIZE) -> ObjectInfo:
        """Make the object of its parts. Raises PartsIncomplete with the numbers missing, ObjectMissing."""
        ...

    async def abort(self, upload: UploadRef) -> None:
        """Forget the upload and its parts; nothing happens if it is gone. A completed object stays."""
        ...

    async def put(self, key: str, source: Path | bytes) -> ObjectInfo:
        """Store a file or bytes of ours; an object already there is replaced."""
        ...

    async def open_range(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Give the bytes from ``start`` to before ``end`` (None: to the last), in chunks. Raises ObjectMissing."""
        ...

    async def fetch(self, key: str, path: Path) -> None:
        """Copy the object into a new local file: inspection needs one. Raises ObjectMissing."""
        ...

    async def hash_parts(self, key: str, *, part_size: int = PART_SIZE) -> ObjectHashes:
        """Read the object back once, and hash it off the event loop. Raises ObjectMissing."""
        ...

    async def stat(self, key: str) -> ObjectInfo | None:
        """Give what is known of the object; None when there is none."""
        ...

    async def delete(self, key: str) -> None:
        """Delete the object; nothing happens if it is gone."""
        ...

    def list_objects(self, *, older_than: datetime) -> AsyncIterator[ObjectInfo]:
        """Go through the objects stored before then: for the sweeper."""
        ...

    def list_uploads(self, *, older_than: datetime) -> AsyncIterator[OpenUpload]:
        """Go through the uploads begun before then and still open: for the sweeper."""
        ...

    async def sign_get(self, key: str, read_as: ReadAs, *, seconds: int) -> str:
        """Give an address that reads this one object for so many seconds."""
        ...

    async def lets_in(self, origin: str) -> bool:
        """Say whether a browser may send parts from a page of this origin."""
        ...

    async def let_in(self, origins: Sequence[str]) -> None:
        """Let browsers send parts from pages of these origins. Raises CorsNotSettable where it is no call of ours."""
        ...


class ReceivingStore(ObjectStore, Protocol):
    """A store whose links point at us: the page that answers them calls these."""

    def check_part_link(self, upload_id: str, number: int, query: Mapping[str, str]) -> int:
        """Give the length that the link was signed for. Raises LinkRefused."""
        ...

    async def receive_part(self, upload_id: str, number: int, *, length: int, chunks: AsyncIterator[bytes]) -> str:
        """Store one part and give its ETag. Raises PartTooLong, PartTooShort, ObjectMissing."""
        ...

    def check_get_link(self, key: str, query: Mapping[str, str]) -> ReadAs:
        """Give what the bytes are to be read as. Raises LinkRefused."""
        ...


def make_key(kind: str) -> str:
    """Make a key that nobody can guess and that says nothing: ``kind`` is ours, ``original`` or ``judge-copy``."""
    return check_key(f"{kind}/{secrets.token_hex(16)}")


def check_key(key: str) -> str:
    """Refuse what ``make_key`` would not have made."""
    if not _KEY.fullmatch(key):
        raise StorageMisuse(reason="key", key=key)
    return key


def count_parts(size: int, part_size: int) -> int:
    """Give the number of parts; an empty object has one empty part."""
    return max(1, -(-size // part_size))


def find_length(number: int, *, size: int, part_size: int) -> int:
    """Give the length of part ``number``, from 1. Raises StorageMisuse when there is no such part."""
    if not 1 <= number <= count_parts(size, part_size):
        raise StorageMisuse(reason="part-number", number=number)
    return min(part_size, size - (number - 1) * part_size)


def check_upload_size(size: int, part_size: int) -> None:
    """Refuse an upload that no store could take."""
    if size < 1 or part_size < 1 or count_parts(size, part_size) > PARTS_AT_MOST:
        raise StorageMisuse(reason="upload-size", size=size, part_size=part_size)


def find_unfit(held: tuple[HeldPart, ...], *, size: int, part_size: int) -> tuple[int, ...]:
    """Give the numbers of the parts that are missing, or held at a wrong size."""
    sizes = {part.number: part.size for part in held}
    return tuple(
        number
        for number in range(1, count_parts(size, part_size) + 1)
        if sizes.get(number) != find_length(number, size=size, part_size=part_size)
    )
