"""What one field of a set-up line cannot tell: limits against each other, words of both languages, dates, letters."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from service.errors import FieldError
from service.usecases.setup.fields import spread
from service.usecases.setup.kinds import Kind
from storage.lifecycle import EditionState
from storage.tables.edition import Category

__all__ = ["check_whole"]

_CODE = re.compile(r"[A-Z]{2,4}")


async def check_whole(
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
    errors += await _check_category(edition["id"], values)
    if kind.name == "further-round" and values["ends_at"] <= values["begins_at"]:
        errors.append(FieldError("ends_at", "err.ends_before"))
    if kind.name == "date":
        errors += _check_date(edition, before, values)
    return errors


async def _check_category(edition_id: UUID, values: Mapping[str, Any]) -> list[FieldError]:
    """Check that a line names a category of its own edition, where it names one."""
    named = [name for name in ("category_slug", "only_for") if values.get(name)]
    if not named:
        return []
    known = {row["slug"] for row in await Category.select(Category.slug).where(Category.edition == edition_id)}
    return [FieldError(name, "err.choose", word_field=f"setup.f_{name}") for name in named if values[name] not in known]


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
