"""Letters to judges with unfinished work, at the days that their round declares or when the committee asks.

The days count back from the round's close; for a sheet that was given a last moment of its own, from that one. Who has
finished gets none. What is queued for a day that was taken out since does nothing.
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
from storage.reads.committee.in_time import list_own_moments
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

    Also inside the one that gives a sheet a last moment of its own. A reminder belongs to the close or moment that it
    was counted from: after an extension those of the new one take its place.
    """
    in_round = await get_row(Round.select(Round.closes_at, Round.reminder_days).where(Round.id == round_id))
    n_planned = 0
    for ends_at, days in await _list_ahead(round_id, in_round, now):
        n_planned += await enqueue(
            "remind-judges", name=f"remind:{round_id}:{ends_at.isoformat()}:{days}", at=now,
            due_at=ends_at - timedelta(days=days), round=str(round_id), closes_at=ends_at.isoformat(), days=days,
        )  # fmt: skip
    return n_planned


async def remind_judges(round_id: UUID, *, closes_at: datetime, days: int, now: datetime) -> int:
    """Write to each judge who has sheets to seal until ``closes_at``; return how many letters were queued.

    Asked for twice, it writes once. Where the close has moved since, this does nothing but plan for the new one; where
    the round no longer declares this day, it does nothing. So it is with a moment that sheets were given of their own.
    """
    async with transaction():
        in_round = (
            await Round.select(Round.id, Round.edition, Round.state, Round.closes_at, Round.reminder_days)
            .where(Round.id == round_id)
            .first()
        )
        if in_round is None or in_round["state"] != RoundState.OPEN.value:
            return 0
        if closes_at not in {in_round["closes_at"], *await list_own_moments(round_id, now=now)}:
            await plan_reminders(round_id, now=now)
            return 0
        if days not in _days_of(in_round["reminder_days"]):
            return 0
        n_queued = 0
        for judge in await list_behind(round_id, now=now, moment=closes_at):
            n_queued += await _remind(in_round, judge, closes_at, f"{closes_at.isoformat()}:{days}", now)
        return n_queued


async def remind_now(actor: Actor, round_id: UUID, judge_ids: Collection[UUID], *, now: datetime) -> int:
    """Write to the chosen judges who have sheets to seal, each at most once a day; return how many letters went.

    Whose sheets end at different moments gets a letter for each.

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
        for ends_at in sorted({in_round["closes_at"], *await list_own_moments(round_id, now=now)}):
            occasion = today if ends_at == in_round["closes_at"] else f"{today}:{ends_at.isoformat()}"
            for judge in await list_behind(round_id, now=now, moment=ends_at):
                if judge.judge_id in judge_ids:
                    n_queued += await _remind(in_round, judge, ends_at, occasion, now)
        if not n_queued:
            raise RemindedToday
        await record(Event.JUDGES_REMINDED, by=actor, about=("round", round_id), at=now, after=n_queued)
        return n_queued


async def set_reminder_days(actor: Actor, round_id: UUID, days: Sequence[int], *, now: datetime) -> int:
    """Declare how many days before the end judges are reminded; return how many reminders lie ahead."""
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
        ahead = await _list_ahead(round_id, in_round | {"reminder_days": to_json(wanted)}, now)
    return len(ahead)


async def _list_ahead(round_id: UUID, in_round: Row, now: datetime) -> list[tuple[datetime, int]]:
    """List the reminders to come: what ends, and how many days before."""
    ends = (in_round["closes_at"], *await list_own_moments(round_id, now=now))
    days = _days_of(in_round["reminder_days"])
    return [(ends_at, each) for ends_at in ends for each in days if ends_at - timedelta(days=each) > now]


def _days_of(written: str | None) -> tuple[int, ...]:
    """Read the declared days, the farthest first; an empty list declares none."""
    declared = from_json(written)
    return tuple(sorted(set(USUAL_REMINDER_DAYS if declared is None else declared), reverse=True))


async def _remind(in_round: Row, judge: Behind, ends_at: datetime, occasion: str, now: datetime) -> bool:
    return await queue_letter(
        "judge-reminder", name=f"remind:{in_round['id']}:{occasion}:{judge.judge_id}", email=judge.email,
        language=judge.language, at=now, edition_id=in_round["edition"], n=sum(judge.n_by_category.values()),
        closes_at=ends_at.isoformat(), path="/judging",
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
