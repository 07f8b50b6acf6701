"""The categories of an edition: what each asks for and how it is judged."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly

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
    return tuple(CategoryLine(**row) for row in rows)


_CATEGORY = """SELECT c.id, c.slug, c.name_ar, c.name_en, c.about_ar, c.about_en, e.steps
    FROM category c JOIN edition e ON e.id = c.edition WHERE c.edition = {} AND c.slug = {}"""
_MATERIALS = "SELECT * FROM material WHERE category = {} ORDER BY position"
_CRITERIA = "SELECT * FROM criterion WHERE category = {} ORDER BY position"
_LEVELS = """SELECT level, first_step, last_step, name_ar, name_en FROM scale_level WHERE edition = {}
    ORDER BY level"""
_CONDITIONS = """SELECT text_ar, text_en FROM eligibility_rule WHERE edition = {} AND only_for = {}
    ORDER BY position"""


async def find_category(edition_id: UUID, slug: str) -> CategoryView | None:
    """Find a category of an edition with everything that its page says."""
    found = await read_quickly(_CATEGORY, edition_id, slug)
    if not found:
        return None
    steps = found[0].pop("steps")
    line = CategoryLine(**found[0])
    return CategoryView(
        line=line,
        materials=tuple(_material(each) for each in await read_quickly(_MATERIALS, line.id)),
        criteria=tuple(_criterion(each) for each in await read_quickly(_CRITERIA, line.id)),
        levels=tuple(LevelView(**each) for each in await read_quickly(_LEVELS, edition_id)),
        steps=steps,
        conditions=tuple(
            (each["text_ar"], each["text_en"]) for each in await read_quickly(_CONDITIONS, edition_id, slug)
        ),
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
