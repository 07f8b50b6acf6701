"""Judges to entries: proposed, changed by hand, published with the round."""

from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import NotAllowed
from service.text import Words
from service.usecases.panel.assignment import (
    AssignmentImpossible,
    EntriesWaiting,
    NothingToAssign,
    PairBarred,
    change_pair,
    propose_assignment,
)
from service.usecases.panel.conflicts import confirm_evident_conflicts, propose_conflicts
from service.usecases.setup.editions import NotYet
from service.usecases.setup.opening import open_judging
from storage.columns import from_json
from storage.rows import get_row
from storage.tables.assignment import Assignment, AssignmentRun
from storage.tables.conflict import Conflict
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.scoresheet import ScoreSheet
from tests.competition import DEADLINE, JUDGING, Competition

LATER = DEADLINE + timedelta(days=4)


async def prepare(competition: Competition, *, n_entries: int = 3, n_judges: int = 3) -> None:
    for at in range(n_entries):
        await competition.enter(f"Student {at}")
    await competition.close()
    await competition.admit()
    for at in range(n_judges):
        await competition.seat(f"Judge {at}")


async def pairs_of(competition: Competition) -> set[tuple[object, object]]:
    rows = await Assignment.select(Assignment.entry, Assignment.judge).where(
        (Assignment.round == competition.round_id) & Assignment.removed_at.is_null()
    )
    return {(row["entry"], row["judge"]) for row in rows}


async def test_each_entry_gets_its_reviews_and_nothing_reaches_a_judge_before_the_opening(opened: Competition):
    await prepare(opened)

    await opened.assign()

    assert len(await pairs_of(opened)) == 6
    assert await ScoreSheet.count() == 0
    assert [await opened.list_codes(judge) for judge in opened.judges] == [[], [], []]


async def test_each_pair_says_why_it_was_made_and_how_full_its_judge_is(opened: Competition):
    """R063."""
    await prepare(opened)

    await opened.assign()

    words = Words("en")
    for row in await Assignment.select(Assignment.reasons):
        [reason] = from_json(row["reasons"])
        assert 1 <= reason["place"] <= reason["n_free"]
        assert reason["load"] <= reason["load_max"]
        assert words.plain(f"why.{reason['code']}", place=reason["place"], free=reason["n_free"])


async def test_the_same_seed_and_data_give_the_same_pairs(opened: Competition):
    await prepare(opened)
    await opened.assign(seed=7)
    before = await pairs_of(opened)

    await opened.assign(seed=7)

    assert await pairs_of(opened) == before
    runs = await AssignmentRun.select().order_by(AssignmentRun.ordinal)
    assert [run["ordinal"] for run in runs] == [1, 2]
    assert runs[0]["inputs_hash"] == runs[1]["inputs_hash"]


async def test_entries_still_waiting_for_the_registrar_hold_the_assignment(opened: Competition):
    await opened.enter("Student")
    await opened.close()
    await opened.seat("Judge 0")
    await opened.seat("Judge 1")

    with pytest.raises((EntriesWaiting, NothingToAssign)):
        await opened.assign()


async def test_an_assignment_that_cannot_be_says_which_rule_and_what_would_free_it(opened: Competition):
    """R061."""
    await prepare(opened, n_entries=2, n_judges=1)

    with pytest.raises(AssignmentImpossible) as caught:
        await opened.assign()

    assert caught.value.facts["rule"]
    assert caught.value.facts["entries"]
    assert await AssignmentRun.count() == 0


async def test_a_judge_is_changed_by_hand_with_a_reason_but_never_for_a_barred_one(opened: Competition):
    await prepare(opened, n_entries=1, n_judges=3)
    await opened.seat("From Squ", institution="squ")
    registrar, assigner = opened.actors[Role.REGISTRAR], opened.actors[Role.ASSIGNER]
    await propose_conflicts(registrar, opened.edition_id, now=LATER)
    await confirm_evident_conflicts(registrar, opened.edition_id, reason="Same institution", now=LATER)
    await opened.assign()
    [entry] = {entry for entry, _ in await pairs_of(opened)}
    taken = {judge for _, judge in await pairs_of(opened)}
    barred = {row["judge"] for row in await Conflict.select(Conflict.judge)}
    free = next(judge.id for judge in opened.judges if judge.id not in taken | barred)

    with pytest.raises(PairBarred):
        await change_pair(
            assigner, opened.round_id, entry, remove=min(taken, key=str), add=barred.pop(), reason="Ill", now=LATER
        )
    assert {judge for _, judge in await pairs_of(opened)} == taken
    await change_pair(assigner, opened.round_id, entry, remove=min(taken, key=str), add=free, reason="Ill", now=LATER)

    assert {judge for _, judge in await pairs_of(opened)} == taken - {min(taken, key=str)} | {free}


async def test_judging_opens_at_its_time_with_a_sheet_a_pair_in_each_judges_own_order(opened: Competition):
    await prepare(opened)
    await opened.assign()

    with pytest.raises(NotYet):
        await open_judging(
            opened.chair, opened.round_id, objects=opened.objects, now=JUDGING - timedelta(milliseconds=1)
        )
    assert await opened.open_judging() == 6

    assert await ScoreSheet.count() == 6
    row = await get_row(Round.select(Round.state).where(Round.id == opened.round_id))
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == opened.edition_id))
    assert (row["state"], edition["state"]) == ("open", "judging")
    for judge in opened.judges:
        positions = await Assignment.select(Assignment.position).where(Assignment.judge == judge.id)
        assert sorted(each["position"] for each in positions) == list(range(1, len(positions) + 1))


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.SECRETARY, Role.MEMBER, Role.OBSERVER])
async def test_who_does_not_assign_proposes_nothing(opened: Competition, role: Role):
    await prepare(opened, n_entries=1, n_judges=2)

    with pytest.raises(NotAllowed):
        await propose_assignment(opened.actors[role], opened.round_id, seed=1, now=LATER)
