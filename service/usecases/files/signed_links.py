"""The store that we serve ourselves: what a signed address permits, in either direction.

A part is compared with its registered digest while it arrives, so that a damaged one is sent again at once; what counts
is still the check when the whole is read back.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from service.errors import NotFound, Refused, TooLarge
from storage.errors import LinkRefused, ObjectMissing, PartTooLong, PartTooShort
from storage.objects.signing import read_query, write_disposition
from storage.objects.store import PART_SIZE
from storage.reads.entrant.files import find_part_digest

__all__ = ["PART_SIZE", "LinkExpired", "PartDamaged", "Served", "check_reading", "receive_part"]


class LinkExpired(Refused):
    """The link has expired, was changed, or is used for something else."""

    code = "link-expired"
    status = 403


class PartDamaged(Refused):
    """The part is shorter than was signed for, or not the bytes that were registered."""

    code = "part-damaged"
    status = 422


@dataclass(frozen=True, slots=True)
class Served:
    """How an object is given out."""

    key: str
    media_type: str
    disposition: str


async def receive_part(objects: Any, upload: str, number: int, *, query: str, chunks: AsyncIterator[bytes]) -> str:
    """Keep one part, of exactly the length that its link was signed for; return its ETag."""
    if not hasattr(objects, "check_part_link"):
        raise NotFound
    digest = await find_part_digest(upload, number)
    try:
        length = objects.check_part_link(upload, number, read_query(query))
        etag = await objects.receive_part(upload, number, length=length, chunks=_compared(chunks, digest))
    except LinkRefused as error:
        raise LinkExpired from error
    except PartTooLong as error:
        raise TooLarge from error
    except PartTooShort as error:
        raise PartDamaged from error
    except ObjectMissing as error:
        raise NotFound from error
    return str(etag)


def check_reading(objects: Any, key: str, *, query: str) -> Served:
    """Say how the object behind a signed address is given out."""
    if not hasattr(objects, "check_get_link"):
        raise NotFound
    try:
        read_as = objects.check_get_link(key, read_query(query))
    except LinkRefused as error:
        raise LinkExpired from error
    return Served(key, read_as.media_type, write_disposition(read_as))


async def _compared(chunks: AsyncIterator[bytes], digest: str | None) -> AsyncIterator[bytes]:
    """Pass a body on, and fail at its end when it is not what was registered: the store then keeps nothing of it."""
    found = hashlib.sha256()
    async for chunk in chunks:
        found.update(chunk)
        yield chunk
    if digest is not None and found.hexdigest() != digest:
        raise PartDamaged
