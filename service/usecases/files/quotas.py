"""How many bytes an entry and an account may keep: what was sent and replaced counts until the sweep returns it."""

from dataclasses import dataclass
from uuid import UUID

from piccolo.columns.combination import Where

from service.errors import FieldError, Invalid
from service.text import Size
from storage.lifecycle import UploadState
from storage.reads.entrant.files import MaterialView
from storage.tables.upload import Upload

__all__ = ["Room", "check_quota", "find_entry_quota", "find_entry_room"]

ENTRY_TIMES = 3
"""A project may keep three times what its category takes at most: the files that stand, and those sent before them."""
ACCOUNT_ENTRIES = 3
"""An account may keep what three such projects may: it leads few, and is a member of some."""
LARGEST_UNLIMITED = 64 * 1024 * 1024
"""Small files are always taken up to this much more, so that a corrected page is never refused for a film's sake."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes kept, and how many may be."""

    kept: int
    allowed: int


def find_entry_quota(materials: tuple[MaterialView, ...]) -> int:
    """Give the bytes that an entry of this category may keep."""
    return ENTRY_TIMES * sum(each.max_bytes * each.max_files for each in materials if not each.is_link)


async def find_entry_room(materials: tuple[MaterialView, ...], entry_id: UUID) -> Room:
    """Tell what an entry keeps of what it may: what was replaced or removed counts until the sweep returns it."""
    kept = await _sum_kept(Upload.entry == entry_id)
    return Room(kept, find_entry_quota(materials) + LARGEST_UNLIMITED)


async def check_quota(
    materials: tuple[MaterialView, ...], *, entry_id: UUID, person_id: UUID | None, size: int
) -> None:
    """Refuse a file that would pass the entry's quota, or the account's. On the locked entry, before any byte."""
    entry = await find_entry_room(materials, entry_id)
    account = Room(await _sum_kept(Upload.person == person_id), ACCOUNT_ENTRIES * entry.allowed)
    for key, room in (("err.file_quota", entry), ("err.file_account_quota", account)):
        if room.kept + size > room.allowed:
            raise Invalid(FieldError("file", key, kept=Size(room.kept), max=Size(room.allowed)))


async def _sum_kept(owner: Where) -> int:
    rows = await Upload.select(Upload.size).where(
        owner & (Upload.state != UploadState.ABORTED.value) & (Upload.object_key != "")
    )
    return sum(row["size"] for row in rows)
