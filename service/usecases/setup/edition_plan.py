"""Setting up an edition from a plan: everything that a competition is, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid
from service.permissions import Action, require
from storage.columns import to_json
from storage.engine import insert_many, transaction
from storage.lifecycle import EditionState, RoundState
from storage.tables.edition import (
    AiStatement,
    Category,
    Edition,
    EligibilityRule,
    Expertise,
    Honour,
    Material,
    ScaleLevel,
    TimelineDate,
)
from storage.tables.further_round import RoundRule
from storage.tables.institution import Institution
from storage.tables.panel import Round
from storage.tables.rubric import Criterion, PracticeCriterion, PracticeReference, PracticeWork

__all__ = ["EditionPlan", "add_institutions", "create_edition"]

Values = Mapping[str, Any]
WHOLE = 100
"""Weights of a rubric add up to this."""


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """A whole edition as column values, for a new one: read from a file, or copied from the last.

    Rows name each other by slug: a material or criterion its category, a practice reference its work and criterion.
    List columns hold lists; ``edition`` holds no state, key or fingerprint.
    """

    edition: Values
    timeline: Sequence[Values]
    eligibility: Sequence[Values] = ()
    honours: Sequence[Values] = ()
    levels: Sequence[Values] = ()
    expertise: Sequence[Values] = ()
    ai_statements: Sequence[Values] = ()
    categories: Sequence[Values] = ()
    materials: Sequence[Values] = ()
    criteria: Sequence[Values] = ()
    practice_works: Sequence[Values] = ()
    practice_criteria: Sequence[Values] = ()
    practice_references: Sequence[Values] = ()
    method: str = "auto"
    further_rounds: Sequence[Values] = ()
    seed: str = field(default="")


async def add_institutions(actor: Actor, institutions: Sequence[Values], *, now: datetime) -> int:
    """Add to the register what is not there yet; return how many were added."""
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        known = {row["slug"] for row in await Institution.select(Institution.slug)}
        fresh = [Institution(**_columns(row)) for row in institutions if row["slug"] not in known]
        await insert_many(fresh)
        if fresh:
            await record(Event.EDITION_CREATED, by=actor, about=("institutions", "register"), at=now, after=len(fresh))
        return len(fresh)


async def create_edition(actor: Actor, plan: EditionPlan, *, now: datetime, is_draft: bool = False) -> UUID:
    """Create an edition in draft from a plan, with its first round planned.

    Raises Invalid for a plan that does not add up, unless it ``is_draft``: then it is finished before it opens.
    """
    if not is_draft:
        _check_plan(plan)
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        if await Edition.exists().where(Edition.slug == plan.edition["slug"]):
            raise Invalid(FieldError("slug", "err.slug_taken"))
        edition = Edition(**_columns(plan.edition), state=EditionState.DRAFT.value, created_at=now)
        await Edition.insert(edition)
        for table, rows in (
            (TimelineDate, plan.timeline),
            (EligibilityRule, plan.eligibility),
            (Honour, plan.honours),
            (ScaleLevel, plan.levels),
            (Expertise, plan.expertise),
            (AiStatement, plan.ai_statements),
            (PracticeCriterion, plan.practice_criteria),
            (PracticeWork, plan.practice_works),
            (RoundRule, plan.further_rounds),
        ):
            await insert_many([table(edition=edition.id, **_columns(row)) for row in rows])
        await _insert_categories(edition.id, plan)
        await _insert_references(edition.id, plan)
        await _plan_round(edition.id, plan)
        await record(Event.EDITION_CREATED, by=actor, about=("edition", edition.id), at=now, after=plan.edition["slug"])
        return edition.id


async def _insert_categories(edition_id: UUID, plan: EditionPlan) -> None:
    categories = {row["slug"]: Category(edition=edition_id, **_columns(row)) for row in plan.categories}
    await insert_many(list(categories.values()))
    for table, rows in ((Material, plan.materials), (Criterion, plan.criteria)):
        await insert_many(
            [table(category=categories[row["category"]].id, **_columns(row, but="category")) for row in rows]
        )


async def _insert_references(edition_id: UUID, plan: EditionPlan) -> None:
    works = await PracticeWork.select(PracticeWork.id, PracticeWork.position).where(PracticeWork.edition == edition_id)
    criteria = await PracticeCriterion.select(PracticeCriterion.id, PracticeCriterion.slug).where(
        PracticeCriterion.edition == edition_id
    )
    by_position = {row["position"]: row["id"] for row in works}
    by_slug = {row["slug"]: row["id"] for row in criteria}
    await insert_many(
        [
            PracticeReference(
                work=by_position[row["work"]],
                criterion=by_slug[row["criterion"]],
                **{key: value for key, value in row.items() if key not in {"work", "criterion"}},
            )
            for row in plan.practice_references
        ]
    )


async def _plan_round(edition_id: UUID, plan: EditionPlan) -> None:
    judging = next(row for row in plan.timeline if row["slug"] == "judging")
    await Round.insert(
        Round(
            edition=edition_id,
            ordinal=1,
            state=RoundState.PLANNED.value,
            reviews_per_entry=plan.edition["judges_per_entry"],
            opens_at=judging["at"],
            closes_at=judging["until"],
            seed=plan.seed or str(plan.edition["slug"]),
            method=plan.method,
        )
    )


def _columns(row: Values, *, but: str = "") -> dict[str, Any]:
    """Give a plan's row as column values: lists become canonical JSON."""
    return {
        key: to_json(list(value)) if isinstance(value, list | tuple) else value
        for key, value in row.items()
        if key != but
    }


def _check_plan(plan: EditionPlan) -> None:
    """Refuse a plan whose weights do not add up, or whose dates are missing or out of order."""
    errors = []
    for category in plan.categories:
        total = sum(int(str(row["weight"])) for row in plan.criteria if row["category"] == category["slug"])
        if total != WHOLE:
            errors.append(FieldError(f"weights-{category['slug']}", "err.weights", sum=total))
    dates = {str(row["slug"]): row for row in plan.timeline}
    order = [name for name in ("open", "deadline", "judging", "notice", "publish") if name in dates]
    if not {"open", "deadline", "judging", "publish"} <= dates.keys():
        errors.append(FieldError("timeline", "err.dates_missing"))
    else:
        times = [dates[name]["at"] for name in order]
        if times != sorted(times):
            errors.append(FieldError("timeline", "err.dates_order"))
    if errors:
        raise Invalid(*errors)
