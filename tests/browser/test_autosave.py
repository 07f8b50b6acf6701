"""What a judge types is never lost: pages killed offline, a slow line, a network that flaps."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.judging import Judging, accept, declare_all, device, make_judging
from tests.browser.sheets import held, is_kept, mark, open_sheet

__all__ = ["device"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    with make_judging(tmp_path_factory.mktemp("autosave"), n_entries=6, n_judges=6, per_entry=3) as found:
        yield found


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


def test_a_name_typed_without_a_network_is_pointed_at_once_the_note_has_arrived(
    device: BrowserContext, judging: Judging
) -> None:
    page = device.new_page()
    accept(page, judging, 2, "ar")
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
    email = accept(page, judging, 3, "en")
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
    email = accept(page, judging, 4, "ar")
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
    email = accept(page, judging, 5, "en")
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
