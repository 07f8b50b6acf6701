"""Adding, changing, removing and ordering the lines of an edition's set-up, one at a time."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.usecases.setup.fields import Field, Shape, TypedForm, plain_values, read_field, show_field, spread
from service.usecases.setup.kinds import KEPT_DATES, Kind
from service.usecases.setup.sealing import begin_change, end_change
from storage.columns import to_json
from storage.engine import savepoint, transaction
from storage.errors import ForeignKeyViolation
from storage.lifecycle import EditionState, RoundState
from storage.tables.edition import Category, Material, TimelineDate
from storage.tables.panel import Round
from storage.tables.rubric import Criterion, PracticeCriterion, PracticeReference

__all__ = ["LineInUse", "StaleForm", "move_line", "remove_line", "save_line", "stamp"]

WHOLE = 100
_CODE = re.compile(r"[A-Z]{2,4}")


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
                await _remove_parts(kind, line_id)
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
        errors += await _check_whole(edition, kind, before, values)
    if errors:
        raise Invalid(*errors)
    return values


async def _check_whole(
    edition: Mapping[str, Any], kind: Kind, before: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> list[FieldError]:
    """Check what one field alone cannot tell."""
    errors = []
    for low, high in (("min", "max"), ("abstract_min", "abstract_max")):
        for name, least in values.items():
            most = values.get(name.replace(low, high, 1)) if name.startswith(f"{low}_") else None
            if most is not None and least is not None and least > most:
                errors.append(FieldError(name.replace(low, high, 1), "err.less_than_least", n=least))
    first, second = f"{kind.fields[0].name}_ar", f"{kind.fields[0].name}_en"
    texts = [name for name in values if name.endswith(("_ar", "_en"))]
    if kind.fields[0].is_both and not values[first] and not values[second]:
        errors.append(FieldError(first, "err.required", word_field=f"setup.f_{kind.fields[0].name}"))
    elif edition["state"] != EditionState.DRAFT:
        errors += [
            FieldError(name, "err.both_languages") for name in texts if values[name] == "" and not _may_lack(kind, name)
        ]
    if kind.name == "category":
        errors += await _check_prefix(edition["id"], before, values)
    if kind.name == "further-round" and values["ends_at"] <= values["begins_at"]:
        errors.append(FieldError("ends_at", "err.ends_before"))
    if kind.name == "date":
        errors += _check_date(edition, before, values)
    return errors


def _may_lack(kind: Kind, column: str) -> bool:
    return any(each.is_optional for each in spread(kind.fields) if each.column == column)


async def _check_prefix(
    edition_id: UUID, before: Mapping[str, Any] | None, values: dict[str, Any] | Mapping[str, Any]
) -> list[FieldError]:
    """Check a category's letters, which begin its code names: two to four capital letters, its own."""
    if not _CODE.fullmatch(values["prefix"]):
        return [FieldError("prefix", "err.prefix")]
    rows = await Category.select(Category.id).where(
        (Category.edition == edition_id) & (Category.prefix == values["prefix"])
    )
    is_taken = any(row["id"] != (before or {}).get("id") for row in rows)
    return [FieldError("prefix", "err.prefix_taken")] if is_taken else []


def _check_date(
    edition: Mapping[str, Any], before: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> list[FieldError]:
    """Check that a stretch ends after it begins, and leave an opened edition's deadline to the chair's extension."""
    errors = []
    if values["until"] is not None and values["until"] <= values["at"]:
        errors.append(FieldError("until", "err.ends_before"))
    if before and before["slug"] == "judging" and values["until"] is None:
        errors.append(FieldError("until", "err.moment"))
    moved = before is not None and values["at"] != before["at"]
    if before and before["slug"] in {"open", "deadline"} and moved and edition["state"] != EditionState.DRAFT:
        errors.append(FieldError("at", "err.deadline_by_chair"))
    return errors


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


async def _remove_parts(kind: Kind, line_id: UUID) -> None:
    """Remove what belongs to the line alone."""
    if kind.name == "category":
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
