"""The session of a decision: presence, recusals, motions by those present, and comments on the record."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotFound
from service.usecases.decision_sessions import (
    MotionClosed,
    NotInSession,
    cast_ballot,
    close_motion,
    comment_on_entry,
    put_motion,
    record_attendance,
)
from service.usecases.decisions import MotionsOpen, SteppedAside, approve_decision, sign_decision
from storage.reads.committee.session import find_attendance, list_comments, list_motions
from storage.reads.decisions import list_categories
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.result import EntryComment
from tests.competition import JUDGED, Competition


async def begin(competition: Competition) -> tuple[UUID, UUID, UUID]:
    """A decision with its places written; the chair's and the member's ids."""
    category: dict[str, Any] = (await list_categories(competition.edition_id))[0]
    decision = await competition.place(category)
    chair, member = competition.chair.person_id, competition.actors[Role.MEMBER].person_id
    assert chair
    assert member
    return decision, chair, member


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

    assert (await find_attendance(decision)).recused == {member: "A relative"}
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
