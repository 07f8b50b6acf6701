"""The sealed rules of an edition, and their public fingerprint."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from service.errors import NotFound
from storage.columns import among, to_json
from storage.tables.edition import Category, Edition, EligibilityRule, Honour, Material, ScaleLevel, TimelineDate
from storage.tables.further_round import RoundRule
from storage.tables.panel import Round
from storage.tables.rubric import Criterion

__all__ = ["rules_fingerprint"]

TIE_BREAK = "heaviest-criterion-first"
"""The ladder that ``judging.ranking`` goes down, as it is sealed."""
_OF_EDITION: dict[str, Any] = {
    "timeline": TimelineDate,
    "eligibility": EligibilityRule,
    "honours": Honour,
    "levels": ScaleLevel,
}
_SINCE: dict[str, object] = {"may_share": True, "differ_points": 25, "only_for": None}
"""Rules that came later, with what held before: they count where they say otherwise, so old seals stay as they were."""
_OF_CATEGORY: dict[str, Any] = {"materials": Material, "criteria": Criterion}


async def rules_fingerprint(edition_id: UUID) -> str:
    """Return the SHA-256 over the canonical rules: what an entrant is promised and a judge is asked.

    Keys, states and notices are left out, so that the same rules have the same fingerprint.
    """
    edition = await Edition.select().where(Edition.id == edition_id).first()
    if edition is None:
        raise NotFound
    left_out = {
        "id",
        "state",
        "fingerprint",
        "publish_at",
        "published_at",
        "created_at",
        "notice_ar",
        "notice_en",
        "contact_email",
    }
    kept = {key: value for key, value in edition.items() if _counts(key, value, left_out)}
    told: dict[str, object] = {"edition": kept}
    for name, of_edition in _OF_EDITION.items():
        told[name] = _told(await of_edition.select().where(of_edition.edition == edition_id))
    categories = await Category.select().where(Category.edition == edition_id)
    slugs = {row["id"]: row["slug"] for row in categories}
    told["category"] = _told(categories)
    for name, of_category in _OF_CATEGORY.items():
        rows = await of_category.select().where(among(of_category.category, slugs))
        told[name] = _told([row | {"category_slug": slugs[row["category"]]} for row in rows])
    told["ties"] = TIE_BREAK
    first = (Round.edition == edition_id) & (Round.ordinal == 1)  # further rounds keep its method
    told["method"] = [row["method"] for row in await Round.select(Round.method).where(first)]
    further = await RoundRule.select().where(RoundRule.edition == edition_id)
    if further:
        told["further_rounds"] = _told(further)
    return hashlib.sha256(to_json(_plain(told)).encode()).hexdigest()


def _told(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    left_out = {"id", "edition", "category"}
    kept = [{key: value for key, value in row.items() if _counts(key, value, left_out)} for row in rows]
    return sorted(kept, key=lambda row: to_json(_plain(row)))


def _counts(key: str, value: object, left_out: Collection[str]) -> bool:
    return key not in left_out and not (key in _SINCE and value == _SINCE[key])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
