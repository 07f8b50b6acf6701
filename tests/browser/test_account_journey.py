"""An account from its first letter to a new password, in both languages: device, digits, second factor, data, reset."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pyotp import TOTP

from service.text import Words
from tests.browser.conftest import ARABIC_FIRST, Site
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser

NEW_PASSWORD = "four wadi words 2028"


def letter(page: Page, site: Site, wanted: str, *, to: str) -> str:
    """The newest link of this kind in somebody's letters, once the worker has handed it over."""
    for _ in range(150):
        for file in sorted((site.data / "mail").glob("*.eml"), key=lambda each: each.stat().st_mtime, reverse=True):
            message = message_from_bytes(file.read_bytes(), policy=default)
            body = message.get_body(("plain",)) if message["To"] == to else None
            found = re.search(wanted, body.get_content() if body else "")
            if found:
                return found[0]
        page.wait_for_timeout(200)
    raise AssertionError(f"no letter with {wanted} came")


def press(page: Page, selector: str = "main form button[type=submit]") -> None:
    page.locator(selector).first.click()


def sign_up(page: Page, site: Site, lang: str, email: str) -> None:
    page.goto(f"/{lang}/sign-up")
    page.fill("#f-name_ar", "بدرية الشكيلية")
    page.fill("#f-name_en", "Badriya Al-Shukaili")
    page.fill("#f-email", email)
    press(page)
    page.goto(f"/{lang}" + letter(page, site, r"/sign-up/\S+", to=email))
    page.fill("#f-password", PASSWORD)
    press(page)
    page.wait_for_url(lambda url: "/sign-up" not in url)


def sign_in(page: Page, lang: str, email: str, password: str) -> None:
    page.goto(f"/{lang}/sign-in")
    page.fill("#f-email", email)
    page.fill("#f-password", password)
    press(page, "button[name=by][value=password]")


def end_another_device(page: Page, chromium: Browser, site: Site, lang: str, email: str) -> None:
    """Come in elsewhere by a mailed link, and end that from here."""
    elsewhere: BrowserContext = chromium.new_context(base_url=site.address)
    there = elsewhere.new_page()
    there.goto(f"/{lang}/sign-in")
    there.fill("#f-email", email)
    press(there, "button[name=by][value=link]")
    there.goto(f"/{lang}" + letter(there, site, r"/sign-in/\S+", to=email))
    press(there)
    there.wait_for_url(f"**/{lang}/entries*")
    page.goto(f"/{lang}/account/sessions")
    expect(page.locator("form:has(button[name=session])")).to_have_count(1)
    press(page, "button[name=session]")
    expect(page.locator("button[name=session]")).to_have_count(0)
    there.goto(f"/{lang}/entries")
    expect(there.locator("main a[href*='/sign-in']")).to_be_visible()
    elsewhere.close()


def set_second_factor(page: Page, lang: str) -> str:
    """Set it by the key for typing; one of its recovery codes."""
    page.goto(f"/{lang}/account/second-factor")
    page.locator("details.fold summary").click()
    key = page.locator("details.fold .mono .ltr").inner_text().replace(" ", "")
    page.fill("#f-code", TOTP(key).now())
    press(page, "button[value=confirm]")
    return page.locator("ol.codes li").first.inner_text()


@pytest.mark.parametrize("lang", ARABIC_FIRST)
def test_an_account_from_its_first_letter_to_a_new_password(chromium: Browser, site: Site, lang: str) -> None:
    context = chromium.new_context(base_url=site.address)
    context.set_default_timeout(30_000)
    page, words, email = context.new_page(), Words(lang), f"badriya-{lang}@student.example"
    sign_up(page, site, lang, email)
    page.goto(f"/{lang}/account")
    page.locator("input[name=theme][value=dark]").check(force=True)
    page.locator("input[name=digits][value=arabic]").check(force=True)
    press(page)
    page.goto(f"/{lang}/account")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("input[name=digits][value=arabic]")).to_be_checked()
    end_another_device(page, chromium, site, lang, email)
    page.goto(f"/{lang}/account/data")
    press(page, "button[name=as][value=page]")
    expect(page.locator("main")).to_contain_text(email)
    page.goto(f"/{lang}/account/data")
    page.fill("#f-email", email)
    press(page, "button[name=part][value=ask]")
    press(page, "button[name=part][value=take-back]")
    expect(page.locator("button[name=part][value=ask]")).to_be_visible()

    recovery = set_second_factor(page, lang)
    context.clear_cookies()
    page.goto(f"/{lang}/password-reset")
    page.fill("#f-email", email)
    press(page)
    page.goto(f"/{lang}" + letter(page, site, r"/password-reset/\S+", to=email))
    page.fill("#f-password", NEW_PASSWORD)
    press(page)
    context.clear_cookies()
    sign_in(page, lang, email, PASSWORD)
    expect(page.locator(".errsum")).to_be_visible()
    sign_in(page, lang, email, NEW_PASSWORD)
    expect(page.locator("h1")).to_have_text(words.plain("factor.sign_in_title"))
    page.fill("#f-code", recovery)
    press(page)
    page.wait_for_url(f"**/{lang}/entries*")
    context.close()
