"""The chair gives time: to everybody before the deadline, or to one entry, also after it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import DeadlinePassed, Invalid, NotAllowed, NotFound
from service.usecases.entering.giving_time import EntryPastTime, give_entry_time
from service.usecases.setup.editions import extend_deadline
from storage.columns import from_json
from storage.rows import get_row
from storage.tables.entry import Entry
from storage.tables.message import Message
from tests.cast import NOW
from tests.competition import DEADLINE, Competition, add_person

HOUR = timedelta(hours=1)


async def draft(competition: Competition, name: str) -> str:
    lead = await add_person(name, Role.ENTRANT, None)
    now = NOW + HOUR * len(competition.entrants)
    return await competition.start(replace(lead, edition_id=competition.edition_id), now=now)


async def test_a_draft_that_was_given_time_is_submitted_after_the_close_and_gets_a_code_name(opened: Competition):
    late, lost = [await draft(opened, name) for name in ("Late Lead", "Other Lead")]
    await opened.enter("In Time")
    told = await give_entry_time(
        opened.chair, opened.edition_id, late.lower(), to=DEADLINE + 3 * HOUR, reason="The power failed.", now=NOW
    )
    await opened.close()

    await opened.submit(late, now=DEADLINE + 2 * HOUR)
    with pytest.raises(DeadlinePassed):
        await opened.submit(lost, now=DEADLINE + 2 * HOUR)
    with pytest.raises(DeadlinePassed):
        await opened.submit(late, now=DEADLINE + 3 * HOUR)

    entry = await get_row(Entry.select().where(Entry.entry_number == late))
    others = await Entry.select(Entry.code_name).where((Entry.entry_number != late) & Entry.code_name.is_not_null())
    letter = await get_row(Message.select().where(Message.template == "entry-time"))
    assert told == 1
    assert (entry["state"], entry["code_name"][:4]) == ("submitted", "DOC-")
    assert entry["code_name"] not in {row["code_name"] for row in others}
    assert len(others) == 1
    assert from_json(letter["facts"])["reason"] == "The power failed."


@pytest.mark.parametrize(
    ("number", "to", "reason", "fields"),
    [
        ("", None, "", {"number", "entry_reason", "entry_to"}),
        ("2027-NONE", DEADLINE + HOUR, "why", {"number"}),
        (None, DEADLINE - HOUR, "why", {"entry_to"}),
        (None, DEADLINE + timedelta(days=300), "why", {"entry_to"}),
    ],
)
async def test_time_that_cannot_be_given_says_which_field(opened: Competition, number, to, reason, fields):
    mine = await opened.enter("Student")

    with pytest.raises(Invalid) as caught:
        await give_entry_time(
            opened.chair, opened.edition_id, mine if number is None else number, to=to, reason=reason, now=NOW
        )

    assert {error.field for error in caught.value.errors} == fields


async def test_only_the_chair_gives_time_and_not_to_what_is_settled(opened: Competition):
    number = await opened.enter("Student")
    facts = {"to": DEADLINE + HOUR, "reason": "why", "now": NOW}

    with pytest.raises(NotAllowed):
        await give_entry_time(opened.actors[Role.SECRETARY], opened.edition_id, number, **facts)
    with pytest.raises(NotFound):
        await give_entry_time(opened.chair, opened.actors[Role.CHAIR].person_id, number, **facts)
    await Entry.update({Entry.state: "withdrawn"}).where(Entry.entry_number == number)
    with pytest.raises(EntryPastTime):
        await give_entry_time(opened.chair, opened.edition_id, number, **facts)


async def test_a_later_deadline_is_told_to_every_team_once(opened: Competition):
    await opened.enter("One")
    await draft(opened, "Two")

    told = await extend_deadline(opened.chair, opened.edition_id, to=DEADLINE + HOUR, reason="Storm.", now=NOW)

    assert told == 2
    assert await Message.count().where(Message.template == "deadline-moved") == 2
