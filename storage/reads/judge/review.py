"""All of a judge's own sheets side by side: what the last look before sealing, and the offline sheet, are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.reads.judge.files import CAPTIONS
from storage.reads.judge.lists import card_state, last_moment
from storage.reads.judge.sheets import list_scale_levels, make_criterion
from storage.reads.judge.views import CriterionView, LevelView
from storage.tables.file import File
from storage.tables.panel import Judge
from storage.tables.rubric import Criterion
from storage.tables.scoresheet import FileOpening

__all__ = ["MyReview", "ReviewSheet", "get_my_review"]

_SHEETS = """SELECT s.id, e.code_name, s.state, s.revision, s.abstained, s.comment_team, s.comment_committee,
    s.sealed_at,
    v.title_ar, v.title_en, v.files, v.category, k.name_ar AS category_ar, k.name_en AS category_en,
    i.answer, c.state AS bar, r.state AS round_state, r.closes_at, a.due_at, d.id AS edition, d.state AS stage, d.steps,
    d.comment_levels
    FROM assignment a
    JOIN entry e ON e.id = a.entry
    JOIN score_sheet s ON s.assignment = a.id
    JOIN entry_version v ON v.entry = e.id AND v.is_current
    JOIN category k ON k.id = v.category
    JOIN round r ON r.id = a.round
    JOIN edition d ON d.id = r.edition
    LEFT JOIN independence i ON i.assignment = a.id
    LEFT JOIN conflict c ON c.judge = a.judge AND c.entry = a.entry AND c.state IN ('held', 'confirmed')
    WHERE a.judge = {} AND a.state = 'published' AND a.round = (
      SELECT o.round FROM assignment o JOIN round n ON n.id = o.round WHERE o.judge = {}
      AND o.state = 'published' ORDER BY n.ordinal DESC LIMIT 1)
    ORDER BY a.position"""
_MARKS = """SELECT m.sheet, m.criterion, m.step FROM mark m
    JOIN score_sheet s ON s.id = m.sheet JOIN assignment a ON a.id = s.assignment
    WHERE a.judge = {} AND a.state = 'published'"""
_FIRST = """SELECT h.sheet, MIN(h.made_at) AS at FROM mark_change h
    JOIN score_sheet s ON s.id = h.sheet JOIN assignment a ON a.id = s.assignment
    WHERE a.judge = {} AND a.state = 'published' AND h.field = 'mark' GROUP BY h.sheet ORDER BY 2 LIMIT 2"""


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """One own sheet: ``marks`` by criterion, ``unopened`` the names of files not opened yet, in both languages."""

    id: UUID
    code_name: str
    title_ar: str
    title_en: str
    category_id: UUID
    category_ar: str
    category_en: str
    state: str
    revision: int
    marks: dict[UUID, int]
    comment_team: str
    comment_committee: str
    unopened: tuple[tuple[str, str], ...]
    lacks_comment: bool
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class MyReview:
    """All own sheets of the round, the rubrics of their categories, and which two were marked first."""

    sheets: tuple[ReviewSheet, ...]
    criteria: dict[UUID, tuple[CriterionView, ...]]
    levels: tuple[LevelView, ...]
    first: tuple[str, ...]
    steps: int
    stage: str
    round_state: str | None
    closes_at: datetime | None


async def get_my_review(judge_id: UUID, *, now: datetime) -> MyReview:
    """Read all own sheets as they stand at ``now``, in seven queries however many they are."""
    rows = await run_sql(_SHEETS, judge_id, judge_id)
    if not rows:
        mine = await Judge.select(Judge.edition.state.as_alias("stage")).where(Judge.id == judge_id).first()
        return MyReview((), {}, (), (), 0, mine["stage"] if mine else "draft", None, None)
    levels = await list_scale_levels(rows[0]["edition"])
    criteria = await _list_rubrics({row["category"] for row in rows})
    marks: dict[UUID, dict[UUID, int]] = {row["id"]: {} for row in rows}
    for mark in await run_sql(_MARKS, judge_id):
        marks[mark["sheet"]][mark["criterion"]] = mark["step"]
    unopened = await _list_unopened(rows)
    names = {row["id"]: row["code_name"] for row in rows}
    first = tuple(names[row["sheet"]] for row in await run_sql(_FIRST, judge_id))
    asking = set(from_json(rows[0]["comment_levels"]) or ())
    steps_asking = {step for each in levels if each.level in asking for step in each.steps}
    sheets = tuple(
        _make_sheet(
            row, marks[row["id"]], len(criteria.get(row["category"], ())), unopened[row["id"]], steps_asking, now=now
        )
        for row in rows
    )
    last = max(rows, key=lambda row: row["closes_at"])
    return MyReview(
        sheets, criteria, levels, first, last["steps"], last["stage"], last["round_state"],
        last_moment(last["closes_at"], rows),
    )  # fmt: skip


def _make_sheet(
    row: dict[str, Any],
    marks: dict[UUID, int],
    n_criteria: int,
    unopened: tuple[tuple[str, str], ...],
    asking: set[int],
    *,
    now: datetime,
) -> ReviewSheet:
    has_comment = bool(row["comment_team"].strip() or row["comment_committee"].strip())
    return ReviewSheet(
        id=row["id"], code_name=row["code_name"], title_ar=row["title_ar"], title_en=row["title_en"],
        category_id=row["category"], category_ar=row["category_ar"], category_en=row["category_en"],
        state=card_state(row, len(marks), n_criteria, is_barred=row["bar"] is not None, now=now),
        revision=row["revision"], marks=marks,
        comment_team=row["comment_team"], comment_committee=row["comment_committee"], unopened=unopened,
        lacks_comment=not has_comment and not asking.isdisjoint(marks.values()), sealed_at=row["sealed_at"],
    )  # fmt: skip


async def _list_rubrics(categories: set[UUID]) -> dict[UUID, tuple[CriterionView, ...]]:
    found: dict[UUID, list[CriterionView]] = {}
    rows = await Criterion.select().where(Criterion.category.is_in(list(categories))).order_by(Criterion.position)
    for row in rows:
        found.setdefault(row["category"], []).append(make_criterion(row))
    return {category: tuple(each) for category, each in found.items()}


async def _list_unopened(rows: Sequence[dict[str, Any]]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Name, for each sheet, the judge's copies that were not opened; captions open with their film."""
    wanted = {row["id"]: [UUID(each["id"]) for each in from_json(row["files"])] for row in rows}
    every = [file for files in wanted.values() for file in files]
    if not every:
        return dict.fromkeys(wanted, ())
    files = await File.select(
        File.id, File.media_type, File.material.name_ar.as_alias("ar"), File.material.name_en.as_alias("en")
    ).where(File.id.is_in(every) & (File.material.audience == "judges") & File.judge_key.is_not_null())
    named = {row["id"]: (row["ar"], row["en"]) for row in files if row["media_type"] not in CAPTIONS}
    openings = await FileOpening.select().where(FileOpening.sheet.is_in(list(wanted)))
    opened = {(row["sheet"], row["file"]) for row in openings}
    return {
        sheet: tuple(named[file] for file in ids if file in named and (sheet, file) not in opened)
        for sheet, ids in wanted.items()
    }
