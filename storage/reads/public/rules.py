"""The rules of taking part and of judging, as everybody reads them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.engine import read_quickly
from storage.reads.public.categories import CategoryLine, list_categories

__all__ = [
    "EditionRules",
    "FurtherRound",
    "HonourView",
    "RuleText",
    "find_edition_rules",
]


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


_EDITION = """SELECT e.limits_notice_ar, e.limits_notice_en, e.upload_grace_minutes, e.appeals_days,
    e.honour_threshold, e.may_share, e.judges_per_entry, e.fingerprint, r.method
    FROM edition e LEFT JOIN round r ON r.edition = e.id AND r.ordinal = 1 WHERE e.id = {}"""
_TEXTS = "SELECT slug, text_ar, text_en, only_for FROM eligibility_rule WHERE edition = {} ORDER BY position"
_HONOURS = """SELECT slug, place, is_per_category, amount_omr, name_ar, name_en FROM honour WHERE edition = {}
    ORDER BY position"""
_FURTHER = """SELECT ordinal, takes, reviews_per_entry, is_carried, begins_at, ends_at FROM round_rule
    WHERE edition = {} ORDER BY ordinal"""


async def find_edition_rules(edition_id: UUID) -> EditionRules | None:
    """Find the rules of an edition."""
    found = await read_quickly(_EDITION, edition_id)
    if not found:
        return None
    texts = await read_quickly(_TEXTS, edition_id)
    names = {each.slug: each for each in await list_categories(edition_id)}
    return EditionRules(
        **found[0] | {"method": found[0]["method"] or ""},
        texts=tuple(_rule_text(each, names.get(each["only_for"] or "")) for each in texts),
        honours=tuple(HonourView(**each) for each in await read_quickly(_HONOURS, edition_id)),
        further_rounds=tuple(FurtherRound(**each) for each in await read_quickly(_FURTHER, edition_id)),
    )


def _rule_text(row: dict[str, Any], only: CategoryLine | None) -> RuleText:
    return RuleText(
        row["slug"], row["text_ar"], row["text_en"], only.name_ar if only else "", only.name_en if only else ""
    )
