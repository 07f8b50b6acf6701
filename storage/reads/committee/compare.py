"""Two entries side by side: marks by criterion and judge, and the words that judges wrote for the committee."""

from dataclasses import dataclass
from uuid import UUID

from storage.engine import run_sql
from storage.tables.rubric import Criterion

__all__ = ["ComparedCriterion", "ComparedSheet", "list_compared_criteria", "list_compared_sheets"]


@dataclass(frozen=True, slots=True)
class ComparedCriterion:
    """A criterion of the category; ``weight`` is of a hundred."""

    id: UUID
    name_ar: str
    name_en: str
    weight: int


@dataclass(frozen=True, slots=True)
class ComparedSheet:
    """A sealed sheet on one of the two: steps by criterion."""

    entry_id: UUID
    judge_id: UUID
    comment: str
    steps: dict[UUID, int]


async def list_compared_criteria(category_id: UUID) -> tuple[ComparedCriterion, ...]:
    """Read the rubric of a category, in its order."""
    rows = (
        await Criterion.select(Criterion.id, Criterion.name_ar, Criterion.name_en, Criterion.weight)
        .where(Criterion.category == category_id)
        .order_by(Criterion.position)
    )
    return tuple(ComparedCriterion(**row) for row in rows)


async def list_compared_sheets(round_id: UUID, entry_ids: tuple[UUID, UUID]) -> tuple[ComparedSheet, ...]:
    """Read the sealed sheets of two entries with their marks, in one query."""
    rows = await run_sql(
        """SELECT assignment.entry AS entry, assignment.judge AS judge, score_sheet.id AS sheet,
        score_sheet.comment_committee AS comment, mark.criterion AS criterion, mark.step AS step
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN mark ON mark.sheet = score_sheet.id
        WHERE assignment.round = {} AND assignment.entry IN ({}, {}) AND score_sheet.state = 'sealed'""",
        round_id, entry_ids[0], entry_ids[1],
    )  # fmt: skip
    sheets: dict[str, ComparedSheet] = {}
    for row in rows:
        sheet = sheets.setdefault(
            str(row["sheet"]), ComparedSheet(UUID(str(row["entry"])), UUID(str(row["judge"])), row["comment"], {})
        )
        sheet.steps[UUID(str(row["criterion"]))] = row["step"]
    return tuple(sorted(sheets.values(), key=lambda each: (str(each.entry_id), str(each.judge_id))))
