"""Reminders to judges: at the declared days, to those with unfinished work, once, and not after they finish."""

from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed
from service.usecases.judging.sheets import abstain, seal_sheet
from service.usecases.letters.reminders import (
    RemindedToday,
    plan_reminders,
    remind_judges,
    remind_now,
    set_reminder_days,
)
from storage.columns import from_json, to_json
from storage.engine import transaction
from storage.reads.committee.progress import USUAL_REMINDER_DAYS
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

    assert [JUDGED - row["due_at"] for row in jobs] == [timedelta(days=each) for each in USUAL_REMINDER_DAYS]


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
    assert len(planned) == (0 if is_closed else len(USUAL_REMINDER_DAYS))


async def test_the_committee_reminds_chosen_judges_at_once_and_each_once_a_day(judging: Competition):
    secretary = judging.actors[Role.SECRETARY]
    chosen = {judge.id for judge in judging.judges[:2]}

    n_first = await remind_now(secretary, judging.round_id, chosen, now=JUDGING)
    with pytest.raises(RemindedToday):
        await remind_now(secretary, judging.round_id, chosen, now=JUDGING + timedelta(minutes=5))
    n_more = await remind_now(secretary, judging.round_id, {each.id for each in judging.judges}, now=JUDGING)

    assert (n_first, n_more) == (2, 1)
    assert set(await reminded(judging)) == {judge.actor.email for judge in judging.judges}
    with pytest.raises(NotAllowed):
        await remind_now(judging.actors[Role.OBSERVER], judging.round_id, chosen, now=JUDGING)
    with pytest.raises(Invalid):
        await remind_now(secretary, judging.round_id, set(), now=JUDGING)


async def test_a_day_taken_out_of_the_plan_reminds_nobody_and_a_new_one_does(judging: Competition):
    assigner = judging.actors[Role.ASSIGNER]

    n_ahead = await set_reminder_days(assigner, judging.round_id, [2], now=JUDGED - timedelta(days=5))
    n_out = await remind_judges(judging.round_id, closes_at=JUDGED, days=3, now=JUDGED - timedelta(days=3))
    n_new = await remind_judges(judging.round_id, closes_at=JUDGED, days=2, now=JUDGED - timedelta(days=2))

    assert (n_ahead, n_out, n_new) == (1, 0, len(judging.judges))
    with pytest.raises(Invalid):
        await set_reminder_days(assigner, judging.round_id, [0], now=JUDGING)
