"""The public result before it is public: the rows that publication would make, shown to the committee, kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.permissions import Action, require
from service.usecases.awards import make_awards
from service.usecases.figures import count_figures
from service.usecases.joint import Matter, answer_request, ask_together, is_agreed
from service.usecases.recusals import require_no_tie
from storage.engine import for_update, transaction
from storage.reads.committee.recusals import list_barred_categories
from storage.reads.decisions import list_honoured
from storage.reads.honoured import HonouredPeople, list_honoured_people
from storage.reads.results import CAPTIONS, Winners, as_winners
from storage.tables.edition import Edition

__all__ = ["Preview", "answer_preview_names", "ask_preview_names", "preview_publication"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What publication would show; the objects and types of pictures, players and captions by award's slug."""

    winners: Winners
    is_named: bool
    pictures: Mapping[str, tuple[str, str]]
    players: Mapping[str, tuple[str, str]]
    captions: Mapping[str, tuple[str, str]]


async def ask_preview_names(actor: Actor, edition_id: UUID, *, reason: str, now: datetime) -> UUID:
    """Ask that the preview show the names behind the honoured entries; a second member answers."""
    async with transaction():
        await _check(actor, edition_id)
        return await ask_together(actor, edition_id, Matter.PREVIEW_NAMES, edition_id, reason=reason, now=now)


async def answer_preview_names(actor: Actor, request_id: UUID, *, agrees: bool, now: datetime) -> None:
    """Agree that the preview shows names, or decline it, as another member than who asked."""
    async with transaction():
        asked = await answer_request(actor, request_id, Matter.PREVIEW_NAMES, agrees=agrees, now=now)
        await _check(actor, asked.edition_id)


async def preview_publication(
    actor: Actor,
    edition_id: UUID,
    round_id: UUID,
    placeholder: HonouredPeople,
    *,
    now: datetime,
    wants_names: bool = True,
) -> Preview:
    """Make what publication would show now, without the categories that are closed to this member.

    Names are shown once two members agreed, to members without a tie in any category, and the log says so first;
    until then ``placeholder`` stands for the people of every entry.
    """
    barred = await list_barred_categories(actor.person_id, edition_id)
    entries = [row["entry"] for row in await list_honoured(round_id) if row["category"] not in barred]
    names = dict.fromkeys(entries, placeholder)
    is_named = wants_names and not barred and await is_agreed(Matter.PREVIEW_NAMES, edition_id)
    if is_named:
        async with transaction():
            await _check(actor, edition_id)
            for entry in sorted(entries, key=str):
                await record(Event.IDENTITY_READ, by=actor, about=("entry", entry), at=now, reason="preview")
        names = await list_honoured_people(entries)
    awards = await make_awards(edition_id, round_id, now=now, names=names)
    figures = _without(await count_figures(edition_id, round_id), barred)
    return Preview(
        winners=await as_winners(edition_id, awards, figures, barred, now=now),
        is_named=is_named,
        pictures={
            str(each.slug): (str(each.picture_key), str(each.picture_media_type)) for each in awards if each.picture_key
        },
        players={
            str(each.slug): (str(each.player_key), str(each.player_media_type)) for each in awards if each.player_key
        },
        captions={str(each.slug): (str(each.captions_key), CAPTIONS) for each in awards if each.captions_key},
    )


async def _check(actor: Actor, edition_id: UUID) -> None:
    edition = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
    if edition is None:
        raise NotFound
    require(Action.PREVIEW_NAMES, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
    await require_no_tie(actor, edition_id, stage=edition["state"])


def _without(figures: dict[str, Any], barred: frozenset[UUID]) -> dict[str, Any]:
    """Leave out what tells of a closed category."""
    closed = {str(each) for each in barred}
    return figures | {
        "entries_in": {key: n for key, n in figures["entries_in"].items() if key not in closed},
        "withheld": [each for each in figures["withheld"] if each[0] not in closed],
    }
