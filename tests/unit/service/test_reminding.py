"""Reminders to judges: at the declared days, to those with unfinished work, once, and not after they finish."""

from datetime import timedelta

import pytest

from service.usecases.judging.sheets import abstain, seal_sheet
from service.usecases.reminding import USUAL_DAYS, plan_reminders, remind_judges
from storage.columns import from_json, to_json
from storage.engine import transaction
from storage.tables.job import Job
from storage.tables.message import Message
from storage.tables.panel import Round
from tests.competition import JUDGED, JUDGING, Competition


async def reminded(competition: Competition) -> dict[str, int]:
    rows = await Message.select(Message.email, Message.facts).where(Message.template == "judge-reminder")
    assert len({row["email"] for row in rows}) == len(rows)
    return {row["email"]: from_json(row["facts"])["n"] for row in rows}


async def test_opening_a_round_plans_its_reminders_before_its_close(judging: Competition):
    jobs = await Job.select(Job.due_at).where(Job.kind == "remind-judges").order_by(Job.due_at)

    assert [JUDGED - row["due_at"] for row in jobs] == [timedelta(days=each) for each in USUAL_DAYS]


async def test_a_round_may_declare_other_days_and_what_is_past_is_not_planned(judging: Competition):
    await Job.delete().where(Job.kind == "remind-judges")
    await Round.update({Round.reminder_days: to_json([10, 2])}).where(Round.id == judging.round_id)

    async with transaction():
        n_planned = await plan_reminders(judging.round_id, now=JUDGED - timedelta(days=5))

    assert n_planned == 1


async def test_each_judge_with_unfinished_work_is_written_to_once_and_told_how_much(judging: Competition):
    done, partly, untouched = judging.judges
    for at in range(len(await judging.list_codes(done))):
        sheet = await judging.sheet(done, at)
        await judging.mark(done, sheet, [5] * len(sheet.criteria))
        await seal_sheet(done, sheet.id, now=JUDGING)
    await abstain(partly, (await judging.sheet(partly)).id, reason="The film does not open", now=JUDGING)

    for _ in range(2):
        await remind_judges(judging.round_id, closes_at=JUDGED, days=3, now=JUDGED - timedelta(days=3))

    n_partly = len(await judging.list_codes(partly)) - 1
    expected = {untouched.actor.email: len(await judging.list_codes(untouched))}
    expected |= {partly.actor.email: n_partly} if n_partly else {}
    assert await reminded(judging) == expected


@pytest.mark.parametrize("is_closed", [True, False])
async def test_a_closed_round_reminds_nobody_and_a_moved_close_plans_anew(judging: Competition, *, is_closed: bool):
    later = JUDGED + timedelta(days=10)
    change = {Round.state: "closed"} if is_closed else {Round.closes_at: later}
    await Round.update(change).where(Round.id == judging.round_id)

    n_letters = await remind_judges(judging.round_id, closes_at=JUDGED, days=3, now=JUDGED - timedelta(days=3))

    assert n_letters == 0
    assert await reminded(judging) == {}
    planned = await Job.select(Job.due_at).where((Job.kind == "remind-judges") & (Job.due_at > JUDGED))
    assert len(planned) == (0 if is_closed else len(USUAL_DAYS))
