import io
import json

from service.logging import set_up_logging
from tests.cast import PASSWORD
from tests.conftest import World, csrf_in, post


async def test_a_right_password_opens_the_role_s_first_page(world: World):
    browser = world.visitor()

    answer = await post(browser, "/ar/sign-in", {"email": "Basil@Tahkim.example ", "password": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/ar/judging")
    assert (await browser.get("/ar/account")).status_code == 200


async def test_a_wrong_password_and_an_unknown_address_get_the_same_page(world: World):
    browser = world.visitor()
    wrong = await post(browser, "/en/sign-in", {"email": "farah@tahkim.example", "password": "not the right one"})
    unknown = await post(browser, "/en/sign-in", {"email": "nobody@tahkim.example", "password": "not the right one"})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace("farah@", "@") == unknown.text.replace("nobody@", "@")
    assert "not the right one" not in wrong.text


async def test_who_signed_in_and_who_was_refused_stands_in_the_program_s_log(world: World):
    browser, written = world.visitor(), io.StringIO()
    right = {"email": "farah@tahkim.example", "password": PASSWORD}
    set_up_logging(stream=written)
    try:
        await post(browser, "/en/sign-in", {**right, "password": "not the right one"})
        await post(browser, "/en/sign-in", {"email": "nobody@tahkim.example", "password": "not the right one"})
        await post(browser, "/en/sign-in", right)
    finally:
        set_up_logging(is_quiet=True)

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    farah = str(world.actors["farah"].person_id)
    assert [(each["event"], each.get("why"), each["person"]) for each in lines if "person" in each] == [
        ("sign-in-refused", "password", farah),
        ("sign-in-refused", "password", None),
        ("session-begun", None, farah),
    ]
    assert not any(secret in written.getvalue() for secret in (PASSWORD, "not the right one", "nobody@", "farah@"))


async def test_guessing_stops_at_the_limit_whatever_the_forged_headers_say(world: World):
    browser = world.visitor()
    statuses = []
    for number in range(14):
        token = csrf_in((await browser.get("/en/sign-in")).text)
        answer = await browser.post(
            "/en/sign-in",
            data={"csrf": token, "email": "farah@tahkim.example", "password": f"guess number {number}"},
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
        statuses.append(answer.status_code)

    assert statuses == [422] * 10 + [429] * 4
    assert int(answer.headers["retry-after"]) > 60


async def test_nobody_can_lock_the_owner_out_of_a_device_that_knows_the_account(world: World):
    home = world.visitor()
    right = {"email": "farah@tahkim.example", "password": PASSWORD}
    assert (await post(home, "/en/sign-in", right)).status_code == 303
    await post(home, "/en/sign-out")
    rival = world.visitor()
    for _ in range(12):
        refused = await post(rival, "/en/sign-in", {**right, "password": "a rival's guess"})
    assert refused.status_code == 429

    again = await post(home, "/en/sign-in", right)

    assert again.status_code == 303


async def test_signing_out_ends_the_session_at_the_server(world: World):
    farah = await world.client("farah")
    secret = farah.cookies["tahkim"]

    await post(farah, "/ar/sign-out")

    assert (await world.visitor(cookies={"tahkim": secret}).get("/ar/account")).status_code == 401


async def test_the_password_works_whichever_way_its_letters_were_composed(world: World):
    composed, decomposed = "caf\u00e9 of three camels", "cafe\u0301 of three camels"
    farah = await world.client("farah")
    await post(farah, "/en/account", {"part": "password", "old_password": PASSWORD, "password": composed})

    answer = await post(world.visitor(), "/en/sign-in", {"email": "farah@tahkim.example", "password": decomposed})

    assert answer.status_code == 303
