"""What belongs to a rubric as a whole: weights that add to a hundred, taking one over, the practice's references."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.usecases.setup.fields import LANGUAGES, TypedForm
from service.usecases.setup.kinds import KINDS
from service.usecases.setup.lines import StaleForm
from service.usecases.setup.sealing import begin_change, end_change
from storage.engine import insert_many, transaction
from storage.tables.edition import Category
from storage.tables.rubric import Criterion, PracticeCriterion, PracticeReference, PracticeWork

__all__ = ["WHOLE", "RubricNotEmpty", "copy_rubric", "save_references", "save_weights", "weights_stamp"]

WHOLE = 100
"""The weights of a rubric add up to this."""
_COPIED = ("slug", "position", "weight", "name_ar", "name_en", "ask_ar", "ask_en", "anchors_ar", "anchors_en")


class RubricNotEmpty(Conflicting):
    """A rubric is taken over only where there is none yet."""

    code = "rubric-not-empty"


def weights_stamp(rows: Sequence[Mapping[str, Any]]) -> str:
    """Give the mark of a rubric's weights as they stand."""
    return "-".join(str(row["weight"]) for row in rows)


async def save_weights(
    actor: Actor, edition_id: UUID, category_id: UUID | None, typed: TypedForm, *, now: datetime
) -> None:
    """Set the weights of a category's rubric (of the practice's where it is None), all at once.

    The form brings ``weight-<criterion>``, ``seen`` and ``reason``. Raises Invalid unless they add up to a hundred.
    """
    kind = KINDS["criterion" if category_id else "practice-criterion"]
    async with transaction():
        _, fingerprint = await begin_change(actor, edition_id, kind)
        rows = await _list_criteria(edition_id, category_id)
        if not rows:
            raise NotFound
        weights, errors = {}, []
        for row in rows:
            weight = typed.number(f"weight-{row['id']}")
            if weight is None or not 0 <= weight <= WHOLE:
                errors.append(FieldError(f"weight-{row['id']}", "err.number_between", min=0, max=WHOLE))
            weights[row["id"]] = weight or 0
        if not errors and sum(weights.values()) != WHOLE:
            errors.append(FieldError(f"weight-{rows[0]['id']}", "err.weights", sum=sum(weights.values())))
        if errors:
            raise Invalid(*errors)
        if typed.text("seen") != weights_stamp(rows):
            raise StaleForm(
                FieldError("seen", "err.saved_meanwhile"),
                *(
                    FieldError(f"weight-{row['id']}", "err.stands_now", value=str(row["weight"]))
                    for row in rows
                    if row["weight"] != weights[row["id"]]
                ),
            )
        changed = [row for row in rows if row["weight"] != weights[row["id"]]]
        for row in changed:
            await kind.table.update({kind.table.weight: weights[row["id"]]}).where(kind.table.id == row["id"])
        named = await _name(category_id)
        await end_change(
            actor, edition_id, kind, fingerprint=fingerprint, named=named,
            changes=[
                [f"{row[f'name_{language}']}_{language}", row["weight"], weights[row["id"]]]
                for row in changed
                for language in LANGUAGES
            ],
            reason=typed.text("reason"), now=now,
        )  # fmt: skip


async def copy_rubric(actor: Actor, edition_id: UUID, source_id: UUID, target_id: UUID | None, *, now: datetime) -> int:
    """Take a category's criteria over into an empty rubric (the practice's where the target is None); how many."""
    kind = KINDS["criterion" if target_id else "practice-criterion"]
    async with transaction():
        await begin_change(actor, edition_id, kind, is_other_number=True)
        for category_id in filter(None, (source_id, target_id)):
            if not await Category.exists().where((Category.id == category_id) & (Category.edition == edition_id)):
                raise NotFound
        if await _list_criteria(edition_id, target_id):
            raise RubricNotEmpty
        rows = await _list_criteria(edition_id, source_id)
        owner = {"category": target_id} if target_id else {"edition": edition_id}
        await insert_many([kind.table(id=uuid4(), **owner, **{name: row[name] for name in _COPIED}) for row in rows])
        await end_change(
            actor, edition_id, kind, fingerprint="", named=await _name(target_id),
            changes=[[row["slug"], None, row["weight"]] for row in rows], reason="", now=now,
        )  # fmt: skip
        return len(rows)


async def save_references(
    actor: Actor, edition_id: UUID, work_id: UUID, typed: TypedForm, *, steps: int, now: datetime
) -> None:
    """Set a practice work's reference marks: ``step-<criterion>`` with its reason in both languages.

    A criterion without a step has no reference.
    """
    kind = KINDS["practice-work"]
    async with transaction():
        await begin_change(actor, edition_id, kind)
        work = (
            await PracticeWork.select()
            .where((PracticeWork.id == work_id) & (PracticeWork.edition == edition_id))
            .first()
        )
        if work is None:
            raise NotFound
        rows, errors = [], []
        for criterion in await _list_criteria(edition_id, None):
            name = str(criterion["id"])
            if not typed.text(f"step-{name}"):
                continue
            step = typed.number(f"step-{name}")
            if step is None or not 1 <= step <= steps:
                errors.append(FieldError(f"step-{name}", "err.step", max=steps))
            errors += [
                FieldError(f"reason-{language}-{name}", "err.both_languages")
                for language in ("ar", "en")
                if not typed.text(f"reason-{language}-{name}")
            ]
            rows.append(
                PracticeReference(
                    id=uuid4(), work=work_id, criterion=criterion["id"], step=step or 0,
                    reason_ar=typed.text(f"reason-ar-{name}"), reason_en=typed.text(f"reason-en-{name}"),
                )
            )  # fmt: skip
        if errors:
            raise Invalid(*errors)
        before = await PracticeReference.count().where(PracticeReference.work == work_id)
        await PracticeReference.delete().where(PracticeReference.work == work_id)
        await insert_many(rows)
        await end_change(
            actor, edition_id, kind, fingerprint="", named=(work["title_ar"], work["title_en"]),
            changes=[["references", before, len(rows)]], reason="", now=now,
        )  # fmt: skip


async def _list_criteria(edition_id: UUID, category_id: UUID | None) -> list[dict[str, Any]]:
    if category_id is None:
        return list(
            await PracticeCriterion.select()
            .where(PracticeCriterion.edition == edition_id)
            .order_by(PracticeCriterion.position)
        )
    return list(
        await Criterion.select()
        .where((Criterion.category == category_id) & (Criterion.category.edition == edition_id))
        .order_by(Criterion.position)
    )


async def _name(category_id: UUID | None) -> tuple[str, str]:
    row = await Category.select(Category.name_ar, Category.name_en).where(Category.id == category_id).first()
    return (row["name_ar"], row["name_en"]) if row else ("", "")
