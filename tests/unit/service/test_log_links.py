"""The log's last link goes to people who keep it: at each stage, each day, and the same link once."""

from datetime import timedelta

from service.actors import Role
from service.audit_check import head, holds
from service.usecases.operating.log_links import send_log_link
from storage.columns import from_json
from storage.tables.job import Job
from storage.tables.message import Message
from tests.competition import JUDGED, JUDGING, PUBLISH, Competition, add_person

TOMORROW = timedelta(days=1)


async def test_each_stage_has_the_link_sent_and_each_day_after_it_another_while_it_runs(judging: Competition):
    by_stage = {row["name"].split(":")[2] for row in await Job.select(Job.name).where(Job.kind == "log-link")}
    assert by_stage == {"open", "closed", "judging"}

    for at in (JUDGING, JUDGING + timedelta(minutes=5)):
        await send_log_link(judging.edition_id, now=at)

    last = Job.select(Job.due_at).where((Job.kind == "log-link") & (Job.due_at > JUDGING))
    assert await last == [{"due_at": JUDGING + TOMORROW}]
    await send_log_link(judging.edition_id, now=JUDGED)
    assert {row["due_at"] for row in await last} == {JUDGING + TOMORROW, JUDGED + TOMORROW}


async def test_after_publication_the_link_is_sent_once_more_and_then_no_more(notified: Competition):
    await notified.schedule()
    await notified.publish()

    assert await send_log_link(notified.edition_id, now=PUBLISH) > 0

    assert not await Job.exists().where((Job.kind == "log-link") & (Job.due_at > PUBLISH))


async def test_three_people_and_one_outside_the_committee_get_a_link_once_and_judges_get_none(judging: Competition):
    outside = await add_person("Administrator", Role.ADMINISTRATOR, None)

    first = await send_log_link(judging.edition_id, now=JUDGING)
    again = await send_log_link(judging.edition_id, now=JUDGING + timedelta(hours=1))

    of_committee = {judging.actors[role].email for role in (Role.CHAIR, Role.SECRETARY, Role.OBSERVER)}
    got = {row["email"] for row in await Message.select(Message.email).where(Message.template == "log-link")}
    assert (first, again) == (len(got), 0)
    assert got >= of_committee | {outside.email}
    assert got.isdisjoint({judge.actor.email for judge in judging.judges})


async def test_the_letter_s_link_is_the_last_one_and_is_found_in_the_log(judging: Competition):
    await send_log_link(judging.edition_id, now=JUDGING)

    facts = from_json((await Message.select().where(Message.template == "log-link").first())["facts"])

    assert (facts["n"], facts["digest"]) == await head()
    assert await holds(facts["digest"])
