"""How many bytes an entry and an account may keep: what was sent and replaced counts until the sweep returns it."""

from uuid import UUID

from service.errors import FieldError, Invalid
from service.text import Size
from storage.lifecycle import UploadState
from storage.reads.entrant.files import MaterialView
from storage.tables.upload import Upload

__all__ = ["check_quota", "find_entry_quota"]

ENTRY_TIMES = 3
"""A project may keep three times what its category takes at most: the files that stand, and those sent before them."""
ACCOUNT_ENTRIES = 3
"""An account may keep what three such projects may: it leads few, and is a member of some."""
LARGEST_UNLIMITED = 64 * 1024 * 1024
"""Small files are always taken up to this much more, so that a corrected page is never refused for a film's sake."""


def find_entry_quota(materials: tuple[MaterialView, ...]) -> int:
    """Give the bytes that an entry of this category may keep."""
    return ENTRY_TIMES * sum(each.max_bytes * each.max_files for each in materials if not each.is_link)


async def check_quota(
    materials: tuple[MaterialView, ...], *, entry_id: UUID, person_id: UUID | None, size: int
) -> None:
    """Refuse a file that would pass the entry's quota, or the account's. On the locked entry, before any byte."""
    quota = find_entry_quota(materials) + LARGEST_UNLIMITED
    for key, allowed, owner in (
        ("err.file_quota", quota, Upload.entry == entry_id),
        ("err.file_account_quota", ACCOUNT_ENTRIES * quota, Upload.person == person_id),
    ):
        rows = await Upload.select(Upload.size).where(
            owner & (Upload.state != UploadState.ABORTED.value) & (Upload.object_key != "")
        )
        kept = sum(row["size"] for row in rows)
        if kept + size > allowed:
            raise Invalid(FieldError("file", key, kept=Size(kept), max=Size(allowed)))
