"""Time given to seal: for one sheet, by the chair, with a reason; all others stay closed."""

from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, RoundClosed
from service.usecases.judging.sheets import seal_sheet
from service.usecases.panel.sheet_time import SheetNotUnsealed, give_time
from service.usecases.setup.opening import close_round
from storage.tables.audit import AuditEvent
from storage.tables.edition import Edition
from storage.tables.message import Message
from storage.tables.panel import Round
from storage.tables.scoresheet import ScoreSheet
from tests.competition import JUDGED, Competition

LATER = JUDGED + timedelta(days=2)


async def test_time_opens_one_sheet_again_and_no_other(judging: Competition):
    first, second = judging.judges[:2]
    mine, other = await judging.sheet(first), await judging.sheet(second)
    for judge, sheet in ((first, mine), (second, other)):
        await judging.mark(judge, sheet, [5] * len(sheet.criteria))
    await judging.end_judging()
    now = JUDGED + timedelta(hours=1)
    with pytest.raises(NotAllowed):
        await give_time(judging.actors[Role.MEMBER], mine.id, due_at=LATER, reason="Ill", now=now)
    with pytest.raises(Invalid) as caught:
        await give_time(judging.chair, mine.id, due_at=now, reason=" ", now=now)

    await give_time(judging.chair, mine.id, due_at=LATER, reason="The judge was ill.", now=now)

    assert {each.field for each in caught.value.errors} == {"due_at", "reason"}
    assert await Round.select(Round.state) == [{"state": "open"}]
    assert await Edition.select(Edition.state) == [{"state": "judging"}]
    assert await Message.count().where(Message.template == "sheet-time") == 1
    with pytest.raises(RoundClosed):
        await seal_sheet(second, other.id, now=LATER - timedelta(minutes=1))
    await seal_sheet(first, mine.id, now=LATER - timedelta(minutes=1))
    with pytest.raises(SheetNotUnsealed):
        await give_time(judging.chair, mine.id, due_at=LATER + timedelta(days=1), reason="Again", now=LATER)
    states = await ScoreSheet.select(ScoreSheet.id, ScoreSheet.state).where(ScoreSheet.id.is_in([mine.id, other.id]))
    assert {row["id"]: row["state"] for row in states} == {mine.id: "sealed", other.id: "draft"}


async def test_a_round_closes_over_a_sheet_that_is_in_time_for_a_reason_only_which_the_log_keeps(judging: Competition):
    sheet = await judging.sheet(judging.judges[0])
    await judging.end_judging()
    now = JUDGED + timedelta(hours=1)
    await give_time(judging.chair, sheet.id, due_at=LATER, reason="The judge was ill.", now=now)

    with pytest.raises(Invalid) as caught:
        await close_round(judging.chair, judging.round_id, now=LATER - timedelta(minutes=1), reason=" ")

    assert [each.field for each in caught.value.errors] == ["close_reason"]
    assert await Round.select(Round.state) == [{"state": "open"}]
    await close_round(judging.chair, judging.round_id, now=LATER - timedelta(minutes=1), reason="She cannot come back.")
    last = await AuditEvent.select(AuditEvent.reason).where(AuditEvent.event == "round-moved").order_by(
        AuditEvent.sequence, ascending=False
    ).first()  # fmt: skip
    assert last == {"reason": "She cannot come back."}


async def test_once_the_last_sheet_s_time_is_over_or_all_are_sealed_a_round_closes_without_a_reason(
    judging: Competition,
):
    first, second = [await judging.sheet(judge) for judge in judging.judges[:2]]
    await judging.mark(judging.judges[0], first, [5] * len(first.criteria))
    await judging.end_judging()
    now = JUDGED + timedelta(hours=1)
    await give_time(judging.chair, first.id, due_at=LATER, reason="The judge was ill.", now=now)
    await seal_sheet(judging.judges[0], first.id, now=now)
    await close_round(judging.chair, judging.round_id, now=now)
    await give_time(judging.chair, second.id, due_at=LATER, reason="The judge was ill.", now=now)

    await close_round(judging.chair, judging.round_id, now=LATER)

    assert await Round.select(Round.state) == [{"state": "closed"}]
