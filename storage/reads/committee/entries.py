"""Projects by code name: the list, and one with its sheets and marks. Nothing here says whose they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from storage.engine import run_sql
from storage.reads.committee.counted import STANDS
from storage.tables.rubric import Criterion
from storage.tables.scoresheet import Mark, ScoreSheet

__all__ = ["EntryLine", "EntryPage", "SheetLine", "SheetTotals", "find_entry", "list_entries", "total_sheets"]


class EntryLine(NamedTuple):
    """A project in the list; ``category`` is the name in its address."""

    code_name: str
    category: str
    state: str
    title_ar: str
    title_en: str


class SheetTotals(NamedTuple):
    """A project's sheets: given to judges, and sealed by them."""

    n_sheets: int
    n_sealed: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A judge's sheet on a project. ``marks`` are steps by criterion, of a sealed sheet alone."""

    judge_id: UUID
    state: str
    abstained: str | None
    sealed_at: datetime | None
    marks: dict[UUID, int]
    comment_committee: str


@dataclass(frozen=True, slots=True)
class CriterionName:
    """A criterion by its names; ``weight`` is of a hundred."""

    id: UUID
    name_ar: str
    name_en: str
    weight: int


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One project, its rubric and its sheets. ``ai_ready_*``: the ready statement on AI that its team chose."""

    id: UUID
    code_name: str
    category_id: UUID
    state: str
    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    work_language: str
    ai_ready_ar: str
    ai_ready_en: str
    ai_text: str
    criteria: tuple[CriterionName, ...]
    sheets: tuple[SheetLine, ...]


async def list_entries(edition_id: UUID) -> tuple[EntryLine, ...]:
    """List the projects that have a code name, by code name, in one query."""
    rows = await run_sql(
        """SELECT entry.code_name AS code_name, category.slug AS category, entry.state AS state,
        entry_version.title_ar AS title_ar, entry_version.title_en AS title_en
        FROM entry JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        JOIN category ON category.id = entry_version.category
        WHERE entry.edition = {} AND entry.code_name IS NOT NULL ORDER BY entry.code_name""",
        edition_id,
    )
    return tuple(EntryLine(**row) for row in rows)


async def total_sheets(edition_id: UUID, first: str, last: str) -> dict[str, SheetTotals]:
    """Count the sheets of the projects from one code name to another, in one query; who has none is not told."""
    rows = await run_sql(
        f"""SELECT entry.code_name AS code_name, count(*) AS n_sheets,
        sum(CASE WHEN score_sheet.state = 'sealed' THEN 1 ELSE 0 END) AS n_sealed
        FROM entry JOIN assignment ON assignment.entry = entry.id
        LEFT JOIN score_sheet ON score_sheet.assignment = assignment.id
        WHERE entry.edition = {{}} AND entry.code_name BETWEEN {{}} AND {{}} AND assignment.state = 'published'
        AND (score_sheet.id IS NULL OR ({STANDS})) GROUP BY entry.code_name""",  # noqa: S608 - our own words
        edition_id,
        first,
        last,
    )
    return {row["code_name"]: SheetTotals(int(row["n_sheets"]), int(row["n_sealed"])) for row in rows}


async def find_entry(edition_id: UUID, code_name: str) -> EntryPage | None:
    """Find a project with its sheets; None for an unknown code name."""
    found = await run_sql(
        """SELECT v.entry AS entry, v.category AS category, v.title_ar AS title_ar, v.title_en AS title_en,
        v.abstract_ar AS abstract_ar, v.abstract_en AS abstract_en, v.work_language AS work_language,
        v.ai_text AS ai_text, t.text_ar AS ai_ready_ar, t.text_en AS ai_ready_en, e.state AS state
        FROM entry e JOIN entry_version v ON v.entry = e.id AND v.is_current
        LEFT JOIN ai_statement t ON t.edition = e.edition AND t.slug = v.ai_slug
        WHERE e.edition = {} AND e.code_name = {}""",
        edition_id,
        code_name,
    )
    if not found:
        return None
    (row,) = found
    criteria = (
        await Criterion.select(Criterion.id, Criterion.name_ar, Criterion.name_en, Criterion.weight)
        .where(Criterion.category == row["category"])
        .order_by(Criterion.position)
    )
    return EntryPage(
        id=row["entry"],
        code_name=code_name,
        category_id=row["category"],
        state=row["state"],
        title_ar=row["title_ar"],
        title_en=row["title_en"],
        abstract_ar=row["abstract_ar"],
        abstract_en=row["abstract_en"],
        work_language=row["work_language"],
        ai_ready_ar=row["ai_ready_ar"] or "",
        ai_ready_en=row["ai_ready_en"] or "",
        ai_text=row["ai_text"],
        criteria=tuple(CriterionName(**each) for each in criteria),
        sheets=await _list_sheets(row["entry"]),
    )


async def _list_sheets(entry_id: UUID) -> tuple[SheetLine, ...]:
    sheets = (
        await ScoreSheet.select(
            ScoreSheet.id, ScoreSheet.state, ScoreSheet.abstained, ScoreSheet.sealed_at, ScoreSheet.comment_committee,
            ScoreSheet.assignment.judge.as_alias("judge"),
        )
        .where((ScoreSheet.assignment.entry == entry_id) & (ScoreSheet.assignment.state == "published"))
        .order_by(ScoreSheet.assignment.judge)
    )  # fmt: skip
    sealed = [row["id"] for row in sheets if row["state"] in {"sealed", "set-aside"}]
    marks: dict[UUID, dict[UUID, int]] = {}
    of_these = Mark.sheet.is_in(sealed) if sealed else Mark.sheet.is_null()
    for each in await Mark.select(Mark.sheet, Mark.criterion, Mark.step).where(of_these):
        marks.setdefault(each["sheet"], {})[each["criterion"]] = each["step"]
    return tuple(
        SheetLine(
            judge_id=row["judge"],
            state=row["state"],
            abstained=row["abstained"],
            sealed_at=row["sealed_at"],
            marks=marks.get(row["id"], {}),
            comment_committee=row["comment_committee"] if row["id"] in marks else "",
        )
        for row in sheets
    )
