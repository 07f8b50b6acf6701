"""A judge from the invitation to the seal: in both languages, by keyboard, without script, and over a cut network."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.text import Words
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.browser import keys
from tests.browser.judging import Judging, accept, device, make_judging

__all__ = ["device"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    with make_judging(tmp_path_factory.mktemp("judging"), n_entries=6, n_judges=6, load=2) as found:
        yield found


def open_first(page: Page, lang: str) -> str:
    """Open the first project, answer that there is no tie, and stand on its score sheet."""
    page.locator("a.cover").first.click()
    page.wait_for_url("**/conflict")
    code = page.url.split("/")[-2]
    page.locator("input[name=answer][value=no]").check(force=True)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/judging/{code}")
    return code


async def _sheet_count() -> tuple[int, int]:
    sealed = await ScoreSheet.count().where(ScoreSheet.state == "sealed")
    marks = await Mark.count()
    return sealed, marks


def open_first_by_keys(page: Page, lang: str) -> str:
    """The same with real keys."""
    keys.press(page, page.locator("a.cover").first)
    page.wait_for_url("**/conflict")
    code = page.url.split("/")[-2]
    keys.choose(page, "answer", "no")
    keys.press(page, page.locator("main form button[type=submit]").first)
    page.wait_for_url(f"**/{lang}/judging/{code}")
    return code


@pytest.mark.parametrize(("lang", "at"), [("ar", 0), ("en", 1)])
def test_a_judge_declares_marks_comments_and_seals_with_keys_alone(
    device: BrowserContext, judging: Judging, lang: str, at: int
) -> None:
    page, words = device.new_page(), Words(lang)
    accept(page, judging, at, lang)
    code = open_first_by_keys(page, lang)
    page.locator("form[data-ready]").wait_for()
    rows = page.locator("[data-criterion]")
    keys.reach(page, "[data-criterion] input[type=radio]")
    for number in range(rows.count()):
        with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
            page.keyboard.press("Digit8" if number == 0 else "Digit6")
        expect(rows.nth(number).locator("[data-chip]")).to_have_text("8" if number == 0 else "6")
        expect(page.locator("[data-left]")).to_have_text(words.plain("criteria.left", n=rows.count() - number - 1))
        if number < rows.count() - 1:
            page.keyboard.press("Enter")
    with page.expect_response(lambda answer: answer.url.endswith("/comments") and answer.ok):
        keys.write(page, "[name=comment_team]", "A strong opening; the middle could be shorter.")
    page.reload()
    expect(rows.first.locator("[data-chip]")).to_have_text("8")
    expect(page.locator("[name=comment_team]")).to_have_value("A strong opening; the middle could be shorter.")
    page.locator("form[data-ready]").wait_for()
    keys.reach(page, "[data-criterion] input[type=radio]")
    for step in ("5", "8"):  # away from what the sheet came with, and back to it
        with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
            page.keyboard.press(f"Digit{step}")
        expect(rows.first.locator("[data-chip]")).to_have_text(step)
    keys.press(page, page.locator("#finish"))
    page.wait_for_url(f"**/{lang}/judging/review#{code}")
    keys.press(page, page.locator(f"article#{code} form button"))
    page.wait_for_url(f"**/{lang}/judging/review?sealed=1")
    page.goto(f"/{lang}/judging/{code}")
    expect(page.locator("#finish")).to_have_count(0)
    expect(page.locator("input[type=radio]:not(:disabled)")).to_have_count(0)


@pytest.mark.parametrize(("lang", "at"), [("ar", 2), ("en", 4)])
def test_without_script_a_judge_saves_is_told_what_is_missing_and_seals(
    chromium: Browser, judging: Judging, lang: str, at: int
) -> None:
    context = chromium.new_context(base_url=judging.site.address, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page = context.new_page()
    accept(page, judging, at, lang)
    code = open_first(page, lang)
    page.locator("#finish").click()
    expect(page.locator(".errsum a[href^='#f-mark-']").first).to_be_visible()
    page.goto(f"/{lang}/judging/{code}")
    for row in page.locator("[data-criterion]").all():
        if row.get_attribute("open") is None:
            row.locator("summary").click()
        row.locator("input[value='5']").check(force=True)
    page.locator("button[name=then][value=save]").click()
    page.wait_for_url(f"**/{lang}/judging/{code}")
    expect(page.locator("[data-chip]").first).to_have_text("5")
    page.locator("#finish").click()
    page.wait_for_url(f"**/{lang}/judging/review#{code}")
    page.locator(f"article#{code} form button").click()
    page.wait_for_url(f"**/{lang}/judging/review?sealed=1")
    context.close()


SLOW_DEVICE = """() => {
  const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
  crypto.subtle.encrypt = async (...what) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return encrypt(...what);
  };
}"""
"""Each copy for the device takes a second, as on a phone whose memory is busy."""


def test_a_mark_chosen_while_the_device_still_writes_is_sent_as_well(device: BrowserContext, judging: Judging) -> None:
    page = device.new_page()
    accept(page, judging, 5, "en")
    open_first(page, "en")
    page.locator("form[data-ready]").wait_for()
    page.evaluate(SLOW_DEVICE)
    rows = page.locator("[data-criterion]")
    for at in range(2):
        rows.nth(at).evaluate("element => { element.open = true }")
        with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
            rows.nth(at).locator("input[value='7']").check(force=True)
    expect(page.locator("[data-save-state]")).to_contain_text("server")


def test_marks_made_while_the_network_is_cut_reach_the_server_when_it_is_back(
    device: BrowserContext, judging: Judging
) -> None:
    page = device.new_page()
    accept(page, judging, 3, "en")
    open_first(page, "en")
    before = judging.site.ask(_sheet_count)
    page.wait_for_load_state("networkidle")  # the device's key has arrived
    device.set_offline(True)
    rows = page.locator("[data-criterion]")
    for row in rows.all():
        row.evaluate("element => { element.open = true }")
        row.locator("input[value='4']").check(force=True)
    expect(page.locator("[data-save-state]")).to_contain_text("device")
    expect(page.locator("[data-total]")).to_have_text("50.0")
    expect(page.locator("[data-possible]")).to_contain_text("out of 100")
    expect(page.locator("[data-done]")).to_have_text(f"{rows.count()} of {rows.count()} criteria")
    with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        device.set_offline(False)
    expect(page.locator("[data-save-state]")).to_contain_text("server")
    after = judging.site.ask(_sheet_count)
    assert after[1] == before[1] + rows.count()
