"""Tables of entries, judges and pairs as ``tahkim assign`` reads them: each fault names its file, row and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment import NONE
from service.cli.headers import HEADERS, fold_header
from service.cli.records import TableError
from service.cli.sheets import Column, Table, clean_label, read_table
from service.spreadsheets import defuse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class InputFault(Exception):
    """A cell that cannot be meant; ``code`` finds the sentence (``assign.fault_<code>``) and ``facts`` fill it."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was read past, by file.

    lines: how many lines are about judges or entries that are gone, and the first of these; columns: those not used.
    """

    lines: dict[str, tuple[int, str]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)


# What the command itself writes beside a pair: its file may be given back as the previous assignment or as locks.
OWN_COLUMNS = ("order", "reason")


def read_named(path: Path, columns: Iterable[Column | str], skipped: Skipped, *, own: tuple[str, ...] = ()) -> Table:
    """Read a table and note the columns in it that are not used, but for ``own`` ones.

    Raises TableError whose facts hold the file as well: several are read in one run.
    """
    columns = list(columns)
    try:
        table = read_table(path, columns)
    except TableError as error:
        error.facts["file"] = path.name
        raise
    expected = {fold_header(word) for key in own for word in HEADERS[key]}
    unused = tuple(name for name in table.others if fold_header(name) not in expected)
    if unused:
        skipped.columns[path.name] = unused
    return table


def read_numbers(table: Table, key: str) -> NDArray[np.float64]:
    """Read a column of numbers. Raises TableError with the file, as ``read_named``."""
    try:
        return table.numbers(key)
    except TableError as error:
        error.facts["file"] = table.path.name
        raise


def fault_at(code: str, table: Table, key: str, at: int, **facts: str | int) -> InputFault:
    """Make the fault of one cell."""
    named = table.fault(code, key, at, **facts)
    return InputFault(code, file=table.path.name, **named.facts)


class PairReader:
    """Reads tables of pairs.

    An id that is not among the entries or judges is refused. Where a previous assignment is given, judges and entries
    may have left since: what was previous of them, their affinities and conflicts are left out, and said to be.
    """

    def __init__(self, entries: list[str], judges: list[str], skipped: Skipped, *, lenient: bool) -> None:
        self.number = {
            "entry": {label: place for place, label in enumerate(entries)},
            "judge": {label: place for place, label in enumerate(judges)},
        }
        self.skipped = skipped
        self.lenient = lenient

    def read(
        self, path: Path, *columns: Column | str, may_leave: bool = False
    ) -> tuple[Table, Ints, Ints, NDArray[np.bool_]]:
        """Return the table, entry and judge rows, and which lines hold."""
        table = _read_pairs(path, ["entry", "judge", *columns], self.skipped)
        entry, judge = self._codes(table, "entry"), self._codes(table, "judge")
        held = (entry >= 0) & (judge >= 0)
        if not held.all():
            at = int(np.argmin(held))
            key = "entry" if entry[at] < 0 else "judge"
            if not (self.lenient and may_leave):
                raise fault_at("unknown_id", table, key, at)
            self.skipped.lines[path.name] = (int((~held).sum()), clean_label(table.cells[key][at]))
        return table, entry, judge, held

    def _codes(self, table: Table, key: str) -> Ints:
        if not len(table):
            return np.zeros(0, dtype=np.int64)
        labels, codes = table.labels(key)
        rows = np.array([self._row(key, label) for label in labels], dtype=np.int64)
        return np.asarray(rows[codes], dtype=np.int64)

    def _row(self, key: str, label: str) -> int:
        """Return the row of an id, also where this command has written it with an apostrophe before it."""
        found = self.number[key].get(label, NONE)
        bare = label.removeprefix("'")
        return self.number[key].get(bare, NONE) if found == NONE and defuse(bare) == label else found

    def pairs(self, path: Path, *, may_leave: bool = False) -> Ints:
        """(n, 2) of a table that must hold each pair once."""
        table, entry, judge, held = self.read(path, may_leave=may_leave)
        self.refuse_repeats(table, entry, judge)
        return np.asarray(np.c_[entry, judge][held], dtype=np.int64)

    def refuse_repeats(self, table: Table, entry: Ints, judge: Ints) -> None:
        """Refuse a pair that stands twice."""
        key = entry * (len(self.number["judge"]) + 1) + judge
        first = np.unique(key, return_index=True)[1]
        again = np.ones(key.size, dtype=np.bool_)
        again[first] = False
        again &= (entry >= 0) & (judge >= 0)
        if again.any():
            raise fault_at(
                "repeated_pair",
                table,
                "judge",
                int(np.argmax(again)),
                entry=table.cells["entry"][int(np.argmax(again))],
            )


def _read_pairs(path: Path, columns: list[Column | str], skipped: Skipped) -> Table:
    """Read a table of pairs; one that has headers and nothing below them says that there are none."""
    try:
        return read_named(path, columns, skipped, own=OWN_COLUMNS)
    except TableError as error:
        if error.code != "no-rows":
            raise
    keys = [column if isinstance(column, str) else column.key for column in columns]
    return Table(path=path, rows=np.zeros(0, dtype=np.int64), cells=dict.fromkeys(keys, ()), headers={})
