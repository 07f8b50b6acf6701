"""Published results: what public pages read. Rows exist here from the instant of publication, never before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.lifecycle import EditionState
from storage.tables.award import Award, Publication
from storage.tables.edition import Category, Edition

__all__ = [
    "AwardCard",
    "Fingerprints",
    "Picture",
    "PublishedCategory",
    "PublishedEdition",
    "Winners",
    "find_fingerprints",
    "find_picture",
    "find_winner",
    "find_winners",
]

_PUBLISHED = (EditionState.PUBLISHED.value, EditionState.ARCHIVED.value)


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    """An edition whose results are out, with its frozen figures."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    theme_ar: str
    theme_en: str
    published_at: datetime
    fingerprint: str | None
    honour_threshold: int
    figures: Mapping[str, Any]
    bundle_hash: str
    audit_head: str


@dataclass(frozen=True, slots=True)
class PublishedCategory:
    """A category of a published edition."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class AwardCard:
    """A frozen award. ``team`` holds each member's name in Arabic and English."""

    slug: str
    category_id: UUID | None
    place: int | None
    is_shared: bool
    honour_ar: str
    honour_en: str
    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    institution_ar: str
    institution_en: str
    supervisor_ar: str
    supervisor_en: str
    team: tuple[tuple[str, str], ...]
    citation_ar: str
    citation_en: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class Winners:
    """An edition's published honours, by category and place."""

    edition: PublishedEdition
    categories: tuple[PublishedCategory, ...]
    awards: tuple[AwardCard, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown to anybody."""

    key: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """An edition's public fingerprints: the rules' from its opening, the others from publication."""

    slug: str
    name_ar: str
    name_en: str
    rules: str | None
    published: PublishedEdition | None


async def _find_published(slug: str | None) -> PublishedEdition | None:
    """Find a published edition by its name, or the one published last."""
    query = (
        Publication.select(
            Publication.figures,
            Publication.bundle_hash,
            Publication.audit_head,
            Publication.published_at,
            *(
                column.as_alias(name)
                for name, column in {
                    "id": Publication.edition.id,
                    "slug": Publication.edition.slug,
                    "name_ar": Publication.edition.name_ar,
                    "name_en": Publication.edition.name_en,
                    "short_ar": Publication.edition.short_ar,
                    "short_en": Publication.edition.short_en,
                    "theme_ar": Publication.edition.theme_ar,
                    "theme_en": Publication.edition.theme_en,
                    "fingerprint": Publication.edition.fingerprint,
                    "honour_threshold": Publication.edition.honour_threshold,
                }.items()
            ),
        )
        .where(Publication.edition.state.is_in(list(_PUBLISHED)))
        .order_by(Publication.published_at, ascending=False)
    )
    if slug is not None:
        query = query.where(Publication.edition.slug == slug)
    row = await query.first()
    return PublishedEdition(**row | {"figures": from_json(row["figures"])}) if row else None


async def find_winners(slug: str | None = None) -> Winners | None:
    """Find the winners of an edition (the one published last where none is named); None before publication."""
    edition = await _find_published(slug)
    if edition is None:
        return None
    categories = (
        await Category.select(Category.id, Category.slug, Category.name_ar, Category.name_en)
        .where(Category.edition == edition.id)
        .order_by(Category.position)
    )
    order = {row["id"]: at for at, row in enumerate(categories)}
    rows = await _awards().where(Award.edition == edition.id).order_by(Award.position)
    rows.sort(key=lambda row: (order.get(row["category"], len(order)), row["place"] or len(rows) + 1, row["position"]))
    return Winners(edition, tuple(PublishedCategory(**row) for row in categories), tuple(_award(row) for row in rows))


async def find_winner(slug: str, award: str) -> tuple[PublishedEdition, PublishedCategory | None, AwardCard] | None:
    """Find one published award with its category; None for anything else."""
    edition = await _find_published(slug)
    if edition is None:
        return None
    row = await _awards().where((Award.edition == edition.id) & (Award.slug == award)).first()
    if row is None:
        return None
    category = None
    if row["category"]:
        found = await Category.select(Category.id, Category.slug, Category.name_ar, Category.name_en).where(
            Category.id == row["category"]
        ).first()  # fmt: skip
        category = PublishedCategory(**found) if found else None
    return edition, category, _award(row)


async def find_picture(slug: str, award: str) -> Picture | None:
    """Find the picture of a published award."""
    row = (
        await Award.select(Award.picture_key, Award.picture_media_type)
        .where(
            (Award.edition.slug == slug)
            & Award.edition.state.is_in(list(_PUBLISHED))
            & (Award.slug == award)
            & Award.picture_key.is_not_null()
        )
        .first()
    )
    return Picture(row["picture_key"], row["picture_media_type"]) if row else None


async def find_fingerprints(slug: str) -> Fingerprints | None:
    """Find the fingerprints of an edition that has left its draft."""
    row = (
        await Edition.select(Edition.slug, Edition.name_ar, Edition.name_en, Edition.fingerprint)
        .where((Edition.slug == slug) & (Edition.state != EditionState.DRAFT.value))
        .first()
    )
    if row is None:
        return None
    return Fingerprints(row["slug"], row["name_ar"], row["name_en"], row["fingerprint"], await _find_published(slug))


def _awards() -> Any:
    return Award.select(
        Award.slug, Award.category, Award.place, Award.position, Award.is_shared, Award.title_ar, Award.title_en,
        Award.abstract_ar, Award.abstract_en, Award.institution_ar, Award.institution_en, Award.supervisor_ar,
        Award.supervisor_en, Award.team, Award.citation_ar, Award.citation_en, Award.picture_key,
        Award.honour.name_ar.as_alias("honour_ar"), Award.honour.name_en.as_alias("honour_en"),
    )  # fmt: skip


def _award(row: dict[str, Any]) -> AwardCard:
    same = {name: row[name] for name in AwardCard.__slots__ if name in row}
    return AwardCard(
        **same
        | {
            "category_id": row["category"],
            "team": tuple((each[0], each[1]) for each in from_json(row["team"]) or ()),
            "has_picture": row["picture_key"] is not None,
        }
    )
