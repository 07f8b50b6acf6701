"""Tables of entries, judges and pairs as ``tahkim assign`` reads them: each fault names its file, row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.assignment import NONE
from service.cli.sheets import Column, Table, TableError, clean_label, read_table

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


def read_named(path: Path, columns: Iterable[Column | str]) -> Table:
    """Read a table. Raises TableError whose facts hold the file as well: several are read in one run."""
    try:
        return read_table(path, columns)
    except TableError as error:
        error.facts["file"] = path.name
        raise


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

    An id that is not among the entries or judges is refused. Where a previous assignment is given, judges may have
    left since: their affinities and conflicts are left out, and said to be.
    """

    def __init__(
        self, entries: list[str], judges: list[str], left_out: dict[str, tuple[int, str]], *, lenient: bool
    ) -> None:
        self.number = {
            "entry": {label: place for place, label in enumerate(entries)},
            "judge": {label: place for place, label in enumerate(judges)},
        }
        self.left_out = left_out
        self.lenient = lenient

    def read(
        self, path: Path, *columns: Column | str, may_leave: bool = False
    ) -> tuple[Table, Ints, Ints, NDArray[np.bool_]]:
        """Return the table, entry and judge rows, and which lines hold."""
        table = _read_pairs(path, ["entry", "judge", *columns])
        entry, judge = self._codes(table, "entry"), self._codes(table, "judge")
        if (entry < 0).any():
            raise fault_at("unknown_id", table, "entry", int(np.argmax(entry < 0)))
        if (judge < 0).any():
            at = int(np.argmax(judge < 0))
            if not (self.lenient and may_leave):
                raise fault_at("unknown_id", table, "judge", at)
            self.left_out[path.name] = (int((judge < 0).sum()), clean_label(table.cells["judge"][at]))
        return table, entry, judge, judge >= 0

    def _codes(self, table: Table, key: str) -> Ints:
        if not len(table):
            return np.zeros(0, dtype=np.int64)
        labels, codes = table.labels(key)
        rows = np.array([self.number[key].get(label, NONE) for label in labels], dtype=np.int64)
        return np.asarray(rows[codes], dtype=np.int64)

    def pairs(self, path: Path) -> Ints:
        """(n, 2) of a table that must hold each pair once."""
        table, entry, judge, _ = self.read(path)
        self.refuse_repeats(table, entry, judge)
        return np.asarray(np.c_[entry, judge], dtype=np.int64)

    def refuse_repeats(self, table: Table, entry: Ints, judge: Ints) -> None:
        """Refuse a pair that stands twice."""
        key = entry * (len(self.number["judge"]) + 1) + judge
        first = np.unique(key, return_index=True)[1]
        again = np.ones(key.size, dtype=np.bool_)
        again[first] = False
        again &= judge >= 0
        if again.any():
            raise fault_at(
                "repeated_pair",
                table,
                "judge",
                int(np.argmax(again)),
                entry=table.cells["entry"][int(np.argmax(again))],
            )


def _read_pairs(path: Path, columns: list[Column | str]) -> Table:
    """Read a table of pairs; one that has headers and nothing below them says that there are none."""
    try:
        return read_named(path, columns)
    except TableError as error:
        if error.code != "no-rows":
            raise
    keys = [column if isinstance(column, str) else column.key for column in columns]
    return Table(path=path, rows=np.zeros(0, dtype=np.int64), cells=dict.fromkeys(keys, ()), headers={})
