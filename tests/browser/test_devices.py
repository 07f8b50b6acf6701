"""A judge's sheets on more than one device or tab, and on a device whose session has ended."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect

from storage.tables.person import Person
from storage.tables.session import WebSession
from tests.browser.judging import Judging, accept, declare_all, device, make_judging
from tests.browser.sheets import held, is_kept, mark, open_sheet
from tests.cast import PASSWORD, password_hash

__all__ = ["device"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    with make_judging(tmp_path_factory.mktemp("devices"), n_entries=5, n_judges=5, per_entry=3) as found:
        yield found


def test_two_devices_at_odds_are_shown_side_by_side_and_the_judge_chooses(
    device: BrowserContext, chromium: Browser, judging: Judging
) -> None:
    email = accept(device.new_page(), judging, 0, "en")
    code = declare_all(device.pages[0], "en")[0]
    other = chromium.new_context(base_url=judging.site.address, storage_state=device.storage_state())
    other.set_default_timeout(30_000)
    one, two = open_sheet(device, "en", code), open_sheet(other, "en", code)
    other.set_offline(True)
    mark(two, 0, 3)
    mark(two, 1, 5)
    is_kept(two)
    with one.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        mark(one, 0, 6)
    other.set_offline(False)

    panel = two.locator("[id^=clash-]:has([data-keep])")
    expect(panel).to_have_count(1)
    expect(panel.locator("[data-mine]")).to_have_text("3")
    expect(panel.locator("[data-stored]")).to_have_text("6")
    assert held(judging.site, code, email)["marks"][0] == 6
    with two.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        panel.locator("[data-keep=mine]").click()
    expect(panel).to_have_count(0)
    expect(two.locator("[data-save-state]:not(.local, .saving, .failed)")).to_be_visible()
    assert held(judging.site, code, email)["marks"] == [3, 5]
    one.evaluate("dispatchEvent(new Event('focus'))")
    expect(one.locator("[data-chip]").first).to_have_text("3")
    expect(one.locator("[data-chip]").nth(1)).to_have_text("5")
    other.close()


def test_two_tabs_of_one_device_tell_each_other_and_overwrite_nothing(device: BrowserContext, judging: Judging) -> None:
    email = accept(device.new_page(), judging, 1, "ar")
    code = declare_all(device.pages[0], "ar")[0]
    one, two = open_sheet(device, "ar", code), open_sheet(device, "en", code)
    with one.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        mark(one, 0, 6)
    expect(two.locator("[data-chip]").first).to_have_text("6")
    with two.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        mark(two, 1, 4)
    expect(one.locator("[data-chip]").nth(1)).to_have_text("4")
    expect(one.locator("[data-done]")).to_contain_text("2")
    assert held(judging.site, code, email)["marks"] == [6, 4]


def test_a_session_that_ends_while_typing_loses_nothing(device: BrowserContext, judging: Judging) -> None:
    page = device.new_page()
    email = accept(page, judging, 2, "en")
    code = declare_all(page, "en")[0]
    page = open_sheet(device, "en", code)

    async def end_session() -> None:
        await Person.update({Person.password_hash: await password_hash()}).where(Person.email == email)
        await WebSession.delete().where(WebSession.person.email == email)

    judging.site.ask(end_session)
    mark(page, 0, 7)
    page.locator("[name=comment_team]").press_sequentially("Typed after the session had ended")
    link = page.locator("[data-session-ended] a")
    expect(link).to_be_visible()
    link.click()
    page.fill("#f-email", email)
    page.fill("#f-password", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/en/judging/{code}")
    page.locator("form[data-ready]").wait_for()
    expect(page.locator("[data-chip]").first).to_have_text("7")
    expect(page.locator("[name=comment_team]")).to_have_value("Typed after the session had ended")
    expect(page.locator("[data-save-state]:not(.local, .saving, .failed)")).to_contain_text("server")
    stored = held(judging.site, code, email)
    assert (stored["marks"], stored["team"]) == ([7], "Typed after the session had ended")


def test_signing_out_says_what_is_unsent_and_wipes_the_device(device: BrowserContext, judging: Judging) -> None:
    page = device.new_page()
    accept(page, judging, 3, "en")
    code = declare_all(page, "en")[0]
    page = open_sheet(device, "en", code)
    page.route("**/marks", lambda route: route.abort())
    mark(page, 0, 5)
    is_kept(page)
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    page.locator("details.menu:has(form[data-module=sign-out]) summary").click()
    page.locator("form[data-module=sign-out] button").click()
    page.wait_for_url(re.compile(r"/en/?$"))

    assert len(said) == 1
    count = page.evaluate(
        """() => new Promise((give) => { const open = indexedDB.open("tahkim"); open.onsuccess = () => {
          const count = open.result.transaction("unsent").objectStore("unsent").count();
          count.onsuccess = () => give(count.result);
        }; })"""
    )
    assert count == 0


def test_signed_out_nothing_of_a_sheet_opens_from_the_device_and_what_lies_there_is_not_to_be_read(
    device: BrowserContext, judging: Judging
) -> None:
    accept(device.new_page(), judging, 4, "en")
    code = declare_all(device.pages[0], "en")[0]
    page = open_sheet(device, "en", code)
    title = page.locator("h1").inner_text()
    kept = page.evaluate(READ_ALL)
    assert len(kept["pages"]) >= 1
    assert not any(title in row for rows in kept.values() for row in rows)

    page.locator("header details.menu:has(form[data-module=sign-out]) > summary").first.click()
    page.locator("form[data-module=sign-out] button").click()
    page.wait_for_url(lambda url: "/judging" not in url)
    assert {name: len(rows) for name, rows in page.evaluate(READ_ALL).items()} == {"pages": 0, "held": 0, "unsent": 0}
    device.set_offline(True)
    with pytest.raises(Error):
        page.goto(f"/en/judging/{code}")


READ_ALL = """async () => {
  const request = indexedDB.open("tahkim");
  const database = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const all = {};
  for (const name of ["pages", "held", "unsent"]) {
    const rows = database.transaction(name).objectStore(name).getAll();
    await new Promise((resolve) => { rows.onsuccess = resolve; });
    all[name] = rows.result.map((row) => new TextDecoder().decode(row.data));
  }
  database.close();
  return all;
}"""
