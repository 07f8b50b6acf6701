"""Parts that browsers put and objects that they read, where the store is ours. The signed address permits it."""

from typing import Any

from litestar import Request, Response, get, put
from litestar.response import Stream

from service.permissions import Action
from service.usecases.files import signed_links
from service.usecases.files.signed_links import PART_SIZE, check_reading
from service.web.ranges import stream_object

__all__ = ["read_object", "receive_part"]

AnyRequest = Request[Any, Any, Any]


@put(
    "/blob/{upload:str}/{number:int}",
    opt={"action": Action.USE_SIGNED_LINK, "csrf": "none", "json": True},
    request_max_body_size=PART_SIZE,
)
async def receive_part(request: AnyRequest, upload: str, number: int, objects: Any) -> Response[None]:
    """Take one part."""
    etag = await signed_links.receive_part(objects, upload, number, query=_query(request), chunks=request.stream())
    return Response(None, status_code=200, headers={"etag": etag})


@get("/object/{kind:str}/{name:str}", opt={"action": Action.USE_SIGNED_LINK})
async def read_object(request: AnyRequest, kind: str, name: str, objects: Any) -> Stream:
    """Give one object, whole or a range of it, with the type and name that its link was signed for."""
    served = check_reading(objects, f"{kind}/{name}", query=_query(request))
    return await stream_object(
        request, objects, served.key, media_type=served.media_type, disposition=served.disposition
    )


def _query(request: AnyRequest) -> str:
    query: bytes = request.scope["query_string"]
    return query.decode("latin-1")
