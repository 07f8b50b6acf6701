"""The second factor over HTTP: set once, asked for from then on, each code taken once, and needed where it is said."""

import dataclasses
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from pyotp import TOTP

from service.app import create_app, load_pages
from service.settings import read_settings
from storage.tables.person import Person, RecoveryCode, SecondFactor
from tests.cast import PASSWORD
from tests.conftest import World, csrf_in, post

PAGE = "/en/account/second-factor"


def code_at(world: World, secret: str) -> str:
    return TOTP(secret).at(world.clock.now)


async def set_up(world: World, browser: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Set the factor as a person does; the secret and the recovery codes."""
    shown = (await browser.get(PAGE)).text
    found = re.search(r'class="ltr">([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})<', shown)
    assert found
    secret = found[1].replace(" ", "")
    pending = re.search(r'name="pending" value="([^"]+)"', shown)
    assert pending
    typed = {"part": "confirm", "code": code_at(world, secret), "pending": pending[1]}
    done = await post(browser, PAGE, typed, page=PAGE)
    assert done.status_code == 200, done.text
    world.clock.advance(seconds=60)
    return secret, re.findall(r'class="ltr mono">([2-9a-z]{5}-[2-9a-z]{5}-[2-9a-z]{5})<', done.text)


async def give_password(world: World, name: str) -> tuple[httpx.AsyncClient, httpx.Response]:
    browser = world.visitor()
    typed = {"email": f"{name}@tahkim.example", "password": PASSWORD, "by": "password", "next": "/entries/new"}
    return browser, await post(browser, "/en/sign-in", typed, page="/en/sign-in")


async def test_from_then_on_the_password_alone_opens_nothing(world: World):
    secret, codes = await set_up(world, await world.client("farah"))
    browser, asked = await give_password(world, "farah")

    assert len(codes) == 10
    assert asked.status_code == 303
    assert "/sign-in/" in asked.headers["location"]
    assert "tahkim" not in browser.cookies
    assert (await browser.get("/en/entries")).status_code == 401
    place = asked.headers["location"]
    wrong = await post(browser, place, {"code": "000000", "next": "/entries/new"}, page=place)
    right = await post(browser, place, {"code": code_at(world, secret), "next": "/entries/new"}, page=place)

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert right.headers["location"] == "/en/entries/new"
    assert (await browser.get("/en/entries")).status_code == 200


async def test_a_code_is_taken_once_and_so_is_its_challenge(world: World):
    secret, _ = await set_up(world, await world.client("farah"))
    code = code_at(world, secret)
    first, one = await give_password(world, "farah")
    second, two = await give_password(world, "farah")

    assert (await post(first, one.headers["location"], {"code": code}, page=one.headers["location"])).status_code == 303
    again = await post(second, two.headers["location"], {"code": code}, page=two.headers["location"])
    assert again.status_code == 422
    spent = await world.visitor().get(one.headers["location"])
    assert spent.status_code == 404


async def test_looking_at_the_page_keeps_nothing_and_a_wrong_code_shows_the_same_secret_again(world: World):
    browser = await world.client("farah")
    shown = (await browser.get(PAGE)).text
    pending = re.search(r'name="pending" value="([^"]+)"', shown)
    secret = re.search(r'class="ltr">([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})<', shown)
    assert pending
    assert secret

    wrong = await post(browser, PAGE, {"part": "confirm", "code": "000000", "pending": pending[1]}, page=PAGE)
    code = code_at(world, secret[1].replace(" ", ""))
    other = await world.client("ghaith")
    stolen = await post(other, PAGE, {"part": "confirm", "code": code, "pending": pending[1]}, page=PAGE)

    assert (wrong.status_code, stolen.status_code) == (422, 422)
    assert secret[1] in wrong.text
    assert await SecondFactor.count() == 0


async def test_an_administrator_resets_a_lost_one_with_a_reason_and_never_their_own(world: World):
    chair, administrator = await world.client("jamal"), await world.client("lubna")
    await set_up(world, chair)
    await set_up(world, administrator)
    people = "/en/admin/people"
    place = f"{people}/{world.actors['jamal'].person_id}/second-factor"
    own = f"{people}/{world.actors['lubna'].person_id}/second-factor"

    empty = await post(administrator, place, {"reason": " "}, page=people)
    refused = await post(administrator, own, {"reason": "Lost my phone"}, page=people)
    done = await post(administrator, place, {"reason": "Lost the phone at sea"}, page=people)
    await world.work()

    assert (empty.status_code, refused.status_code, done.status_code) == (422, 409, 303)
    assert (await chair.get("/en/committee")).status_code == 401
    browser, asked = await give_password(world, "jamal")
    assert "tahkim" in browser.cookies
    assert any("Lost the phone at sea" in letter.get_body(("plain",)).get_content() for letter in world.letters())
    assert asked.status_code == 303


async def test_a_recovery_code_works_once_however_it_is_typed_and_its_owner_is_told(world: World):
    _, codes = await set_up(world, await world.client("farah"))
    browser, asked = await give_password(world, "farah")
    place = asked.headers["location"]
    typed = codes[0].upper().replace("-", " ")

    assert (await post(browser, place, {"code": typed}, page=place)).status_code == 303
    other, again = await give_password(world, "farah")
    place = again.headers["location"]
    assert (await post(other, place, {"code": codes[0]}, page=place)).status_code == 422
    await world.work()
    assert any("رموز الاستعادة" in str(letter["Subject"]) for letter in world.letters())
    assert await RecoveryCode.count().where(RecoveryCode.used_at.is_null()) == 9


async def test_guessing_ends_and_waiting_opens_it_again(world: World):
    secret, _ = await set_up(world, await world.client("farah"))
    browser, asked = await give_password(world, "farah")
    place = asked.headers["location"]
    statuses = [(await post(browser, place, {"code": f"{n:06}"}, page=place)).status_code for n in range(12)]
    assert statuses[-1] == 429

    world.clock.advance(minutes=16)
    late, asked = await give_password(world, "farah")
    place = asked.headers["location"]
    assert (await post(late, place, {"code": code_at(world, secret)}, page=place)).status_code == 303


async def test_a_mailed_link_and_an_invitation_ask_for_the_code_too(world: World):
    await set_up(world, await world.client("farah"))
    browser = world.visitor()
    await post(browser, "/en/sign-in", {"email": "farah@tahkim.example", "by": "link"}, page="/en/sign-in")
    await world.work()
    letter = next(each for each in world.letters() if "رابط الدخول" in str(each["Subject"]))
    link = re.search(r"/ar/sign-in/\S+", letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert link
    used = await post(browser, link[0], {}, page=link[0])

    assert "tahkim" not in browser.cookies
    assert "code" in (await browser.get(used.headers["location"])).text


async def test_the_secret_lies_sealed_and_is_worthless_without_the_installations(world: World):
    secret, codes = await set_up(world, await world.client("farah"))
    row = await SecondFactor.select().first()
    kept = await RecoveryCode.select()

    assert row is not None
    assert secret not in str(row)
    assert not any(code in str(each) or code.replace("-", "") in str(each) for code in codes for each in kept)


async def test_giving_it_up_takes_a_code_and_its_owner_is_told(world: World):
    browser = await world.client("farah")
    secret, _ = await set_up(world, browser)
    wrong = await post(browser, PAGE, {"part": "remove", "code": "123"}, page=PAGE)
    world.clock.advance(seconds=30)
    right = await post(browser, PAGE, {"part": "remove", "code": code_at(world, secret)}, page=PAGE)

    assert (wrong.status_code, right.status_code) == (422, 303)
    person = await Person.select(Person.second_factor_at).where(Person.email == "farah@tahkim.example").first()
    assert person == {"second_factor_at": None}
    assert await RecoveryCode.count() == 0


@pytest.fixture
async def strict(world: World) -> AsyncIterator[World]:
    """The same world where committee and administrators need a second factor."""
    settings = dataclasses.replace(world.settings, needs_second_factor=True)
    app = create_app(settings, clock=world.clock, is_world_open=True)
    await app.state.objects.prepare()
    await load_pages(app, settings)
    async with AsyncExitStack() as held:
        yield dataclasses.replace(world, app=app, settings=settings, exit=held)


async def test_where_it_is_needed_a_duty_waits_for_it_and_an_entrant_does_not(strict: World):
    chair, farah = await strict.client("jamal"), await strict.client("farah")

    sent_on = await chair.get("/en/committee")
    assert sent_on.status_code == 303
    assert sent_on.headers["location"] == "/en/account/second-factor?needed"
    as_script = await chair.get("/en/committee", headers={"accept": "application/json"})
    assert (as_script.status_code, as_script.json()["type"]) == (403, "urn:tahkim:refused.second-factor-needed")
    assert (await chair.get("/en/rules")).status_code == 200
    assert (await farah.get("/en/entries")).status_code == 200

    secret, _ = await set_up(strict, chair)
    assert (await chair.get("/en/committee")).status_code == 200
    kept = await post(chair, PAGE, {"part": "remove", "code": code_at(strict, secret)}, page=PAGE)
    assert kept.headers["location"] == "/en/account/second-factor?needed"
    assert (await chair.get("/en/committee")).status_code == 200


@pytest.mark.parametrize(
    ("environment", "is_needed"),
    [
        ({}, False),
        ({"TAHKIM_BASE_URL": "https://tahkim.example"}, True),
        ({"TAHKIM_BASE_URL": "https://tahkim.example", "TAHKIM_SECOND_FACTOR": "optional"}, False),
        ({"TAHKIM_SECOND_FACTOR": "committee"}, True),
    ],
)
def test_over_https_it_is_needed_unless_it_is_said_otherwise(
    tmp_path: Path, environment: dict[str, str], *, is_needed: bool
):
    assert read_settings(environment, data=tmp_path).needs_second_factor is is_needed


async def test_the_picture_holds_the_address_that_the_key_by_hand_says(world: World):
    shown = (await (await world.client("farah")).get(PAGE)).text

    assert csrf_in(shown)
    assert shown.count('class="squares"') == 1
    assert re.search(r'viewBox="0 0 (\d+) \1"', shown)
