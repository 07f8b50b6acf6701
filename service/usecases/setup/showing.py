"""The lines of an edition's set-up as their pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.errors import NotFound
from service.usecases.setup.fields import LANGUAGES, Field, Shape, spread
from service.usecases.setup.kinds import KINDS, Kind
from service.usecases.setup.lines import find_line, list_lines, stamp
from service.usecases.setup.rubrics import weights_stamp
from storage.columns import from_json
from storage.tables.edition import Category, Edition
from storage.tables.rubric import PracticeReference

__all__ = ["Line", "Reference", "Setup", "get_setup", "list_references", "open_line", "open_section", "stamp_weights"]


@dataclass(frozen=True, slots=True)
class Setup:
    """The edition that is being set up."""

    id: UUID
    slug: str
    state: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    time_zone: str
    steps: int
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its values by column; ``seen`` is the mark that its form carries."""

    id: UUID
    parent: UUID | None
    slug: str
    name_ar: str
    name_en: str
    weight: int
    values: Mapping[str, Any]
    lacks: tuple[str, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A practice work's reference mark for one criterion."""

    criterion: UUID
    step: int
    reason_ar: str
    reason_en: str


async def get_setup(edition_id: UUID) -> Setup:
    """Read the edition that is set up. Raises NotFound."""
    row = await Edition.select(
        Edition.id, Edition.slug, Edition.state, Edition.name_ar, Edition.name_en, Edition.short_ar,
        Edition.short_en, Edition.time_zone, Edition.steps, Edition.fingerprint,
    ).where(Edition.id == edition_id).first()  # fmt: skip
    if row is None:
        raise NotFound
    return Setup(**row)


async def open_section(edition_id: UUID, section: str) -> dict[str, list[Line]]:
    """Read the lines of a page, by kind, in their order."""
    found = {}
    for kind in KINDS.values():
        if kind.section != section:
            continue
        if kind.is_own:
            rows = [row for row in [await find_line(edition_id, kind, edition_id)] if row]
        elif kind.in_category:
            table = kind.table
            rows = list(await table.select().where(table.category.edition == edition_id).order_by(table.position))
        else:
            rows = await list_lines(edition_id, kind)
        found[kind.name] = [_line(kind, row) for row in rows]
    return found


async def open_line(edition_id: UUID, kind: Kind, line_id: UUID | None, category_id: UUID | None = None) -> Line | None:
    """Read one line for its form; None for a new one. Raises NotFound for what is not this edition's."""
    if line_id is not None:
        row = await find_line(edition_id, kind, line_id)
        if row is None:
            raise NotFound
        return _line(kind, row)
    if kind.is_own:
        raise NotFound
    if kind.in_category and not await Category.exists().where(
        (Category.id == category_id) & (Category.edition == edition_id)
    ):
        raise NotFound
    return None


async def list_references(work_id: UUID) -> dict[UUID, Reference]:
    """Read a practice work's reference marks by criterion."""
    rows = await PracticeReference.select().where(PracticeReference.work == work_id)
    return {
        row["criterion"]: Reference(row["criterion"], row["step"], row["reason_ar"], row["reason_en"]) for row in rows
    }


def stamp_weights(lines: list[Line]) -> str:
    """Give the mark of a rubric's weights."""
    return weights_stamp([{"weight": line.weight} for line in lines])


def _line(kind: Kind, row: Mapping[str, Any]) -> Line:
    columns = spread(kind.fields)
    name = next((each.name for each in kind.fields if each.is_both), "")
    return Line(
        id=row["id"],
        parent=row["category"] if kind.in_category else None,
        slug=row.get("slug") or str(row.get("level") or row.get("ordinal") or ""),
        name_ar=str(row.get(f"{name}_ar") or ""),
        name_en=str(row.get(f"{name}_en") or ""),
        weight=int(row.get("weight") or 0),
        values={each.column: row[each.column] for each in columns},
        lacks=tuple(
            language
            for language in LANGUAGES
            if any(each.language == language and _is_missing(each, row[each.column]) for each in columns)
        ),
        seen=stamp(row, kind.fields),
    )


def _is_missing(field: Field, value: Any) -> bool:
    if field.is_optional:
        return False
    return not all(from_json(value) or [""]) if field.shape is Shape.ANCHORS else not value
