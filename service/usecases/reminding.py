"""Letters to judges with unfinished work, at the days that their round declares; who has finished gets none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from service.jobs.queue import enqueue
from service.mail.queue import queue_letter
from storage.columns import from_json
from storage.engine import run_sql, transaction
from storage.lifecycle import RoundState
from storage.rows import get_row
from storage.tables.panel import Round

__all__ = ["USUAL_DAYS", "plan_reminders", "remind_judges"]

USUAL_DAYS = (7, 3, 1)
"""Days before the close, where a round declares none of its own."""

_UNFINISHED = """SELECT j.id, p.email, p.language, COUNT(*) AS n
    FROM assignment a
    JOIN score_sheet s ON s.assignment = a.id
    JOIN judge j ON j.id = a.judge
    JOIN person p ON p.id = j.person
    LEFT JOIN conflict c ON c.judge = a.judge AND c.entry = a.entry AND c.state IN ('held', 'confirmed')
    WHERE a.round = {} AND a.state = 'published' AND s.state = 'draft' AND s.abstained IS NULL AND c.id IS NULL
    GROUP BY j.id, p.email, p.language ORDER BY p.email"""


async def plan_reminders(round_id: UUID, *, now: datetime) -> int:
    """Queue a round's reminders that lie ahead; return how many. Inside the transaction that opens or extends it.

    A reminder belongs to the close that it was counted from: after an extension those of the new close take its place.
    """
    in_round = await get_row(Round.select(Round.closes_at, Round.reminder_days).where(Round.id == round_id))
    closes_at: datetime = in_round["closes_at"]
    days: Sequence[int] = from_json(in_round["reminder_days"]) or USUAL_DAYS
    n_planned = 0
    for each in sorted(set(days), reverse=True):
        due_at = closes_at - timedelta(days=each)
        if due_at > now:
            n_planned += await enqueue(
                "remind-judges", name=f"remind:{round_id}:{closes_at.isoformat()}:{each}", at=now, due_at=due_at,
                round=str(round_id), closes_at=closes_at.isoformat(), days=each,
            )  # fmt: skip
    return n_planned


async def remind_judges(round_id: UUID, *, closes_at: datetime, days: int, now: datetime) -> int:
    """Write to each judge who has sheets to seal; return how many letters were queued.

    Asked for twice, it writes once. Where the close has moved since, this does nothing but plan for the new one.
    """
    async with transaction():
        in_round = await Round.select(Round.state, Round.closes_at).where(Round.id == round_id).first()
        if in_round is None or in_round["state"] != RoundState.OPEN.value:
            return 0
        if in_round["closes_at"] != closes_at:
            await plan_reminders(round_id, now=now)
            return 0
        n_queued = 0
        for row in await run_sql(_UNFINISHED, round_id):
            n_queued += await queue_letter(
                "judge-reminder", name=f"remind:{round_id}:{closes_at.isoformat()}:{days}:{row['id']}",
                email=row["email"], language=row["language"], at=now, n=int(row["n"]),
                closes_at=closes_at.isoformat(), path="/judging",
            )  # fmt: skip
        return n_queued
