"""The rules of taking part and of judging, as everybody reads them."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from storage.reads.public.categories import CategoryLine, list_categories
from storage.tables.edition import Edition, EligibilityRule, Honour
from storage.tables.further_round import RoundRule
from storage.tables.panel import Round

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
        further_rounds=tuple(_pick(FurtherRound, each) for each in further),
    )


View = TypeVar("View", HonourView, FurtherRound)


def _pick(view: type[View], row: dict[str, Any]) -> View:
    return view(**{each.name: row[each.name] for each in fields(view)})


def _rule_text(row: dict[str, Any], only: CategoryLine | None) -> RuleText:
    return RuleText(
        row["slug"], row["text_ar"], row["text_en"], only.name_ar if only else "", only.name_en if only else ""
    )
