"""A form that is sent after its session has ended is kept for its owner, without any script."""

from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from tests.cast import PASSWORD
from tests.conftest import ORIGIN, World, csrf_in, post

FORM = "/en/account"
TYPED = {
    "name_ar": "فرح بنت سالم",
    "name_en": "Farah, as typed late",
    "language": "en",
    "digits": "western",
    "theme": "auto",
}


@dataclass(frozen=True)
class Sent:
    """A browser, and what it was told when it sent the form."""

    browser: httpx.AsyncClient
    told: httpx.Response


@pytest.fixture
async def late(world: World) -> Sent:
    """Farah sends a form after her session has ended in another tab."""
    browser = world.visitor()
    await sign_in(browser, "farah")
    token = csrf_in((await browser.get(FORM)).text)
    await post(browser, "/en/sign-out")
    return Sent(browser, await send(browser, token))


async def send(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    return await browser.post(FORM, data={**TYPED, "csrf": token}, headers={"referer": ORIGIN + FORM})


async def sign_in(browser: httpx.AsyncClient, name: str) -> None:
    answer = await post(browser, "/en/sign-in", {"email": f"{name}@tahkim.example", "password": PASSWORD})
    assert answer.status_code == 303


async def test_the_answer_says_that_it_is_kept_and_leads_back_to_the_form(late: Sent):
    assert late.told.status_code == 401
    assert "We keep it for one day." in late.told.text
    assert "/en/sign-in?next=/en/account" in late.told.text


async def test_its_owner_finds_it_in_the_form_until_it_is_sent(late: Sent):
    browser = late.browser
    await sign_in(browser, "farah")

    shown = (await browser.get(FORM)).text
    assert "Farah, as typed late" in shown
    assert "when your session ended" in shown
    assert "Farah, as typed late" not in (await browser.get(f"{FORM}?as-stored")).text
    assert "Farah, as typed late" not in (await browser.get("/en/account/sessions")).text
    sent = await send(browser, csrf_in(shown))

    assert sent.status_code == 303
    after = (await browser.get(FORM)).text
    assert "Farah, as typed late" in after
    assert "when your session ended" not in after


async def test_nobody_else_finds_it_in_the_same_browser(late: Sent):
    await sign_in(late.browser, "basil")

    assert "as typed late" not in (await late.browser.get(FORM)).text


async def test_it_is_gone_after_a_day(world: World, late: Sent):
    world.clock.now += timedelta(days=1, minutes=1)
    await sign_in(late.browser, "farah")

    assert "as typed late" not in (await late.browser.get(FORM)).text


async def test_a_form_that_is_not_ours_is_not_kept(world: World):
    browser = world.visitor()
    for token in ("", "0" * 64):
        told = await send(browser, token)

        assert told.status_code == 401
        assert "We keep it" not in told.text
