"""A judge leaves or steps aside: unfinished work is shared out under the same rules, and what is sealed stays."""

from uuid import uuid4

import pytest

from service.actors import JudgeActor, Role
from service.errors import Invalid, NotAllowed, StaleRevision
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import abstain, seal_sheet
from service.usecases.panel.redistribution import (
    RoundNotJudged,
    plan_redistribution,
    redistribute,
)
from storage.columns import from_json
from storage.reads.judge.lists import get_my_list
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.message import Message
from storage.tables.panel import Judge
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.competition import JUDGED, JUDGING, Competition

pytestmark = pytest.mark.long


async def pairs_of(competition: Competition) -> set[tuple[object, object]]:
    rows = await Assignment.select(Assignment.entry, Assignment.judge).where(
        (Assignment.round == competition.round_id) & (Assignment.state == "published")
    )
    return {(row["entry"], row["judge"]) for row in rows}


async def somebody(competition: Competition) -> JudgeActor:
    """The first judge who has a project."""
    return [judge for judge in competition.judges if await competition.list_codes(judge)][0]  # noqa: RUF015 - awaits


@pytest.fixture
async def roomy(opened: Competition) -> Competition:
    """Four projects, five judges of up to three projects each: there is room for one to leave."""
    await opened.reach_judging(n_judges=5)
    return opened


async def test_what_a_leaving_judge_has_not_sealed_goes_to_others_and_what_is_sealed_stays(roomy: Competition):
    """R064."""
    leaving = [judge for judge in roomy.judges if len(await roomy.list_codes(judge)) > 1][0]  # noqa: RUF015 - awaits
    sheet = await roomy.sheet(leaving)
    await roomy.mark(leaving, sheet, [5, 6])
    await seal_sheet(leaving, sheet.id, now=JUDGING)
    before = await pairs_of(roomy)
    mine = {pair for pair in before if pair[1] == leaving.id}

    plan = await plan_redistribution(roomy.round_id, leaving=leaving.id)
    change = await redistribute(
        roomy.actors[Role.ASSIGNER], roomy.round_id, leaving=leaving.id, choice=0, seen=plan.digest, reason="Ill",
        now=JUDGING,
    )  # fmt: skip

    after = await pairs_of(roomy)
    assert plan.n_sealed == 1
    assert len(change.added) == len(mine) - 1 == len(change.removed)
    assert {pair for pair in after if pair[1] == leaving.id} < mine
    assert len({pair for pair in after if pair[1] == leaving.id}) == 1
    assert {pair for pair in before if pair[1] != leaving.id} <= after
    counts = [sum(entry == each for entry, _ in after) for each in {entry for entry, _ in after}]
    assert set(counts) == {2}
    assert (await get_row(ScoreSheet.select(ScoreSheet.state).where(ScoreSheet.id == sheet.id)))["state"] == "sealed"
    assert await Mark.count().where(Mark.sheet == sheet.id) == 2
    assert not (await get_row(Judge.select(Judge.is_active).where(Judge.id == leaving.id)))["is_active"]
    new = {judge for _, judge in change.added}
    codes = [code for judge in roomy.judges if judge.id in new for code in await roomy.list_codes(judge)]
    assert codes
    assert await ScoreSheet.count() == len(before) + len(change.added)
    told = {(row["template"], row["email"]): from_json(row["facts"])["n"] for row in await Message.select().where(
        Message.template.is_in(["new-reviews", "moved-reviews"]))}  # fmt: skip
    emails = {judge.id: judge.actor.email for judge in roomy.judges}
    assert told == {("moved-reviews", emails[leaving.id]): len(change.removed)} | {
        ("new-reviews", emails[judge]): sum(each == judge for _, each in change.added) for judge in new
    }
    gone = (await get_my_list(leaving.id, now=JUDGING)).removed
    assert {(each.reason, each.removed_at) for each in gone} == {("withdrawn", JUDGING)}
    assert len(gone) == len(change.removed)


async def test_the_wider_ways_never_touch_what_others_have_begun(roomy: Competition):
    for judge in [judge for judge in roomy.judges if await roomy.list_codes(judge)][:2]:
        await roomy.mark(judge, await roomy.sheet(judge), [4, 4])
    begun = {
        (row["entry"], row["judge"])
        for row in await ScoreSheet.select(
            ScoreSheet.assignment.entry.as_alias("entry"), ScoreSheet.assignment.judge.as_alias("judge")
        ).where(ScoreSheet.saved_at.is_not_null())
    }
    leaving = roomy.judges[4]

    plan = await plan_redistribution(roomy.round_id, leaving=leaving.id)

    assert [change.share for change in plan.changes] == [0.0, 0.01, 0.05]
    moved = [len(change.added) for change in plan.changes]
    assert moved == sorted(moved)
    for change in plan.changes:
        assert begun.isdisjoint(change.removed)
        assert all(judge != leaving.id for _, judge in change.added)
        assert max(change.loads.values()) <= 3


async def test_a_declared_tie_leaves_a_project_short_and_another_judge_gets_it(roomy: Competition):
    judge = await somebody(roomy)
    sheet = await roomy.sheet(judge)
    entry = (await get_row(Assignment.select(Assignment.entry).where(
        (Assignment.judge == judge.id) & (Assignment.position == 1))))["entry"]  # fmt: skip
    await answer_conflict(judge, sheet.id, answer=Answer.YES, kind="work", now=JUDGING)

    plan = await plan_redistribution(roomy.round_id)
    await redistribute(
        roomy.chair, roomy.round_id, leaving=None, choice=0, seen=plan.digest, reason="A declared tie", now=JUDGING
    )

    after = await pairs_of(roomy)
    assert plan.lacking == (entry,)
    assert (entry, judge.id) not in after
    assert len([pair for pair in after if pair[0] == entry]) == 2
    assert (await plan_redistribution(roomy.round_id)).changes == ()


async def test_an_abstention_is_replaced_and_the_judge_is_not_asked_again(roomy: Competition):
    judge = await somebody(roomy)
    sheet = await roomy.sheet(judge)
    await abstain(judge, sheet.id, reason="The film does not play here.", now=JUDGING)

    plan = await plan_redistribution(roomy.round_id)
    [(entry, other)] = plan.changes[0].added

    assert plan.lacking == (entry,)
    assert other != judge.id


async def test_a_project_held_for_a_decision_waits_for_it(roomy: Competition):
    judge = await somebody(roomy)
    sheet = await roomy.sheet(judge)
    await answer_conflict(judge, sheet.id, answer=Answer.UNSURE, note="We may have met.", now=JUDGING)
    assert await Conflict.exists().where(Conflict.state == "held")

    assert (await plan_redistribution(roomy.round_id)).changes == ()


async def test_a_plan_that_the_round_has_left_behind_is_refused(roomy: Competition):
    leaving = roomy.judges[4]
    plan = await plan_redistribution(roomy.round_id, leaving=leaving.id)
    other = await somebody(roomy)
    await roomy.mark(other, await roomy.sheet(other), [4, 4])

    with pytest.raises(StaleRevision):
        await redistribute(
            roomy.chair, roomy.round_id, leaving=leaving.id, choice=0, seen=plan.digest, reason="Ill", now=JUDGING
        )
    with pytest.raises(Invalid):
        await redistribute(roomy.chair, roomy.round_id, leaving=leaving.id, choice=0, seen="", reason=" ", now=JUDGING)

    assert (await get_row(Judge.select(Judge.is_active).where(Judge.id == leaving.id)))["is_active"]


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.SECRETARY, Role.MEMBER, Role.OBSERVER])
async def test_who_does_not_assign_shares_nothing_out(roomy: Competition, role: Role):
    leaving = roomy.judges[4].id
    plan = await plan_redistribution(roomy.round_id, leaving=leaving)

    with pytest.raises(NotAllowed):
        await redistribute(
            roomy.actors[role], roomy.round_id, leaving=leaving, choice=0, seen=plan.digest, reason="x", now=JUDGING
        )


async def test_a_judge_may_leave_a_proposal_before_it_reaches_anybody(opened: Competition):
    for at in range(2):
        await opened.enter(f"Student {at}")
    await opened.close()
    await opened.admit()
    for at in range(4):
        await opened.seat(f"Judge {at}")
    await opened.assign()
    taken = await get_row(Assignment.select(Assignment.judge))
    plan = await plan_redistribution(opened.round_id, leaving=taken["judge"])

    await redistribute(
        opened.chair, opened.round_id, leaving=taken["judge"], choice=0, seen=plan.digest, reason="Ill", now=JUDGING
    )

    rows = await Assignment.select(Assignment.judge).where(Assignment.state == "proposed")
    assert len(rows) == 4
    assert taken["judge"] not in {row["judge"] for row in rows}
    assert await ScoreSheet.count() == 0


async def test_nothing_is_shared_out_once_the_round_has_closed(judging: Competition):
    await judging.judge_all()
    plan = await plan_redistribution(judging.round_id, leaving=judging.judges[0].id)
    await judging.end_judging()

    with pytest.raises((RoundNotJudged, Exception)) as caught:
        await redistribute(
            judging.chair, judging.round_id, leaving=judging.judges[0].id, choice=0, seen=plan.digest, reason="Ill",
            now=JUDGED,
        )  # fmt: skip
    assert caught.type.__name__ in {"RoundNotJudged", "NotOpenNow"}


async def test_an_unknown_judge_is_not_found(roomy: Competition):
    from service.errors import NotFound  # noqa: PLC0415

    with pytest.raises(NotFound):
        await plan_redistribution(roomy.round_id, leaving=uuid4())
