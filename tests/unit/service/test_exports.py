"""Exports: what another reader opens is what stands in the database, and no cell is ever computed."""

import csv
import io
import json
import re
import zipfile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from service.actors import Role
from service.errors import NotAllowed, NotFound
from service.spreadsheets import SheetTable, defuse, write_csv, write_xlsx
from service.text import Words
from service.usecases.publishing.exports import FORMATS, TABLES, export_table
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.person import Person
from storage.tables.scoresheet import Mark
from tests.competition import NOTICE, Competition

AWKWARD = [
    "=1+1",
    "+968 1234",
    "-5",
    "@sum(A1)",
    "\t=2",
    "\u200f=3",
    "عنوان «مقتبس»، وفاصلة",
    'with "quotes"\nand lines',
    "",
    "1e5",
]


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> tuple[list[list[object]], bool]:
    """The cells as two readers that share no code agree on them, and whether the sheet begins at the right."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells: list[list[object]] = [[cell.value for cell in row] for row in sheet.iter_rows()]
    other = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    assert cells == [[None if cell == "" else cell for cell in row] for row in other.to_python()]
    return cells, bool(sheet.sheet_view.rightToLeft)


def list_formulas(content: bytes) -> list[str]:
    """Whatever a spreadsheet would compute, looked for in the file itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    return [found for sheet in sheets for found in re.findall(r"<f[ >][^<]*", sheet)]


def number_or_text(cell: object) -> object:
    """A figure is the same in every file, however its noughts are written; so is a yes or a no."""
    if isinstance(cell, bool):
        return str(cell)
    try:
        return float(str(cell))
    except ValueError:
        return "" if cell is None else cell


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("name", list(TABLES))
async def test_csv_xlsx_and_json_hold_the_same_cells(notified: Competition, name: str, language: str):
    """R074."""
    words = Words(language)
    files = {
        kind: (await export_table(notified.chair, notified.edition_id, name, kind, words, now=NOTICE))[0]
        for kind in FORMATS
    }

    rows, (cells, is_rtl) = read_csv(files["csv"]), read_xlsx(files["xlsx"])
    told = json.loads(files["json"])
    assert is_rtl == (language == "ar")
    assert len(rows) == len(cells) == len(told) + 1
    assert len(told) > 0 or name == "conflicts"
    assert [str(cell) for cell in cells[0]] == rows[0] == [words.plain(f"export.{key}") for key in TABLES[name][1]]
    for row, line in zip(rows[1:], cells[1:], strict=True):
        assert [number_or_text(cell) for cell in row] == [number_or_text(cell) for cell in line]


async def test_every_mark_is_there_as_it_was_given(notified: Competition):
    content, _ = await export_table(notified.chair, notified.edition_id, "marks", "json", Words("en"), now=NOTICE)

    assert sorted(row["mark"] for row in json.loads(content)) == sorted(
        row["step"] for row in await Mark.select(Mark.step)
    )


async def test_no_entrant_is_named_in_any_export(notified: Competition):
    everything = b"".join(
        [
            (await export_table(notified.chair, notified.edition_id, name, "json", Words("en"), now=NOTICE))[0]
            for name in TABLES
        ]
    ).decode()

    numbers = [row["entry_number"] for row in await Entry.select(Entry.entry_number)]
    emails = [row["email"] for row in await Person.select(Person.email)]
    assert not any(secret in everything for secret in [*numbers, *emails])


def test_formulas_are_harmless_and_other_texts_untouched():
    """R075."""
    table = SheetTable("t", ("a",), ("a",), [[text] for text in AWKWARD])

    for (read,), text in zip(read_csv(write_csv(table))[1:], AWKWARD, strict=True):
        assert not read.lstrip(" \u200f").startswith(("=", "+", "-", "@", "\t"))
        assert read in {text, f"'{text}"}
    cells, _ = read_xlsx(write_xlsx(table, is_rtl=True))
    assert [row[0] or "" for row in cells[1:]] == AWKWARD
    assert list_formulas(write_xlsx(table, is_rtl=True)) == []
    assert defuse("عنوان") == "عنوان"


async def test_an_export_is_in_the_log_and_only_for_those_who_decide(notified: Competition):
    await export_table(notified.chair, notified.edition_id, "marks", "csv", Words("ar"), now=NOTICE)

    assert await AuditEvent.count().where(AuditEvent.event == "exported") == 1
    for role in (Role.REGISTRAR, Role.ASSIGNER, Role.OBSERVER):
        with pytest.raises(NotAllowed):
            await export_table(notified.actors[role], notified.edition_id, "marks", "csv", Words("ar"), now=NOTICE)
    with pytest.raises(NotFound):
        await export_table(notified.chair, notified.edition_id, "people", "csv", Words("ar"), now=NOTICE)
