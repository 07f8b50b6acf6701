"""Closing entries, the moment at which code names are drawn."""

import secrets
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import SYSTEM, Event, record
from service.errors import Conflicting, NotFound
from service.usecases.setup.editions import NotYet, find_deadline, move_edition
from storage.engine import transaction
from storage.lifecycle import EditionState, EntryState
from storage.tables.edition import Category, Edition
from storage.tables.entry import Entry

__all__ = ["close_edition", "close_when_due", "draw_code_names"]

_FIRST, _LAST = 100, 999


class NoCodeNamesLeft(Conflicting):
    """A category has more entries than there are numbers of three digits."""

    code = "no-code-names-left"


async def close_edition(actor: Actor, edition_id: UUID, *, now: datetime) -> int:
    """Close entries once the deadline has passed, and draw a code name at random for each submitted entry.

    Returns how many were drawn. Raises NotYet before the deadline.
    """
    async with transaction():
        deadline = await find_deadline(edition_id)
        if now < deadline:
            raise NotYet(from_at=deadline)
        await move_edition(actor, edition_id, "close", now=now)
        drawn = await draw_code_names(edition_id)
        await record(Event.CODE_NAMES_DRAWN, by=actor, about=("edition", edition_id), at=now, after=drawn)
        return drawn


async def close_when_due(edition_id: UUID, *, now: datetime) -> bool:
    """Close an edition whose deadline has passed, if nobody did; say whether this call did. For the job."""
    edition = await Edition.select(Edition.state).where(Edition.id == edition_id).first()
    if edition is None:
        raise NotFound
    if edition["state"] != EditionState.OPEN or now < await find_deadline(edition_id):
        return False
    await close_edition(SYSTEM, edition_id, now=now)
    return True


async def draw_code_names(edition_id: UUID) -> int:
    """Give each submitted entry that has none a number of three digits behind its category's letters; return how many.

    Drawn without replacement and without order, so that a code name tells nothing but the category.
    """
    prefixes = {
        row["id"]: row["prefix"]
        for row in await Category.select(Category.id, Category.prefix).where(Category.edition == edition_id)
    }
    standing = [EntryState.SUBMITTED.value, EntryState.RETURNED.value, EntryState.ADMITTED.value]
    rows = await Entry.select(Entry.id, Entry.category, Entry.code_name).where(
        (Entry.edition == edition_id) & Entry.state.is_in(standing)
    )
    taken = {row["code_name"] for row in rows if row["code_name"]}
    nameless = [row for row in rows if row["code_name"] is None]
    secrets.SystemRandom().shuffle(nameless)
    for row in nameless:
        name = _draw(prefixes[row["category"]], taken)
        taken.add(name)
        await Entry.update({Entry.code_name: name}).where(Entry.id == row["id"])
    return len(nameless)


def _draw(prefix: str, taken: set[str]) -> str:
    free = [number for number in range(_FIRST, _LAST + 1) if f"{prefix}-{number}" not in taken]
    if not free:
        raise NoCodeNamesLeft(prefix=prefix)
    return f"{prefix}-{secrets.choice(free)}"
