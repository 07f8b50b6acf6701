"""Letters that lie as files, where no mail server is set: they go once their rows have been erased."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from storage.columns import among
from storage.engine import chunks
from storage.tables.message import Message

__all__ = ["LyingLetter", "find_erased", "remove_letters"]

LIES_AT_LEAST = timedelta(days=1)
"""A letter to who was erased has no address from its sending on: somebody must have time to hand it over."""

_ID_LENGTH = 36


class LyingLetter(NamedTuple):
    """One file of the folder of letters, by its letter's id."""

    path: Path
    letter_id: UUID
    size: int
    since: datetime


async def find_erased(folder: Path, *, now: datetime) -> AsyncIterator[LyingLetter]:
    """Find letters whose rows are gone or name nobody any more. A file of another name is not ours to judge."""
    lying = [each for each in await asyncio.to_thread(_list, folder) if each.since <= now - LIES_AT_LEAST]
    for some in chunks(lying):
        rows = await Message.select(Message.id).where(
            among(Message.id, [each.letter_id for each in some]) & (Message.email != "")
        )
        addressed = {row["id"] for row in rows}
        for each in some:
            if each.letter_id not in addressed:
                yield each


async def remove_letters(folder: Path, *, now: datetime) -> int:
    """Remove every such letter; return how many."""
    found = [each async for each in find_erased(folder, now=now)]
    for each in found:
        await asyncio.to_thread(each.path.unlink, missing_ok=True)
    return len(found)


def _list(folder: Path) -> list[LyingLetter]:
    lying = []
    for path in folder.glob("*.eml"):
        try:
            letter_id = UUID(path.stem[-_ID_LENGTH:])
            told = path.stat()
        except (ValueError, FileNotFoundError):
            continue
        lying.append(LyingLetter(path, letter_id, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC)))
    return lying
