"""The offline sheet as a workbook: own projects by code name, filled without a network and loaded back.

A first leaf holds a row for each project and criterion, a second the notes. What stood in each place when the file was
made lies in hidden columns, so that loading it back can tell what the judge changed from what changed meanwhile.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import ParseError

import xlsxwriter

from service.errors import FieldError, Invalid
from service.text import Words
from service.typed_text import western_digits
from storage.reads.judge.review import MyReview, ReviewSheet

__all__ = ["BookNote", "BookRow", "OfflineBook", "read_book", "write_book"]

LARGEST_UNPACKED = 16 * 1024 * 1024
MOST_ROWS = 5_000
TO_FILL = frozenset({"todo", "draft", "complete"})
_MARKS, _NOTES = 0, 1
_KEY, _WAS = 5, 6
_TEAM_WAS, _COMMITTEE_WAS = 4, 5


@dataclass(frozen=True, slots=True)
class BookRow:
    """One mark of the file: what it holds, and what stood there when it was made. ``row`` is the row in the leaf."""

    row: int
    code_name: str
    criterion_id: UUID
    step: int | None
    was: int | None


@dataclass(frozen=True, slots=True)
class BookNote:
    """The notes on one project in the file, and what stood there when it was made."""

    code_name: str
    team: str
    committee: str
    team_was: str
    committee_was: str


@dataclass(frozen=True, slots=True)
class OfflineBook:
    """Everything that a file brings."""

    rows: tuple[BookRow, ...]
    notes: tuple[BookNote, ...]


def write_book(review: MyReview, words: Words) -> bytes:
    """Write the sheets that can still be marked into a workbook, ready to print on wide pages."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "field": book.add_format({"locked": False, "border": 1, "text_wrap": True, "valign": "top"}),
    }
    sheets = [each for each in review.sheets if each.state in TO_FILL]
    _write_marks(book, looks, sheets, review, words)
    _write_notes(book, looks, sheets, words)
    book.close()
    return made.getvalue()


def _leaf(book: Any, words: Words, name: str) -> Any:
    leaf = book.add_worksheet(words.plain(name))
    if words.lang == "ar":
        leaf.right_to_left()
    leaf.set_landscape()
    leaf.set_paper(9)
    leaf.fit_to_pages(1, 0)
    leaf.repeat_rows(0)
    leaf.freeze_panes(1, 1)
    leaf.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    return leaf


def _write_marks(book: Any, looks: dict[str, Any], sheets: list[ReviewSheet], review: MyReview, words: Words) -> None:
    leaf = _leaf(book, words, "offline.leaf_marks")
    heads = ("head.entry", "entry.title_column", "judge.criterion", "offline.weight", "offline.mark")
    for column, key in enumerate(heads):
        leaf.write_string(0, column, words.plain(key), looks["head"])
    leaf.set_column(0, 0, 11)
    leaf.set_column(1, 2, 34)
    leaf.set_column(3, 4, 10)
    leaf.set_column(_KEY, _WAS, None, None, {"hidden": True})
    row = 0
    for sheet in sheets:
        title = (sheet.title_ar if words.lang == "ar" else sheet.title_en) or sheet.title_en
        for each in review.criteria.get(sheet.category_id, ()):
            row += 1
            leaf.write_string(row, 0, sheet.code_name, looks["text"])
            leaf.write_string(row, 1, title, looks["text"])
            leaf.write_string(row, 2, each.name_ar if words.lang == "ar" else each.name_en, looks["text"])
            leaf.write_number(row, 3, each.weight, looks["text"])
            mark = sheet.marks.get(each.id)
            _write_step(leaf, row, 4, mark, looks["field"])
            leaf.write_string(row, _KEY, str(each.id))
            _write_step(leaf, row, _WAS, mark, None)
    if row:
        leaf.data_validation(1, 4, row, 4, {
            "validate": "integer", "criteria": "between", "minimum": 1, "maximum": review.steps, "ignore_blank": True,
            "error_title": words.plain("offline.mark"), "error_message": words.plain("err.step", max=review.steps),
        })  # fmt: skip


def _write_step(leaf: Any, row: int, column: int, step: int | None, look: Any) -> None:
    if step is None:
        leaf.write_blank(row, column, None, look)
    else:
        leaf.write_number(row, column, step, look)


def _write_notes(book: Any, looks: dict[str, Any], sheets: list[ReviewSheet], words: Words) -> None:
    leaf = _leaf(book, words, "offline.leaf_notes")
    for column, key in enumerate(("head.entry", "entry.title_column", "judge.comment", "judge.comment_committee")):
        leaf.write_string(0, column, words.plain(key), looks["head"])
    leaf.set_column(0, 0, 11)
    leaf.set_column(1, 1, 30)
    leaf.set_column(2, 3, 50)
    leaf.set_column(_TEAM_WAS, _COMMITTEE_WAS, None, None, {"hidden": True})
    for row, sheet in enumerate(sheets, start=1):
        title = (sheet.title_ar if words.lang == "ar" else sheet.title_en) or sheet.title_en
        leaf.write_string(row, 0, sheet.code_name, looks["text"])
        leaf.write_string(row, 1, title, looks["text"])
        for column, value, look in (
            (2, sheet.comment_team, looks["field"]), (3, sheet.comment_committee, looks["field"]),
            (_TEAM_WAS, sheet.comment_team, None), (_COMMITTEE_WAS, sheet.comment_committee, None),
        ):  # fmt: skip
            leaf.write_string(row, column, value, look)


def read_book(data: bytes, *, steps: int) -> OfflineBook:
    """Read a file that was loaded back. Raises Invalid, naming the row, when a mark is none of the scale."""
    from openpyxl import load_workbook  # noqa: PLC0415 (a fifth of a second that other pages should not pay)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 (as above)

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise Invalid(FieldError("file", "offline.not_ours"))
        leaves = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets
        rows = list(_lines(leaves[_MARKS]))
        notes = list(_lines(leaves[_NOTES]))
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, IndexError, OSError) as error:
        raise Invalid(FieldError("file", "offline.not_ours")) from error
    return OfflineBook(
        rows=tuple(_read_row(at, line, steps) for at, line in enumerate(rows, start=2) if line[0]),
        notes=tuple(
            BookNote(_text(line[0]).upper(), _text(line[2]), _text(line[3]), _text(line[4]), _text(line[5]))
            for line in notes
            if line[0]
        ),
    )


def _lines(leaf: Any) -> Iterator[tuple[Any, ...]]:
    width = _WAS + 1
    for line in leaf.iter_rows(min_row=2, max_row=MOST_ROWS, max_col=width, values_only=True):
        yield (*line, *([None] * (width - len(line))))


def _read_row(at: int, line: tuple[Any, ...], steps: int) -> BookRow:
    try:
        criterion = UUID(_text(line[_KEY]))
    except ValueError as error:
        raise Invalid(FieldError("file", "offline.bad_row", row=at)) from error
    return BookRow(
        at, _text(line[0]).upper(), criterion, _read_step(at, line[4], steps), _read_step(at, line[_WAS], steps)
    )


def _read_step(at: int, value: object, steps: int) -> int | None:
    text = western_digits(_text(value)).strip()
    if not text:
        return None
    try:
        step = float(text)
    except ValueError as error:
        raise Invalid(FieldError("file", "offline.bad_mark", row=at, value=text[:20], max=steps)) from error
    if step != int(step) or not 1 <= step <= steps:
        raise Invalid(FieldError("file", "offline.bad_mark", row=at, value=text[:20], max=steps))
    return int(step)


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
