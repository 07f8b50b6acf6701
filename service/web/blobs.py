"""The store that we serve ourselves: the browser puts parts and reads objects; the signed address is the permission.

A part is compared with its registered digest while it arrives, so that a damaged one is sent again at once; what counts
is still the check when the whole is read back.
"""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response, get, put
from litestar.response import Stream

from service.errors import NotFound, Refused, TooLarge
from service.permissions import Action
from service.web.ranges import stream_object
from storage.errors import LinkRefused, ObjectMissing, PartTooLong, PartTooShort
from storage.objects.signing import read_query, write_disposition
from storage.objects.store import PART_SIZE
from storage.reads.entrant.files import find_part_digest

__all__ = ["read_object", "receive_part"]

AnyRequest = Request[Any, Any, Any]


class LinkExpired(Refused):
    """The link has expired, was changed, or is used for something else."""

    code = "link-expired"
    status = 403


class PartDamaged(Refused):
    """The part is shorter than was signed for, or not the bytes that were registered."""

    code = "part-damaged"
    status = 422


@put(
    "/blob/{upload:str}/{number:int}",
    opt={"action": Action.USE_SIGNED_LINK, "csrf": "none", "json": True},
    request_max_body_size=PART_SIZE,
)
async def receive_part(request: AnyRequest, upload: str, number: int, objects: Any) -> Response[None]:
    """Take one part, of exactly the length that its link was signed for."""
    if not hasattr(objects, "check_part_link"):
        raise NotFound
    digest = await find_part_digest(upload, number)
    try:
        length = objects.check_part_link(upload, number, _query(request))
        chunks = _compared(request.stream(), digest)
        etag = await objects.receive_part(upload, number, length=length, chunks=chunks)
    except LinkRefused as error:
        raise LinkExpired from error
    except PartTooLong as error:
        raise TooLarge from error
    except PartTooShort as error:
        raise PartDamaged from error
    except ObjectMissing as error:
        raise NotFound from error
    return Response(None, status_code=200, headers={"etag": etag})


@get("/object/{kind:str}/{name:str}", opt={"action": Action.USE_SIGNED_LINK})
async def read_object(request: AnyRequest, kind: str, name: str, objects: Any) -> Stream:
    """Give one object, whole or a range of it, with the type and name that its link was signed for."""
    if not hasattr(objects, "check_get_link"):
        raise NotFound
    key = f"{kind}/{name}"
    try:
        read_as = objects.check_get_link(key, _query(request))
    except LinkRefused as error:
        raise LinkExpired from error
    return await stream_object(
        request, objects, key, media_type=read_as.media_type, disposition=write_disposition(read_as)
    )


def _query(request: AnyRequest) -> dict[str, str]:
    return read_query(request.scope["query_string"].decode("latin-1"))


async def _compared(chunks: AsyncIterator[bytes], digest: str | None) -> AsyncIterator[bytes]:
    """Pass a body on, and fail at its end when it is not what was registered: the store then keeps nothing of it."""
    found = hashlib.sha256()
    async for chunk in chunks:
        found.update(chunk)
        yield chunk
    if digest is not None and found.hexdigest() != digest:
        raise PartDamaged
