"""Certificates of published awards: what verifying tells, and what is printed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.engine import run_sql

__all__ = [
    "CertificateView",
    "ServedJudge",
    "ThanksRow",
    "find_certificate",
    "list_certificates",
    "list_certificates_of_entry",
    "list_served_judges",
    "list_thanks",
]


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate with its award, in both languages."""

    code: str
    name_ar: str
    name_en: str
    issued_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    edition_id: UUID
    edition_slug: str
    edition_ar: str
    edition_en: str
    award_slug: str
    place: int | None
    is_shared: bool
    honour_ar: str
    honour_en: str
    title_ar: str
    title_en: str
    institution_ar: str
    institution_en: str
    category_ar: str
    category_en: str


@dataclass(frozen=True, slots=True)
class ServedJudge:
    """A judge who sealed a sheet, by name."""

    id: UUID
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ThanksRow:
    """A judge's certificate of thanks, as the committee lists it."""

    code: str
    name_ar: str
    name_en: str
    issued_at: datetime


_SELECT = """SELECT certificate.code AS code, certificate.name_ar AS name_ar, certificate.name_en AS name_en,
    certificate.issued_at AS issued_at, certificate.withdrawn_at AS withdrawn_at,
    certificate.withdrawn_reason AS withdrawn_reason, edition.id AS edition_id, edition.slug AS edition_slug,
    edition.name_ar AS edition_ar, edition.name_en AS edition_en, award.slug AS award_slug, award.place AS place,
    award.is_shared AS is_shared, honour.name_ar AS honour_ar, honour.name_en AS honour_en,
    award.title_ar AS title_ar, award.title_en AS title_en, award.institution_ar AS institution_ar,
    award.institution_en AS institution_en, coalesce(category.name_ar, '') AS category_ar,
    coalesce(category.name_en, '') AS category_en
    FROM certificate JOIN award ON award.id = certificate.award JOIN edition ON edition.id = certificate.edition
    JOIN honour ON honour.id = award.honour LEFT JOIN category ON category.id = award.category
    WHERE edition.state IN ('published', 'archived') AND """


async def find_certificate(code: str) -> CertificateView | None:
    """Find a certificate of a published edition by its code."""
    return next(iter(_views(await run_sql(_SELECT + "certificate.code = {}", code))), None)


async def list_certificates(edition_id: UUID) -> tuple[CertificateView, ...]:
    """List an edition's certificates, in the order of its awards."""
    order = " ORDER BY award.position, certificate.position"
    return _views(await run_sql(_SELECT + "certificate.edition = {}" + order, edition_id))


async def list_certificates_of_entry(entry_id: UUID) -> tuple[CertificateView, ...]:
    """List the certificates of one entry's members: none before its edition is published."""
    order = " ORDER BY award.position, certificate.position"
    return _views(await run_sql(_SELECT + "award.entry = {}" + order, entry_id))


async def list_thanks(edition_id: UUID) -> tuple[ThanksRow, ...]:
    """List the certificates of thanks of an edition's judges, by name: none before its publication."""
    rows = await run_sql(
        "SELECT t.code, t.name_ar, t.name_en, t.issued_at FROM judge_certificate t JOIN edition d ON d.id = t.edition "
        "WHERE t.edition = {} AND d.state IN ('published', 'archived') ORDER BY t.name_ar, t.code",
        edition_id,
    )
    return tuple(ThanksRow(**row | {"issued_at": moment(row["issued_at"])}) for row in rows)


async def list_served_judges(edition_id: UUID) -> tuple[ServedJudge, ...]:
    """List an edition's judges who sealed at least one sheet, in any of its rounds, whose names are still known."""
    rows = await run_sql(
        "SELECT j.id, p.name_ar, p.name_en FROM judge j JOIN person p ON p.id = j.person WHERE j.edition = {} "
        "AND (p.name_ar <> '' OR p.name_en <> '') AND EXISTS (SELECT 1 FROM assignment a "
        "JOIN score_sheet s ON s.assignment = a.id WHERE a.judge = j.id AND s.sealed_at IS NOT NULL) ORDER BY j.id",
        edition_id,
    )  # fmt: skip
    return tuple(ServedJudge(UUID(str(row["id"])), row["name_ar"], row["name_en"]) for row in rows)


def _views(rows: list[dict[str, Any]]) -> tuple[CertificateView, ...]:
    return tuple(
        CertificateView(
            **row
            | {
                "edition_id": UUID(str(row["edition_id"])),
                "is_shared": bool(row["is_shared"]),
                "issued_at": moment(row["issued_at"]),
                "withdrawn_at": moment(row["withdrawn_at"]) if row["withdrawn_at"] else None,
            }
        )
        for row in rows
    )


def moment(value: object) -> datetime:
    """Read an instant as a raw statement gives it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
