import re

import pytest

from service.actors import Role
from service.usecases.people.adding import give_role
from service.usecases.people.sessions import start_session
from storage.engine import transaction
from storage.tables.person import Person
from storage.tables.session import WebSession
from tests.cast import PASSWORD
from tests.conftest import World, post

NAMES = {"name_ar": "فرح بنت سالم", "name_en": "Farah Salim", "language": "en", "digits": "arabic", "theme": "dark"}


async def test_names_language_digits_and_theme_are_kept(world: World):
    farah = await world.client("farah")

    answer = await post(farah, "/ar/account", NAMES)
    shown = await farah.get("/ar/account")

    assert answer.headers["location"] == "/en/account?saved"
    assert 'data-theme="dark"' in shown.text
    assert "فرح بنت سالم" in shown.text
    row = await Person.select(Person.language, Person.digits).where(Person.email == "farah@tahkim.example").first()
    assert row == {"language": "en", "digits": "arabic"}


async def test_wrong_values_come_back_with_their_errors_and_change_nothing(world: World):
    farah = await world.client("farah")

    answer = await post(farah, "/en/account", {**NAMES, "name_ar": " ", "theme": "pink", "name_en": "Kept as typed"})

    assert answer.status_code == 422
    assert "Kept as typed" in answer.text
    assert 'href="#f-name_ar"' in answer.text
    assert 'href="#f-theme"' in answer.text
    row = await Person.select(Person.name_en).where(Person.email == "farah@tahkim.example").first()
    assert row == {"name_en": "Farah"}


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions_only(world: World):
    here, elsewhere = await world.client("farah"), await world.client("farah")
    wanted = {"part": "password", "password": "four calm camels"}

    wrong = await post(here, "/en/account", {**wanted, "old_password": "not it at all"})
    right = await post(here, "/en/account", {**wanted, "old_password": PASSWORD})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert (await here.get("/en/account")).status_code == 200
    assert (await elsewhere.get("/en/account")).status_code == 401


async def test_one_s_own_sessions_can_be_ended_and_nobody_else_s(world: World):
    farah, other = await world.client("farah"), await world.client("farah")
    basil = await world.client("basil")
    rows = await WebSession.select(WebSession.id, WebSession.device, WebSession.person).order_by(WebSession.created_at)
    foreign = next(row["id"] for row in rows if row["person"] == world.actors["basil"].person_id)

    refused = await post(farah, "/en/account/sessions", {"session": str(foreign)})
    nonsense = await post(farah, "/en/account/sessions", {"session": "x"})
    listed = re.findall(r'name="session" value="([^"]+)"', (await farah.get("/en/account/sessions")).text)
    for session_id in listed:
        await post(farah, "/en/account/sessions", {"session": session_id})

    assert (refused.status_code, nonsense.status_code) == (404, 404)
    assert len(listed) == 1  # the session of this very device is ended by signing out
    assert (await farah.get("/en/account")).status_code == 200
    assert (await basil.get("/en/account")).status_code == 200
    assert (await other.get("/en/account")).status_code == 401


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
DEVICES = {
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/139.0.0.0 Safari/537.36": "Chrome on Linux",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/139.0 Safari/537.36 Edg/139.0": "Edge on Windows",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1": (
        "Safari on iPhone"
    ),
    f"Mozilla/5.0 (Linux; Android 14; K) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet on Android"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:141.0) Gecko/20100101 Firefox/141.0": "Firefox on Mac",
    "an errand of ours": "an errand of ours",
    "": "A device that gave no name",
}


@pytest.mark.parametrize(("line", "name"), list(DEVICES.items()), ids=list(DEVICES.values()))
async def test_a_device_is_named_as_its_owner_would_name_it(world: World, line: str, name: str):
    farah = await world.client("farah")
    await start_session(world.actors["farah"].person_id, device=line, now=world.clock.now)

    shown = (await farah.get("/en/account/sessions")).text

    assert name in re.sub(r"<[^>]+>", "", shown)
    assert "Mozilla" not in shown


async def test_switching_role_changes_the_session_and_the_area(world: World):
    dina = world.actors["dina"]
    assert dina.person_id is not None
    async with transaction():
        grant = await give_role(dina.person_id, Role.OBSERVER, edition_id=world.edition_id, now=world.clock.now)
    secret = await start_session(dina.person_id, device="x", now=world.clock.now)
    browser = world.visitor(cookies={"tahkim": secret})

    shown = await browser.get("/en/account/role")  # a committee's role comes first: she acts as observer
    (judge_grant,) = set(re.findall(r'name="grant" value="([^"]+)"', shown.text))
    assert re.search(r'Switch to it<span class="vh"> Judge</span>', shown.text)
    answer = await post(browser, "/en/account/role", {"grant": judge_grant})
    back = await browser.get("/en/account/role")

    assert answer.headers["location"] == "/en/judging"
    assert set(re.findall(r'name="grant" value="([^"]+)"', back.text)) == {str(grant)}
    assert (await world.visitor(cookies={"tahkim": secret}).get("/en/account")).status_code == 401


async def test_another_s_role_cannot_be_taken(world: World):
    farah = await world.client("farah")
    rows = await WebSession.select(WebSession.grant).where(WebSession.person == world.actors["farah"].person_id)
    basil = world.actors["basil"]
    assert basil.person_id is not None
    await start_session(basil.person_id, device="x", now=world.clock.now)
    foreign = await WebSession.select(WebSession.grant).where(WebSession.person == basil.person_id).first()
    assert foreign is not None

    answer = await post(farah, "/en/account/role", {"grant": str(foreign["grant"])})

    assert answer.status_code == 404
    assert rows == await WebSession.select(WebSession.grant).where(WebSession.person == world.actors["farah"].person_id)
