"""The session of a decision: presence, recusals, motions by those present, and comments on the record."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotFound, StaleRevision
from service.usecases.deciding.decisions import NotInSession
from service.usecases.deciding.sessions import (
    MotionClosed,
    cast_ballot,
    close_motion,
    comment_on_entry,
    put_motion,
    record_attendance,
)
from service.usecases.deciding.signing import MotionsOpen, NoQuorum, SteppedAside, approve_decision, sign_decision
from service.usecases.deciding.unmasking import step_aside
from storage.reads.committee.session import Attendance, list_comments, list_motions, read_attendance
from storage.reads.decisions import list_categories
from storage.rows import get_row
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.result import Ballot, Decision, DecisionSignature, EntryComment
from tests.competition import JUDGED, Competition


async def begin(competition: Competition) -> tuple[UUID, UUID, UUID]:
    """A decision with its places written; the chair's and the member's ids."""
    category: dict[str, Any] = (await list_categories(competition.edition_id))[0]
    decision = await competition.place(category)
    chair, member = competition.chair.person_id, competition.actors[Role.MEMBER].person_id
    assert chair
    assert member
    return decision, chair, member


async def attendance_of(decision: UUID) -> Attendance:
    return read_attendance((await get_row(Decision.select(Decision.present).where(Decision.id == decision)))["present"])


async def test_stepping_aside_needs_its_reason_and_takes_the_signature_and_the_ballot(ranked: Competition):
    decision, chair, member = await begin(ranked)
    with pytest.raises(Invalid):
        await record_attendance(ranked.chair, decision, present=[chair], recused={member: " "}, now=JUDGED)
    with pytest.raises(Invalid):
        await record_attendance(ranked.chair, decision, present=[chair, member], recused={member: "kin"}, now=JUDGED)
    stranger = ranked.actors[Role.OBSERVER].person_id
    assert stranger
    with pytest.raises(NotFound):
        await record_attendance(ranked.chair, decision, present=[stranger], recused={}, now=JUDGED)

    await record_attendance(ranked.chair, decision, present=[chair], recused={member: "A relative"}, now=JUDGED)

    assert (await attendance_of(decision)).recused == {member: "A relative"}
    motion = await put_motion(ranked.chair, decision, "Share the second place", now=JUDGED)
    with pytest.raises(NotInSession):
        await cast_ballot(ranked.actors[Role.MEMBER], motion, "for", now=JUDGED)
    with pytest.raises(SteppedAside):
        await sign_decision(ranked.actors[Role.MEMBER], decision, now=JUDGED)


async def test_motions_are_for_those_present_and_stand_before_approval(ranked: Competition):
    decision, chair, member = await begin(ranked)
    with pytest.raises(NotInSession):
        await put_motion(ranked.chair, decision, "Share the second place", now=JUDGED)
    await record_attendance(ranked.actors[Role.SECRETARY], decision, present=[chair, member], recused={}, now=JUDGED)
    with pytest.raises(Invalid):
        await put_motion(ranked.chair, decision, "  ", now=JUDGED)

    motion = await put_motion(ranked.chair, decision, "Share the second place", now=JUDGED)
    await cast_ballot(ranked.chair, motion, "against", now=JUDGED)
    await cast_ballot(ranked.chair, motion, "for", now=JUDGED)  # one may think again
    await cast_ballot(ranked.actors[Role.MEMBER], motion, "abstain", now=JUDGED)
    with pytest.raises(Invalid):
        await cast_ballot(ranked.chair, motion, "maybe", now=JUDGED)
    with pytest.raises(NotAllowed):
        await cast_ballot(ranked.actors[Role.SECRETARY], motion, "for", now=JUDGED)
    for actor in (ranked.chair, ranked.actors[Role.MEMBER]):
        await sign_decision(actor, decision, now=JUDGED)
    with pytest.raises(MotionsOpen):
        await approve_decision(ranked.chair, decision, now=JUDGED)

    assert await close_motion(ranked.chair, motion, now=JUDGED) == "carried"

    with pytest.raises(MotionClosed):
        await cast_ballot(ranked.chair, motion, "against", now=JUDGED)
    (line,) = await list_motions(decision)
    assert line.ballots == {chair: "for", member: "abstain"}
    assert line.verdict == "carried"
    await approve_decision(ranked.chair, decision, now=JUDGED)
    assert await AuditEvent.count().where(AuditEvent.event == "ballot-cast") == 3


async def test_whoever_signs_was_there_and_whoever_leaves_takes_the_signature_along(ranked: Competition):
    decision, chair, member = await begin(ranked)
    await sign_decision(ranked.chair, decision, now=JUDGED)
    assert (await attendance_of(decision)).present == {chair}
    assert not (await attendance_of(decision)).is_noted
    await sign_decision(ranked.actors[Role.MEMBER], decision, now=JUDGED)

    await record_attendance(ranked.chair, decision, present=[chair], recused={}, now=JUDGED)

    signed = await DecisionSignature.select(DecisionSignature.person).where(DecisionSignature.decision == decision)
    assert [row["person"] for row in signed] == [chair]
    with pytest.raises(NotInSession):
        await sign_decision(ranked.actors[Role.MEMBER], decision, now=JUDGED)
    with pytest.raises(NoQuorum):
        await approve_decision(ranked.chair, decision, now=JUDGED)
    await record_attendance(ranked.chair, decision, present=[], recused={}, now=JUDGED)
    assert await DecisionSignature.count().where(DecisionSignature.decision == decision) == 0
    await record_attendance(ranked.chair, decision, present=[chair, member], recused={}, now=JUDGED)
    for actor in (ranked.chair, ranked.actors[Role.MEMBER]):
        await sign_decision(actor, decision, now=JUDGED)
    await approve_decision(ranked.chair, decision, now=JUDGED)


async def test_a_ballot_counts_only_where_a_quorum_is_there(ranked: Competition):
    decision, chair, member = await begin(ranked)
    await record_attendance(ranked.chair, decision, present=[chair], recused={}, now=JUDGED)
    motion = await put_motion(ranked.chair, decision, "Share the second place", now=JUDGED)
    await cast_ballot(ranked.chair, motion, "for", now=JUDGED)

    with pytest.raises(NoQuorum):
        await close_motion(ranked.chair, motion, now=JUDGED)

    await record_attendance(ranked.chair, decision, present=[chair, member], recused={}, now=JUDGED)
    assert await close_motion(ranked.chair, motion, now=JUDGED) == "carried"


async def test_a_member_with_a_tie_has_no_part_in_the_decision_of_that_category(ranked: Competition):
    decision, chair, member = await begin(ranked)
    category = (await list_categories(ranked.edition_id))[0]["id"]
    entry = await get_row(Entry.select(Entry.id).where(Entry.category == category).order_by(Entry.id).limit(1))
    await step_aside(ranked.actors[Role.MEMBER], entry["id"], kind="family", note="", now=JUDGED)

    with pytest.raises(Invalid):
        await record_attendance(ranked.chair, decision, present=[chair, member], recused={}, now=JUDGED)
    with pytest.raises(SteppedAside):
        await sign_decision(ranked.actors[Role.MEMBER], decision, now=JUDGED)


async def test_of_two_who_note_the_attendance_from_the_same_page_the_later_is_told(ranked: Competition):
    decision, chair, member = await begin(ranked)
    seen = (await attendance_of(decision)).digest
    secretary = ranked.actors[Role.SECRETARY]

    answers = await asyncio.gather(
        record_attendance(ranked.chair, decision, present=[chair, member], recused={}, now=JUDGED, seen=seen),
        record_attendance(secretary, decision, present=[chair], recused={}, now=JUDGED, seen=seen),
        return_exceptions=True,
    )

    assert [type(each) for each in answers if each is not None] == [StaleRevision]
    noted = (await attendance_of(decision)).present
    assert noted == ({chair, member} if answers[0] is None else {chair})


async def test_ballots_and_closings_at_once_count_each_member_once_and_close_once(ranked: Competition):
    decision, chair, member = await begin(ranked)
    await record_attendance(ranked.chair, decision, present=[chair, member], recused={}, now=JUDGED)
    motion = await put_motion(ranked.chair, decision, "Share the second place", now=JUDGED)

    await asyncio.gather(
        *(cast_ballot(ranked.chair, motion, choice, now=JUDGED) for choice in ("for", "against", "for")),
        *(cast_ballot(ranked.actors[Role.MEMBER], motion, "abstain", now=JUDGED) for _ in range(3)),
    )
    assert await Ballot.count().where(Ballot.motion == motion) == 2
    closed = await asyncio.gather(
        *(close_motion(ranked.chair, motion, now=JUDGED) for _ in range(5)), return_exceptions=True
    )

    assert sum(isinstance(each, str) for each in closed) == 1
    assert sum(isinstance(each, MotionClosed) for each in closed) == 4
    assert await AuditEvent.count().where(AuditEvent.event == "motion-closed") == 1


async def test_what_a_member_says_of_an_entry_is_signed_and_stays(ranked: Competition):
    entry = (await Entry.select(Entry.id).order_by(Entry.id))[0]["id"]
    with pytest.raises(NotAllowed):
        await comment_on_entry(ranked.actors[Role.OBSERVER], entry, "x", now=JUDGED)
    with pytest.raises(Invalid):
        await comment_on_entry(ranked.chair, entry, "", now=JUDGED)

    await comment_on_entry(ranked.actors[Role.MEMBER], entry, "The sound was rebuilt.", now=JUDGED)
    await comment_on_entry(ranked.chair, entry, "And well.", now=JUDGED + timedelta(minutes=1))

    assert [(each.name_en, each.content) for each in await list_comments(entry)] == [
        ("Member", "The sound was rebuilt."), ("Chair", "And well."),
    ]  # fmt: skip
    assert await EntryComment.count() == 2
