"""After the deadline: the lead asks, the registrar withdraws, judges lose the project; a place stands in the way."""

from uuid import uuid4

import pytest

from service.actors import Actor, Role
from service.errors import Invalid, NotFound, NotOpenNow
from service.usecases.entering.eligibility import Check, ReturnedBefore, check_entry
from service.usecases.entering.leaving import HasPlace
from service.usecases.entering.withdrawing import (
    NothingToWithdraw,
    WithdrawalAsked,
    ask_withdrawal,
    withdraw_for_team,
)
from storage.lifecycle import EditionState
from storage.reads.judge.lists import get_my_list
from storage.tables.appeal import Question
from storage.tables.assignment import Assignment
from storage.tables.edition import Edition
from storage.tables.entry import EligibilityCheck, Entry
from storage.tables.message import Message
from storage.tables.result import Outcome
from tests.competition import JUDGING, NOTICE, Competition


async def first(competition: Competition) -> tuple[str, Actor, dict[str, object]]:
    number, lead = next(iter(competition.entrants.items()))
    entry = await Entry.select().where(Entry.entry_number == number).first()
    assert entry is not None
    return number, lead, entry


async def test_asked_for_and_done_it_leaves_every_judge_s_list_and_its_team_is_told(judging: Competition):
    number, lead, entry = await first(judging)
    registrar = judging.actors[Role.REGISTRAR]
    before = [len((await get_my_list(judge.id, now=JUDGING)).cards) for judge in judging.judges]
    n_given = await Assignment.count().where((Assignment.entry == entry["id"]) & (Assignment.state == "published"))

    await ask_withdrawal(lead, number, reason="We sold the film.", now=JUDGING)
    with pytest.raises(WithdrawalAsked):
        await ask_withdrawal(lead, number, reason="Again.", now=JUDGING)
    with pytest.raises(Invalid):
        await withdraw_for_team(registrar, entry["id"], reason=" ", now=JUDGING)
    await withdraw_for_team(registrar, entry["id"], reason="Done as you asked.", now=JUDGING)

    after = [len((await get_my_list(judge.id, now=JUDGING)).cards) for judge in judging.judges]
    assert n_given > 0
    assert sum(before) - sum(after) == n_given
    asked = await Question.select().where(Question.entry == entry["id"]).first()
    assert asked is not None
    assert (asked["kind"], asked["answer"]) == ("withdrawal", "Done as you asked.")
    assert await Message.exists().where((Message.template == "withdrawn") & (Message.email == lead.email))
    assert await Message.exists().where((Message.template == "question-waiting") & (Message.email == registrar.email))
    with pytest.raises(NothingToWithdraw):
        await withdraw_for_team(registrar, entry["id"], reason="Twice.", now=JUDGING)


async def test_only_the_lead_asks_only_the_registrar_withdraws_and_not_while_entries_are_open(judging: Competition):
    number, lead, entry = await first(judging)
    other = next(each for each in judging.entrants.values() if each != lead)
    elsewhere = Actor(Role.REGISTRAR, lead.person_id, uuid4(), "", "")

    with pytest.raises(NotFound):
        await ask_withdrawal(other, number, reason="Mine now.", now=JUDGING)
    with pytest.raises(NotFound):
        await withdraw_for_team(elsewhere, entry["id"], reason="Mine now.", now=JUDGING)
    await Edition.update({Edition.state: EditionState.OPEN.value}).where(Edition.id == judging.edition_id)
    with pytest.raises(NotOpenNow):
        await ask_withdrawal(lead, number, reason="Early.", now=JUDGING)


async def test_a_place_in_the_decision_stands_in_the_way(notified: Competition):
    placed = await Outcome.select(Outcome.entry).where(Outcome.honour.is_not_null()).first()
    assert placed is not None

    with pytest.raises(HasPlace):
        await withdraw_for_team(notified.actors[Role.REGISTRAR], placed["entry"], reason="As asked.", now=NOTICE)


async def test_an_entry_is_returned_once_only(judging: Competition):
    _, _, entry = await first(judging)
    await Edition.update({Edition.state: EditionState.CLOSED.value}).where(Edition.id == judging.edition_id)
    await Entry.update({Entry.state: "submitted"}).where(Entry.id == entry["id"])
    registrar = judging.actors[Role.REGISTRAR]
    wish = {"reason": "Captions are missing.", "due_at": NOTICE, "now": JUDGING}

    await check_entry(registrar, entry["id"], Check.RETURN, **wish)
    await Entry.update({Entry.state: "submitted"}).where(Entry.id == entry["id"])
    with pytest.raises(ReturnedBefore):
        await check_entry(registrar, entry["id"], Check.RETURN, **wish)

    returns = (EligibilityCheck.entry == entry["id"]) & (EligibilityCheck.decision == "return")
    assert await EligibilityCheck.count().where(returns) == 1
