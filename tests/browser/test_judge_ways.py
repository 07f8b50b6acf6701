"""A judge's other ways, in both languages: keys for notes and help, all criteria at once, a sheet filled elsewhere.

Leaving a project is here too.

Beside the walk to the seal (test_judge.py) and the network's failings (test_autosave.py, test_devices.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.judging import Judging, accept, declare_all, device, make_judging

__all__ = ["device"]

pytestmark = pytest.mark.browser

MARK = 5
"""The column of the marks in the file of sheets."""


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    with make_judging(tmp_path_factory.mktemp("ways"), n_entries=7, n_judges=7, per_entry=3) as found:
        yield found


def begin(page: Page, judging: Judging, at: int, lang: str) -> list[str]:
    """Come in, answer for all projects, and stand on the first one's sheet."""
    accept(page, judging, at, lang)
    codes = declare_all(page, lang)
    go_to_sheet(page, lang, codes[0])
    return codes


def go_to_sheet(page: Page, lang: str, code: str) -> None:
    page.goto(f"/{lang}/judging/{code}")
    page.locator("form[data-ready]").wait_for()


@pytest.mark.parametrize(("lang", "at"), [("ar", 0), pytest.param("en", 1, marks=pytest.mark.soak)])
def test_keys_write_a_note_open_the_help_and_can_be_switched_off(
    device: BrowserContext, judging: Judging, lang: str, at: int
) -> None:
    page = device.new_page()
    codes = begin(page, judging, at, lang)
    rows = page.locator("[data-criterion]")
    first = rows.first.locator("input[type=radio]").first
    first.focus()
    page.keyboard.press("KeyN")
    expect(page.locator("[data-note-form] [name=note]")).to_be_focused()
    page.keyboard.type("The light at dawn")
    with page.expect_response(lambda answer: answer.url.endswith("/notes") and answer.ok):
        page.keyboard.press("Enter")
    expect(page.locator("[data-notes] [data-content]")).to_have_text("The light at dawn")
    go_to_sheet(page, lang, codes[0])
    with page.expect_response(lambda answer: answer.url.endswith("/notes") and answer.ok):
        page.locator("[data-notes] [data-note] button[type=submit]").click()
    go_to_sheet(page, lang, codes[0])
    expect(page.locator("[data-notes] [data-note]")).to_have_count(0)

    page.locator("[data-all]").click()
    assert all(row.get_attribute("open") is not None for row in rows.all())
    page.locator("[data-all]").click()
    assert [row.get_attribute("open") is not None for row in rows.all()][1:] == [False] * (rows.count() - 1)
    first.focus()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#keys-help[open]")).to_be_visible()
    page.locator("[data-keys-on]").uncheck(force=True)
    first.focus()
    page.keyboard.press("Digit7")
    expect(rows.first.locator("[data-chip]")).to_contain_text("–")
    page.locator("[data-keys-on]").check(force=True)
    first.focus()
    with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        page.keyboard.press("Digit7")
    expect(rows.first.locator("[data-chip]")).to_have_text("7")


def test_on_a_phone_the_sheet_is_one_touch_from_the_work(device: BrowserContext, judging: Judging) -> None:
    page = device.new_page()
    codes = begin(page, judging, 6, "ar")
    to_sheet, head = page.locator(".to-sheet"), page.locator("#sheet > .head")
    expect(to_sheet).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 400})
    go_to_sheet(page, "ar", codes[0])

    expect(head).not_to_be_in_viewport()
    to_sheet.click()
    expect(head).to_be_in_viewport()


@pytest.mark.parametrize(("lang", "at"), [("ar", 2), pytest.param("en", 3, marks=pytest.mark.soak)])
def test_a_sheet_filled_elsewhere_is_loaded_back_and_what_clashes_is_chosen(
    device: BrowserContext, judging: Judging, tmp_path: Path, lang: str, at: int
) -> None:
    page = device.new_page()
    code = begin(page, judging, at, lang)[0]
    page.goto(f"/{lang}/judging/offline-sheet")
    with page.expect_download() as download:
        page.locator("main a[download]").click()
    filled = tmp_path / "sheets.xlsx"
    download.value.save_as(filled)
    book = load_workbook(filled)
    leaf = book.worksheets[0]
    rows = [row for row in range(2, leaf.max_row + 1) if leaf.cell(row, 1).value == code]
    for row in rows:
        leaf.cell(row, MARK).value = 6
    book.save(filled)
    go_to_sheet(page, lang, code)
    with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        page.locator("[data-criterion] input[type=radio][value='3']").first.check(force=True)

    page.goto(f"/{lang}/judging/offline-sheet")
    page.set_input_files("input[type=file]", filled)
    page.locator("main form:has(input[type=file]) button[type=submit]").click()
    choices = page.locator("main fieldset")
    expect(choices).to_have_count(1)
    expect(choices.locator("input:checked")).to_have_value("3")
    choices.locator("input[value='6']").check(force=True)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/judging/offline-sheet?saved=*")
    go_to_sheet(page, lang, code)
    assert page.locator("[data-chip]").all_inner_texts() == ["6"] * len(rows)


@pytest.mark.parametrize(("lang", "at"), [("ar", 4), pytest.param("en", 5, marks=pytest.mark.soak)])
def test_a_judge_abstains_from_one_project_and_steps_aside_from_another(
    device: BrowserContext, judging: Judging, lang: str, at: int
) -> None:
    page = device.new_page()
    abstained, tied, *_ = begin(page, judging, at, lang)
    page.locator(f"a[href$='/judging/{abstained}/abstain']").click()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".errsum")).to_be_focused()
    page.fill("#f-reason", "The sound file does not open on this machine.")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/judging*")
    page.goto(f"/{lang}/judging/{abstained}")
    expect(page.locator("#finish")).to_have_count(0)

    go_to_sheet(page, lang, tied)
    page.locator(f"a[href$='/judging/{tied}/conflict']").click()
    page.locator("input[name=answer][value=yes]").check(force=True)
    page.locator("input[name=kind]").first.check(force=True)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/judging*")
    expect(page.locator(f"main a[href*='/judging/{tied}']")).to_have_count(0)
    assert page.goto(f"/{lang}/judging/{tied}").status == 404  # type: ignore[union-attr]
