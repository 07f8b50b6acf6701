"""Takes files of CSV and XLSX apart into rows of cells, each as it was written."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Parts = tuple[list[str], NDArray[np.int64], Sequence[Sequence[str]]]  # header, row numbers, columns
LARGE = 100_000  # bytes, from where reading quickly matters
UNCOMPUTED = "\x00"  # before a formula that stands where a spreadsheet would hold its value
MAX_CELLS = 20_000_000  # about four million marks; a larger table is not a competition's


class TableError(Exception):
    """The table cannot be read; ``code`` finds the sentence (``sheet.<code>``) and ``facts`` fill it."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: dict[str, str | int] = facts


def read_regular_csv(data: bytes) -> Parts | None:
    """Split a large plain CSV at once, or give None where it has quotes, blank lines or uneven rows.

    A million rows take a third of the time that the csv module needs.
    """
    if len(data) < LARGE or b'"' in data:
        return None
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    data = data if data.endswith(b"\n") else data + b"\n"
    first = data[: data.index(b"\n")]
    delimiter = max((b",", b";", b"\t"), key=first.count)
    width = first.count(delimiter) + 1
    raw = np.frombuffer(data, dtype=np.uint8)
    marks = raw[(raw == delimiter[0]) | (raw == ord("\n"))]
    if marks.size % width or b"\r" in data or b"\x00" in data:
        return None
    ends = marks.reshape(-1, width) == ord("\n")
    if not ends[:, -1].all() or ends[:, :-1].any():
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    flat = text[:-1].replace("\n", delimiter.decode()).split(delimiter.decode())
    rows = np.arange(2, len(flat) // width + 1, dtype=np.int64)
    return flat[:width], rows, [flat[at + width :: width] for at in range(width)]


def read_csv(data: bytes, path: Path) -> list[list[str]]:
    """Read rows of cells parted by comma, semicolon (of either script) or tab. path: for the words of a refusal."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise TableError("not-text", path=str(path), row=row, encoding="UTF-8 CSV / XLSX") from error
    if "\x00" in text:
        row = text[: text.index("\x00")].count("\n") + 1
        raise TableError("not-text", path=str(path), row=row, encoding="UTF-8 CSV / XLSX")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == len("sep=") + 1:
        delimiter, text = first[-1], text.split("\n", 1)[-1]
    else:
        delimiter = max(",;\t", key=first.count)
        delimiter = "؛" if not first.count(delimiter) and "؛" in first else delimiter
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise TableError("broken-csv", path=str(path)) from error


def read_xlsx(data: bytes, path: Path) -> list[list[str]]:
    """Read the rows of a workbook's first visible sheet. path: for the words of a refusal."""
    from openpyxl import load_workbook  # noqa: PLC0415  (a fifth of a second that CSV readers should not pay)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = next((s for s in book.worksheets if s.sheet_state == "visible"), None)
        if sheet is None:
            raise TableError("empty-file", path=str(path))
        width = sheet.max_column or 0
        if width * (sheet.max_row or 0) > MAX_CELLS:
            raise TableError("too-large", path=str(path))
        rows = [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        return _with_formulas(data, sheet.title, rows)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise TableError("broken-xlsx", path=str(path)) from error


def _with_formulas(data: bytes, title: str, rows: list[list[str]]) -> list[list[str]]:
    """Mark cells whose formula no spreadsheet has computed yet: they read as empty, and an empty mark abstains."""
    from openpyxl import load_workbook  # noqa: PLC0415  (as above)

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f" in parts.read(name) for name in sheets):
            return rows
    written = load_workbook(io.BytesIO(data), read_only=True)[title].iter_rows(values_only=True)
    return [
        [
            UNCOMPUTED + formula if not text and isinstance(formula, str) and formula.startswith("=") else text
            for text, formula in zip(row, formulas, strict=False)
        ]
        for row, formulas in zip(rows, written, strict=False)
    ]


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)
