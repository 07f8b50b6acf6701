"""Published results: what public pages read. Rows exist here from the instant of publication, never before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from storage.columns import from_json
from storage.lifecycle import EditionState
from storage.tables.award import Award, Publication
from storage.tables.edition import Category, Edition

__all__ = [
    "PUBLISHED_STATES",
    "AwardCard",
    "Fingerprints",
    "PublishedCategory",
    "PublishedEdition",
    "Winners",
    "as_winners",
    "find_fingerprints",
    "find_winner",
    "find_winners",
    "list_published_categories",
]

_PLAYERS = {"video": "film", "audio": "sound"}
_OF_EDITION = (
    "id", "slug", "name_ar", "name_en", "short_ar", "short_en", "theme_ar", "theme_en", "fingerprint",
    "honour_threshold",
)  # fmt: skip
PUBLISHED_STATES: Final = (EditionState.PUBLISHED.value, EditionState.ARCHIVED.value)


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
    """A frozen award. ``team`` holds each member's name in Arabic and English; ``player`` is film, sound or None."""

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
    player: str | None
    has_captions: bool


@dataclass(frozen=True, slots=True)
class Winners:
    """An edition's published honours, by category and place."""

    edition: PublishedEdition
    categories: tuple[PublishedCategory, ...]
    awards: tuple[AwardCard, ...]


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
        .where(Publication.edition.state.is_in(list(PUBLISHED_STATES)))
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
    categories = await list_published_categories(edition.id)
    rows = await _awards().where(Award.edition == edition.id).order_by(Award.position)
    return _in_order(edition, categories, rows)


async def as_winners(
    edition_id: UUID,
    awards: Sequence[Award],
    honours: Mapping[UUID, tuple[str, str]],
    figures: Mapping[str, Any],
    left_out: Collection[UUID],
    *,
    now: datetime,
) -> Winners:
    """Show awards that nobody has published as ``find_winners`` would once they are, without some categories.

    ``honours`` are the names in Arabic and English of what is given. One query.
    """
    rows = await Category.select(
        Category.id, Category.slug, Category.name_ar, Category.name_en,
        *(getattr(Category.edition, name).as_alias(f"edition_{name}") for name in _OF_EDITION),
    ).where(Category.edition == edition_id).order_by(Category.position)  # fmt: skip
    if not rows:
        raise LookupError(edition_id)
    told = {name: rows[0][f"edition_{name}"] for name in _OF_EDITION}
    edition = PublishedEdition(**told, published_at=now, figures=figures, bundle_hash="", audit_head="")
    categories = [
        PublishedCategory(row["id"], row["slug"], row["name_ar"], row["name_en"])
        for row in rows
        if row["id"] not in left_out
    ]
    shown = []
    for each in awards:
        honour_ar, honour_en = honours[UUID(str(each.honour))]
        told = {name: getattr(each, name) for name in _OF_AWARD}
        shown.append(told | {"honour_ar": honour_ar, "honour_en": honour_en})
    return _in_order(edition, categories, shown)


def _in_order(
    edition: PublishedEdition, categories: Sequence[PublishedCategory], rows: Sequence[dict[str, Any]]
) -> Winners:
    order = {category.id: at for at, category in enumerate(categories)}
    last = len(rows) + 1
    ordered = sorted(
        rows, key=lambda row: (order.get(row["category"], len(order)), row["place"] or last, row["position"])
    )
    return Winners(edition, tuple(categories), tuple(_award(row) for row in ordered))


async def list_published_categories(edition_id: UUID) -> list[PublishedCategory]:
    """List an edition's categories as its public results name them, in their order."""
    rows = (
        await Category.select(Category.id, Category.slug, Category.name_ar, Category.name_en)
        .where(Category.edition == edition_id)
        .order_by(Category.position)
    )
    return [PublishedCategory(**row) for row in rows]


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


_OF_AWARD = (
    "slug", "category", "place", "position", "is_shared", "title_ar", "title_en", "abstract_ar", "abstract_en",
    "institution_ar", "institution_en", "supervisor_ar", "supervisor_en", "team", "citation_ar", "citation_en",
    "picture_key", "player_media_type", "captions_key",
)  # fmt: skip


def _awards() -> Any:
    return Award.select(
        *(getattr(Award, name) for name in _OF_AWARD),
        Award.honour.name_ar.as_alias("honour_ar"),
        Award.honour.name_en.as_alias("honour_en"),
    )


def _award(row: dict[str, Any]) -> AwardCard:
    same = {name: row[name] for name in AwardCard.__slots__ if name in row}
    return AwardCard(
        **same
        | {
            "category_id": row["category"],
            "team": tuple((each[0], each[1]) for each in from_json(row["team"]) or ()),
            "has_picture": row["picture_key"] is not None,
            "player": _PLAYERS.get(str(row["player_media_type"] or "").split("/", 1)[0]),
            "has_captions": row["captions_key"] is not None,
        }
    )
