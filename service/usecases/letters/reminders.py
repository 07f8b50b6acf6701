"""Letters to judges with unfinished work, at the days that their round declares or when the committee asks.

Who has finished gets none. What is queued for a day that was taken out since does nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, RoundClosed
from service.jobs.queue import enqueue
from service.mail.queue import queue_letter
from service.permissions import Action, require
from storage.columns import from_json, to_json
from storage.engine import Row, for_update, transaction
from storage.lifecycle import RoundState
from storage.reads.committee.progress import USUAL_REMINDER_DAYS, Behind, list_behind
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round

__all__ = ["RemindedToday", "plan_reminders", "remind_judges", "remind_now", "set_reminder_days"]

MOST_DAYS = 60
MOST_REMINDERS = 6


class RemindedToday(Conflicting):
    """Each of these judges was reminded by hand today already, or has nothing left to seal."""

    code = "reminded-today"


async def plan_reminders(round_id: UUID, *, now: datetime) -> int:
    """Queue a round's reminders that lie ahead; return how many. Inside the transaction that opens or extends it.

    A reminder belongs to the close that it was counted from: after an extension those of the new close take its place.
    """
    in_round = await get_row(Round.select(Round.closes_at, Round.reminder_days).where(Round.id == round_id))
    closes_at: datetime = in_round["closes_at"]
    n_planned = 0
    for each in _days_of(in_round["reminder_days"]):
        due_at = closes_at - timedelta(days=each)
        if due_at > now:
            n_planned += await enqueue(
                "remind-judges", name=f"remind:{round_id}:{closes_at.isoformat()}:{each}", at=now, due_at=due_at,
                round=str(round_id), closes_at=closes_at.isoformat(), days=each,
            )  # fmt: skip
    return n_planned


async def remind_judges(round_id: UUID, *, closes_at: datetime, days: int, now: datetime) -> int:
    """Write to each judge who has sheets to seal; return how many letters were queued.

    Asked for twice, it writes once. Where the close has moved since, this does nothing but plan for the new one; where
    the round no longer declares this day, it does nothing.
    """
    async with transaction():
        in_round = (
            await Round.select(Round.id, Round.edition, Round.state, Round.closes_at, Round.reminder_days)
            .where(Round.id == round_id)
            .first()
        )
        if in_round is None or in_round["state"] != RoundState.OPEN.value:
            return 0
        if in_round["closes_at"] != closes_at:
            await plan_reminders(round_id, now=now)
            return 0
        if days not in _days_of(in_round["reminder_days"]):
            return 0
        n_queued = 0
        for judge in await list_behind(round_id):
            n_queued += await _remind(in_round, judge, f"{closes_at.isoformat()}:{days}", now)
        return n_queued


async def remind_now(actor: Actor, round_id: UUID, judge_ids: Collection[UUID], *, now: datetime) -> int:
    """Write to the chosen judges who have sheets to seal, each at most once a day; return how many letters went.

    Raises RoundClosed, RemindedToday where nobody is left to write to, and Invalid where nobody was chosen.
    """
    if not judge_ids:
        raise Invalid(FieldError("judge", "remind.err_none"))
    async with transaction():
        in_round = await _lock_round(actor, round_id)
        if in_round["state"] != RoundState.OPEN.value:
            raise RoundClosed(closed_at=in_round["closes_at"])
        today = f"by-hand-{now.date().isoformat()}"
        n_queued = 0
        for judge in await list_behind(round_id):
            if judge.judge_id in judge_ids:
                n_queued += await _remind(in_round, judge, today, now)
        if not n_queued:
            raise RemindedToday
        await record(Event.JUDGES_REMINDED, by=actor, about=("round", round_id), at=now, after=n_queued)
        return n_queued


async def set_reminder_days(actor: Actor, round_id: UUID, days: Sequence[int], *, now: datetime) -> int:
    """Declare on which days before the close a round's judges are reminded; return how many reminders lie ahead."""
    wanted = sorted(set(days), reverse=True)
    if len(wanted) > MOST_REMINDERS or any(not 1 <= each <= MOST_DAYS for each in wanted):
        raise Invalid(FieldError("days", "remind.err_days", most=MOST_REMINDERS, days=MOST_DAYS))
    async with transaction():
        in_round = await _lock_round(actor, round_id)
        before = list(_days_of(in_round["reminder_days"]))
        await Round.update({Round.reminder_days: to_json(wanted)}).where(Round.id == round_id)
        if in_round["state"] == RoundState.OPEN.value:
            await plan_reminders(round_id, now=now)
        await record(Event.REMINDERS_PLANNED, by=actor, about=("round", round_id), at=now, before=before, after=wanted)
    return sum(in_round["closes_at"] - timedelta(days=each) > now for each in wanted)


def _days_of(written: str | None) -> tuple[int, ...]:
    """Read the declared days, the farthest first; an empty list declares none."""
    declared = from_json(written)
    return tuple(sorted(set(USUAL_REMINDER_DAYS if declared is None else declared), reverse=True))


async def _remind(in_round: Row, judge: Behind, occasion: str, now: datetime) -> bool:
    return await queue_letter(
        "judge-reminder", name=f"remind:{in_round['id']}:{occasion}:{judge.judge_id}", email=judge.email,
        language=judge.language, at=now, edition_id=in_round["edition"], n=sum(judge.n_by_category.values()),
        closes_at=in_round["closes_at"].isoformat(), path="/judging",
    )  # fmt: skip


async def _lock_round(actor: Actor, round_id: UUID) -> Row:
    row = await for_update(
        Round.select(Round.id, Round.edition, Round.state, Round.closes_at, Round.reminder_days).where(
            Round.id == round_id
        )
    ).first()
    if row is None:
        raise NotFound
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == row["edition"]))
    require(Action.REMIND_JUDGES, actor, stage=edition["state"], owns=actor.edition_id in {None, row["edition"]})
    return row
