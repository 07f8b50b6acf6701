"""The lines of an edition with the translations they lack, in one query, and its dates."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql
from storage.tables.edition import TimelineDate

__all__ = ["DateLine", "LineGap", "list_dates", "list_gaps"]


@dataclass(frozen=True, slots=True)
class LineGap:
    """A line of the set-up: whether its words are there in each language, and its weight where it has one."""

    kind: str
    section: str
    id: str
    parent: str
    slug: str
    name_ar: str
    name_en: str
    lacks_ar: bool
    lacks_en: bool
    weight: int


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date of the edition."""

    slug: str
    at: datetime
    until: datetime | None
    name_ar: str
    name_en: str


_SHAPES: tuple[tuple[str, str, str, str, tuple[str, ...], str, str], ...] = (
    # kind, section, table, the words that name it, the words it needs, its weight, its slug
    ("basics", "texts", "edition", "name", ("name", "short", "theme"), "0", "contact_email"),
    ("eligibility", "rules", "eligibility_rule", "text", ("text",), "0", "slug"),
    ("ai-statement", "rules", "ai_statement", "text", ("text",), "0", "slug"),
    ("date", "timeline", "timeline_date", "name", ("name",), "0", "slug"),
    ("honour", "honours", "honour", "name", ("name",), "0", "slug"),
    ("level", "criteria", "scale_level", "name", ("name",), "0", "''"),
    ("category", "categories", "category", "name", ("name", "about"), "0", "slug"),
    ("expertise", "categories", "expertise", "name", ("name",), "0", "slug"),
    ("material", "categories", "material", "name", ("name", "rule"), "0", "slug"),
    ("criterion", "criteria", "criterion", "name", ("name", "ask", "anchors"), "weight", "slug"),
    ("practice-work", "practice", "practice_work", "title", ("title", "text"), "0", "''"),
    ("practice-criterion", "practice", "practice_criterion", "name", ("name", "ask", "anchors"), "weight", "slug"),
)
_IN_CATEGORY = frozenset({"material", "criterion"})


async def list_gaps(edition_id: UUID) -> list[LineGap]:
    """List every line of the set-up with what it lacks."""
    rows = await run_sql(_QUERY, *[edition_id] * len(_SHAPES))
    return [
        LineGap(
            **row | {"lacks_ar": bool(row["lacks_ar"]), "lacks_en": bool(row["lacks_en"]), "weight": int(row["weight"])}
        )
        for row in rows
    ]


async def list_dates(edition_id: UUID) -> list[DateLine]:
    """List an edition's dates in their order."""
    rows = (
        await TimelineDate.select(
            TimelineDate.slug, TimelineDate.at, TimelineDate.until, TimelineDate.name_ar, TimelineDate.name_en
        )
        .where(TimelineDate.edition == edition_id)
        .order_by(TimelineDate.at)
    )
    return [DateLine(**row) for row in rows]


def _lacks(words: tuple[str, ...], language: str) -> str:
    """Write the condition under which a language's words are not all there; a list lacks one where a text is empty."""
    conditions = [
        f"line.{name}_{language} = '[]' OR line.{name}_{language} LIKE '%\"\"%'"
        if name == "anchors"
        else f"line.{name}_{language} = ''"
        for name in words
    ]
    return f"CASE WHEN {' OR '.join(conditions)} THEN 1 ELSE 0 END"


def _select(shape: tuple[str, str, str, str, tuple[str, ...], str, str]) -> str:
    kind, section, table, name, needed, weight, slug = shape
    parent = "CAST(line.category AS text)" if kind in _IN_CATEGORY else "''"
    written = f"line.{weight}" if weight != "0" else weight
    named = f"line.{slug}" if slug != "''" else slug
    source = f"{table} AS line" + (" JOIN category ON category.id = line.category" if kind in _IN_CATEGORY else "")
    owner = "line.id" if kind == "basics" else "category.edition" if kind in _IN_CATEGORY else "line.edition"
    return f"""SELECT '{kind}' AS kind, '{section}' AS section, CAST(line.id AS text) AS id, {parent} AS parent,
        {named} AS slug, line.{name}_ar AS name_ar, line.{name}_en AS name_en,
        {_lacks(needed, "ar")} AS lacks_ar, {_lacks(needed, "en")} AS lacks_en, {written} AS weight
        FROM {source} WHERE {owner} = {{}}"""  # noqa: S608 - the names are ours


_QUERY = " UNION ALL ".join(_select(shape) for shape in _SHAPES)
