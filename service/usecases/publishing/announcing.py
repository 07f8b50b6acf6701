"""Publication in two steps, where the committee wants it: the honoured by title first, their places at the end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service.audit import SYSTEM, Event, record
from service.errors import Conflicting
from storage.columns import from_json, to_json
from storage.engine import for_update, transaction
from storage.lifecycle import EditionState, RoundState
from storage.reads.committee.appeals import count_open_appeals
from storage.reads.decisions import read_decided
from storage.reads.honoured import list_honoured_people, list_honoured_works
from storage.tables.award import Announcement
from storage.tables.edition import Edition
from storage.tables.panel import Round

__all__ = ["AlreadyAnnounced", "announce_when_due", "check_as_announced", "plan_announcement"]


class AlreadyAnnounced(Conflicting):
    """The honoured are public: what was announced is not taken back."""

    code = "already-announced"


class NotAsAnnounced(Conflicting):
    """What is decided now honours others than those who were announced."""

    code = "not-as-announced"


async def plan_announcement(edition_id: UUID, due_at: datetime | None) -> None:
    """Fix when the honoured are announced, or that they are not before the places are. In a running transaction.

    Raises AlreadyAnnounced where it was done and the moment would change.
    """
    row = await for_update(Announcement.select().where(Announcement.edition == edition_id)).first()
    if row is not None and row["announced_at"] is not None:
        if due_at is not None and due_at != row["due_at"]:
            raise AlreadyAnnounced
        return
    await Announcement.delete().where(Announcement.edition == edition_id)
    if due_at is not None:
        await Announcement.insert(Announcement(edition=edition_id, due_at=due_at, content=None, announced_at=None))


async def announce_when_due(edition_id: UUID, *, now: datetime) -> bool:
    """Announce the honoured once their instant has come, if nobody did; say whether this call did. For the job.

    Whatever was decided since, an announcement needs every category decided and every appeal answered: else nothing is
    said, and publication itself will refuse.
    """
    async with transaction():
        edition = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
        row = await for_update(Announcement.select().where(Announcement.edition == edition_id)).first()
        if edition is None or row is None or row["announced_at"] is not None or now < row["due_at"]:
            return False
        if edition["state"] not in {EditionState.DECIDING, EditionState.NOTIFIED}:
            return False
        in_round = (
            await Round.select(Round.id, Round.state)
            .where(Round.edition == edition_id)
            .order_by(Round.ordinal, ascending=False)
            .first()
        )
        if in_round is None or in_round["state"] != RoundState.DECIDED or await count_open_appeals(edition_id):
            return False
        honoured = {each.entry_id: each.category_id for each in (await read_decided(in_round["id"])).honoured}
        for entry in sorted(honoured, key=str):
            await record(Event.IDENTITY_READ, by=SYSTEM, about=("entry", entry), at=now, reason="announcement")
        content = await _tell(honoured)
        await Announcement.update({Announcement.content: to_json(content), Announcement.announced_at: now}).where(
            Announcement.id == row["id"]
        )
        await record(
            Event.HONOURED_ANNOUNCED, by=SYSTEM, about=("edition", edition_id), at=now, after={"n": len(content)}
        )
        return True


async def check_as_announced(edition_id: UUID, titles: list[tuple[str, str]]) -> None:
    """Refuse a publication that honours others than the announcement did; ``titles`` in Arabic and English."""
    row = await Announcement.select(Announcement.content).where(Announcement.edition == edition_id).first()
    if row is None or row["content"] is None:
        return
    if sorted((each["title_ar"], each["title_en"]) for each in from_json(row["content"])) != sorted(titles):
        raise NotAsAnnounced


async def _tell(honoured: dict[UUID, UUID]) -> list[dict[str, Any]]:
    """Give the honoured by title within their category: an order that says nothing of places."""
    works, people = await list_honoured_works(list(honoured)), await list_honoured_people(list(honoured))
    told = [
        {
            "category": str(category),
            "title_ar": works[entry].title_ar,
            "title_en": works[entry].title_en,
            "institution_ar": people[entry].institution_ar,
            "institution_en": people[entry].institution_en,
        }
        for entry, category in honoured.items()
    ]
    return sorted(told, key=lambda each: (each["category"], each["title_ar"], each["title_en"]))
