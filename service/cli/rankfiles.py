"""From a file of marks to arrays, and from a ranking back to a file: names on one side, row numbers on the other."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from judging.errors import (
    DuplicateMarkError,
    ForeignCriterionError,
    MarkOutOfRangeError,
    MarksShapeError,
    NoMarksError,
)
from judging.marks import Floats, Ints, Marks, gather_marks
from judging.rubric import Rubric, check_ranges, infer_rubric
from judging.scoring import RoundScores
from service.cli.rankrubric import read_rubric
from service.cli.records import TableError
from service.cli.sheets import Column, Table, read_table
from service.spreadsheets import defuse

HEADER = (
    "category", "rank", "entry", "score", "se", "rank_low", "rank_high", "p_top1", "p_top3", "p_top10", "raw_mean",
    "raw_rank", "reviews", "component", "flags",
)  # fmt: skip
MOST = 1e9  # no scale of marks reaches further; beyond, figures to the ninth decimal mean nothing


@dataclass(frozen=True, slots=True, eq=False)
class RankInput:
    """Marks and rubric with the names that their numbers stand for; groups are institutions, -1 unknown.

    odd_weights: criteria whose weights add to neither 100 nor 1, with the shares that they were taken for.
    """

    marks: Marks
    rubric: Rubric
    entries: list[str]
    judges: list[str]
    criteria: list[str]
    categories: list[str]
    judge_group: Ints | None = None
    entry_group: Ints | None = None
    odd_weights: tuple[str, ...] = ()


def read_marks(path: Path, *, rubric: Path | None = None, judges: Path | None = None) -> RankInput:
    """Read a table of marks and, where given, its rubric and its judges. Raises TableError naming row and column."""
    optional = ("criterion", "category", "order", "institution")
    table = read_table(path, ["entry", "judge", "score", *(Column(key, is_required=False) for key in optional)])
    entries, entry = table.labels("entry")
    judge_names, judge = table.labels("judge")
    value = table.numbers("score", may_be_blank=True)
    beyond = np.flatnonzero(np.abs(value) > MOST)
    if beyond.size:
        raise table.fault("number-too-large", "score", int(beyond[0]), maximum=f"{MOST:.0f}")
    criteria, criterion = [""], np.zeros(len(table), dtype=np.int64)
    if table.has("criterion"):
        criteria, criterion = table.labels("criterion")
    categories, category = [""], np.zeros(len(entries), dtype=np.int64)
    if table.has("category"):
        categories, of_row = table.labels("category", blank="")
        category = _one_each(table, "category", entry, of_row, len(entries))
    declared = None
    if rubric is not None:
        declared = read_rubric(rubric)
        criterion = declared.place(table, criteria, criterion, categories=categories, category=category[entry])
        criteria = declared.names
    order = table.numbers("order", may_be_blank=True) if table.has("order") else None
    marks = _gather(
        table, entry, judge, criterion, value, n_entries=len(entries), n_judges=len(judge_names), category=category,
        order=order, n_criteria=len(criteria),
    )  # fmt: skip
    full = infer_rubric(marks) if declared is None else declared.over(categories)
    _check(table, marks, full)
    judge_group, entry_group = _groups(table, entry, len(entries), judge_names, judges)
    odd = declared.odd_weights() if declared is not None else ()
    return RankInput(marks, full, entries, judge_names, criteria, categories, judge_group, entry_group, odd)


def write_ranking(path: Path, given: RankInput, scores: RoundScores) -> None:
    """Write ranking.csv, one entry a row, by category and rank; the same marks give the same bytes."""
    path.write_bytes(ranking_text(given, scores).encode())


def ranking_text(given: RankInput, scores: RoundScores) -> str:
    """Give the text of ranking.csv; a name that a spreadsheet would compute gets an apostrophe before it."""
    ranking, flags = scores.ranking, entry_flags(scores)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(HEADER)
    columns = [
        *(_texts(x, "%.6f") for x in (scores.score, scores.se)),
        *(_texts(x, "%d") for x in (ranking.rank_low, ranking.rank_high)),
        *(_texts(x, "%.4f") for x in (ranking.p_top1, ranking.p_top3, ranking.p_top10)),
        _texts(scores.raw_mean, "%.6f"),
        _texts(scores.raw_rank, "%d"),
    ]
    figures = list(zip(*columns, strict=True))
    rank, reads = ranking.rank.tolist(), scores.n_reviews.tolist()
    category, component = scores.reviews.category.tolist(), scores.component.tolist()
    blank = ("",) * len(columns)
    writer.writerows(
        (
            defuse(given.categories[category[e]]),
            rank[e] or "",
            defuse(given.entries[e]),
            *(figures[e] if rank[e] else blank),
            reads[e],
            component[e] + 1 or "",
            " ".join(flags.get(e, ())),
        )
        for e in sorted_entries(scores)
    )
    return table.getvalue()


def sorted_entries(scores: RoundScores) -> list[int]:
    """Order entries by category, component, rank and name; those that cannot be ranked come last."""
    score = np.round(np.where(np.isnan(scores.score), -np.inf, scores.score), 9)
    rank = scores.ranking.rank
    order = np.lexsort(
        (np.arange(rank.size), -score, rank, scores.component, scores.reviews.category, rank == 0)
    )  # entries are numbered by name
    return [int(e) for e in order]


def _texts(x: Floats | Ints, form: str) -> list[str]:
    return [form % value for value in x.tolist()]


def entry_flags(scores: RoundScores) -> dict[int, tuple[str, ...]]:
    """Gather the flags that concern each entry: its own, and its component's."""
    found: dict[int, list[str]] = {}
    of_component: dict[int, list[str]] = {}
    for flag in scores.flags:
        if flag.entry >= 0:
            found.setdefault(flag.entry, []).append(flag.code)
        elif flag.component >= 0:
            of_component.setdefault(flag.component, []).append(flag.code)
    for component, codes in of_component.items():
        for e in np.flatnonzero(scores.component == component).tolist():
            found.setdefault(e, []).extend(codes)
    return {e: tuple(sorted(set(codes))) for e, codes in found.items()}


def _gather(
    table: Table,
    entry: Ints,
    judge: Ints,
    criterion: Ints,
    value: Floats,
    *,
    n_entries: int,
    n_judges: int,
    n_criteria: int,
    category: Ints,
    order: Floats | None,
) -> Marks:
    try:
        return gather_marks(
            entry, judge, criterion, value, n_entries=n_entries, n_judges=n_judges, n_criteria=n_criteria,
            category=category, order=order,
        )  # fmt: skip
    except DuplicateMarkError as error:
        row, first = int(error.facts["row"]), int(error.facts["first_row"])
        raise table.fault("duplicate-mark", "score", row, other_row=int(table.rows[first])) from error
    except NoMarksError as error:
        raise TableError("no-marks", path=str(table.path)) from error
    except MarksShapeError as error:
        raise table.fault("not-a-number", "score", int(error.facts.get("row", 0))) from error


def _check(table: Table, marks: Marks, rubric: Rubric) -> None:
    try:
        check_ranges(marks, rubric)
    except ForeignCriterionError as error:
        raise table.fault("foreign-criterion", "criterion", int(error.facts["row"])) from error
    except MarkOutOfRangeError as error:
        facts = error.facts
        off_step = float(facts["minimum"]) <= float(facts["value"]) <= float(facts["maximum"])
        raise table.fault(
            "mark-off-step" if off_step else "mark-out-of-range",
            "score",
            int(facts["row"]),
            minimum=f"{facts['minimum']:g}",
            maximum=f"{facts['maximum']:g}",
            step=f"{facts['step']:g}",
        ) from error


def _one_each(table: Table, key: str, entry: Ints, of_row: Ints, n_entries: int) -> Ints:
    """Give each entry its one category; refuse the row that names another."""
    first = np.full(n_entries, -1)
    first[entry[::-1]] = of_row[::-1]
    other = np.flatnonzero(first[entry] != of_row)
    if other.size:
        raise table.fault("two-categories", key, int(other[0]), entry=table.cells["entry"][int(other[0])].strip())
    return first


def _groups(
    table: Table, entry: Ints, n_entries: int, judge_names: list[str], judges: Path | None
) -> tuple[Ints | None, Ints | None]:
    """Index institutions of judges and entries alike; None where either side is unknown."""
    if judges is None:
        return None, None
    people = read_table(judges, ["judge", Column("institution", is_required=False)])
    names, judge = people.labels("judge")
    missing = sorted(set(judge_names) - set(names))
    if missing:
        raise TableError("unknown-judge", path=str(judges), judge=missing[0])
    if not people.has("institution") or not table.has("institution"):
        return None, None
    known, of_person = people.labels("institution", blank="")
    own, of_row = table.labels("institution", blank="")
    place = {name: i for i, name in enumerate(sorted((set(known) | set(own)) - {""}))}
    group = np.full(len(names), -1)
    group[judge] = [place.get(known[i], -1) for i in of_person]
    by_name = dict(zip(names, group, strict=True))
    entry_group = np.full(n_entries, -1)
    entry_group[entry] = [place.get(own[i], -1) for i in of_row]
    return np.array([by_name[name] for name in judge_names]), entry_group
