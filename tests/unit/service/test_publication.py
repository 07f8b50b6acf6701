"""Telling entrants under embargo, and publishing: once, at one instant, nothing before."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from service.actors import Role
from service.audit_check import verify
from service.errors import Invalid, NotAllowed, Refused
from service.usecases.deciding.decisions import place_entries
from service.usecases.deciding.placings import Given, Placing
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.publishing.publication import (
    AlreadyPublished,
    AppealsRun,
    NotDecided,
    notify_entrants,
    publish_edition,
    publish_when_due,
    schedule_publication,
)
from service.usecases.setup.editions import NotYet
from storage.reads.certificates import list_certificates
from storage.reads.decisions import list_categories
from storage.reads.results import find_winners
from storage.rows import get_row
from storage.tables.audit import AuditEvent
from storage.tables.award import Award, Publication
from storage.tables.edition import Edition, Honour
from storage.tables.entrant import TeamMember
from storage.tables.entry import Entry
from storage.tables.message import Message
from storage.tables.result import Outcome
from storage.tables.scoresheet import PrivateNote, ScoreSheet
from tests.competition import JUDGED, NOTICE, PUBLISH, Competition, add_person

A_MILLISECOND = timedelta(milliseconds=1)


async def state_of(competition: Competition) -> str:
    return str((await get_row(Edition.select(Edition.state).where(Edition.id == competition.edition_id)))["state"])


async def test_nobody_is_told_before_every_category_is_decided(ranked: Competition):
    with pytest.raises(NotDecided):
        await notify_entrants(ranked.chair, ranked.edition_id, now=NOTICE)

    assert await Message.count().where(Message.template.is_in(["outcome", "outcome-honoured"])) == 0


async def test_each_team_is_told_once(notified: Competition):
    letters = await Message.select(Message.email).where(Message.template.is_in(["outcome", "outcome-honoured"]))

    assert sorted(row["email"] for row in letters) == sorted({row["email"] for row in letters})
    assert len(letters) >= 4
    with pytest.raises(Refused):
        await notified.notify()


async def test_publication_is_fixed_by_typing_the_name_after_the_appeals(notified: Competition):
    with pytest.raises(Invalid):
        await schedule_publication(
            notified.chair, notified.edition_id, at=PUBLISH, typed_name="Another", now=PUBLISH - timedelta(days=1)
        )
    with pytest.raises(AppealsRun):
        await schedule_publication(
            notified.chair, notified.edition_id, at=NOTICE + timedelta(days=7) - A_MILLISECOND,
            typed_name="Small 2027", now=NOTICE,
        )  # fmt: skip
    await notified.schedule()


async def test_nothing_is_public_before_the_instant(notified: Competition):
    with pytest.raises(NotYet):
        await publish_edition(notified.chair, notified.edition_id, now=PUBLISH)
    await notified.schedule()

    with pytest.raises(NotYet):
        await publish_edition(notified.chair, notified.edition_id, now=PUBLISH - A_MILLISECOND)
    assert not await publish_when_due(notified.edition_id, now=PUBLISH - A_MILLISECOND)

    assert await Award.count() == await Publication.count() == 0
    assert await state_of(notified) == "notified"


async def test_of_twenty_publications_at_once_one_publishes(notified: Competition):
    await notified.schedule()

    answers = await asyncio.gather(*(notified.publish() for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyPublished) for answer in answers) == 19
    assert await Publication.count() == 1
    assert await Award.count() == 4
    assert await AuditEvent.count().where(AuditEvent.event == "results-published") == 1
    letters = await Message.select(Message.name).where(Message.template == "published")
    assert len(letters) == len({row["name"] for row in letters}) > 0
    assert await state_of(notified) == "published"
    assert (await verify()).broken is None


async def test_the_job_publishes_at_the_instant_and_not_again(notified: Competition):
    await notified.schedule()

    assert await publish_when_due(notified.edition_id, now=PUBLISH)
    assert not await publish_when_due(notified.edition_id, now=PUBLISH + timedelta(days=1))
    assert not await publish_when_due(notified.edition_id, now=PUBLISH - timedelta(hours=1))
    assert await state_of(notified) == "published"


async def test_private_notes_stand_until_the_publication_and_go_with_it(notified: Competition):
    sheet = await get_row(ScoreSheet.select(ScoreSheet.id))
    await PrivateNote.insert(PrivateNote(sheet=sheet["id"], second=3, content="A slow beginning", made_at=JUDGED))
    await notified.schedule()
    assert await PrivateNote.count() == 1

    await notified.publish()

    assert await PrivateNote.count() == 0
    assert await ScoreSheet.count().where(ScoreSheet.state == "sealed") > 0


async def test_each_identity_read_for_publication_is_in_the_log(notified: Competition):
    await notified.schedule()
    await notified.publish()

    reads = await AuditEvent.select(AuditEvent.subject_id).where(AuditEvent.event == "identity-read")
    awarded = {str(row["entry"]) for row in await Award.select(Award.entry)}
    assert {row["subject_id"] for row in reads} >= awarded


async def test_the_log_as_it_was_is_published_with_the_results(notified: Competition):
    await notified.schedule()

    link = await notified.publish()

    row = await get_row(Publication.select())
    assert row["audit_head"] == link
    assert await AuditEvent.exists().where(AuditEvent.hash == link)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MEMBER, Role.REGISTRAR, Role.ASSIGNER, Role.OBSERVER])
async def test_only_the_chair_publishes(notified: Competition, role: Role):
    await notified.schedule()

    with pytest.raises(NotAllowed):
        await publish_edition(notified.actors[role], notified.edition_id, now=PUBLISH)


async def test_the_outcome_reaches_every_confirmed_member_and_nobody_who_did_not_confirm(ranked: Competition):
    await ranked.decide()
    number, lead = next(iter(ranked.entrants.items()))
    entry = await Entry.select(Entry.id).where(Entry.entry_number == number).first()
    assert entry is not None
    people = [await add_person(name, Role.ENTRANT, None) for name in ("Confirmed", "Unsure")]
    for position, (person, confirmed_at) in enumerate(zip(people, (NOTICE, None), strict=True), start=2):
        await TeamMember(
            id=uuid4(), entry=entry["id"], person=person.person_id, position=position, name_ar="", name_en="",
            email=person.email, invited_at=NOTICE, confirmed_at=confirmed_at,
        ).save()  # fmt: skip

    await ranked.notify()

    rows = await Message.select(Message.email).where(Message.template.like("outcome%"))
    told = {row["email"] for row in rows}
    assert {lead.email, people[0].email} <= told
    assert people[1].email not in told


async def test_a_mention_is_published_after_the_places_with_its_certificates(ranked: Competition):
    mention = Honour(
        edition=ranked.edition_id, slug="mention", position=9, place=None, is_per_category=True, amount_omr=0,
        name_ar="تنويه خاص", name_en="Special mention",
    )  # fmt: skip
    await Honour.insert(mention)
    await Edition.update({Edition.honour_threshold: 1000}).where(Edition.id == ranked.edition_id)
    for category in await list_categories(ranked.edition_id):
        decision_id = await ranked.place(category)
        second, first = await Outcome.select(Outcome.entry, Outcome.honour).where(
            Outcome.decision == decision_id
        ).order_by(Outcome.computed_rank, ascending=False)  # fmt: skip
        said = {"citation_ar": "جملة", "citation_en": "A sentence"}
        places = [Placing(first["honour"], (first["entry"],), **said), Placing(second["honour"], (), "Under it")]
        given = Given("other-1-1", mention.id, second["entry"], **said)
        await place_entries(ranked.chair, decision_id, places, others=[given], now=JUDGED)
        for actor in (ranked.chair, ranked.actors[Role.MEMBER]):
            await sign_decision(actor, decision_id, now=JUDGED)
        await approve_decision(ranked.chair, decision_id, now=JUDGED)
    await ranked.notify()
    await ranked.schedule()
    await ranked.publish()

    found = await find_winners("small-2027")
    assert found
    assert [(each.place, each.honour_en) for each in found.awards] == [(1, "Place 1"), (None, "Special mention")] * 2
    named = {each.honour_en for each in await list_certificates(ranked.edition_id)}
    assert named == {"Place 1", "Special mention"}
