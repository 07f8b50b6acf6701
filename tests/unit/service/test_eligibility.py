"""The registrar's word on each entry."""

from datetime import timedelta
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotOpenNow
from service.usecases.deciding.joint import SecondPersonNeeded
from service.usecases.entering.eligibility import Check, NotChecked, answer_exclusion, check_entry
from storage.rows import get_row
from storage.tables.committee import JointRequest
from storage.tables.edition import EligibilityRule
from storage.tables.entry import EligibilityCheck, Entry
from storage.tables.message import Message
from tests.competition import DEADLINE, Competition

LATER = DEADLINE + timedelta(days=1)


async def one_entry(competition: Competition) -> UUID:
    number = await competition.enter("Student One")
    row = await get_row(Entry.select(Entry.id).where(Entry.entry_number == number))
    return UUID(str(row["id"]))


async def state_of(entry_id: UUID) -> str:
    return str((await get_row(Entry.select(Entry.state).where(Entry.id == entry_id)))["state"])


async def test_an_admitted_entry_is_told_and_decided_once(opened: Competition):
    entry_id = await one_entry(opened)
    await opened.close()

    await check_entry(opened.actors[Role.REGISTRAR], entry_id, Check.ADMIT, now=LATER)

    assert await state_of(entry_id) == "admitted"
    assert await Message.count().where(Message.template == "entry-admit") == 1
    with pytest.raises(NotChecked):
        await check_entry(opened.actors[Role.REGISTRAR], entry_id, Check.ADMIT, now=LATER)
    assert await EligibilityCheck.count() == 1


async def test_an_exclusion_names_a_rule_and_a_reason_and_takes_a_second_person(opened: Competition):
    entry_id = await one_entry(opened)
    await opened.close()
    rule = await get_row(EligibilityRule.select(EligibilityRule.id))
    registrar = opened.actors[Role.REGISTRAR]

    with pytest.raises(Invalid) as caught:
        await check_entry(registrar, entry_id, Check.EXCLUDE, now=LATER)
    assert {error.field for error in caught.value.errors} == {"reason", "rule"}
    await check_entry(
        registrar, entry_id, Check.EXCLUDE, rule_id=rule["id"], reason="Not a student this year.", now=LATER
    )
    asked = await get_row(JointRequest.select(JointRequest.id))
    with pytest.raises(SecondPersonNeeded):
        await answer_exclusion(registrar, asked["id"], agrees=True, now=LATER)

    assert await state_of(entry_id) == "submitted"
    await answer_exclusion(opened.chair, asked["id"], agrees=True, now=LATER)
    assert await state_of(entry_id) == "excluded"


async def test_an_entry_is_returned_with_a_reason_and_a_date_to_come(opened: Competition):
    entry_id = await one_entry(opened)
    await opened.close()
    registrar = opened.actors[Role.REGISTRAR]

    with pytest.raises(Invalid):
        await check_entry(registrar, entry_id, Check.RETURN, reason="A page is missing.", due_at=LATER, now=LATER)
    await check_entry(
        registrar, entry_id, Check.RETURN, reason="A page is missing.", due_at=LATER + timedelta(days=2), now=LATER
    )

    assert await state_of(entry_id) == "returned"


async def test_nothing_is_decided_while_entries_are_open(opened: Competition):
    entry_id = await one_entry(opened)

    with pytest.raises(NotOpenNow):
        await check_entry(opened.actors[Role.REGISTRAR], entry_id, Check.ADMIT, now=LATER)


@pytest.mark.parametrize("role", [Role.CHAIR, Role.SECRETARY, Role.ASSIGNER, Role.MEMBER, Role.OBSERVER])
async def test_nobody_but_the_registrar_decides(opened: Competition, role: Role):
    entry_id = await one_entry(opened)
    await opened.close()

    with pytest.raises(NotAllowed):
        await check_entry(opened.actors[role], entry_id, Check.ADMIT, now=LATER)

    assert await state_of(entry_id) == "submitted"
