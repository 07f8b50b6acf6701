"""Opening and closing a round of judging: the moments at which the edition changes hands."""

import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.letters.reminders import plan_reminders
from service.usecases.panel.assignment import publish_assignment
from service.usecases.setup.editions import NotYet, move_edition
from storage.engine import for_update, transaction
from storage.lifecycle import ROUND_MOVES, EditionState, MoveLost, SheetState, move
from storage.objects.store import ObjectStore, make_key
from storage.reads.committee.in_time import find_in_time
from storage.reads.copies import CopyRow, list_judge_copies
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.file import File, FilePage
from storage.tables.panel import Round
from storage.tables.scoresheet import ScoreSheet

__all__ = ["close_round", "open_judging"]

_COLUMNS = {"copy": File.judge_key, "light": File.light_key, "poster": File.poster_key}


class RoundNotOpen(Conflicting):
    """The round is not open."""

    code = "round-not-open"


async def open_judging(actor: Actor, round_id: UUID, *, objects: ObjectStore, now: datetime) -> int:
    """Publish the proposal and open judging. Return how many pairs were given to judges.

    Before that, every copy for judges is written again under a fresh random key in code-name order, so that neither
    keys nor storage dates tell who sent what when. Killed in between, it may be repeated: old copies stay till the end.
    Raises NotYet before the round's opening time.
    """
    in_round = await get_row(Round.select(Round.edition, Round.opens_at).where(Round.id == round_id))
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == in_round["edition"]))
    require(Action.OPEN_ROUND, actor, stage=edition["state"], owns=actor.edition_id in {None, in_round["edition"]})
    if now < in_round["opens_at"]:
        raise NotYet(from_at=in_round["opens_at"])
    copies = await list_judge_copies(in_round["edition"])
    fresh = await _write_again(objects, copies)
    async with transaction():
        for row, key in fresh:
            await _point_at(row, key)
        n_pairs = await publish_assignment(actor, round_id, now=now)
        if edition["state"] == EditionState.CLOSED.value:  # a further round begins in an edition that judges already
            await move_edition(actor, in_round["edition"], "start-judging", now=now)
        await plan_reminders(round_id, now=now)
    for row, _ in fresh:
        await objects.delete(row.key)
    return n_pairs


async def _write_again(objects: ObjectStore, copies: tuple[CopyRow, ...]) -> list[tuple[CopyRow, str]]:
    fresh = []
    with tempfile.TemporaryDirectory(prefix="tahkim-copies-") as folder:
        passing = Path(folder) / "copy"
        for row in copies:
            key = make_key("judge-copy")
            await objects.fetch(row.key, passing)
            await objects.put(key, passing)
            passing.unlink(missing_ok=True)
            fresh.append((row, key))
    return fresh


async def _point_at(row: CopyRow, key: str) -> None:
    if row.kind == "page":
        await FilePage.update({FilePage.object_key: key}).where(FilePage.id == row.id)
    else:
        await File.update({_COLUMNS[row.kind]: key}).where(File.id == row.id)


async def close_round(actor: Actor, round_id: UUID, *, now: datetime, reason: str = "") -> int:
    """Close a round at its end (earlier only once every sheet is sealed). Return how many sheets were not sealed.

    Only sealed sheets count; the others stay as they are, for the committee to see. An edition whose teams were told
    stays so: its round was open for the reviews that followed an upheld appeal. While a sheet that was given a last
    moment of its own can still be sealed, the round closes for a reason only: else Invalid.
    """
    async with transaction():
        found = await for_update(Round.select().where(Round.id == round_id)).first()
        if found is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
        require(Action.CLOSE_ROUND, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
        unsealed: int = await ScoreSheet.count().where(
            (ScoreSheet.assignment.round == round_id)
            & (ScoreSheet.assignment.state == "published")
            & (ScoreSheet.state == SheetState.DRAFT.value)
            & ScoreSheet.abstained.is_null()
        )
        if now < found["closes_at"] and unsealed:
            raise NotYet(from_at=found["closes_at"])
        if not reason.strip() and await find_in_time(round_id, now=now):
            raise Invalid(FieldError("close_reason", "err.reason_needed"))
        try:
            await move(Round, round_id, "close", ROUND_MOVES)
        except MoveLost as lost:
            raise RoundNotOpen(state=found["state"]) from lost
        await record(
            Event.ROUND_MOVED, by=actor, about=("round", round_id), at=now, before="open", after="closed",
            reason=reason.strip(),
        )  # fmt: skip
        if edition["state"] == EditionState.JUDGING:
            await move_edition(actor, found["edition"], "end-judging", now=now)
        return unsealed
