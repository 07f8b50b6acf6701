"""The categories of an edition: what each asks for and how it is judged."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.tables.edition import Category, Edition, EligibilityRule, Material, ScaleLevel
from storage.tables.rubric import Criterion

__all__ = [
    "CategoryLine",
    "CategoryView",
    "CriterionView",
    "LevelView",
    "MaterialView",
    "find_category",
    "list_categories",
]


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category in a list."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str
    about_ar: str
    about_en: str


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A file that a category asks for, with its limits."""

    slug: str
    name_ar: str
    name_en: str
    rule_ar: str
    rule_en: str
    formats: tuple[str, ...]
    is_required: bool
    is_for_judges: bool
    max_files: int
    max_bytes: int
    min_pages: int | None
    max_pages: int | None
    min_seconds: int | None
    max_seconds: int | None
    min_words: int | None
    max_words: int | None
    min_width: int | None
    min_height: int | None


@dataclass(frozen=True, slots=True)
class CriterionView:
    """One line of a category's rubric; ``anchors`` go from the lowest level to the highest."""

    slug: str
    weight: int
    name_ar: str
    name_en: str
    ask_ar: str
    ask_en: str
    anchors_ar: tuple[str, ...]
    anchors_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level of the scale."""

    level: int
    first_step: int
    last_step: int
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category whole: what it asks for, how it is judged, and its own conditions in Arabic and English."""

    line: CategoryLine
    materials: tuple[MaterialView, ...]
    criteria: tuple[CriterionView, ...]
    levels: tuple[LevelView, ...]
    steps: int
    conditions: tuple[tuple[str, str], ...]


async def list_categories(edition_id: UUID) -> tuple[CategoryLine, ...]:
    """List an edition's categories in their order."""
    rows = await read_quickly(
        "SELECT c.id, c.slug, c.name_ar, c.name_en, c.about_ar, c.about_en FROM category c WHERE c.edition = {} "
        "ORDER BY c.position",
        edition_id,
    )
    return tuple(CategoryLine(**row | {"id": UUID(str(row["id"]))}) for row in rows)


async def find_category(edition_id: UUID, slug: str) -> CategoryView | None:
    """Find a category of an edition with everything that its page says."""
    row = await Category.select(*_CATEGORY).where((Category.edition == edition_id) & (Category.slug == slug)).first()
    if row is None:
        return None
    line = CategoryLine(**row)
    materials = await Material.select().where(Material.category == line.id).order_by(Material.position)
    criteria = await Criterion.select().where(Criterion.category == line.id).order_by(Criterion.position)
    levels = await ScaleLevel.select().where(ScaleLevel.edition == edition_id).order_by(ScaleLevel.level)
    edition = await Edition.select(Edition.steps).where(Edition.id == edition_id).first()
    own = await EligibilityRule.select(EligibilityRule.text_ar, EligibilityRule.text_en).where(
        (EligibilityRule.edition == edition_id) & (EligibilityRule.only_for == slug)
    ).order_by(EligibilityRule.position)  # fmt: skip
    return CategoryView(
        line=line,
        materials=tuple(_material(each) for each in materials),
        criteria=tuple(_criterion(each) for each in criteria),
        levels=tuple(LevelView(**{name.name: each[name.name] for name in fields(LevelView)}) for each in levels),
        steps=edition["steps"] if edition else 0,
        conditions=tuple((each["text_ar"], each["text_en"]) for each in own),
    )


_CATEGORY = (
    Category.id,
    Category.slug,
    Category.name_ar,
    Category.name_en,
    Category.about_ar,
    Category.about_en,
)


def _material(row: dict[str, Any]) -> MaterialView:
    same = (
        "slug", "name_ar", "name_en", "rule_ar", "rule_en", "is_required", "max_files", "max_bytes", "min_pages",
        "max_pages", "min_seconds", "max_seconds", "min_words", "max_words", "min_width", "min_height",
    )  # fmt: skip
    return MaterialView(
        **{name: row[name] for name in same},
        formats=tuple(from_json(row["formats"]) or ()),
        is_for_judges=row["audience"] == "judges",
    )


def _criterion(row: dict[str, Any]) -> CriterionView:
    same = ("slug", "weight", "name_ar", "name_en", "ask_ar", "ask_en")
    return CriterionView(
        **{name: row[name] for name in same},
        anchors_ar=tuple(from_json(row["anchors_ar"]) or ()),
        anchors_en=tuple(from_json(row["anchors_en"]) or ()),
    )
