"""Marking the practice works: always open to judges, never ranked."""

from uuid import UUID

from service.actors import JudgeActor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from storage.engine import transaction
from storage.tables.rubric import PracticeCriterion, PracticeMark, PracticeWork

__all__ = ["mark_practice"]


async def mark_practice(judge: JudgeActor, work_id: UUID, marks: dict[UUID, int], *, steps: int) -> None:
    """Keep a judge's marks on one practice work; all criteria at once."""
    async with transaction():
        require(Action.PRACTISE, judge.actor, stage=None)
        work = await PracticeWork.select(PracticeWork.id).where(
            (PracticeWork.id == work_id) & (PracticeWork.edition == judge.edition_id)
        ).first()  # fmt: skip
        if work is None:
            raise NotFound
        rows = await PracticeCriterion.select(PracticeCriterion.id).where(PracticeCriterion.edition == judge.edition_id)
        wanted = {row["id"] for row in rows}
        errors = [
            FieldError(f"mark-{criterion}", "err.mark_missing")
            for criterion in sorted(wanted, key=str)
            if not 1 <= marks.get(criterion, 0) <= steps
        ]
        if errors:
            raise Invalid(*errors)
        await PracticeMark.delete().where((PracticeMark.work == work_id) & (PracticeMark.judge == judge.id))
        await PracticeMark.insert(
            *(
                PracticeMark(work=work_id, criterion=criterion, judge=judge.id, step=marks[criterion])
                for criterion in sorted(wanted, key=str)
            )
        )
