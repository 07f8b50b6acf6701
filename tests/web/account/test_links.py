import asyncio

from service.actors import Role
from service.usecases.people.accounts import confirm_address, sign_in_by_link
from service.usecases.people.invitations import create_invitation
from service.usecases.people.tokens import LinkUsed, Purpose, make_link
from storage.tables.person import Person, RoleGrant
from storage.tables.session import WebSession
from tests.cast import PASSWORD
from tests.conftest import World, csrf_in, post
from tests.web.account.test_signing_up import link_in


async def link_for(world: World, purpose: Purpose, name: str = "farah") -> str:
    actor = world.actors[name]
    return await make_link(purpose, actor.email, now=world.clock.now, person_id=actor.person_id)


async def press(browser, path: str, **data: str):
    shown = await browser.get(path)
    return await browser.post(path, data={**data, "csrf": csrf_in(shown.text)})


async def test_reading_a_link_never_spends_it_and_pressing_spends_it_once(world: World):
    path = f"/en/sign-in/{await link_for(world, Purpose.SIGN_IN)}"
    browser, other = world.visitor(), world.visitor()
    for _ in range(3):
        shown = await browser.get(path)
        assert shown.status_code == 200
    token = csrf_in((await other.get(path)).text)

    first = await press(browser, path)
    second = await other.post(path, data={"csrf": token})

    assert first.status_code == 303
    assert second.status_code == 404
    assert "Ask for a new one" in second.text


async def test_of_twenty_who_press_at_once_one_comes_in(world: World):
    secret = await link_for(world, Purpose.SIGN_IN)

    results = await asyncio.gather(
        *(sign_in_by_link(secret, device="x", now=world.clock.now) for _ in range(20)), return_exceptions=True
    )

    assert sum(isinstance(result, LinkUsed) for result in results) == 19
    assert await WebSession.count() == 1


async def test_a_link_serves_one_purpose_and_only_for_its_time(world: World):
    browser = world.visitor()
    reset = await link_for(world, Purpose.RESET)
    signing = await link_for(world, Purpose.SIGN_IN)

    assert (await browser.get(f"/en/sign-in/{reset}")).status_code == 404
    assert (await browser.get(f"/en/invitations/{reset}")).status_code == 404
    world.clock.advance(minutes=29)
    assert (await browser.get(f"/en/sign-in/{signing}")).status_code == 200
    world.clock.advance(minutes=1)
    assert (await browser.get(f"/en/sign-in/{signing}")).status_code == 404


async def test_a_new_password_ends_every_session_and_every_other_link(world: World):
    farah = await world.client("farah")
    signing, reset = await link_for(world, Purpose.SIGN_IN), await link_for(world, Purpose.RESET)
    browser = world.visitor()

    answer = await press(browser, f"/en/password-reset/{reset}", password="another calm camel")

    assert answer.status_code == 303
    assert (await farah.get("/ar/account")).status_code == 401
    assert (await browser.get("/ar/account")).status_code == 200
    assert (await world.visitor().get(f"/en/sign-in/{signing}")).status_code == 404
    again = await post(world.visitor(), "/ar/sign-in", {"email": "farah@tahkim.example", "password": PASSWORD})
    assert again.status_code == 422


async def test_an_invited_judge_reads_the_offer_takes_it_up_and_acts_in_that_role(world: World):
    chair = world.actors["jamal"]
    invited = await create_invitation(
        "New.Judge@example.org", role=Role.JUDGE, edition_id=world.edition_id, by=chair, now=world.clock.now
    )
    browser = world.visitor()
    path = f"/ar/invitations/{invited.secret}"

    shown = await browser.get(path)
    before = await RoleGrant.count().where((RoleGrant.person == invited.person_id) & (RoleGrant.role == "judge"))
    answer = await press(browser, path)

    assert "new.judge@example.org" in shown.text
    assert before == 0
    assert answer.headers["location"] == "/ar/judging"
    assert 'name="csrf"' in (await browser.get("/ar/account")).text
    assert (await browser.get(path)).status_code == 404


async def test_an_invitation_never_replaces_a_password(world: World):
    invited = await create_invitation(
        "farah@tahkim.example", role=Role.OBSERVER, edition_id=world.edition_id, by=world.actors["jamal"],
        now=world.clock.now,
    )  # fmt: skip
    browser = world.visitor()

    answer = await press(browser, f"/ar/invitations/{invited.secret}", password="stolen by a stranger")
    again = await post(world.visitor(), "/ar/sign-in", {"email": "farah@tahkim.example", "password": PASSWORD})

    assert answer.headers["location"] == "/ar/committee"
    assert again.status_code == 303


async def test_a_password_set_with_an_invitation_ends_every_link_that_could_set_another(world: World):
    invited = await create_invitation(
        "new.judge@example.org", role=Role.JUDGE, edition_id=world.edition_id, by=world.actors["jamal"],
        now=world.clock.now,
    )  # fmt: skip
    older = await make_link(Purpose.CONFIRM, "new.judge@example.org", now=world.clock.now)

    answer = await press(world.visitor(), f"/ar/invitations/{invited.secret}", password="three calm camels")

    assert answer.headers["location"] == "/ar/judging"
    assert (await world.visitor().get(f"/ar/sign-up/{older}")).status_code == 404


async def test_the_mailed_link_carries_our_own_address_whatever_host_was_asked(world: World):
    browser = world.visitor()
    token = csrf_in((await browser.get("/ar/sign-in")).text)
    headers = {"host": "127.0.0.1:4444", "x-forwarded-host": "evil.example"}

    answer = await browser.post(
        "/ar/sign-in", data={"csrf": token, "by": "link", "email": "farah@tahkim.example"}, headers=headers
    )
    await world.work()

    assert answer.status_code == 200
    (letter,) = world.letters()
    assert "http://localhost:8000/ar/sign-in/" in letter.get_body(("plain",)).get_content()


async def test_letters_to_one_address_are_few_and_the_answer_tells_nothing(world: World):
    browser = world.visitor()
    answers = []
    for email in ("farah@tahkim.example", "unknown@example.org"):
        for _ in range(7):
            answer = await post(browser, "/en/password-reset", {"email": email}, page="/en/password-reset")
            answers.append(answer.status_code)

    assert answers[:7] == answers[7:] == [200] * 5 + [429] * 2


async def test_nobody_is_added_before_the_link_and_a_second_link_is_worthless_after_the_first(world: World):
    form = {"email": "reem@example.org", "name_ar": "ريم", "name_en": "Reem"}
    links: list[str] = []
    for name in ("Reem", "Reem Al Habsi"):
        await post(world.visitor(), "/en/sign-up", {**form, "name_en": name}, page="/en/sign-up")
        await world.work()
        links += {link_in(letter) for letter in world.letters()} - set(links)
    refused = await post(world.visitor(), "/en/sign-in", {"email": "reem@example.org", "password": "anything at all"})
    before = await Person.count().where(Person.email == "reem@example.org")

    answer = await press(world.visitor(), links[0], password="three calm camels")

    assert (before, refused.status_code, answer.status_code) == (0, 422, 303)
    row = await Person.select(Person.is_confirmed, Person.name_en).where(Person.email == "reem@example.org").first()
    assert row == {"is_confirmed": True, "name_en": "Reem"}
    assert (await world.visitor().get(links[1])).status_code == 404


async def test_a_stranger_who_types_an_invited_address_changes_nothing_of_its_owner(world: World):
    invited = await create_invitation(
        "new.judge@example.org", role=Role.JUDGE, edition_id=world.edition_id, by=world.actors["jamal"],
        now=world.clock.now, name_ar="سالم", name_en="Salim",
    )  # fmt: skip
    form = {"email": "new.judge@example.org", "name_ar": "غريب", "name_en": "Stranger"}

    await post(world.visitor(), "/en/sign-up", form, page="/en/sign-up")

    row = await Person.select(Person.name_ar, Person.name_en).where(Person.id == invited.person_id).first()
    assert row == {"name_ar": "سالم", "name_en": "Salim"}


async def test_two_links_of_a_new_address_pressed_at_once_make_one_account(world: World):
    typed = '{"name_ar": "ريم", "name_en": "Reem", "language": "ar"}'
    links = [await make_link(Purpose.CONFIRM, "reem@example.org", now=world.clock.now, about=typed) for _ in range(2)]

    results = await asyncio.gather(
        *(confirm_address(link, password="three calm camels", device="x", now=world.clock.now) for link in links),
        return_exceptions=True,
    )

    assert [type(result) for result in results].count(LinkUsed) == 1, results
    assert await Person.count().where(Person.email == "reem@example.org") == 1
