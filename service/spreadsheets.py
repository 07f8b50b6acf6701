"""Tables as files that people open: CSV that Excel reads in Arabic, XLSX from right to left, JSON.

A text that a spreadsheet would take for a formula gets an apostrophe before it in CSV; XLSX cells are written as text.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Cell", "SheetTable", "defuse", "write_csv", "write_json", "write_xlsx"]

Cell = str | int | float | bool | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"
_LONGEST_CELL = 32_767
"""Characters that a cell of XLSX holds."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table: its name, the heads of its columns with a key each, and its rows."""

    name: str
    keys: tuple[str, ...]
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def defuse(text: str) -> str:
    """Make a text harmless that a spreadsheet would compute: an apostrophe before it."""
    return f"'{text}" if text.lstrip(" \u00a0\u200e\u200f\u2066\u2067\u2068\u2069").startswith(_FORMULA) else text


def write_csv(table: SheetTable) -> bytes:
    """Write UTF-8 with its mark at the front, lines ending as Excel ends them; formulas made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.heads)
    for row in table.rows:
        writer.writerow(["" if cell is None else defuse(cell) if isinstance(cell, str) else cell for cell in row])
    return (_BOM + out.getvalue()).encode()


def write_xlsx(table: SheetTable, *, is_rtl: bool) -> bytes:
    """Write one sheet, its heads kept in sight, from right to left for Arabic. Texts are never formulas or links."""
    import xlsxwriter  # noqa: PLC0415 - only who exports needs it

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_sheet_name(table.name))
        if is_rtl:
            sheet.right_to_left()
        head = book.add_format({"bold": True, "bottom": 1, "reading_order": 2 if is_rtl else 1})
        text = book.add_format({"reading_order": 0})
        for column, name in enumerate(table.heads):
            sheet.write_string(0, column, name, head)
            longest = max((len(str(row[column])) for row in table.rows if row[column] is not None), default=0)
            sheet.set_column(column, column, min(60, max(len(name), longest) + 2))
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, bool):
                    sheet.write_boolean(number, column, cell)
                elif isinstance(cell, (int, float)):
                    sheet.write_number(number, column, cell)
                elif cell:
                    sheet.write_string(number, column, cell[:_LONGEST_CELL], text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.heads) - 1)
    return out.getvalue()


def _sheet_name(name: str) -> str:
    return "".join(letter for letter in name if letter not in "[]:*?/\\'")[:31] or "1"


def write_json(table: SheetTable) -> bytes:
    """Write a list of objects, by the keys of the columns, texts exactly as they are."""
    told = [dict(zip(table.keys, row, strict=True)) for row in table.rows]
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
