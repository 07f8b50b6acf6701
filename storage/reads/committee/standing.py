"""Where an edition stands: its stage, its last round and its categories, in three queries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.rows import get_row
from storage.tables.edition import Category, Edition
from storage.tables.panel import Round

__all__ = ["CategoryRef", "RoundRef", "Standing", "get_standing"]


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """A category by its names."""

    id: UUID
    slug: str
    prefix: str
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class RoundRef:
    """The round that the committee is at."""

    id: UUID
    ordinal: int
    state: str
    opens_at: datetime
    closes_at: datetime
    reviews_per_entry: int
    method: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An edition as the committee's pages need it. ``honour_threshold`` is in tenths of a point."""

    edition_id: UUID
    slug: str
    state: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    time_zone: str
    steps: int
    honour_threshold: int
    appeals_days: int | None
    judges_per_entry: int
    fingerprint: str | None
    publish_at: datetime | None
    published_at: datetime | None
    in_round: RoundRef | None
    categories: tuple[CategoryRef, ...]

    def find_category(self, slug: str) -> CategoryRef | None:
        """Find a category by the name in its address."""
        return next((each for each in self.categories if each.slug == slug), None)


async def get_standing(edition_id: UUID) -> Standing:
    """Read where an edition stands."""
    edition = await get_row(
        Edition.select(
            Edition.slug, Edition.state, Edition.name_ar, Edition.name_en, Edition.short_ar, Edition.short_en,
            Edition.time_zone, Edition.steps, Edition.honour_threshold, Edition.appeals_days, Edition.judges_per_entry,
            Edition.fingerprint, Edition.publish_at, Edition.published_at,
        ).where(Edition.id == edition_id)
    )  # fmt: skip
    last = (
        await Round.select(
            Round.id, Round.ordinal, Round.state, Round.opens_at, Round.closes_at, Round.reviews_per_entry, Round.method
        )
        .where(Round.edition == edition_id)
        .order_by(Round.ordinal, ascending=False)
        .first()
    )
    categories = (
        await Category.select(Category.id, Category.slug, Category.prefix, Category.name_ar, Category.name_en)
        .where(Category.edition == edition_id)
        .order_by(Category.position)
    )
    return Standing(
        edition_id=edition_id,
        in_round=RoundRef(**last) if last else None,
        categories=tuple(CategoryRef(**row) for row in categories),
        **edition,
    )
