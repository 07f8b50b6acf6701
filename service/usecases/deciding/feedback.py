"""Comments that the committee passes on to a team with its outcome, chosen before entrants are told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.permissions import Action, require
from storage.engine import for_update, insert_many, transaction
from storage.reads.committee.feedback import list_team_comments
from storage.tables.appeal import ChosenComment
from storage.tables.edition import Edition

__all__ = ["choose_comments"]


async def choose_comments(
    actor: Actor, edition_id: UUID, round_id: UUID, category_id: UUID, sheets: Sequence[UUID], *, now: datetime
) -> int:
    """Choose which comments of a category's sealed sheets its teams read, in place of what was chosen before.

    Returns how many. Raises NotFound for a sheet that is not one of the category's. The order in which a team reads
    them is the order of their words, so that it tells nothing of the judges.
    """
    async with transaction():
        edition = await for_update(Edition.select(Edition.id, Edition.state).where(Edition.id == edition_id)).first()
        if edition is None:
            raise NotFound
        require(Action.CHOOSE_COMMENTS, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        known = {each.sheet_id: each for each in await list_team_comments(round_id, category_id)}
        if not set(sheets) <= set(known):
            raise NotFound
        wanted = sorted((known[each] for each in set(sheets)), key=lambda each: (str(each.entry_id), each.content))
        if known:
            await ChosenComment.delete().where(ChosenComment.sheet.is_in(list(known)))
        await insert_many(
            [
                ChosenComment(
                    entry=each.entry_id, sheet=each.sheet_id, position=position, content=each.content, chosen_at=now
                )
                for position, each in enumerate(wanted)
            ]
        )  # fmt: skip
        await record(
            Event.COMMENTS_CHOSEN, by=actor, about=("category", category_id), at=now,
            after=sorted(str(each.sheet_id) for each in wanted),
        )  # fmt: skip
        return len(wanted)
