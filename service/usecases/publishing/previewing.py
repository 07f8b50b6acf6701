"""The public result before it is public: the rows that publication would make, shown to the committee, kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.permissions import Action, may, require
from service.usecases.deciding.joint import Matter, answer_request, ask_together
from service.usecases.deciding.recusals import require_no_tie
from service.usecases.publishing.awards import make_awards
from service.usecases.publishing.figures import count_figures
from storage.engine import for_update, on_postgres, run_sql, snapshot, transaction
from storage.reads.award_files import CAPTIONS
from storage.reads.decisions import read_decided
from storage.reads.honoured import HonouredPeople, list_honoured_people
from storage.reads.results import Winners, as_winners
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

    Names are shown once two members agreed, to members without a tie in any category, and one row of the log says so
    first and whose; until then ``placeholder`` stands for the people of every entry.
    """
    async with transaction() if wants_names else snapshot():
        barred, is_named = await _find_right(actor, edition_id, locks=wants_names)
        decided = await read_decided(round_id)
        honoured = [each for each in decided.honoured if each.category_id not in barred]
        entries = sorted({each.entry_id for each in honoured}, key=str)
        if wants_names and is_named:
            await record(
                Event.IDENTITY_READ, by=actor, about=("edition", edition_id), at=now,
                after=[str(each) for each in entries], reason="preview",
            )  # fmt: skip
    is_named = is_named and wants_names
    names = await list_honoured_people(entries) if is_named else dict.fromkeys(entries, placeholder)
    awards = await make_awards(edition_id, honoured, now=now, names=names)
    honours = {each.honour_id: (each.honour_ar, each.honour_en) for each in honoured}
    figures = _without(await count_figures(edition_id, round_id, decided), barred)
    return Preview(
        winners=await as_winners(edition_id, awards, honours, figures, barred, now=now),
        is_named=is_named,
        pictures={
            str(each.slug): (str(each.picture_key), str(each.picture_media_type)) for each in awards if each.picture_key
        },
        players={
            str(each.slug): (str(each.player_key), str(each.player_media_type)) for each in awards if each.player_key
        },
        captions={str(each.slug): (str(each.captions_key), CAPTIONS) for each in awards if each.captions_key},
    )


async def _find_right(actor: Actor, edition_id: UUID, *, locks: bool) -> tuple[frozenset[UUID], bool]:
    """Find the categories that are closed to this member, and whether names may be shown to them. One query."""
    lock = " FOR UPDATE OF edition" if locks and on_postgres() else ""
    rows = await run_sql(_RIGHT + lock, Matter.PREVIEW_NAMES.value, str(edition_id), actor.person_id, edition_id)
    if not rows:
        raise NotFound
    barred = frozenset(UUID(str(row["category"])) for row in rows if row["category"] is not None)
    owns = actor.edition_id in {None, edition_id}
    is_open = may(Action.PREVIEW_NAMES, actor, stage=rows[0]["state"], owns=owns)
    return barred, is_open and bool(rows[0]["agreed"]) and not barred


_RIGHT = """SELECT edition.state AS state, (SELECT count(*) FROM joint_request WHERE joint_request.matter = {}
      AND joint_request.subject = {} AND joint_request.state = 'agreed') AS agreed, tied.category AS category
    FROM edition LEFT JOIN (SELECT DISTINCT entry.edition AS edition, entry.category AS category FROM member_conflict
      JOIN entry ON entry.id = member_conflict.entry WHERE member_conflict.person = {}) AS tied
      ON tied.edition = edition.id WHERE edition.id = {}"""


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
