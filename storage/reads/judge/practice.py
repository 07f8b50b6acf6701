"""The practice works, as a judge marks them and as the panel marked them."""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.reads.judge.sheets import list_scale_levels
from storage.reads.judge.views import CriterionView, LevelView
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.rubric import PracticeCriterion, PracticeMark, PracticeReference, PracticeWork

__all__ = [
    "PracticeCard",
    "PracticeSheet",
    "ReferenceView",
    "count_practice_due",
    "get_practice_sheet",
    "list_practice",
]


@dataclass(frozen=True, slots=True)
class PracticeCard:
    """A practice work in the list."""

    position: int
    title_ar: str
    title_en: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """The reference step of one criterion with its reason, this judge's, and how many others chose each step.

    ``panel`` is empty until this judge has marked every practice work: nobody's marks may pull another's.
    """

    criterion_id: UUID
    step: int
    reason_ar: str
    reason_en: str
    mine: int
    panel: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PracticeSheet:
    """One practice work with its rubric; ``references`` is empty until the judge has marked it."""

    id: UUID
    position: int
    n_works: int
    title_ar: str
    title_en: str
    text_ar: str
    text_en: str
    steps: int
    levels: tuple[LevelView, ...]
    criteria: tuple[CriterionView, ...]
    marks: dict[UUID, int]
    references: tuple[ReferenceView, ...]
    is_panel_shown: bool
    n_panel: int


async def list_practice(judge_id: UUID, edition_id: UUID) -> tuple[PracticeCard, ...]:
    """Read the practice works in order, and which of them this judge has marked."""
    rows = await read_quickly(
        "SELECT w.position, w.title_ar, w.title_en, EXISTS (SELECT 1 FROM practice_mark m WHERE m.work = w.id "
        "AND m.judge = {}) AS is_marked FROM practice_work w WHERE w.edition = {} ORDER BY w.position",
        judge_id, edition_id,
    )  # fmt: skip
    return tuple(PracticeCard(**row | {"is_marked": bool(row["is_marked"])}) for row in rows)


async def count_practice_due(judge_id: UUID, edition_id: UUID) -> int:
    """Count the practice works that this judge has to mark before the first project; 0 once any project has a mark."""
    rows = await read_quickly(
        "SELECT COUNT(*) AS n FROM practice_work w WHERE w.edition = {} "
        "AND NOT EXISTS (SELECT 1 FROM practice_mark m WHERE m.work = w.id AND m.judge = {}) "
        "AND NOT EXISTS (SELECT 1 FROM mark k JOIN score_sheet s ON s.id = k.sheet "
        "JOIN assignment a ON a.id = s.assignment WHERE a.judge = {})",
        edition_id, judge_id, judge_id,
    )  # fmt: skip
    return int(rows[0]["n"])


async def get_practice_sheet(judge_id: UUID, edition_id: UUID, position: int) -> PracticeSheet | None:
    """Read one practice work by its place; None where there is none."""
    works = await PracticeWork.select().where(PracticeWork.edition == edition_id).order_by(PracticeWork.position)
    work = next((row for row in works if row["position"] == position), None)
    if work is None:
        return None
    edition = await get_row(Edition.select(Edition.steps).where(Edition.id == edition_id))
    rows = (
        await PracticeCriterion.select()
        .where(PracticeCriterion.edition == edition_id)
        .order_by(PracticeCriterion.position)
    )
    marks = await PracticeMark.select().where(PracticeMark.work == work["id"])
    mine = {row["criterion"]: row["step"] for row in marks if row["judge"] == judge_id}
    is_done = all(card.is_marked for card in await list_practice(judge_id, edition_id))
    panel = [row for row in marks if row["judge"] != judge_id] if is_done else []
    return PracticeSheet(
        id=work["id"],
        position=position,
        n_works=len(works),
        title_ar=work["title_ar"],
        title_en=work["title_en"],
        text_ar=work["text_ar"],
        text_en=work["text_en"],
        steps=edition["steps"],
        levels=await list_scale_levels(edition_id),
        criteria=tuple(
            CriterionView(
                row["id"], row["slug"], row["weight"], row["name_ar"], row["name_en"], row["ask_ar"], row["ask_en"],
                tuple(from_json(row["anchors_ar"])), tuple(from_json(row["anchors_en"])),
            )
            for row in rows
        ),
        marks=mine,
        references=await _list_references(work["id"], mine, panel, edition["steps"]) if mine else (),
        is_panel_shown=is_done,
        n_panel=len({row["judge"] for row in panel}),
    )  # fmt: skip


async def _list_references(
    work_id: UUID, mine: dict[UUID, int], panel: list[dict[str, UUID]], steps: int
) -> tuple[ReferenceView, ...]:
    rows = await PracticeReference.select().where(PracticeReference.work == work_id)
    return tuple(
        ReferenceView(
            criterion_id=row["criterion"],
            step=row["step"],
            reason_ar=row["reason_ar"],
            reason_en=row["reason_en"],
            mine=mine.get(row["criterion"], 0),
            panel=tuple(
                sum(each["criterion"] == row["criterion"] and each["step"] == step for each in panel)
                for step in range(1, steps + 1)
            ),
        )
        for row in rows
    )
