"""The honoured whose places are not public yet: what the first of two announcements says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.reads.results import PUBLISHED_STATES, PublishedCategory, list_published_categories
from storage.tables.award import Announcement

__all__ = ["Announced", "AnnouncedLine", "find_announced", "is_announced"]


@dataclass(frozen=True, slots=True)
class AnnouncedLine:
    """An honoured project before its place is public."""

    title_ar: str
    title_en: str
    institution_ar: str
    institution_en: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The honoured of an edition by category and title, announced before the places."""

    short_ar: str
    short_en: str
    publish_at: datetime | None
    categories: tuple[tuple[PublishedCategory, tuple[AnnouncedLine, ...]], ...]


async def is_announced(edition_id: UUID) -> bool:
    """Say whether an edition's honoured are public and their places are not; asked for each look at the home page."""
    return bool(await read_quickly(_ANNOUNCED, edition_id))


_ANNOUNCED = """SELECT 1 FROM announcement a JOIN edition d ON d.id = a.edition
    WHERE d.id = {} AND a.announced_at IS NOT NULL AND d.state NOT IN ('published', 'archived')"""


async def find_announced(slug: str | None = None) -> Announced | None:
    """Find the honoured of an edition (the newest where none is named) that were announced and not yet placed."""
    query = (
        Announcement.select(
            Announcement.content, Announcement.edition.id.as_alias("id"), Announcement.edition.short_ar.as_alias("ar"),
            Announcement.edition.short_en.as_alias("en"), Announcement.edition.publish_at.as_alias("publish_at"),
        )
        .where(
            Announcement.announced_at.is_not_null() & Announcement.edition.state.not_in(list(PUBLISHED_STATES))
        )
        .order_by(Announcement.announced_at, ascending=False)
    )  # fmt: skip
    if slug is not None:
        query = query.where(Announcement.edition.slug == slug)
    row = await query.first()
    if row is None:
        return None
    lines: dict[str, list[AnnouncedLine]] = {}
    for each in from_json(row["content"]):
        lines.setdefault(each["category"], []).append(
            AnnouncedLine(**{name: each[name] for name in AnnouncedLine.__slots__})
        )
    categories = await list_published_categories(row["id"])
    return Announced(
        short_ar=row["ar"],
        short_en=row["en"],
        publish_at=row["publish_at"],
        categories=tuple((each, tuple(lines[str(each.id)])) for each in categories if str(each.id) in lines),
    )
