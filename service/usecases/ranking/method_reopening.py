"""The choice of method opened again: two members and a reason; the next run chooses anew, and later ones keep that.

What ``auto`` chose in a round's first run stands for all its runs, so that nobody shops for a ranking. Where the choice
itself was a mistake (a judge set aside, a whole panel added), the committee may ask the rule once more.
"""

from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, NotFound
from service.permissions import Action, require
from service.usecases.deciding.joint import Matter, answer_request, ask_together
from service.usecases.deciding.recusals import require_no_tie
from storage.engine import for_update, transaction
from storage.lifecycle import RoundState
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.result import RankingRun

__all__ = ["AUTO", "answer_method_reopening", "ask_method_reopening"]

AUTO = "auto"
"""The rule that chooses by what the data can bear."""


class MethodNotOpen(Conflicting):
    """Only a ranked round whose rules let the data choose, and of which nothing is decided, has a choice to reopen."""

    code = "method-not-open"


async def ask_method_reopening(actor: Actor, round_id: UUID, *, reason: str, now: datetime) -> UUID:
    """Ask that the next run choose its method anew; return the request that a second member answers."""
    async with transaction():
        edition_id = await _check(actor, round_id)
        return await ask_together(actor, edition_id, Matter.REOPEN_METHOD, round_id, reason=reason, now=now)


async def answer_method_reopening(actor: Actor, request_id: UUID, *, agrees: bool, now: datetime) -> None:
    """Agree, and the next run chooses; or decline, and what was chosen stands."""
    async with transaction():
        asked = await answer_request(actor, request_id, Matter.REOPEN_METHOD, agrees=agrees, now=now)
        if not agrees:
            require(Action.REOPEN_METHOD, actor, stage=None)
            return
        await _check(actor, asked.subject)
        await record(Event.METHOD_REOPENED, by=actor, about=("round", asked.subject), at=now, reason=asked.reason)


async def _check(actor: Actor, round_id: UUID) -> UUID:
    """Lock the round and require the right; a member with a tie in a category has no say on how all are ranked."""
    found = await for_update(Round.select(Round.edition, Round.state, Round.method).where(Round.id == round_id)).first()
    if found is None:
        raise NotFound
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
    require(Action.REOPEN_METHOD, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
    await require_no_tie(actor, found["edition"], stage=edition["state"])
    is_ranked = found["state"] == RoundState.RANKED and await RankingRun.exists().where(RankingRun.round == round_id)
    if not is_ranked or found["method"] != AUTO:
        raise MethodNotOpen
    edition_id: UUID = found["edition"]
    return edition_id
