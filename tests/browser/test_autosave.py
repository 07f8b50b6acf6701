"""What a judge types is never lost: pages killed offline, two devices, an ended session, a network that flaps."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from storage.tables.person import Person
from storage.tables.scoresheet import Mark, PrivateNote, ScoreSheet
from storage.tables.session import WebSession
from tests.browser.conftest import Site
from tests.browser.judging import Judging, accept, declare_all, make_judging
from tests.cast import PASSWORD, password_hash

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    with make_judging(tmp_path_factory.mktemp("autosave"), n_entries=11, n_judges=11, per_entry=3) as found:
        yield found


@pytest.fixture
def device(chromium: Browser, judging: Judging) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=judging.site.address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


def open_sheet(device: BrowserContext, lang: str, code: str) -> Page:
    page = device.new_page()
    page.goto(f"/{lang}/judging/{code}")
    page.locator("form[data-ready]").wait_for()
    page.locator("[data-module~=shelf][data-kept]").wait_for(state="attached")
    return page


def mark(page: Page, at: int, step: int) -> None:
    row = page.locator("[data-criterion]").nth(at)
    row.evaluate("element => { element.open = true }")
    row.locator(f"input[value='{step}']").check(force=True)
    expect(row.locator("[data-chip]")).to_have_text(str(step))


def is_kept(page: Page) -> None:
    """The device says that it has everything and the server has not."""
    expect(page.locator("[data-save-state].local")).to_be_visible()


def held(site: Site, code: str, judge_email: str) -> dict[str, Any]:
    """What the server holds of one sheet."""

    async def read() -> dict[str, Any]:
        sheet = (
            await ScoreSheet.select()
            .where(
                (ScoreSheet.assignment.entry.code_name == code)
                & (ScoreSheet.assignment.judge.person.email == judge_email)
            )
            .first()
        )
        assert sheet is not None
        marks = await Mark.select(Mark.step).where(Mark.sheet == sheet["id"]).order_by(Mark.criterion.position)
        notes = await PrivateNote.select(PrivateNote.content).where(PrivateNote.sheet == sheet["id"])
        return {
            "marks": [row["step"] for row in marks],
            "team": sheet["comment_team"],
            "notes": sorted(row["content"] for row in notes),
        }

    return site.ask(read)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("lang", "at"), [("ar", 0), ("en", 1)])
def test_three_sheets_marked_without_a_network_and_killed_are_equal_on_the_server_afterwards(
    device: BrowserContext, judging: Judging, lang: str, at: int
) -> None:
    email = accept(device.new_page(), judging, at, lang)
    codes = declare_all(device.pages[0], lang)
    assert len(codes) == 3
    pages = [open_sheet(device, lang, code) for code in codes]
    device.set_offline(True)
    for number, page in enumerate(pages):
        mark(page, 0, 3 + number)
        mark(page, 1, 8 - number)
        page.fill("[name=comment_team]", f"كلمة {number}: written offline")
        page.fill("[data-note-form] [name=note]", f"note {number}, half writ")
        is_kept(page)
    for page in pages:
        page.close(run_before_unload=False)
    again = device.new_page()
    again.goto(f"/{lang}/judging/{codes[2]}")
    again.locator("form[data-ready]").wait_for()
    expect(again.locator("[data-module~=shelf]")).to_be_visible()
    assert [chip.inner_text() for chip in again.locator("[data-chip]").all()] == ["5", "6"]
    mark(again, 0, 7)
    is_kept(again)
    again.close(run_before_unload=False)
    device.set_offline(False)

    page = device.new_page()
    page.goto(f"/{lang}/judging")
    page.locator("[data-module~=unsent][data-done]").wait_for()

    for number, code in enumerate(codes):
        assert held(judging.site, code, email) == {
            "marks": [3 + number if number < 2 else 7, 8 - number],
            "team": f"كلمة {number}: written offline",
            "notes": [f"note {number}, half writ"],
        }
    shown = open_sheet(device, lang, codes[1])
    assert [chip.inner_text() for chip in shown.locator("[data-chip]").all()] == ["4", "7"]
    expect(shown.locator("[name=comment_team]")).to_have_value("كلمة 1: written offline")


def test_two_devices_at_odds_are_shown_side_by_side_and_the_judge_chooses(
    device: BrowserContext, chromium: Browser, judging: Judging
) -> None:
    email = accept(device.new_page(), judging, 2, "en")
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
    email = accept(device.new_page(), judging, 3, "ar")
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
    email = accept(page, judging, 4, "en")
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


def test_a_name_typed_without_a_network_is_pointed_at_once_the_note_has_arrived(
    device: BrowserContext, judging: Judging
) -> None:
    page = device.new_page()
    accept(page, judging, 10, "ar")
    code = declare_all(page, "ar")[0]
    page = open_sheet(device, "ar", code)
    later, warning = page.locator("[data-names-later]"), page.locator("[data-names=team]")
    device.set_offline(True)
    page.fill("[name=comment_team]", "من أعمال الدكتور أحمد المعمري")
    is_kept(page)
    expect(later).to_be_visible()
    expect(warning).to_be_hidden()
    device.set_offline(False)

    expect(warning).to_be_visible()
    expect(later).to_be_hidden()
    page.fill("[name=comment_team]", "عمل متقن")
    expect(warning).to_be_hidden()


def test_a_network_that_comes_and_goes_brings_every_change_once_and_in_order(
    device: BrowserContext, judging: Judging
) -> None:
    page = device.new_page()
    email = accept(page, judging, 5, "en")
    code = declare_all(page, "en")[0]
    page = open_sheet(device, "en", code)
    seen: list[str] = []

    def flap(route: Route) -> None:
        """Lose every second request, and every third answer after the server has done its work."""
        seen.append(route.request.post_data or "")
        if len(seen) % 2:
            route.abort("connectionreset")
        elif len(seen) % 3 == 0:
            route.fetch()
            route.abort("connectionclosed")
        else:
            route.continue_()

    page.route(re.compile(r"/judging/[A-Z]+-\d+/(marks|comments)$"), flap)
    for step in (2, 5, 3, 8):
        mark(page, 0, step)
    mark(page, 1, 6)
    page.locator("[name=comment_team]").press_sequentially("Comes and goes")
    for _ in range(8):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-save-state]:not(.local, .saving, .failed)")).to_contain_text("server", timeout=90_000)

    stored = held(judging.site, code, email)
    assert (stored["marks"], stored["team"]) == ([8, 6], "Comes and goes")
    assert len(seen) > 4


def test_over_a_slow_line_marks_are_given_faster_than_they_are_sent_and_a_killed_page_loses_none(
    device: BrowserContext, judging: Judging
) -> None:
    """The line takes the first mark and answers when the test lets it: no clock is waited for."""
    page = device.new_page()
    email = accept(page, judging, 9, "ar")
    code = declare_all(page, "ar")[0]
    page = open_sheet(device, "ar", code)
    on_the_way: list[Route] = []

    def hold(route: Route) -> None:
        on_the_way.append(route)

    page.route(re.compile(r"/judging/[A-Z]+-\d+/(marks|comments)$"), hold)
    mark(page, 0, 2)
    expect(page.locator("[data-save-state].saving")).to_be_visible()
    mark(page, 0, 5)
    mark(page, 1, 7)
    mark(page, 0, 8)
    assert len(on_the_way) == 1
    on_the_way.pop().continue_()
    for _ in range(2):  # the newest of each place, and nothing that was chosen in between
        page.wait_for_function("() => document.querySelector('[data-save-state].saving')")
        with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
            while not on_the_way:
                page.wait_for_timeout(50)
            on_the_way.pop().continue_()
    expect(page.locator("[data-save-state]:not(.local, .saving, .failed)")).to_be_visible()
    assert held(judging.site, code, email)["marks"] == [8, 7]

    mark(page, 1, 3)
    page.locator("[name=comment_team]").fill("Written while the line was slow")
    while not on_the_way:
        page.wait_for_timeout(50)
    page.close(run_before_unload=False)
    page = open_sheet(device, "ar", code)
    expect(page.locator("[data-save-state]:not(.local, .saving, .failed)")).to_be_visible(timeout=60_000)
    stored = held(judging.site, code, email)
    assert (stored["marks"], stored["team"]) == ([8, 3], "Written while the line was slow")


def test_a_newer_mark_after_an_answer_that_was_lost_is_no_clash_with_oneself(
    device: BrowserContext, judging: Judging
) -> None:
    page = device.new_page()
    email = accept(page, judging, 8, "en")
    code = declare_all(page, "en")[0]
    page = open_sheet(device, "en", code)

    def lose(route: Route) -> None:
        """The server does its work; its answer never comes back."""
        route.fetch()
        route.abort("connectionclosed")

    page.route("**/marks", lose, times=1)
    mark(page, 0, 2)
    is_kept(page)
    mark(page, 0, 6)
    expect(page.locator("[data-save-state]:not(.local, .saving, .failed)")).to_contain_text("server", timeout=60_000)
    assert held(judging.site, code, email)["marks"] == [6]


def test_signing_out_says_what_is_unsent_and_wipes_the_device(device: BrowserContext, judging: Judging) -> None:
    page = device.new_page()
    accept(page, judging, 6, "en")
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
    accept(device.new_page(), judging, 7, "en")
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
