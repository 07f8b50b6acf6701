"""The offline sheet: what was filled is taken, what also changed meanwhile is asked about, the rest is left alone."""

import io
import re

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from service.usecases.judging.sheets import save_comments, save_mark, seal_sheet
from storage.reads.judge.sheets import get_my_sheet
from tests.competition import JUDGING, STEPS, Competition
from tests.conftest import csrf_in

PAGE = "/en/judging/offline-sheet"
MARK, WAS = 5, 7


async def fetch(browser: httpx.AsyncClient, lang: str = "en") -> Workbook:
    answer = await browser.get(f"/{lang}/judging/offline-sheet/file")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return load_workbook(io.BytesIO(answer.content))


async def load(browser: httpx.AsyncClient, book: Workbook | bytes) -> httpx.Response:
    if isinstance(book, Workbook):
        packed = io.BytesIO()
        book.save(packed)
        book = packed.getvalue()
    token = csrf_in((await browser.get(PAGE)).text)
    return await browser.post(PAGE, data={"csrf": token}, files={"file": ("sheets.xlsx", book)})


def rows_of(book: Workbook, code: str) -> list[int]:
    leaf = book.worksheets[0]
    return [row for row in range(2, leaf.max_row + 1) if leaf.cell(row, 1).value == code]


async def answered(judging: Competition) -> list[str]:
    judge = judging.judges[0]
    codes = await judging.list_codes(judge)
    for at in range(len(codes)):
        await judging.sheet(judge, at)
    return codes


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_the_file_holds_own_open_sheets_by_code_name_and_nobody_s_name(
    browser: httpx.AsyncClient, judging: Competition, lang: str
):
    codes = await answered(judging)

    book = await fetch(browser, lang)

    marks, notes = book.worksheets
    assert {marks.cell(row, 1).value for row in range(2, marks.max_row + 1)} == set(codes)
    assert [notes.cell(row, 1).value for row in range(2, notes.max_row + 1)] == codes
    assert bool(marks.sheet_view.rightToLeft) == (lang == "ar")
    assert marks.page_setup.orientation == "landscape"
    every = " ".join(str(cell.value) for leaf in book for line in leaf.iter_rows() for cell in line)
    assert all(entrant.email not in every for entrant in judging.entrants.values())
    assert all(number not in every for number in judging.entrants)


async def test_what_was_filled_in_is_saved_and_counted(browser: httpx.AsyncClient, judging: Competition):
    codes = await answered(judging)
    book = await fetch(browser)
    first, second = rows_of(book, codes[0])
    book.worksheets[0].cell(first, MARK).value = 6
    book.worksheets[0].cell(second, MARK).value = "٧"
    book.worksheets[1].cell(2, 3).value = "A strong opening"

    answer = await load(browser, book)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?saved=3&skipped=0")
    sheet = await get_my_sheet(judging.judges[0].id, codes[0])
    assert sheet is not None
    assert sorted(sheet.marks.values()) == [6, 7]
    assert sheet.comment_team == "A strong opening"
    assert "3 changes saved" in (await browser.get(f"{PAGE}?saved=3")).text
    again = await load(browser, book)
    assert "saved=0" in again.headers["location"]


async def test_a_place_that_changed_in_both_is_shown_with_both_values_and_nothing_is_overwritten(
    browser: httpx.AsyncClient, judging: Competition
):
    judge = judging.judges[0]
    codes = await answered(judging)
    book = await fetch(browser)
    sheet = await judging.sheet(judge)
    both, mine = sheet.criteria
    await save_mark(judge, sheet.id, criterion_id=both.id, step=3, revision=0, now=JUDGING)
    for row, step in zip(rows_of(book, codes[0]), (8, 5), strict=True):
        book.worksheets[0].cell(row, MARK).value = step

    answer = await load(browser, book)

    assert answer.status_code == 409
    assert re.findall(rf'name="{codes[0]}:mark-{both.id}" value="(\d)"', answer.text) == ["3", "8"]
    after = await get_my_sheet(judge.id, codes[0])
    assert after is not None
    assert after.marks == {both.id: 3, mine.id: 5}
    revision = re.findall(rf'name="{codes[0]}:revision" value="(\d+)"', answer.text)[0]
    token = csrf_in(answer.text)
    chosen = {
        "csrf": token, "then": "clashes", f"{codes[0]}:revision": revision,
        f"{codes[0]}:mark-{both.id}": "8",
    }  # fmt: skip
    kept = await browser.post(PAGE, data=chosen)
    assert (kept.status_code, kept.headers["location"]) == (303, f"{PAGE}?saved=1")
    last = await get_my_sheet(judge.id, codes[0])
    assert last is not None
    assert last.marks == {both.id: 8, mine.id: 5}


async def test_a_sheet_sealed_meanwhile_is_left_alone(browser: httpx.AsyncClient, judging: Competition):
    judge = judging.judges[0]
    codes = await answered(judging)
    book = await fetch(browser)
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [5] * len(sheet.criteria))
    await seal_sheet(judge, sheet.id, now=JUDGING)
    for row in rows_of(book, codes[0]):
        book.worksheets[0].cell(row, MARK).value = 2

    answer = await load(browser, book)

    assert answer.headers["location"] == f"{PAGE}?saved=0&skipped={len(sheet.criteria)}"
    after = await get_my_sheet(judge.id, codes[0])
    assert after is not None
    assert set(after.marks.values()) == {5}


@pytest.mark.parametrize("value", [0, STEPS + 1, 2.5, "good", -1])
async def test_a_mark_off_the_scale_is_named_by_its_row_and_nothing_is_saved(
    browser: httpx.AsyncClient, judging: Competition, value: object
):
    codes = await answered(judging)
    book = await fetch(browser)
    first, second = rows_of(book, codes[0])
    book.worksheets[0].cell(first, MARK).value = 4
    book.worksheets[0].cell(second, MARK).value = value

    answer = await load(browser, book)

    assert answer.status_code == 422
    assert re.search(rf"Row [^0-9]*{second}\b", answer.text)
    after = await get_my_sheet(judging.judges[0].id, codes[0])
    assert after is not None
    assert after.marks == {}


@pytest.mark.parametrize("data", [b"", b"no workbook", b"PK\x03\x04 torn"])
async def test_what_is_no_offline_sheet_is_refused_with_what_to_do(
    browser: httpx.AsyncClient, judging: Competition, data: bytes
):
    await answered(judging)

    answer = await load(browser, data)

    assert answer.status_code == 422
    assert 'href="#f-file"' in answer.text


async def test_the_sheet_for_paper_holds_what_was_written_so_far(browser: httpx.AsyncClient, judging: Competition):
    sheet = await judging.sheet(judging.judges[0], 0)
    text = "The interviews carry it."
    await save_comments(judging.judges[0], sheet.id, team=text, revision=sheet.revision, now=JUDGING)

    page = (await browser.get(PAGE)).text

    assert page.index("On paper") < page.index(f">{text}</p>")
