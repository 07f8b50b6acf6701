"""Rules change after they were sealed with a reason that everybody reads, and not once judging has begun."""

from uuid import UUID

from storage.tables.edition import Edition, RuleChange
from storage.tables.message import Message
from tests.competition import make_competition
from tests.conftest import World, post
from tests.web.admin.test_setup import create, fill, save, weigh


async def test_a_sealed_rule_changes_with_a_reason_that_everybody_reads(lubna, chair_of, world: World):
    """R052."""
    base = await create(lubna)
    await fill(lubna, base)
    edition_id = UUID(base.rsplit("/", 1)[-1])
    chair = await chair_of(edition_id)
    assert (await post(chair, "/en/committee/open", page="/en/account")).status_code == 303

    silent = await weigh(lubna, base, 55, 45)
    told = await weigh(lubna, base, 55, 45, reason="The craft counts for more this year.")

    assert silent.status_code == 422
    assert "Write the reason." in silent.text
    assert told.status_code == 303
    change = await RuleChange.select().where(RuleChange.edition == edition_id).first()
    assert change
    assert change["fingerprint_before"] != change["fingerprint_after"]
    for language in ("ar", "en"):
        rules = (await world.visitor().get(f"/{language}/rules")).text
        assert "The craft counts for more this year." in rules
        assert change["fingerprint_after"] in rules
    assert (await lubna.get(f"{base}/lines/criterion/new?category={change['id']}")).status_code == 404


async def test_once_judging_has_begun_the_rules_stay(lubna, world: World):
    base = await create(lubna)
    await fill(lubna, base)
    edition_id = UUID(base.rsplit("/", 1)[-1])
    await Edition.update({Edition.state: "judging"}).where(Edition.id == edition_id)

    refused = await weigh(lubna, base, 55, 45, reason="Too late")

    assert refused.status_code == 409
    assert await RuleChange.count() == 0


async def test_entrants_and_judges_are_told_of_a_changed_rule(world: World, lubna):
    competition = await make_competition()
    await competition.enter("Student One")
    await competition.seat("Judge One")
    base = f"/en/admin/editions/{competition.edition_id}"
    before = await Message.count().where(Message.template == "rule-change")
    answer = await save(
        lubna, f"{base}/lines/threshold/{competition.edition_id}", honour_threshold="65.5", reason="A closer year"
    )
    rows = await Message.select(Message.email).where(Message.template == "rule-change")

    assert answer.status_code == 303, answer.text
    assert before == 0
    assert sorted(row["email"] for row in rows) == ["judge.one@judges.example", "student.one@people.example"]
    await world.work()
    assert any("A closer year" in letter.get_body(("plain",)).get_content() for letter in world.letters())
