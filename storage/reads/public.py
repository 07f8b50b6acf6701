"""What anybody may know of an edition. Results come from published rows only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.tables.edition import DeadlineExtension, Edition, TimelineDate

__all__ = ["EditionFrame", "Extension", "find_edition_frame"]


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
    """Find what every page says of its edition, in three queries."""
    row = (
        await Edition.select(
            Edition.id, Edition.slug, Edition.state, Edition.name_ar, Edition.name_en, Edition.short_ar,
            Edition.short_en, Edition.theme_ar, Edition.theme_en, Edition.notice_ar, Edition.notice_en,
            Edition.contact_email, Edition.publish_at, Edition.published_at,
        )
        .where(Edition.id == edition_id)
        .first()
    )  # fmt: skip
    if row is None:
        return None
    dates = {
        each["slug"]: each
        for each in await TimelineDate.select(TimelineDate.slug, TimelineDate.at, TimelineDate.until).where(
            (TimelineDate.edition == edition_id) & TimelineDate.slug.is_in(["open", "deadline", "judging", "publish"])
        )
    }
    moved = (
        await DeadlineExtension.select(DeadlineExtension.from_at, DeadlineExtension.to_at, DeadlineExtension.reason)
        .where(DeadlineExtension.edition == edition_id)
        .order_by(DeadlineExtension.made_at, ascending=False)
        .first()
    )
    extension = Extension(**moved) if moved else None
    at = {slug: date["at"] for slug, date in dates.items()}
    return EditionFrame(
        **row | {"publish_at": row["publish_at"] or at.get("publish")},
        open_at=at.get("open"),
        deadline_at=extension.to_at if extension else at.get("deadline"),
        judging_at=at.get("judging"),
        judging_until=dates["judging"]["until"] if "judging" in dates else None,
        extension=extension,
    )
