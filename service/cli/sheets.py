"""Reads tables that people keep in spreadsheets: CSV or XLSX, Arabic or English headers, either kind of digit.

A table that cannot be read with certainty is refused with the row and column at fault; nothing is guessed or skipped.
"""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.cli.headers import HEADERS, INVISIBLE, RANK_WORD, find_meant, fold_header
from service.cli.records import UNCOMPUTED, Parts, TableError, read_csv, read_regular_csv, read_xlsx

_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_NUMBER = {**_DIGITS, **INVISIBLE, ord("٫"): ".", ord("٬"): None, 0xA0: None, 0x202F: None, ord("−"): "-"}
LONGEST_LABEL = 200  # characters; more is a text in the wrong column


@dataclass(frozen=True, slots=True)
class Column:
    """A column a reader asks for: its key in ``HEADERS``, or its own plain header."""

    key: str
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text as they were written, with the row of the file that each came from.

    others: headers of columns that the reader did not ask for.
    """

    path: Path
    rows: NDArray[np.int64]
    cells: dict[str, Sequence[str]]
    headers: dict[str, str]
    others: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Count the rows below the header."""
        return len(self.rows)

    def has(self, key: str) -> bool:
        """Tell whether the file has this column."""
        return key in self.cells

    def fault(self, code: str, key: str, at: int, **facts: str | int) -> TableError:
        """Build the refusal that names this cell, for a reader that finds more wrong with it."""
        value = self.cells[key][at] if key in self.cells else ""
        return TableError(
            code, row=int(self.rows[at]), column=self.headers.get(key, key), **{"value": value.strip()[:60], **facts}
        )

    def labels(self, key: str, *, blank: str | None = None) -> tuple[list[str], NDArray[np.int64]]:
        """Give the sorted distinct labels of a column and, for each row, which one it holds.

        Digits of either kind, invisible marks and outer blanks make no difference between two labels.
        An empty cell is refused unless ``blank`` says what it stands for.
        """
        raw, codes = _distinct(self.cells[key])
        clean = [clean_label(text) or (blank if blank is not None else "") for text in raw]
        if "" in clean and blank is None:
            raise self.fault("empty-cell", key, int(np.flatnonzero(codes == clean.index(""))[0]))
        longest = max(clean, key=len, default="")
        if len(longest) > LONGEST_LABEL:
            at = int(np.flatnonzero(codes == clean.index(longest))[0])
            raise self.fault("long-label", key, at, length=len(longest), most=LONGEST_LABEL)
        ordered = sorted(set(clean))
        place = {label: i for i, label in enumerate(ordered)}
        return ordered, np.array([place[label] for label in clean], dtype=np.int64)[codes]

    def numbers(self, key: str, *, may_be_blank: bool = False) -> NDArray[np.float64]:
        """Give a column as numbers; an empty cell is NaN where it may be blank, and refused elsewhere."""
        column = self.cells[key]
        try:
            fast = np.fromiter(map(float, column), dtype=np.float64, count=len(column))
        except ValueError:
            fast = None
        if fast is not None and np.isfinite(fast).all() and "_" not in "".join(column):
            return fast
        raw, codes = _distinct(column)
        parsed = np.array([_number(text) for text in raw])
        values: NDArray[np.float64] = parsed[codes]
        bad = np.isinf(values) if may_be_blank else ~np.isfinite(values)
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise self.fault("empty-cell" if math.isnan(values[at]) else "not-a-number", key, at)
        return values


def read_table(path: Path | str, columns: Iterable[Column | str]) -> Table:
    """Read the asked columns of a CSV or XLSX file.

    columns: keys of ``HEADERS`` (or plain headers); a bare string is a required column. Others in the file are ignored.
    Raises TableError naming what is missing, or the row and column at fault.
    """
    wanted = [column if isinstance(column, Column) else Column(column) for column in columns]
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError("no-file", path=str(path)) from error
    if not data.strip():
        raise TableError("empty-file", path=str(path))
    is_book = data[:4] == b"PK\x03\x04"
    regular = None if is_book else read_regular_csv(data)
    if regular is None:
        regular = _irregular(read_xlsx(data, path) if is_book else read_csv(data, path), wanted, path)
    header, rows, by_position = regular
    found = _find_columns(header, wanted, int(rows[0]) - 1 if len(rows) else 1)
    if not len(rows):
        raise TableError("no-rows", path=str(path))
    table = Table(
        path=path,
        rows=rows,
        cells={key: by_position[at] for key, at in found.items()},
        headers={key: header[at].strip() for key, at in found.items()},
        others=tuple(name.strip() for at, name in enumerate(header) if name.strip() and at not in found.values()),
    )
    if is_book:
        for key, column in table.cells.items():
            at = next((at for at, text in enumerate(column) if text.startswith(UNCOMPUTED)), None)
            if at is not None:
                raise table.fault("uncomputed-formula", key, at, value=column[at].removeprefix(UNCOMPUTED)[:60])
    return table


def clean_label(text: str) -> str:
    """Make two ways of typing one label the same: Western digits, no invisible marks, single inner blanks."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(INVISIBLE).translate(_DIGITS).split())


def _number(text: str) -> float:
    """Read one number; NaN for a blank, infinity for what is none."""
    text = text.translate(_NUMBER).strip()
    if not text:
        return math.nan
    if "," in text or "،" in text:
        text = text.replace("،", ",")
        if text.count(",") > 1 or "." in text:
            return math.inf
        text = text.replace(",", ".")
    try:
        value = float(text) if "_" not in text else math.inf
    except ValueError:
        return math.inf
    return value if math.isfinite(value) else math.inf


def _distinct(column: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    place: defaultdict[str, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(place.__getitem__, column), dtype=np.int64, count=len(column))
    return list(place), codes


def _irregular(records: list[list[str]], wanted: Sequence[Column], path: Path) -> Parts:
    """Drop blank rows, remembering where the others stood, and refuse rows that are too short or too long."""
    filled = [i for i, record in enumerate(records) if any(record) and any(cell.strip() for cell in record)]
    if not filled:
        raise TableError("empty-file", path=str(path))
    header, body = records[filled[0]], filled[1:]
    rows = [records[i] for i in body]
    if set(map(len, rows)) - {len(header)}:
        _check_lengths(rows, body, header, _find_columns(header, wanted, filled[0] + 1))
        rows = [[*record, *[""] * (len(header) - len(record))][: len(header)] for record in rows]
    return header, np.array(body, dtype=np.int64) + 1, list(zip(*rows, strict=True))


def _find_columns(header: Sequence[str], wanted: Sequence[Column], row: int) -> dict[str, int]:
    known = {fold_header(word): key for key, words in HEADERS.items() for word in words}
    keys = {column.key for column in wanted}
    known.update({fold_header(key): key for key in keys if key not in HEADERS})
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        folded = fold_header(name)
        if folded == fold_header(RANK_WORD) and "order" in keys:
            raise TableError("rank-column", row=row, column=name.strip())
        key = known.get(folded)
        if key is None or key not in keys:
            continue
        if key in found:
            raise TableError("repeated-column", row=row, column=name.strip(), other=header[found[key]].strip())
        found[key] = at
    for column in wanted:
        if column.is_required and column.key not in found:
            seen = " · ".join(name.strip() for name in header if name.strip())
            raise TableError(
                "missing-column", row=row, column=column.key, arabic=HEADERS.get(column.key, ("",))[0], seen=seen[:200]
            )
    _refuse_misspelt(header, wanted, row, known=known, found=found)
    return found


def _refuse_misspelt(
    header: Sequence[str], wanted: Sequence[Column], row: int, *, known: dict[str, str], found: dict[str, int]
) -> None:
    """Refuse a header that is nearly that of an optional column which the file lacks: it would be left out unseen."""
    absent = {column.key for column in wanted} - set(found)
    for name in header:
        meant = find_meant(name, absent) if fold_header(name) not in known else None
        if meant is not None:
            key, word = meant
            raise TableError(
                "misspelt-column",
                row=row,
                column=name.strip()[:60],
                word=word,
                meant=key,
                arabic=HEADERS.get(key, ("",))[0],
            )


def _check_lengths(
    rows: Sequence[Sequence[str]], body: Sequence[int], header: Sequence[str], found: dict[str, int]
) -> None:
    last = max(found.values())
    for at, record in zip(body, rows, strict=True):
        if any(cell.strip() for cell in record[len(header) :]):
            raise TableError("too-many-cells", row=at + 1, cells=len(record), columns=len(header))
        if len(record) <= last:
            column = next(header[i].strip() for i in sorted(found.values()) if i >= len(record))
            raise TableError("too-few-cells", row=at + 1, column=column, cells=len(record), columns=len(header))
