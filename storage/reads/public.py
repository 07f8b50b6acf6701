"""What anybody may know of an edition. Results come from published rows only."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.lifecycle import EditionState
from storage.tables.edition import (
    Category,
    DeadlineExtension,
    Edition,
    EligibilityRule,
    Honour,
    Material,
    ScaleLevel,
    TimelineDate,
)
from storage.tables.further_round import RoundRule
from storage.tables.panel import Round
from storage.tables.rubric import Criterion

__all__ = [
    "CategoryLine",
    "CategoryView",
    "CriterionView",
    "DateView",
    "EditionFrame",
    "EditionLine",
    "EditionRules",
    "Extension",
    "FurtherRound",
    "HonourView",
    "LevelView",
    "MaterialView",
    "RuleText",
    "find_category",
    "find_edition_frame",
    "find_edition_id",
    "find_edition_rules",
    "list_categories",
    "list_dates",
    "list_editions",
]


@dataclass(frozen=True, slots=True)
class Extension:
    """The deadline moved, with its reason."""

    from_at: datetime
    to_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class EditionFrame:
    """The edition round a page: its names in both languages, stage, great dates and the notice over every page."""

    id: UUID
    slug: str
    state: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    theme_ar: str
    theme_en: str
    notice_ar: str | None
    notice_en: str | None
    contact_email: str
    publish_at: datetime | None
    published_at: datetime | None
    open_at: datetime | None
    deadline_at: datetime | None
    judging_at: datetime | None
    judging_until: datetime | None
    extension: Extension | None


async def find_edition_frame(edition_id: UUID) -> EditionFrame | None:
    """Find what every page says of its edition, in one query."""
    rows = await read_quickly(_FRAME, edition_id)
    if not rows:
        return None
    row = rows[0]
    at = {each["date_slug"]: each["date_at"] for each in rows}
    until = {each["date_slug"]: each["date_until"] for each in rows}
    moved = row["from_at"] is not None
    extension = Extension(row["from_at"], row["to_at"], row["reason"]) if moved else None
    return EditionFrame(
        **{name: row[name] for name in _FRAME_ITSELF},
        publish_at=row["publish_at"] or at.get("publish"),
        open_at=at.get("open"),
        deadline_at=extension.to_at if extension else at.get("deadline"),
        judging_at=at.get("judging"),
        judging_until=until.get("judging"),
        extension=extension,
    )


_FRAME_ITSELF = (
    "id", "slug", "state", "name_ar", "name_en", "short_ar", "short_en", "theme_ar", "theme_en", "notice_ar",
    "notice_en", "contact_email", "published_at",
)  # fmt: skip

_FRAME = """SELECT d.id, d.slug, d.state, d.name_ar, d.name_en, d.short_ar, d.short_en, d.theme_ar, d.theme_en,
    d.notice_ar, d.notice_en, d.contact_email, d.publish_at, d.published_at,
    t.slug AS date_slug, t.at AS date_at, t.until AS date_until, x.from_at, x.to_at, x.reason
    FROM edition d
    LEFT JOIN timeline_date t ON t.edition = d.id AND t.slug IN ('open', 'deadline', 'judging', 'publish')
    LEFT JOIN deadline_extension x ON x.id =
        (SELECT id FROM deadline_extension WHERE edition = d.id ORDER BY made_at DESC LIMIT 1)
    WHERE d.id = {}"""


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


@dataclass(frozen=True, slots=True)
class DateView:
    """A named date of an edition."""

    slug: str
    at: datetime
    until: datetime | None
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class HonourView:
    """What may be given."""

    slug: str
    place: int | None
    is_per_category: bool
    amount_omr: int
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class FurtherRound:
    """A round after the first, as the sealed rules have it: the first ``takes`` of each category go on into it."""

    ordinal: int
    takes: int
    reviews_per_entry: int
    is_carried: bool
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class RuleText:
    """A condition of taking part; ``only_*`` name the one category that it is for, empty for every category."""

    slug: str
    text_ar: str
    text_en: str
    only_ar: str
    only_en: str


@dataclass(frozen=True, slots=True)
class EditionRules:
    """The rules of taking part and of judging, as sealed when the edition opened."""

    texts: tuple[RuleText, ...]
    honours: tuple[HonourView, ...]
    limits_notice_ar: str | None
    limits_notice_en: str | None
    upload_grace_minutes: int
    appeals_days: int | None
    honour_threshold: int
    may_share: bool
    method: str
    judges_per_entry: int
    fingerprint: str | None
    further_rounds: tuple[FurtherRound, ...]


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition in the list of editions."""

    slug: str
    state: str
    name_ar: str
    name_en: str
    theme_ar: str
    theme_en: str
    published_at: datetime | None


async def list_categories(edition_id: UUID) -> tuple[CategoryLine, ...]:
    """List an edition's categories in their order."""
    rows = await Category.select(*_CATEGORY).where(Category.edition == edition_id).order_by(Category.position)
    return tuple(CategoryLine(**row) for row in rows)


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
        levels=tuple(_pick(LevelView, each) for each in levels),
        steps=edition["steps"] if edition else 0,
        conditions=tuple((each["text_ar"], each["text_en"]) for each in own),
    )


async def list_dates(edition_id: UUID) -> tuple[DateView, ...]:
    """List an edition's dates in their order, the deadline as it was last extended."""
    moved = (
        await DeadlineExtension.select(DeadlineExtension.to_at)
        .where(DeadlineExtension.edition == edition_id)
        .order_by(DeadlineExtension.made_at, ascending=False)
        .first()
    )
    rows = (
        await TimelineDate.select(
            TimelineDate.slug, TimelineDate.at, TimelineDate.until, TimelineDate.name_ar, TimelineDate.name_en
        )
        .where(TimelineDate.edition == edition_id)
        .order_by(TimelineDate.position)
    )
    return tuple(
        DateView(**row | ({"at": moved["to_at"]} if moved and row["slug"] == "deadline" else {})) for row in rows
    )


async def find_edition_rules(edition_id: UUID) -> EditionRules | None:
    """Find the rules of an edition."""
    row = await Edition.select().where(Edition.id == edition_id).first()
    if row is None:
        return None
    texts = (
        await EligibilityRule.select().where(EligibilityRule.edition == edition_id).order_by(EligibilityRule.position)
    )
    honours = await Honour.select().where(Honour.edition == edition_id).order_by(Honour.position)
    further = await RoundRule.select().where(RoundRule.edition == edition_id).order_by(RoundRule.ordinal)
    first = await Round.select(Round.method).where((Round.edition == edition_id) & (Round.ordinal == 1)).first()
    names = {each.slug: each for each in await list_categories(edition_id)}
    return EditionRules(
        texts=tuple(_rule_text(each, names.get(each["only_for"] or "")) for each in texts),
        honours=tuple(_pick(HonourView, each) for each in honours),
        limits_notice_ar=row["limits_notice_ar"],
        limits_notice_en=row["limits_notice_en"],
        upload_grace_minutes=row["upload_grace_minutes"],
        appeals_days=row["appeals_days"],
        honour_threshold=row["honour_threshold"],
        may_share=row["may_share"],
        method=first["method"] if first else "",
        judges_per_entry=row["judges_per_entry"],
        fingerprint=row["fingerprint"],
        further_rounds=tuple(
            FurtherRound(**{each.name: row[each.name] for each in fields(FurtherRound)}) for row in further
        ),
    )


def _rule_text(row: dict[str, Any], only: CategoryLine | None) -> RuleText:
    return RuleText(
        row["slug"], row["text_ar"], row["text_en"], only.name_ar if only else "", only.name_en if only else ""
    )


async def list_editions() -> tuple[EditionLine, ...]:
    """List the editions that have left their draft, the newest first; a notified one still reads as deciding."""
    rows = (
        await Edition.select(
            Edition.slug, Edition.state, Edition.name_ar, Edition.name_en, Edition.theme_ar, Edition.theme_en,
            Edition.published_at,
        )
        .where(Edition.state != EditionState.DRAFT.value)
        .order_by(Edition.created_at, ascending=False)
    )  # fmt: skip
    hidden = {EditionState.NOTIFIED.value: EditionState.DECIDING.value}
    return tuple(EditionLine(**row | {"state": hidden.get(row["state"], row["state"])}) for row in rows)


_CATEGORY = (
    Category.id,
    Category.slug,
    Category.name_ar,
    Category.name_en,
    Category.about_ar,
    Category.about_en,
)

View = TypeVar("View", LevelView, HonourView)


def _pick(view: type[View], row: dict[str, Any]) -> View:
    return view(**{each.name: row[each.name] for each in fields(view)})


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


async def find_edition_id(slug: str) -> UUID | None:
    """Find an edition by the name that its addresses carry."""
    row = await Edition.select(Edition.id).where(Edition.slug == slug).first()
    return row["id"] if row else None
