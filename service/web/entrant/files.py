"""An entry's files: the cards, the plain form for each, and reading what one has sent."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
from litestar import Controller, Request, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action
from service.settings import Settings
from service.text import Words
from service.usecases.entering.entries import open_entry
from service.usecases.files.accepting import remove_file
from service.usecases.files.own_files import link_to_copy, link_to_light, link_to_original, link_to_page, link_to_poster
from service.usecases.files.quotas import Room, find_entry_room
from service.usecases.files.uploads import abort_upload, count_held_bytes, send_file
from service.web.entrant.file_views import FileCard, Trace, list_cards, list_traces
from service.web.entrant.views import Head, make_head
from service.web.forms import read_form
from service.web.pages import Page, go_to, page

__all__ = ["FilesController", "OwnFileController", "PlainUploadController", "spooled"]

AnyRequest = Request[Any, Any, Any]
PLAIN_LIMIT = 100 * 1024 * 1024
_FORM_AROUND = 64 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FilesPage:
    """All the files of an entry, or those of one material."""

    head: Head
    cards: tuple[FileCard, ...]
    traces: tuple[Trace, ...]
    plain_limit: int
    room: Room
    only: FileCard | None
    credits_start: int | None
    is_film: bool


class FilesController(Controller):
    """``/entries/{number}/files``: the cards; removing, giving up."""

    path = "/entries/{number:str}/files"

    @get("/", opt={"action": Action.READ_ENTRY})
    async def show(self, number: str, actor: Actor, words: Words, now: datetime, objects: Any) -> Page:
        return page("entrant/files", await _files_page(number, actor, words, now, objects, only=None))

    @get("/{material:str}", opt={"action": Action.READ_ENTRY})
    async def show_one(
        self, number: str, material: str, actor: Actor, words: Words, now: datetime, objects: Any
    ) -> Page:
        return page("entrant/file", await _files_page(number, actor, words, now, objects, only=material))

    @post("/{material:str}/remove", opt={"action": Action.SEND_FILE})
    async def remove(self, request: AnyRequest, number: str, actor: Actor, now: datetime) -> Redirect:
        typed = await read_form(request)
        await remove_file(actor, number, typed.uuid("file"), now=now)
        return go_to(f"/entries/{number}/files")

    @post("/{material:str}/cancel", opt={"action": Action.SEND_FILE})
    async def cancel(self, request: AnyRequest, number: str, actor: Actor, now: datetime, objects: Any) -> Redirect:
        typed = await read_form(request)
        await abort_upload(actor, number, typed.uuid("upload"), objects=objects, now=now)
        return go_to(f"/entries/{number}/files")


class PlainUploadController(Controller):
    """``/entries/{number}/files/{material}``: a whole file through a form, for browsers without script.

    The form's token stands in the address, so that the body need not be read to check it.
    """

    path = "/entries/{number:str}/files/{material:str}"

    @post(
        "/",
        opt={"action": Action.SEND_FILE, "csrf": "address"},
        request_max_body_size=PLAIN_LIMIT + _FORM_AROUND,
    )
    async def send(
        self,
        request: AnyRequest,
        number: str,
        material: str,
        actor: Actor,
        words: Words,
        now: datetime,
        objects: Any,
        settings: Settings,
    ) -> Redirect:
        async def again() -> Page:
            return page("entrant/file", await _files_page(number, actor, words, now, objects, only=material))

        await open_entry(actor, number, Action.SEND_FILE)
        typed = await read_form(request, again=again)
        sent = typed.file("file")
        if sent is None or not sent.filename:
            raise Invalid(FieldError("file", "err.file_choose"))
        replaces = typed.uuid("replaces") if typed.text("replaces") else None
        async with spooled(sent, settings.data / "scratch") as path:
            await send_file(
                actor, number, material, name=sent.filename, path=path, objects=objects, now=now, replaces=replaces
            )
        return go_to(f"/entries/{number}")


class OwnFileController(Controller):
    """``/entries/{number}/files/{file}/…``: short-lived links to what one has sent, and to what judges will see."""

    path = "/entries/{number:str}/files/{file:uuid}"

    @get("/original", opt={"action": Action.READ_ENTRY})
    async def original(self, number: str, file: UUID, actor: Actor, objects: Any) -> Redirect:
        return _lead(await link_to_original(actor, number, file, objects=objects))

    @get("/copy", opt={"action": Action.READ_ENTRY})
    async def copy(self, number: str, file: UUID, actor: Actor, objects: Any) -> Redirect:
        return _lead(await link_to_copy(actor, number, file, objects=objects))

    @get("/light", opt={"action": Action.READ_ENTRY})
    async def light(self, number: str, file: UUID, actor: Actor, objects: Any) -> Redirect:
        return _lead(await link_to_light(actor, number, file, objects=objects))

    @get("/poster", opt={"action": Action.READ_ENTRY})
    async def poster(self, number: str, file: UUID, actor: Actor, objects: Any) -> Redirect:
        return _lead(await link_to_poster(actor, number, file, objects=objects))

    @get("/pages/{leaf:int}", opt={"action": Action.READ_ENTRY})
    async def leaf(self, number: str, file: UUID, leaf: int, actor: Actor, objects: Any) -> Redirect:
        return _lead(await link_to_page(actor, number, file, leaf, objects=objects))


def _lead(link: str) -> Redirect:
    return Redirect(link, status_code=302)


@asynccontextmanager
async def spooled(sent: UploadFile, scratch: Path) -> AsyncIterator[Path]:
    """Bring what came to a file of our own, a piece at a time."""
    await anyio.Path(scratch).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="form-") as folder:
        path = Path(folder) / "file"
        async with await anyio.open_file(path, "wb") as target:
            while chunk := await sent.read(_CHUNK):
                await target.write(chunk)
        yield path


async def _files_page(
    number: str, actor: Actor, words: Words, now: datetime, objects: Any, *, only: str | None
) -> FilesPage:
    own, entry = await open_entry(actor, number)
    held = await count_held_bytes(entry, objects=objects)
    cards = list_cards(own, entry, words, held=held, now=now, only=only)
    if only is not None and not cards:
        raise NotFound
    return FilesPage(
        head=make_head(own, entry, actor, words, now),
        cards=cards,
        traces=list_traces(own, entry, words, now=now),
        plain_limit=PLAIN_LIMIT,
        room=await find_entry_room(entry.materials, own.id),
        only=cards[-1] if only is not None else None,
        credits_start=entry.credits_start,
        is_film=entry.is_film,
    )
