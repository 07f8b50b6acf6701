"""What is kept for too long comes kind by kind, each in its time, and who stays stays for a reason."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service.actors import Actor, Role
from service.errors import Invalid, NotAllowed
from service.usecases.operating.retention import (
    USUAL,
    ask_retention,
    find_rules,
    look_ahead,
    set_rules,
)
from storage.engine import run_sql
from storage.reads.administration.retention import Kind
from storage.tables.award import Award, Certificate
from storage.tables.entrant import EntryOwner
from storage.tables.entry import Entry
from storage.tables.job import Job
from storage.tables.message import Message
from storage.tables.panel import JudgeCertificate
from tests.competition import NOW, PUBLISH, Competition, add_person

LATER = PUBLISH + timedelta(days=4000)
SOON = PUBLISH + timedelta(days=100)


@pytest.fixture
async def published(notified: Competition) -> Competition:
    return await publish_and_send(notified)


async def publish_and_send(notified: Competition) -> Competition:
    """Publish the small competition's results, beside one draft that nobody submitted; each letter is sent."""
    late = await add_person("Late", Role.ENTRANT, None)
    await EntryOwner.insert(
        EntryOwner(id=uuid4(), entry=await _draft(notified), lead=late.person_id, department="Radio", academic_year="3")
    )
    await notified.schedule()
    await notified.publish()
    await Message.update({Message.state: "sent", Message.sent_at: PUBLISH}).where(Message.state == "waiting")
    await Job.update({Job.state: "done"}).where(Job.state == "waiting")
    return notified


async def _draft(competition: Competition) -> UUID:
    entry_id = uuid4()
    await Entry.insert(
        Entry(
            id=entry_id, edition=competition.edition_id, category=await competition.find_category("podcast"),
            entry_number="2027-LATE", state="draft", revision=0, title_ar="لم يكتمل", title_en="Unfinished",
            abstract_ar="", abstract_en="", work_language="ar", tags="[]", created_at=NOW, saved_at=NOW,
        )
    )  # fmt: skip
    return entry_id


def admin_of(competition: Competition) -> Actor:
    return competition.actors[Role.ADMINISTRATOR]


async def numbers(as_of) -> dict[Kind, int]:
    return {part.kind: part.n for part in (await look_ahead(as_of)).parts if part.n}


async def let_go(competition: Competition, as_of=LATER) -> UUID:
    found = await look_ahead(as_of)
    return await ask_retention(
        admin_of(competition), as_of=as_of, fingerprint=found.fingerprint, typed=found.code.lower(), now=as_of
    )


async def test_what_is_due_comes_kind_by_kind_and_nothing_before_its_time(published: Competition):
    day = timedelta(days=1)

    expected = {Kind.SIGN_IN}  # invitations that expired long ago
    assert set(await numbers(PUBLISH + day)) == expected
    for days, more in {91: {Kind.DRAFTS}, 366: {Kind.LETTERS}, 731: {Kind.ENTRANTS}, 1096: {Kind.JUDGES}}.items():
        assert set(await numbers(PUBLISH + (days - 2) * day)) == expected
        expected |= more
        assert set(await numbers(PUBLISH + days * day)) == expected
    assert set(await numbers(LATER)) == {*expected, Kind.LOG}


async def test_who_stays_stays_for_a_reason_that_is_told(published: Competition):
    found = await look_ahead(LATER)

    assert found.people_staying == {"duty": 1, "signed": 2}
    assert found.staying["awards"] == await Award.count()
    assert found.staying["certificates"] == await Certificate.count() + await JudgeCertificate.count()
    running = await look_ahead(PUBLISH + timedelta(days=1))
    assert running.people_staying["recent"] > 0


async def test_a_running_edition_keeps_its_people_and_the_log_s_values(notified: Competition):
    found = await look_ahead(LATER)

    assert {part.kind for part in found.parts if part.n} <= {Kind.SIGN_IN, Kind.LETTERS}
    assert found.people_staying["running"] > 0


async def test_days_are_bounded_and_a_change_of_them_is_logged_once(published: Competition):
    admin = admin_of(published)
    for wrong in (None, 0, 29, 4000):
        with pytest.raises(Invalid):
            await set_rules(admin, {**USUAL, Kind.LETTERS: wrong}, now=NOW)
    with pytest.raises(NotAllowed):
        await set_rules(published.chair, USUAL, now=NOW)

    await set_rules(admin, {**USUAL, Kind.LETTERS: 40}, now=NOW)
    await set_rules(admin, {**USUAL, Kind.LETTERS: 40}, now=NOW)

    assert await find_rules() == {**USUAL, Kind.LETTERS: 40}
    assert await run_sql("SELECT COUNT(*) AS n FROM audit_event WHERE event = 'retention-changed'") == [{"n": 1}]
