"""Bytes of stored objects, whole or by range: what players need to seek. No validator says when a file was stored."""

import re
from collections.abc import AsyncIterator
from typing import Any, Protocol, runtime_checkable

from litestar import Request
from litestar.response import Stream

from service.errors import NotFound, Refused

__all__ = ["RangeNotThere", "Readable", "read_range", "stream_object"]

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class RangeNotThere(Refused):
    """The range asked for begins behind the end of the file."""

    code = "range"
    status = 416


class Stored(Protocol):
    """What a store says of an object."""

    @property
    def size(self) -> int:
        """Its bytes."""
        ...


@runtime_checkable
class Readable(Protocol):
    """A store that objects can be read from. Litestar checks what handlers are given by ``isinstance``."""

    async def stat(self, key: str) -> Stored | None:
        """Give what is known of the object."""
        ...

    async def open_range(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Give the bytes from ``start`` to before ``end``."""
        ...


def read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Read a Range header: (first, behind the last), or None for the whole.

    What is not one range of bytes is ignored, as RFC 9110 lets us. Raises RangeNotThere.
    """
    match = _RANGE.fullmatch((header or "").replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
        is_there = int(last) > 0 and size > 0
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
        is_there = start < size
    if not is_there:
        raise RangeNotThere(size=size)
    return start, end


async def stream_object(
    request: Request[Any, Any, Any],
    objects: Readable,
    key: str,
    *,
    media_type: str,
    disposition: str = "inline",
    cache: str = "private, no-store",
) -> Stream:
    """Stream an object: 200, 206 or 416. Raises NotFound when the store has none."""
    stored = await objects.stat(key)
    if stored is None:
        raise NotFound
    headers = {"accept-ranges": "bytes", "content-disposition": disposition, "cache-control": cache}
    asked = None if "if-range" in request.headers else read_range(request.headers.get("range"), stored.size)
    start, end = asked or (0, stored.size)
    headers["content-length"] = str(end - start)
    if asked:
        headers["content-range"] = f"bytes {start}-{end - 1}/{stored.size}"
    chunks = await objects.open_range(key, start, end)
    return Stream(chunks, status_code=206 if asked else 200, media_type=media_type, headers=headers)
