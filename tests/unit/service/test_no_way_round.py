"""A confirmed conflict bars its pair by every way there is: machine, hand, publication, and the database itself."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service.actors import Role
from service.errors import StaleRevision
from service.usecases.panel.assignment import PairBarred, change_pair, publish_assignment
from service.usecases.panel.assignment_effect import add_links
from service.usecases.panel.conflicts import decide_conflict
from service.usecases.panel.redistribution import plan_redistribution, redistribute
from storage.errors import RowProtected
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from tests.competition import DEADLINE, JUDGING, Competition

LATER = DEADLINE + timedelta(days=4)


async def bar(entry: UUID, judge: UUID, *, state: str = "confirmed") -> UUID:
    row = Conflict(
        id=uuid4(), judge=judge, entry=entry, source="institution", kind="", state=state, note="", reason="",
        made_at=LATER,
    )  # fmt: skip
    await Conflict.insert(row)
    return UUID(str(row.id))


def pair(competition: Competition, entry: UUID, judge: UUID, state: str = "proposed") -> Assignment:
    return Assignment(
        id=uuid4(), round=competition.round_id, run=None, entry=entry, judge=judge, state=state, position=9,
        reasons="[]", made_at=LATER,
    )  # fmt: skip


@pytest.fixture
async def assigned(opened: Competition) -> Competition:
    await opened.enter("Student")
    await opened.close()
    await opened.admit()
    for at in range(3):
        await opened.seat(f"Judge {at}")
    await opened.assign()
    return opened


async def test_a_judge_taken_from_a_proposal_by_a_confirmed_tie_is_not_proposed_again(assigned: Competition):
    taken = await Assignment.select(Assignment.entry, Assignment.judge).where(Assignment.state == "proposed").first()
    assert taken is not None
    tie = await bar(taken["entry"], taken["judge"], state="proposed")

    await decide_conflict(assigned.actors[Role.SECRETARY], tie, confirm=True, reason="Own student", now=LATER)
    await assigned.assign(seed=2)

    rows = await Assignment.select(Assignment.judge).where(Assignment.state == "proposed")
    assert taken["judge"] not in {row["judge"] for row in rows}
    assert len(rows) == 2


@pytest.mark.parametrize("state", ["confirmed", "held"])
async def test_no_hand_gives_a_barred_pair(assigned: Competition, state: str):
    """R059."""
    rows = await Assignment.select(Assignment.entry, Assignment.judge)
    free = next(judge.id for judge in assigned.judges if judge.id not in {row["judge"] for row in rows})
    await bar(rows[0]["entry"], free, state=state)

    with pytest.raises(PairBarred):
        await change_pair(
            assigned.actors[Role.ASSIGNER], assigned.round_id, rows[0]["entry"], remove=None, add=free, reason="x",
            now=LATER,
        )  # fmt: skip


async def test_publication_stops_where_a_tie_was_confirmed_behind_its_back(assigned: Competition):
    row = await Assignment.select(Assignment.entry, Assignment.judge).first()
    assert row is not None
    await bar(row["entry"], row["judge"])

    with pytest.raises(PairBarred):
        await publish_assignment(assigned.chair, assigned.round_id, now=LATER)


@pytest.mark.parametrize("state", ["proposed", "published"])
async def test_the_database_refuses_a_barred_pair_whoever_writes_it(assigned: Competition, state: str):
    rows = await Assignment.select(Assignment.entry, Assignment.judge)
    free = next(judge.id for judge in assigned.judges if judge.id not in {row["judge"] for row in rows})
    await bar(rows[0]["entry"], free)

    with pytest.raises(RowProtected):
        await Assignment.insert(pair(assigned, rows[0]["entry"], free, state))
    with pytest.raises(RowProtected):
        await Assignment.update({Assignment.judge: free}).where(Assignment.judge == rows[0]["judge"])
    await Assignment.insert(pair(assigned, rows[0]["entry"], free, "removed"))


async def test_the_database_gives_no_barred_pair_to_its_judge_and_lets_it_be_removed(assigned: Competition):
    row = await Assignment.select(Assignment.id, Assignment.entry, Assignment.judge).first()
    assert row is not None
    await bar(row["entry"], row["judge"])

    with pytest.raises(RowProtected):
        await Assignment.update({Assignment.state: "published"}).where(Assignment.id == row["id"])
    await Assignment.update({Assignment.position: 3}).where(Assignment.id == row["id"])
    await Assignment.update({Assignment.state: "removed"}).where(Assignment.id == row["id"])
    with pytest.raises(RowProtected):
        await Assignment.update({Assignment.state: "proposed"}).where(Assignment.id == row["id"])


async def test_a_way_to_share_out_that_was_shown_before_a_tie_was_confirmed_is_not_taken(opened: Competition):
    await opened.reach_judging(n_entries=3, n_judges=5)
    row = await Assignment.select(Assignment.judge).where(Assignment.state == "published").first()
    assert row is not None
    plan = await plan_redistribution(opened.round_id, leaving=row["judge"])
    entry, judge = plan.changes[0].added[0]
    await bar(entry, judge)

    with pytest.raises(StaleRevision):
        await redistribute(
            opened.chair, opened.round_id, leaving=row["judge"], choice=0, seen=plan.digest, reason="Ill", now=JUDGING
        )
    again = await plan_redistribution(opened.round_id, leaving=row["judge"])

    assert not await Assignment.exists().where((Assignment.entry == entry) & (Assignment.judge == judge))
    assert all((entry, judge) not in change.added for change in again.changes)


async def test_no_pair_that_links_judges_is_a_barred_one(assigned: Competition):
    entries = [row["entry"] for row in await Assignment.select(Assignment.entry)]
    taken = {row["judge"] for row in await Assignment.select(Assignment.judge)}
    free = next(judge.id for judge in assigned.judges if judge.id not in taken)
    await bar(entries[0], free)

    await add_links(assigned.actors[Role.ASSIGNER], assigned.round_id, reason="To link", now=LATER)

    assert not await Assignment.exists().where(Assignment.judge == free)
