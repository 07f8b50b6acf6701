import httpx
import pytest

from service.usecases.people.sessions import start_session
from storage.tables.session import WebSession
from tests.cast import PASSWORD
from tests.conftest import ORIGIN, World, csrf_in, post


async def test_an_address_without_a_language_leads_to_the_reader_s(world: World):
    browser = world.visitor()

    plain = await browser.get("/rules?x=1")
    english = await browser.get("/rules", headers={"accept-language": "fr, en-GB;q=0.9, ar;q=0.5"})

    assert (plain.status_code, plain.headers["location"]) == (307, "/ar/rules?x=1")
    assert english.headers["location"] == "/en/rules"


async def test_the_toggle_keeps_the_page_its_query_and_the_choice(world: World):
    browser = world.visitor()

    chosen = await browser.get("/en/rules?x=%D8%A8&language")
    later = await browser.get("/timeline")

    assert chosen.headers["location"] == "/en/rules?x=%D8%A8"
    assert later.headers["location"] == "/en/timeline"


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "/%2f%2fevil.example"])
async def test_no_address_of_ours_leads_to_another_site(world: World, path: str):
    answer = await world.visitor().get(ORIGIN + path)

    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")


async def test_visitors_get_no_cookie_and_no_row_from_reading(world: World):
    browser = world.visitor()
    for path in ("/ar/", "/ar/rules", "/ar/nothing"):
        assert "set-cookie" not in (await browser.get(path)).headers

    assert await WebSession.count() == 0


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:x", "", "tahkim.example"])
async def test_a_host_that_is_not_ours_is_refused_before_anything_is_read(world: World, host: str):
    answer = await world.visitor().get("/ar/sign-in", headers={"host": host})

    assert answer.status_code == 400
    assert len(answer.content) < 40


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9999", "[::1]", "[::1]:8000", "LOCALHOST:1"])
async def test_this_machine_answers_under_its_names_at_any_port(world: World, host: str):
    answer = await world.visitor().get("/ar/sign-in", headers={"host": host, "x-forwarded-host": "evil.example"})

    assert answer.status_code == 200
    assert "evil" not in answer.text


async def test_every_answer_carries_the_headers_that_keep_browsers_careful(world: World):
    browser = world.visitor()
    for path in ("/ar/", "/ar/nothing", "/healthz", "/rules"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert "x-request-id" in headers


async def test_pages_hold_no_script_or_style_of_their_own(world: World):
    farah = await world.client("farah")
    for path in ("/ar/", "/ar/sign-in", "/en/account", "/en/account/sessions", "/ar/categories/documentary"):
        text = (await farah.get(path)).text
        assert "<script>" not in text
        assert "style=" not in text
        assert " on" + "click" not in text


async def test_a_form_without_our_token_changes_nothing(world: World):
    farah = await world.client("farah")
    shown = await farah.get("/ar/account")
    token = csrf_in(shown.text)

    for data, headers in (
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": token}, {"origin": "https://evil.example"}),
        ({"csrf": token}, {"sec-fetch-site": "cross-site"}),
    ):
        answer = await farah.post("/ar/sign-out", data=data, headers=headers)
        assert answer.status_code == 403
    assert (await farah.get("/ar/account")).status_code == 200


async def test_a_token_serves_only_the_session_that_it_was_made_for(world: World):
    farah, ghaith = await world.client("farah"), await world.client("ghaith")
    stolen = csrf_in((await farah.get("/ar/account")).text)

    answer = await ghaith.post("/ar/sign-out", data={"csrf": stolen})

    assert answer.status_code == 403


async def test_scripts_send_the_token_in_a_header(world: World):
    farah = await world.client("farah")
    token = csrf_in((await farah.get("/ar/account")).text)

    answer = await farah.post("/ar/sign-out", headers={"x-csrf-token": token, "origin": ORIGIN})

    assert answer.status_code == 303


async def test_a_body_beyond_the_small_limit_is_refused_whatever_it_says_of_its_length(world: World):
    browser = world.visitor()
    token = csrf_in((await browser.get("/ar/sign-in")).text)
    form = {"content-type": "application/x-www-form-urlencoded", "x-csrf-token": token}

    async def endless():
        for _ in range(40):
            yield b"x" * 65_536

    told = await browser.post("/ar/sign-in", content=b"x" * 300_000, headers=form)
    hidden = await browser.post("/ar/sign-in", content=endless(), headers=form)

    assert (told.status_code, hidden.status_code) == (413, 413)


async def test_refusals_to_scripts_are_problem_json(world: World):
    answer = await world.visitor().get("/en/account", headers={"accept": "application/json"})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:tahkim:refused.not-signed-in"


async def test_a_signed_out_reader_comes_back_to_the_page_that_was_asked_for(world: World):
    browser = world.visitor()

    answer = await post(
        browser,
        "/ar/sign-in",
        {"email": "farah@tahkim.example", "password": PASSWORD, "next": "/account/sessions"},
        page="/ar/sign-in?next=/account/sessions",
    )

    assert answer.headers["location"] == "/ar/account/sessions"


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://localhost:8000/en/entries/2027-AB12/team?then=check", "/en/entries/2027-AB12/team%3Fthen%3Dcheck"),
        ("https://evil.example/en/entries", "/account/role"),
        ("", "/account/role"),
    ],
)
async def test_who_is_signed_out_while_typing_comes_back_to_the_page_of_the_form(
    world: World, referer: str, leads_to: str
):
    """The address to which the form was sent may show no page of its own."""
    visitor = world.visitor()
    visitor.headers["referer"] = referer.replace("localhost:8000", visitor.base_url.netloc.decode())

    answer = await visitor.post("/en/account/role", data={"csrf": "old"})

    assert answer.status_code == 401
    assert f'href="/en/sign-in?next={leads_to}"' in answer.text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
async def test_signing_in_never_leads_to_another_site(world: World, wanted: str):
    data = {"email": "farah@tahkim.example", "password": PASSWORD, "next": wanted}

    answer = await post(world.visitor(), "/ar/sign-in", data)

    assert answer.headers["location"] == "/ar/entries"


async def test_signing_in_gives_a_new_session_and_ends_the_one_before(world: World):
    person_id = world.actors["farah"].person_id
    assert person_id is not None
    planted = await start_session(person_id, device="before", now=world.clock.now)
    browser = world.visitor(cookies={"tahkim": planted})

    answer = await post(browser, "/ar/sign-in", {"email": "farah@tahkim.example", "password": PASSWORD})

    assert "tahkim=" in answer.headers["set-cookie"]
    assert planted not in answer.headers["set-cookie"]
    assert (await world.visitor(cookies={"tahkim": planted}).get("/ar/account")).status_code == 401


async def test_a_session_ends_after_two_weeks_without_use(world: World):
    farah = await world.client("farah")
    world.clock.advance(days=13)
    assert (await farah.get("/ar/account")).status_code == 200
    world.clock.advance(days=13)
    assert (await farah.get("/ar/account")).status_code == 200
    world.clock.advance(days=15)

    assert (await farah.get("/ar/account")).status_code == 401


async def test_heads_are_answered_like_gets_without_a_body(world: World):
    browser = world.visitor()

    head, got = await browser.head("/ar/rules"), await browser.get("/ar/rules")

    assert head.status_code == got.status_code == httpx.codes.OK
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.content == b""


async def test_unknown_things_of_one_kind_look_alike(world: World):
    farah = await world.client("farah")

    one, other = [await farah.get(f"/ar/categories/{slug}") for slug in ("nothing", "nobody")]

    assert (one.status_code, other.status_code) == (404, 404)
    assert one.text.replace("nothing", "") == other.text.replace("nobody", "")
    assert (await farah.get("/ar/nothing")).status_code == 404
    assert (await farah.put("/ar/rules")).status_code == 405


async def test_static_files_are_kept_for_ever_under_their_hash(world: World):
    browser = world.visitor()
    page = (await browser.get("/ar/")).text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]

    answer = await browser.get(address)
    older = await browser.get("/static/0000/css/tokens.css")
    outside = await browser.get("/static/0000/%2e%2e/%2e%2e/pyproject.toml")

    assert "immutable" in answer.headers["cache-control"]
    assert older.headers["cache-control"] == "no-cache"
    assert outside.status_code == 404
