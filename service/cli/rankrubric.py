"""A rubric as people write it down: TOML, a ``[[criterion]]`` table for each criterion, of one category or of all."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from judging.marks import Ints
from judging.rubric import Rubric
from service.cli.records import TableError
from service.cli.sheets import Table, clean_label

__all__ = ["WrittenRubric", "read_rubric"]

WHOLE = (1.0, 100.0)  # what weights add to where they are shares or percentages
ROUNDED = 0.011  # of the sum: thirds written as 33, 33 and 33, or 0.33, still add to the whole
NUMBERS = (("weight", 1.0), ("min", None), ("max", None), ("step", 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class WrittenRubric:
    """Criteria by name, in the order of the file; of_category names the category of each, empty for all."""

    path: Path
    names: list[str]
    of_category: list[str]
    rubric: Rubric

    def place(
        self, table: Table, criteria: list[str], criterion: Ints, *, categories: list[str], category: Ints
    ) -> Ints:
        """Index each row's criterion as this rubric does: that of the row's category, else the one of all.

        criterion, category: (n_rows,) indices into the names that the table holds. Raises TableError naming the row of
        a criterion that the rubric does not have, or not for that category.
        """
        if not table.has("criterion"):
            if len(self.names) > 1:
                raise TableError("missing-column", row=1, column="criterion", arabic="المعيار", seen="")
            return criterion
        if any(self.of_category) and not table.has("category"):
            raise TableError("missing-column", row=1, column="category", arabic="الفئة", seen="")
        known = {(name.casefold(), of.casefold()): at for at, (name, of) in enumerate(self._pairs())}
        place = np.full((len(criteria), len(categories)), -1, dtype=np.int64)
        for c, name in enumerate(criteria):
            for k, of in enumerate(categories):
                key = name.casefold()
                place[c, k] = known.get((key, of.casefold()), known.get((key, ""), -1))
        found: Ints = place[criterion, category]
        if (found < 0).any():
            at = int(np.flatnonzero(found < 0)[0])
            is_foreign = criteria[criterion[at]].casefold() in {name.casefold() for name in self.names}
            mine = [name for name, of in self._pairs() if of.casefold() in {"", categories[category[at]].casefold()}]
            raise table.fault(
                "foreign-criterion" if is_foreign else "unknown-criterion",
                "criterion",
                at,
                known=" · ".join(mine)[:200],
            )
        return found

    def over(self, categories: list[str]) -> Rubric:
        """Give the rubric over the table's categories; criteria of categories that it does not have stay out of use."""
        if not any(self.of_category):
            return self.rubric
        number = {name.casefold(): k for k, name in enumerate(categories)}
        of = [number.get(name.casefold(), len(categories)) if name else -1 for name in self.of_category]
        full = self.rubric
        return Rubric(full.weight, full.minimum, full.maximum, full.step, category=np.array(of, dtype=np.int64))

    def odd_weights(self) -> tuple[str, ...]:
        """Name the criteria, with the shares they are taken for, of categories whose weights add to neither 100 nor 1.

        Weights that are all the same say only that every criterion counts alike, and are not odd.
        """
        odd = []
        weight = self.rubric.weight
        for of in sorted(set(self.of_category) - {""}) or [""]:
            mine = [at for at, other in enumerate(self.of_category) if other in {of, ""}]
            total = float(weight[mine].sum())
            if np.ptp(weight[mine]) and min(abs(total / whole - 1) for whole in WHOLE) > ROUNDED:
                before = f"{of}: " if of else ""
                odd += [f"{before}{self.names[at]} {100 * weight[at] / total:.1f}%" for at in mine]
        return tuple(odd)

    def _pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.names, self.of_category, strict=True))


def read_rubric(path: Path) -> WrittenRubric:
    """Read ``[[criterion]]`` tables of name, weight, min, max, step and category.

    One name may stand once for each category, with a weight and a range of its own there. Raises TableError naming the
    criterion at fault.
    """
    names: list[str] = []
    of_category: list[str] = []
    seen: set[tuple[str, str]] = set()
    columns: list[list[float]] = [[] for _ in NUMBERS]
    for fields in _read_items(path):
        name = clean_label(str(fields.get("name") or fields.get("id") or ""))
        of = clean_label(str(fields.get("category") or ""))
        if not name or (name.casefold(), of.casefold()) in seen:
            raise TableError("rubric-name", path=str(path), criterion=name)
        seen.add((name.casefold(), of.casefold()))
        names.append(name)
        of_category.append(of)
        for column, (key, default) in zip(columns, NUMBERS, strict=True):
            number = fields.get(key, default)
            if not isinstance(number, int | float) or isinstance(number, bool):
                raise TableError("rubric-number", path=str(path), criterion=name, field=key)
            column.append(float(number))
    weight, low, high, step = (np.array(column) for column in columns)
    bad = ~np.isfinite(weight + low + high + step) | (weight < 0) | (high <= low) | (step < 0)
    for of in set(of_category):
        mine = np.array([other in {of, ""} for other in of_category])
        if not weight[mine].sum() > 0:
            bad |= mine
    if bad.any():
        raise TableError("rubric-range", path=str(path), criterion=names[int(np.argmax(bad))])
    return WrittenRubric(path, names, of_category, Rubric(weight, low, high, step))


def _read_items(path: Path) -> list[dict[str, Any]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TableError("no-file", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TableError("broken-rubric", path=str(path), detail=str(error)[:200]) from error
    items = data.get("criterion")
    if not isinstance(items, list) or not items:
        raise TableError("rubric-without-criteria", path=str(path))
    return [item if isinstance(item, dict) else {} for item in items]
