"""Two members of the committee who change the same thing at once: one is taken whole, the other told, nothing mixes."""

import asyncio
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import StaleRevision
from service.usecases.deciding.decisions import place_entries
from service.usecases.deciding.placings import Placing
from service.usecases.deciding.sessions import record_attendance
from service.usecases.deciding.signing import sign_decision
from storage.engine import run_sql
from storage.reads.committee.decision import CategoryDecision, find_decision
from storage.reads.decisions import list_categories
from tests.competition import JUDGED, Competition

pytestmark = pytest.mark.sampled


async def placed(ranked: Competition) -> CategoryDecision:
    """A category whose places are written, as a member reads it."""
    category = (await list_categories(ranked.edition_id))[0]
    await ranked.place(category)
    found = await find_decision(ranked.round_id, category["id"])
    assert found
    return found


def told_otherwise(decision: CategoryDecision, sentence: str) -> list[Placing]:
    """The same places with another sentence of the jury's."""
    given = [Placing(each.honour_id, (each.entry_id,), each.reason, sentence, sentence) for each in decision.placed]
    return given + [Placing(honour, (), reason) for honour, reason in decision.withheld.items()]


async def test_of_two_who_write_places_at_once_one_is_kept_whole_and_the_other_reads_it_first(ranked: Competition):
    decision = await placed(ranked)
    [before] = await run_sql("SELECT COUNT(*) AS n FROM audit_event")

    async def write(sentence: str) -> str:
        now = JUDGED.replace(hour=12)
        await place_entries(
            ranked.chair, decision.id, told_otherwise(decision, sentence), now=now, seen=decision.digest
        )
        return sentence

    answers = await asyncio.gather(*(write(f"Sentence {at}") for at in range(6)), return_exceptions=True)

    [won] = [each for each in answers if isinstance(each, str)]
    assert sum(isinstance(each, StaleRevision) for each in answers) == len(answers) - 1
    stands = await find_decision(ranked.round_id, decision.category_id)
    assert stands
    assert {each.citation_en for each in stands.placed} == {won}
    assert [each.entry_id for each in stands.placed] == [each.entry_id for each in decision.placed]
    assert await run_sql("SELECT COUNT(*) AS n FROM audit_event") == [{"n": before["n"] + 1}]
    await place_entries(
        ranked.chair,
        decision.id,
        told_otherwise(stands, "After reading"),
        now=JUDGED.replace(hour=13),
        seen=stands.digest,
    )


async def test_a_signature_is_never_given_to_places_that_another_changes_at_once(ranked: Competition):
    decision = await placed(ranked)
    member, now = ranked.actors[Role.MEMBER], JUDGED.replace(hour=12)

    changed, signed = await asyncio.gather(
        place_entries(ranked.chair, decision.id, told_otherwise(decision, "Anew"), now=now, seen=decision.digest),
        sign_decision(member, decision.id, now=now, seen=decision.digest),
        return_exceptions=True,
    )

    assert changed is None
    assert isinstance(signed, StaleRevision) or signed == 1
    assert await run_sql("SELECT id FROM decision_signature") == []  # taken back, or never given


async def test_of_two_attendances_noted_at_once_one_stands_whole(ranked: Competition):
    decision = await placed(ranked)
    chair, member = (ranked.actors[role].person_id for role in (Role.CHAIR, Role.MEMBER))
    assert chair
    assert member
    choices: list[list[UUID]] = [[chair], [chair, member], [member]]

    answers = await asyncio.gather(
        *(
            record_attendance(
                ranked.actors[Role.SECRETARY], decision.id, present=present, recused={},
                now=JUDGED.replace(hour=12), seen=decision.attendance.digest,
            )
            for present in choices
        ),
        return_exceptions=True,
    )  # fmt: skip

    [won] = [at for at, each in enumerate(answers) if each is None]
    assert sum(isinstance(each, StaleRevision) for each in answers) == 2
    stands = await find_decision(ranked.round_id, decision.category_id)
    assert stands
    assert set(stands.attendance.present) == set(choices[won])
