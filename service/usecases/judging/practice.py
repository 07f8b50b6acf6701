"""Marking the practice works: always open to judges, never ranked."""

from uuid import UUID

from service.actors import JudgeActor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from storage.engine import transaction
from storage.tables.rubric import PracticeCriterion, PracticeMark, PracticeWork

__all__ = ["mark_practice"]


async def mark_practice(
    judge: JudgeActor, work_id: UUID, marks: dict[UUID, int], *, steps: int, lang: str = "ar"
) -> None:
    """Keep a judge's marks on one practice work; all criteria at once. A missing one is named in the language."""
    async with transaction():
        require(Action.PRACTISE, judge.actor, stage=None)
        work = await PracticeWork.select(PracticeWork.id).where(
            (PracticeWork.id == work_id) & (PracticeWork.edition == judge.edition_id)
        ).first()  # fmt: skip
        if work is None:
            raise NotFound
        name = PracticeCriterion.name_ar if lang == "ar" else PracticeCriterion.name_en
        rows = (
            await PracticeCriterion.select(PracticeCriterion.id, name.as_alias("name"))
            .where(PracticeCriterion.edition == judge.edition_id)
            .order_by(PracticeCriterion.position)
        )
        wanted = [row["id"] for row in rows]
        errors = [
            FieldError(f"mark-{row['id']}", "err.score_missing", criterion=row["name"])
            for row in rows
            if not 1 <= marks.get(row["id"], 0) <= steps
        ]
        if errors:
            raise Invalid(*errors)
        await PracticeMark.delete().where((PracticeMark.work == work_id) & (PracticeMark.judge == judge.id))
        await PracticeMark.insert(
            *(
                PracticeMark(work=work_id, criterion=criterion, judge=judge.id, step=marks[criterion])
                for criterion in wanted
            )
        )
