"""A category's ranking as the committee sees it: the run that stands, titles, sheets, and what the log tells of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.engine import run_sql
from storage.reads.committee.counted import STANDS
from storage.reads.decisions import RunView, find_last_run, find_run
from storage.tables.audit import AuditEvent
from storage.tables.entry import EntryVersion
from storage.tables.panel import Judge
from storage.tables.result import Decision
from storage.tables.rubric import Criterion

__all__ = [
    "CategoryRanking",
    "ComputedOrder",
    "EntryTitle",
    "JudgeName",
    "LogLine",
    "SheetCounts",
    "find_last_run",
    "get_category_ranking",
    "get_computed_order",
    "list_criterion_names",
    "list_judge_names",
    "list_log_of",
]


@dataclass(frozen=True, slots=True)
class EntryTitle:
    """An admitted entry under its code name."""

    id: UUID
    code_name: str
    title_ar: str
    title_en: str


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """Sheets of a category: given, sealed, set aside; and those complete that nobody sealed."""

    n_given: int
    n_sealed: int
    n_set_aside: int
    n_open_conflicts: int
    n_draft: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log, with the duty that acted."""

    sequence: int
    at: datetime
    event: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComputedOrder:
    """A category's computed order. ``lines`` are the run's own, in rank order."""

    run: RunView | None
    lines: tuple[dict[str, Any], ...]
    pairs: tuple[dict[str, Any], ...]
    titles: dict[str, EntryTitle]


@dataclass(frozen=True, slots=True)
class CategoryRanking(ComputedOrder):
    """Everything about a category's ranking: its sheets, its decision and what the log tells of it too.

    ``gone``: for each entry by id, how many of its judges abstained, and how many sheets a conflict set aside.
    """

    sheets: SheetCounts
    gone: dict[str, tuple[int, int]]
    decision_state: str | None
    decision_id: UUID | None
    decision_run: UUID | None
    log: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class JudgeName:
    """A judge by name, for committee pages."""

    id: UUID
    name_ar: str
    name_en: str


async def get_computed_order(round_id: UUID, category_id: UUID, run_id: UUID | None = None) -> ComputedOrder:
    """Read a category's computed order and titles in two queries: of the run that stands, or of the given one."""
    run = await find_last_run(round_id) if run_id is None else await find_run(run_id)
    lines = tuple(run.output["categories"].get(str(category_id), ())) if run else ()
    ids = {line["entry"] for line in lines}
    pairs = tuple(pair for pair in run.output["pairs"] if pair["upper"] in ids) if run else ()
    return ComputedOrder(run, lines, pairs, await _list_titles(category_id))


async def get_category_ranking(round_id: UUID, category_id: UUID) -> CategoryRanking:
    """Read a category's ranking in six queries."""
    order = await get_computed_order(round_id, category_id)
    decision = await Decision.select(Decision.id, Decision.state, Decision.run).where(
        (Decision.round == round_id) & (Decision.category == category_id)
    ).first()  # fmt: skip
    return CategoryRanking(
        run=order.run,
        lines=order.lines,
        pairs=order.pairs,
        titles=order.titles,
        sheets=await _count_sheets(round_id, category_id),
        gone=await _count_gone(round_id, category_id),
        decision_state=decision["state"] if decision else None,
        decision_id=decision["id"] if decision else None,
        decision_run=decision["run"] if decision else None,
        log=await list_log_of([str(round_id), *([str(decision["id"])] if decision else [])], limit=5),
    )


async def list_criterion_names(category_id: UUID) -> dict[str, tuple[str, str]]:
    """Read the names of a category's criteria, in Arabic and English, by id."""
    rows = await Criterion.select(Criterion.id, Criterion.name_ar, Criterion.name_en).where(
        Criterion.category == category_id
    )
    return {str(row["id"]): (row["name_ar"], row["name_en"]) for row in rows}


async def _list_titles(category_id: UUID) -> dict[str, EntryTitle]:
    rows = await EntryVersion.select(
        EntryVersion.entry, EntryVersion.title_ar, EntryVersion.title_en, EntryVersion.entry.code_name.as_alias("code")
    ).where(
        EntryVersion.is_current.eq(True)
        & (EntryVersion.category == category_id)
        & (EntryVersion.entry.state == "admitted")
        & EntryVersion.entry.code_name.is_not_null()
    )
    return {str(row["entry"]): EntryTitle(row["entry"], row["code"], row["title_ar"], row["title_en"]) for row in rows}


async def _count_sheets(round_id: UUID, category_id: UUID) -> SheetCounts:
    (row,) = await run_sql(
        f"""SELECT coalesce(sum(CASE WHEN {STANDS} THEN 1 ELSE 0 END), 0) AS n_given,
        coalesce(sum(CASE WHEN {STANDS} AND score_sheet.state = 'sealed' THEN 1 ELSE 0 END), 0) AS n_sealed,
        coalesce(sum(CASE WHEN score_sheet.state = 'set-aside' THEN 1 ELSE 0 END), 0) AS n_set_aside,
        coalesce(sum(CASE WHEN score_sheet.state = 'draft' AND score_sheet.abstained IS NULL THEN 1 ELSE 0 END), 0)
          AS n_draft,
        (SELECT count(*) FROM conflict JOIN entry AS held ON held.id = conflict.entry
          WHERE held.category = {{}} AND conflict.state IN ('held', 'proposed')) AS n_open_conflicts
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry
        WHERE assignment.round = {{}} AND assignment.state = 'published' AND entry.category = {{}}""",  # noqa: S608 - our words
        category_id,
        round_id,
        category_id,
    )
    return SheetCounts(**{name: int(value) for name, value in row.items()})


async def _count_gone(round_id: UUID, category_id: UUID) -> dict[str, tuple[int, int]]:
    rows = await run_sql(
        """SELECT entry.id AS entry,
        sum(CASE WHEN score_sheet.abstained IS NOT NULL THEN 1 ELSE 0 END) AS n_abstained,
        sum(CASE WHEN score_sheet.abstained IS NULL THEN 1 ELSE 0 END) AS n_set_aside
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry
        WHERE assignment.round = {} AND entry.category = {}
        AND (score_sheet.abstained IS NOT NULL OR score_sheet.state = 'set-aside') GROUP BY entry.id""",
        round_id,
        category_id,
    )
    return {str(UUID(str(row["entry"]))): (int(row["n_abstained"]), int(row["n_set_aside"])) for row in rows}


async def list_log_of(subjects: list[str], *, limit: int) -> tuple[LogLine, ...]:
    """Read the last lines of the log about some things, the newest first."""
    rows = (
        await AuditEvent.select(
            AuditEvent.sequence, AuditEvent.at, AuditEvent.event, AuditEvent.role, AuditEvent.reason
        )
        .where(AuditEvent.subject_id.is_in(subjects))
        .order_by(AuditEvent.sequence, ascending=False)
        .limit(limit)
    )
    return tuple(LogLine(**row) for row in rows)


async def list_judge_names(edition_id: UUID) -> dict[str, JudgeName]:
    """Read the names of an edition's judges by id."""
    rows = await Judge.select(
        Judge.id, Judge.person.name_ar.as_alias("name_ar"), Judge.person.name_en.as_alias("name_en")
    ).where(Judge.edition == edition_id)
    return {str(row["id"]): JudgeName(**row) for row in rows}
