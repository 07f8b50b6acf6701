"""An edition round every page, in a list, and by its dates."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import read_quickly
from storage.lifecycle import EditionState
from storage.tables.edition import Edition

__all__ = [
    "DateView",
    "EditionFrame",
    "EditionLine",
    "Extension",
    "find_edition_frame",
    "find_edition_id",
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
class EditionLine:
    """An edition in the list of editions."""

    slug: str
    state: str
    name_ar: str
    name_en: str
    theme_ar: str
    theme_en: str
    published_at: datetime | None


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


async def find_edition_id(slug: str) -> UUID | None:
    """Find an edition by the name that its addresses carry."""
    row = await Edition.select(Edition.id).where(Edition.slug == slug).first()
    return row["id"] if row else None


@dataclass(frozen=True, slots=True)
class DateView:
    """A named date of an edition."""

    slug: str
    at: datetime
    until: datetime | None
    name_ar: str
    name_en: str


async def list_dates(edition_id: UUID) -> tuple[DateView, ...]:
    """List an edition's dates in their order: the deadline as last extended, the results as the chair fixed them."""
    rows = await read_quickly(_DATES, edition_id)
    moved = {row["slug"]: row["to_at"] if row["slug"] == "deadline" else row["publish_at"] for row in rows}
    return tuple(
        DateView(row["slug"], moved[row["slug"]] or row["at"], row["until"], row["name_ar"], row["name_en"])
        for row in rows
    )


_DATES = """SELECT d.slug, d.at, d.until, d.name_ar, d.name_en, x.to_at, e.publish_at FROM timeline_date d
    LEFT JOIN edition e ON e.id = d.edition AND d.slug = 'publish'
    LEFT JOIN deadline_extension x ON d.slug = 'deadline' AND x.id =
        (SELECT id FROM deadline_extension WHERE edition = d.edition ORDER BY made_at DESC LIMIT 1)
    WHERE d.edition = {} ORDER BY d.position"""
