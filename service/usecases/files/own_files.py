"""Reading one's own files: short-lived links to the original, and to what judges will see of it."""

from datetime import timedelta
from uuid import UUID

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.usecases.entering.entries import open_entry
from storage.objects.store import ObjectStore, ReadAs
from storage.reads.entrant.files import FileView, list_pages

__all__ = ["link_to_copy", "link_to_light", "link_to_original", "link_to_page", "link_to_poster"]

LASTS = timedelta(minutes=5)
_ENDINGS = {
    "application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4", "video/webm": "webm",
    "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/wav": "wav", "audio/ogg": "ogg", "audio/flac": "flac",
    "text/vtt": "vtt", "text/plain": "txt", "text/csv": "csv",
}  # fmt: skip


async def link_to_original(actor: Actor, number: str, file_id: UUID, *, objects: ObjectStore) -> str:
    """Give a link that downloads the file as it was sent, under its own name."""
    file = await _find(actor, number, file_id)
    if not file.object_key:
        raise NotFound  # its bytes were returned
    read_as = ReadAs(media_type="application/octet-stream", file_name=file.name or "file", is_download=True)
    return await objects.sign_get(file.object_key, read_as, seconds=int(LASTS.total_seconds()))


async def link_to_copy(actor: Actor, number: str, file_id: UUID, *, objects: ObjectStore) -> str:
    """Give a link to the judges' copy."""
    file = await _find(actor, number, file_id)
    return await _link(file.judge_key, file.judge_media_type, objects)


async def link_to_light(actor: Actor, number: str, file_id: UUID, *, objects: ObjectStore) -> str:
    """Give a link to the lighter copy that the operator attached for judges on slow lines."""
    file = await _find(actor, number, file_id)
    return await _link(file.light_key, file.light_media_type, objects)


async def link_to_poster(actor: Actor, number: str, file_id: UUID, *, objects: ObjectStore) -> str:
    """Give a link to a film's picture."""
    file = await _find(actor, number, file_id)
    return await _link(file.poster_key, file.poster_media_type, objects)


async def link_to_page(actor: Actor, number: str, file_id: UUID, page: int, *, objects: ObjectStore) -> str:
    """Give a link to a page of a document, drawn."""
    file = await _find(actor, number, file_id)
    for each in await list_pages(file.id):
        if each.page == page:
            return await _link(each.object_key, each.media_type, objects)
    raise NotFound


async def _find(actor: Actor, number: str, file_id: UUID) -> FileView:
    _, entry = await open_entry(actor, number, Action.READ_ENTRY)
    for material in entry.materials:
        for file in material.files:
            if file.id == file_id:
                return file
    raise NotFound


async def _link(key: str | None, media_type: str | None, objects: ObjectStore) -> str:
    if key is None or media_type is None:
        raise NotFound
    name = f"copy.{_ENDINGS.get(media_type, 'bin')}"
    return await objects.sign_get(
        key, ReadAs(media_type=media_type, file_name=name), seconds=int(LASTS.total_seconds())
    )
