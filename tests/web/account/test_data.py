"""One's own data: the copy holds it all and nobody else's, and deletion takes out what may go and nothing more."""

import json

from service.actors import Actor, Role
from service.audit_check import verify
from service.usecases.entering.starting import start_entry
from service.usecases.operating.doctor import examine
from service.usecases.people.personal_data import ask_deletion, carry_out_deletion, export_own_data
from storage.columns import to_json
from storage.reads.personal import list_holds
from storage.tables.audit import AuditNonce
from storage.tables.edition import Edition
from storage.tables.entrant import EntryOwner, TeamMember
from storage.tables.entry import Entry
from storage.tables.message import Message
from storage.tables.person import DeletionRequest, Person, RoleGrant
from storage.tables.scoresheet import Mark
from storage.tables.session import WebSession
from tests.competition import JUDGING, NOTICE, Competition
from tests.conftest import World, post
from tests.entrants import add_rules

PAGE = "/en/account/data"
REQUESTS = "/en/committee/deletions"


async def start(world: World, name: str) -> str:
    rules = await add_rules(world.edition_id)
    return await start_entry(
        world.actors[name],
        category_id=rules.category_id,
        title_ar="ماء الفلج",
        title_en="Falaj water",
        now=world.clock.now,
    )


async def ask(world: World, name: str):
    browser = await world.client(name)
    typed = {"part": "ask", "email": f" {name.upper()}@tahkim.example "}
    return browser, await post(browser, PAGE, typed, page=PAGE)


async def carry_out(world: World, **more: str):
    registrar = await world.client("khadija")
    row = await DeletionRequest.select(DeletionRequest.id).where(DeletionRequest.state == "waiting").first()
    assert row is not None
    typed = {"part": "delete", "request": str(row["id"]), **more}
    return await post(registrar, REQUESTS, typed, page=REQUESTS)


async def test_the_copy_holds_one_s_own_and_nobody_else_s(world: World):
    number = await start(world, "farah")
    farah = await world.client("farah")

    answer = await post(farah, PAGE + "/copy", page=PAGE)
    copy = json.loads(answer.content)

    assert "attachment" in answer.headers["content-disposition"]
    assert copy["account"][0]["email"] == "farah@tahkim.example"
    assert copy["entries"][0]["entry_number"] == number
    assert copy["team"][0]["name_ar"] == "فرح الناعبية"
    assert [event["event"] for event in copy["log"]] == ["entry-started"]
    assert "ghaith" not in answer.text
    assert "password" not in answer.text
    others = await post(await world.client("ghaith"), PAGE + "/copy", page=PAGE)
    assert json.loads(others.content)["entries"] == []


async def test_a_judge_s_copy_knows_projects_by_code_name_and_an_entrant_s_by_number(judging: Competition):
    judge, entrant = judging.judges[0].actor, next(iter(judging.entrants.values()))
    await judging.judge_all()

    by_judge = await export_own_data(judge, now=JUDGING)
    by_entrant = await export_own_data(entrant, now=JUDGING)

    codes = set(await judging.list_codes(judging.judges[0]))
    assert {sheet["code_name"] for sheet in by_judge["score_sheets"]} == codes
    assert by_judge["marks"]
    assert not any(number in to_json(by_judge) for number in judging.entrants)
    every_code = await Entry.select(Entry.code_name).where(Entry.code_name.is_not_null())
    assert not any(row["code_name"] in to_json(by_entrant) for row in every_code)


async def test_a_wrong_address_asks_for_nothing(world: World):
    farah = await world.client("farah")

    answer = await post(farah, PAGE, {"part": "ask", "email": "somebody@tahkim.example"}, page=PAGE)

    assert answer.status_code == 422
    assert 'href="#f-email"' in answer.text
    assert not await DeletionRequest.exists()


async def test_who_serves_in_a_running_edition_is_told_why_it_cannot_be_yet(world: World):
    for name in ("basil", "jamal", "lubna"):
        browser, answer = await ask(world, name)

        assert answer.status_code == 409, name
        assert "Ask for deletion" not in (await browser.get(PAGE)).text
    assert not await DeletionRequest.exists()


async def test_a_request_can_be_taken_back_and_another_waits_only_once(world: World):
    browser, first = await ask(world, "farah")
    _, second = await ask(world, "farah")

    assert (first.status_code, second.status_code) == (303, 409)
    assert (await post(browser, PAGE, {"part": "take-back"}, page=PAGE)).status_code == 303
    assert (await post(browser, PAGE, {"part": "take-back"}, page=PAGE)).status_code == 409
    assert "Ask for deletion" in (await browser.get(PAGE)).text


async def test_a_reason_comes_back_by_letter_and_on_the_page(world: World):
    browser, _ = await ask(world, "farah")
    registrar = await world.client("khadija")
    row = await DeletionRequest.select(DeletionRequest.id).first()
    assert row is not None
    typed = {"part": "decline", "request": str(row["id"])}

    empty = await post(registrar, REQUESTS, {**typed, "reason": " "}, page=REQUESTS)
    given = await post(registrar, REQUESTS, {**typed, "reason": "A prize is being paid out."}, page=REQUESTS)
    await world.work()

    assert (empty.status_code, given.status_code) == (422, 303)
    assert "A prize is being paid out." in (await browser.get(PAGE)).text
    assert any("A prize is being paid out." in letter.get_body(("plain",)).get_content() for letter in world.letters())


async def test_the_registrar_deletes_and_nothing_of_the_person_is_left(world: World):
    number = await start(world, "farah")
    browser, asked = await ask(world, "farah")
    unsure = await carry_out(world)
    assert (asked.status_code, unsure.status_code) == (303, 422)
    assert "1 request" in (await (await world.client("khadija")).get("/en/committee")).text

    assert (await carry_out(world, sure="yes")).status_code == 303
    await world.work()

    assert (await browser.get("/en/account")).status_code == 401
    person = await Person.select().where(Person.id == world.actors["farah"].person_id).first()
    assert person is not None
    assert "farah" not in to_json({name: str(value) for name, value in person.items()}).lower()
    entry = await Entry.select().where(Entry.entry_number == number).first()
    assert entry is not None
    assert (entry["state"], entry["title_en"], entry["title_ar"]) == ("withdrawn", "\u2014", "\u2014")
    assert not await TeamMember.exists().where(TeamMember.email == "farah@tahkim.example")
    assert not await Message.exists().where(Message.email == "farah@tahkim.example")
    assert not await WebSession.exists().where(WebSession.person == person["id"])
    assert not await RoleGrant.exists().where((RoleGrant.person == person["id"]) & RoleGrant.revoked_at.is_null())
    assert any(letter["To"] == "farah@tahkim.example" for letter in world.letters())
    assert (await carry_out_again(world)).status_code == 409


async def carry_out_again(world: World):
    row = await DeletionRequest.select(DeletionRequest.id).first()
    assert row is not None
    typed = {"part": "delete", "request": str(row["id"]), "sure": "yes"}
    return await post(await world.client("khadija"), REQUESTS, typed, page=REQUESTS)


async def test_the_log_s_chain_and_every_other_promise_still_hold_afterwards(world: World):
    await start(world, "farah")
    await ask(world, "farah")
    await carry_out(world, sure="yes")

    assert (await verify()).broken is None
    assert [
        found.code async for found in examine(world.app.state.objects, now=world.clock.now) if found.is_broken
    ] == []
    assert not await AuditNonce.exists().where(AuditNonce.value.like("%farah%"))


async def test_another_edition_s_registrar_and_every_other_duty_see_nothing_of_it(world: World):
    await ask(world, "farah")
    for name in ("warda", "nawal", "jamal", "lubna", "basil", "farah"):
        assert (await (await world.client(name)).get(REQUESTS)).status_code == 403, name


async def test_a_judged_entry_holds_its_people_until_publication_and_stays_after_it(notified: Competition):
    entrant = next(iter(notified.entrants.values()))
    assert entrant.person_id is not None
    judge = notified.judges[0].actor
    assert judge.person_id is not None
    assert [hold.kind for hold in await list_holds(entrant.person_id)] == ["entry"]
    assert [hold.kind for hold in await list_holds(judge.person_id)] == ["judge"]

    await Edition.update({Edition.state: "published"}).where(Edition.id == notified.edition_id)
    marks = await Mark.count()
    registrar = notified.actors[Role.REGISTRAR]
    await delete_at_once(entrant, registrar)
    await delete_at_once(judge, registrar)

    assert await Mark.count() == marks
    owner = await EntryOwner.select(EntryOwner.department, EntryOwner.entry.title_en.as_alias("title")).where(
        EntryOwner.lead == entrant.person_id
    )
    assert all(row["department"] == "\u2014" and row["title"] != "\u2014" for row in owner)
    assert (await verify()).broken is None


async def delete_at_once(actor: Actor, registrar: Actor) -> None:
    await ask_deletion(actor, email=actor.email, now=NOTICE)
    row = await DeletionRequest.select(DeletionRequest.id).where(DeletionRequest.state == "waiting").first()
    assert row is not None
    await carry_out_deletion(registrar, row["id"], now=NOTICE)
