"""What the upload script asks: register, links for parts, how far it is, complete. Bytes go to the store, not here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post

from service.actors import Actor
from service.permissions import Action
from service.usecases.files.registering import register_file
from service.usecases.files.sent_files import Sent
from service.usecases.files.uploads import complete_upload, get_own_upload, list_held_parts, sign_parts
from storage.reads.entrant.files import UploadView

__all__ = ["UploadController"]

_LARGEST_LIST = 1024 * 1024
"""Ten thousand digests of 64 characters are 670 kB."""


@dataclass(frozen=True, slots=True)
class SentBody:
    """A file as the script describes it."""

    material: str
    name: str
    size: int
    digests: list[str]
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class PartsBody:
    """The parts for which links are asked."""

    parts: list[int]


class UploadController(Controller):
    """``/entries/{number}/uploads``."""

    path = "/entries/{number:str}/uploads"

    @post("/", opt={"action": Action.SEND_FILE, "json": True}, request_max_body_size=_LARGEST_LIST, status_code=200)
    async def register(
        self, number: str, data: SentBody, actor: Actor, now: datetime, objects: Any
    ) -> dict[str, object]:
        sent = Sent(data.name, data.size, tuple(data.digests))
        upload = await register_file(
            actor, number, data.material, sent, objects=objects, now=now, replaces=data.replaces
        )
        return await _told(upload, objects)

    @get("/{upload:uuid}", opt={"action": Action.SEND_FILE, "json": True})
    async def state(self, number: str, upload: UUID, actor: Actor, objects: Any) -> dict[str, object]:
        return await _told((await get_own_upload(actor, number, upload))[1], objects)

    @post("/{upload:uuid}/links", opt={"action": Action.SEND_FILE, "json": True}, status_code=200)
    async def links(
        self, number: str, upload: UUID, data: PartsBody, actor: Actor, now: datetime, objects: Any
    ) -> dict[str, object]:
        links = await sign_parts(actor, number, upload, data.parts, objects=objects, now=now)
        return {"links": {str(part): {"url": link.url, "headers": dict(link.headers)} for part, link in links.items()}}

    @post("/{upload:uuid}/complete", opt={"action": Action.SEND_FILE, "json": True}, status_code=200)
    async def complete(self, number: str, upload: UUID, actor: Actor, now: datetime, objects: Any) -> dict[str, object]:
        return await _told(await complete_upload(actor, number, upload, objects=objects, now=now), objects)


async def _told(upload: UploadView, objects: Any) -> dict[str, object]:
    return {
        "upload": str(upload.id),
        "state": upload.state.value,
        "part_size": upload.part_size,
        "parts": upload.n_parts,
        "held": await list_held_parts(upload, objects=objects),
        "damaged": upload.missing,
    }
