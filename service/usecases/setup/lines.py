"""Adding, changing, removing and ordering the lines of an edition's set-up, one at a time."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.usecases.setup.checking import check_whole
from service.usecases.setup.fields import Field, Shape, TypedForm, plain_values, read_field, show_field, spread
from service.usecases.setup.kinds import KEPT_DATES, Kind
from service.usecases.setup.sealing import begin_change, end_change
from storage.columns import to_json
from storage.engine import savepoint, transaction
from storage.errors import ForeignKeyViolation
from storage.lifecycle import RoundState
from storage.tables.edition import Category, EligibilityRule, Material, TimelineDate
from storage.tables.panel import Round
from storage.tables.rubric import Criterion, PracticeCriterion, PracticeReference

__all__ = ["LineInUse", "StaleForm", "move_line", "remove_line", "save_line", "stamp"]

WHOLE = 100


class LineInUse(Conflicting):
    """Something else stands on this line: it cannot be removed."""

    code = "line-in-use"


class StaleForm(Invalid):
    """Somebody saved the same line in between: each field that differs says what stands now."""

    code = "stale-form"
    status = 409


def stamp(row: Mapping[str, Any] | None, fields: Sequence[Field]) -> str:
    """Give the mark of a line as it stands: a form carries it, so that saving notices what changed in between."""
    return hashlib.sha256(to_json(plain_values(row, fields)).encode()).hexdigest()[:16] if row else ""


async def save_line(
    actor: Actor,
    edition_id: UUID,
    kind: Kind,
    line_id: UUID | None,
    typed: TypedForm,
    *,
    now: datetime,
    category_id: UUID | None = None,
) -> UUID:
    """Add a line (no id) or change one; the form brings its fields, ``seen`` (its mark) and ``reason``.

    Raises StaleForm when the line is not as the form saw it, Invalid for values that cannot be taken, RulesFixed when
    the stage does not allow it.
    """
    async with transaction():
        edition, fingerprint = await begin_change(actor, edition_id, kind, is_other_number=line_id is None)
        before = await find_line(edition_id, kind, line_id) if line_id else None
        if line_id and before is None:
            raise NotFound
        values = await _read_values(edition, kind, before, typed)
        if before is not None:
            _check_unchanged(kind, before, values, typed.text("seen"), edition["time_zone"])
            await kind.table.update(values).where(kind.table.id == line_id)
            saved_id = UUID(str(line_id))
        else:
            saved_id = await _insert(edition_id, kind, values, category_id)
        await _follow(edition_id, kind, values, before)
        await end_change(
            actor, edition_id, kind, fingerprint=fingerprint, named=_named({**(before or {}), **values}),
            changes=_changes(kind, before, values), reason=typed.text("reason"), now=now,
        )  # fmt: skip
        return saved_id


async def remove_line(actor: Actor, edition_id: UUID, kind: Kind, line_id: UUID, *, reason: str, now: datetime) -> None:
    """Remove a line. Raises LineInUse for one that others stand on, or without which an edition cannot run."""
    async with transaction():
        edition, fingerprint = await begin_change(actor, edition_id, kind, is_other_number=True)
        before = await find_line(edition_id, kind, line_id)
        if before is None or kind.is_own or kind.name in {"round", "level"}:
            raise NotFound
        if kind.name == "date" and before["slug"] in KEPT_DATES:
            raise LineInUse
        try:
            async with savepoint():
                await _remove_parts(kind, line_id, before)
                await kind.table.delete().where(kind.table.id == line_id)
        except ForeignKeyViolation as held:
            raise LineInUse from held
        del edition
        await end_change(
            actor, edition_id, kind, fingerprint=fingerprint, named=_named(before),
            changes=[[each.column, _said(before[each.column]), None] for each in spread(kind.fields)],
            reason=reason, now=now,
        )  # fmt: skip


async def move_line(actor: Actor, edition_id: UUID, kind: Kind, line_id: UUID, *, up: bool, now: datetime) -> None:
    """Move a line one place up or down among its own; at the end of them nothing happens."""
    async with transaction():
        await begin_change(actor, edition_id, kind, is_other_number=True)
        line = await find_line(edition_id, kind, line_id)
        if line is None or "position" not in line:
            raise NotFound
        others = await list_lines(edition_id, kind, line.get("category"))
        order = [each["id"] for each in others]
        at = order.index(line_id)
        to = at - 1 if up else at + 1
        if 0 <= to < len(order):
            order[at], order[to] = order[to], order[at]
            for position, each in enumerate(order):
                await kind.table.update({kind.table.position: position}).where(kind.table.id == each)
            await end_change(
                actor, edition_id, kind, fingerprint="", named=_named(line), changes=[["position", at, to]], reason="",
                now=now,
            )  # fmt: skip


async def find_line(edition_id: UUID, kind: Kind, line_id: UUID | None) -> dict[str, Any] | None:
    """Find a line of this edition."""
    if kind.is_own and line_id != edition_id:
        return None
    row: dict[str, Any] | None = await kind.table.select().where(kind.table.id == line_id).first()
    if row is None or kind.is_own:
        return row
    if kind.in_category:
        is_ours = await Category.exists().where((Category.id == row["category"]) & (Category.edition == edition_id))
        return row if is_ours else None
    return row if row["edition"] == edition_id else None


async def list_lines(edition_id: UUID, kind: Kind, category_id: UUID | None = None) -> list[dict[str, Any]]:
    """List an edition's (or category's) lines of a kind in their order."""
    table = kind.table
    owner = table.category == category_id if kind.in_category else table.edition == edition_id
    names = {column._meta.name for column in table._meta.columns}  # noqa: SLF001 (Piccolo's only way to know them)
    order = next(name for name in ("position", "level", "ordinal", "slug") if name in names)
    return list(await table.select().where(owner).order_by(getattr(table, order)))


async def _read_values(
    edition: Mapping[str, Any], kind: Kind, before: Mapping[str, Any] | None, typed: TypedForm
) -> dict[str, Any]:
    errors: list[FieldError] = []
    zone = edition["time_zone"]
    values = {each.column: read_field(each, typed, time_zone=zone, errors=errors) for each in spread(kind.fields)}
    if not errors:
        errors += await check_whole(edition, kind, before, values)
    if errors:
        raise Invalid(*errors)
    return values


def _check_unchanged(
    kind: Kind, before: Mapping[str, Any], values: Mapping[str, Any], seen: str, time_zone: str
) -> None:
    if seen == stamp(before, kind.fields):
        return
    raise StaleForm(
        FieldError("seen", "err.saved_meanwhile"),
        *(
            FieldError(
                each.column if each.shape is not Shape.ANCHORS else f"{each.column}-1", "err.stands_now",
                value=show_field(each, before[each.column], time_zone=time_zone) or "–",
            )
            for each in spread(kind.fields)
            if before[each.column] != values[each.column]
        ),
    )  # fmt: skip


async def _insert(edition_id: UUID, kind: Kind, values: dict[str, Any], category_id: UUID | None) -> UUID:
    line_id = uuid4()
    others = await list_lines(edition_id, kind, category_id)
    more: dict[str, Any] = {"category": category_id} if kind.in_category else {"edition": edition_id}
    if kind.in_category and not await Category.exists().where(
        (Category.id == category_id) & (Category.edition == edition_id)
    ):
        raise NotFound
    names = {column._meta.name for column in kind.table._meta.columns}  # noqa: SLF001 (Piccolo's only way to know them)
    if "position" in names:
        more["position"] = max((each["position"] for each in others), default=0) + 1
    if kind.name == "further-round":
        more["ordinal"] = max((each["ordinal"] for each in others), default=1) + 1
    if kind.has_slug:
        more["slug"] = _free_slug(kind, values, {each["slug"] for each in others})
    if kind.table in {Criterion, PracticeCriterion}:
        more["weight"] = max(0, WHOLE - sum(each["weight"] for each in others))
    await kind.table.insert(kind.table(id=line_id, **more, **values))
    return line_id


def _free_slug(kind: Kind, values: Mapping[str, Any], taken: set[str]) -> str:
    """Make a name for addresses out of the English words: letters, digits and dashes, one of its own."""
    words = str(values.get("name_en") or values.get("title_en") or "")
    wanted = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40].strip("-") or kind.name
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


async def _follow(edition_id: UUID, kind: Kind, values: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """Keep in step what says the same thing elsewhere: the planned round, and the order of dates."""
    planned = (Round.edition == edition_id) & (Round.state == RoundState.PLANNED.value)
    if kind.name == "judging":
        await Round.update({Round.reviews_per_entry: values["judges_per_entry"]}).where(planned)
    if kind.name == "date":
        if before and before["slug"] == "judging":
            going = (Round.edition == edition_id) & (Round.ordinal == 1)
            await Round.update({Round.opens_at: values["at"], Round.closes_at: values["until"]}).where(going)
        rows = (
            await TimelineDate.select(TimelineDate.id)
            .where(TimelineDate.edition == edition_id)
            .order_by(TimelineDate.at)
        )
        for position, row in enumerate(rows):
            await TimelineDate.update({TimelineDate.position: position}).where(TimelineDate.id == row["id"])


async def _remove_parts(kind: Kind, line_id: UUID, row: Mapping[str, Any]) -> None:
    """Remove what belongs to the line alone. Raises LineInUse for a category that a condition of taking part is for."""
    if kind.name == "category":
        if await EligibilityRule.exists().where(
            (EligibilityRule.edition == row["edition"]) & (EligibilityRule.only_for == row["slug"])
        ):
            raise LineInUse
        await Criterion.delete().where(Criterion.category == line_id)
        await Material.delete().where(Material.category == line_id)
    if kind.name == "practice-work":
        await PracticeReference.delete().where(PracticeReference.work == line_id)
    if kind.name == "practice-criterion":
        await PracticeReference.delete().where(PracticeReference.criterion == line_id)


def _named(row: Mapping[str, Any]) -> tuple[str, str]:
    """Give the words by which people know the line."""
    for name in ("name", "title", "text"):
        if f"{name}_ar" in row:
            return row[f"{name}_ar"], row[f"{name}_en"]
    return "", ""


def _changes(kind: Kind, before: Mapping[str, Any] | None, values: Mapping[str, Any]) -> list[list[Any]]:
    return [
        [each.column, _said(before[each.column]) if before else None, _said(values[each.column])]
        for each in spread(kind.fields)
        if before is None or before[each.column] != values[each.column]
    ]


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
