"""Who holds which duty, and who was invited to one and has not come yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql

__all__ = ["DutyLine", "list_duties"]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty that somebody holds, or (``is_invited``) is invited to; ``id`` is the grant's or the invitation's."""

    id: UUID
    is_invited: bool
    role: str
    edition_id: UUID | None
    name_ar: str
    name_en: str
    email: str
    at: datetime
    person_id: UUID | None = None
    has_factor: bool = False


async def list_duties(*, now: datetime) -> list[DutyLine]:
    """List the duties of all editions in two queries: judges and entrants are not among them."""
    held = await run_sql(
        """SELECT role_grant.id AS id, role_grant.role AS role, role_grant.edition AS edition_id,
        person.name_ar AS name_ar, person.name_en AS name_en, person.email AS email, role_grant.granted_at AS at,
        person.id AS person_id, person.second_factor_at IS NOT NULL AS has_factor
        FROM role_grant JOIN person ON person.id = role_grant.person
        WHERE role_grant.revoked_at IS NULL AND role_grant.role NOT IN ('entrant', 'supervisor', 'judge')
        ORDER BY role_grant.role, person.name_ar"""
    )
    asked = await run_sql(
        """SELECT token.id AS id, token.about AS about, person.name_ar AS name_ar, person.name_en AS name_en,
        token.email AS email, token.created_at AS at
        FROM token JOIN person ON person.id = token.person
        WHERE token.purpose = 'invitation' AND token.used_at IS NULL AND token.expires_at > {}
        AND token.about NOT LIKE 'judge|%' ORDER BY token.created_at""",
        now,
    )
    lines = [
        DutyLine(
            is_invited=False,
            **row
            | {"id": _id(row["id"]), "edition_id": _maybe(row["edition_id"]), "has_factor": bool(row["has_factor"])},
        )
        for row in held
    ]
    for row in asked:
        role, _, edition = str(row.pop("about")).partition("|")
        lines.append(DutyLine(is_invited=True, role=role, edition_id=_maybe(edition), **row | {"id": _id(row["id"])}))
    return lines


def _id(value: object) -> UUID:
    return UUID(str(value))


def _maybe(value: object) -> UUID | None:
    return UUID(str(value)) if value else None
