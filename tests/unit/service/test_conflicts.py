"""Ties that the data show, and the committee's word on each."""

from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import seal_sheet
from service.usecases.panel.conflicts import (
    ConflictDecided,
    confirm_evident_conflicts,
    decide_conflict,
    propose_conflicts,
)
from storage.reads.judge.lists import get_my_list
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.scoresheet import ScoreSheet
from tests.competition import DEADLINE, JUDGING, Competition

LATER = DEADLINE + timedelta(days=4)


async def test_the_same_institution_the_supervisor_and_a_member_are_ties_and_a_family_name_is_none(
    opened: Competition,
):
    await opened.enter("Salim Al-Harthy", at="squ", supervisor_email="teacher@squ.example")
    await opened.close()
    await opened.admit()
    await opened.seat("From Squ", institution="squ")
    await opened.seat("Teacher", email="teacher@squ.example", institution="utas")
    await opened.seat("Entrant Too", email="salim.al-harthy@people.example", institution="utas")
    await opened.seat("Nasser Al-Harthy", institution="utas", name_ar="ناصر الحارثي")

    n_new = await propose_conflicts(opened.actors[Role.REGISTRAR], opened.edition_id, now=LATER)

    names = {judge.id: judge.actor.name for judge in opened.judges}
    rows = await Conflict.select(Conflict.judge, Conflict.source, Conflict.state)
    assert {names[row["judge"]]: row["source"] for row in rows} == {
        "From Squ": "institution", "Teacher": "supervisor", "Entrant Too": "member",
    }  # fmt: skip
    assert n_new == 3
    assert {row["state"] for row in rows} == {"proposed"}
    assert await propose_conflicts(opened.actors[Role.REGISTRAR], opened.edition_id, now=LATER) == 0


async def test_a_confirmed_tie_is_never_assigned(opened: Competition):
    for at in range(4):
        await opened.enter(f"Student {at}", at="squ" if at % 2 else "utas")
    await opened.close()
    await opened.admit()
    for name, institution in (("One", "squ"), ("Two", "utas"), ("Three", ""), ("Four", "")):
        await opened.seat(name, institution=institution)
    await propose_conflicts(opened.actors[Role.REGISTRAR], opened.edition_id, now=LATER)
    n_confirmed = await confirm_evident_conflicts(
        opened.actors[Role.SECRETARY], opened.edition_id, reason="Same institution", now=LATER
    )

    await opened.assign()

    barred = {(row["judge"], row["entry"]) for row in await Conflict.select(Conflict.judge, Conflict.entry)}
    pairs = {(row["judge"], row["entry"]) for row in await Assignment.select(Assignment.judge, Assignment.entry)}
    assert n_confirmed == len(barred) == 4
    assert len(pairs) == 8
    assert not barred & pairs


async def test_a_dismissed_doubt_gives_the_project_back_to_its_judge(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await answer_conflict(judge, sheet.id, answer=Answer.UNSURE, note="We may have met.", now=JUDGING)
    held = await Conflict.select(Conflict.id).first()
    assert held is not None

    await decide_conflict(
        judging.actors[Role.SECRETARY], held["id"], confirm=False, reason="A lecture hall.", now=JUDGING
    )

    card = next(
        each for each in (await get_my_list(judge.id, now=JUDGING)).cards if each.code_name == sheet.entry.code_name
    )
    assert card.state != "held"
    with pytest.raises(ConflictDecided):
        await decide_conflict(judging.actors[Role.SECRETARY], held["id"], confirm=True, reason="No.", now=JUDGING)


async def test_a_tie_confirmed_after_the_seal_sets_the_sheet_aside_and_keeps_it(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [5, 5])
    await seal_sheet(judge, sheet.id, now=JUDGING)
    await answer_conflict(judge, sheet.id, answer=Answer.YES, kind="teaching", now=JUDGING)
    row = await Conflict.select(Conflict.id, Conflict.state).first()
    assert row is not None
    assert row["state"] == "proposed"

    await decide_conflict(judging.actors[Role.SECRETARY], row["id"], confirm=True, reason="Own student.", now=JUDGING)

    kept = await ScoreSheet.select(ScoreSheet.state).where(ScoreSheet.id == sheet.id).first()
    assert kept == {"state": "set-aside"}


async def test_a_decision_needs_a_reason_and_a_duty(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await answer_conflict(judge, sheet.id, answer=Answer.UNSURE, note="We may have met.", now=JUDGING)
    held = await Conflict.select(Conflict.id).first()
    assert held is not None

    with pytest.raises(Invalid):
        await decide_conflict(judging.actors[Role.SECRETARY], held["id"], confirm=True, reason="  ", now=JUDGING)
    with pytest.raises(NotAllowed):
        await decide_conflict(judging.actors[Role.ASSIGNER], held["id"], confirm=True, reason="Yes", now=JUDGING)
