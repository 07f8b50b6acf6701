"""A category's decision: places as written, who signed, and what the minutes hold."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json, to_json
from storage.engine import run_sql
from storage.reads.committee.session import Attendance, read_attendance
from storage.tables.edition import Honour
from storage.tables.result import Decision, Outcome

__all__ = [
    "CategoryDecision",
    "OtherHonour",
    "Place",
    "Placed",
    "Signer",
    "digest_of_places",
    "find_decision",
    "list_category_places",
    "list_decisions",
    "list_other_honours",
    "list_signers",
]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that every category gives."""

    id: UUID
    place: int
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class OtherHonour:
    """An honour without a place: a mention that each category may give, or a prize of the whole edition."""

    id: UUID
    is_per_category: bool
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in a place, or with another honour."""

    honour_id: UUID
    entry_id: UUID
    is_shared: bool
    computed_rank: int
    reason: str
    citation_ar: str
    citation_en: str


@dataclass(frozen=True, slots=True)
class Signer:
    """A member of the committee who signs, and when."""

    person_id: UUID
    name_ar: str
    name_en: str
    role: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CategoryDecision:
    """A decision as it stands. ``digest`` changes with any of its places, reasons or citations."""

    id: UUID
    category_id: UUID
    run_id: UUID
    state: str
    opened_at: datetime
    approved_at: datetime | None
    placed: tuple[Placed, ...]
    withheld: dict[UUID, str]
    digest: str
    attendance: Attendance


def digest_of_places(outcomes: list[dict[str, Any]], minutes: str) -> str:
    """Return a fingerprint of what was decided: a form made from other places is stale."""
    told = sorted(
        [
            str(row["honour"]), str(row["entry"]), row["is_shared"], row["reason"], row["citation_ar"],
            row["citation_en"],
        ]
        for row in outcomes
        if row["honour"] is not None
    )  # fmt: skip
    return hashlib.sha256(to_json([told, from_json(minutes)]).encode()).hexdigest()[:32]


async def find_decision(round_id: UUID, category_id: UUID) -> CategoryDecision | None:
    """Find a category's decision with its places."""
    row = await Decision.select().where((Decision.round == round_id) & (Decision.category == category_id)).first()
    if row is None:
        return None
    outcomes = await Outcome.select().where((Outcome.decision == row["id"]) & Outcome.honour.is_not_null())
    minutes = from_json(row["minutes"]) or {}
    return CategoryDecision(
        id=row["id"],
        category_id=row["category"],
        run_id=row["run"],
        state=row["state"],
        opened_at=row["opened_at"],
        approved_at=row["approved_at"],
        placed=tuple(
            Placed(
                each["honour"], each["entry"], each["is_shared"], each["computed_rank"], each["reason"],
                each["citation_ar"], each["citation_en"],
            )
            for each in sorted(outcomes, key=lambda each: (each["computed_rank"], str(each["entry"])))
        ),
        withheld={UUID(honour): reason for honour, reason in minutes.get("withheld", {}).items()},
        digest=digest_of_places(outcomes, row["minutes"]),
        attendance=read_attendance(row["present"]),
    )  # fmt: skip


async def list_decisions(round_id: UUID) -> dict[UUID, str]:
    """Read the state of each category's decision."""
    rows = await Decision.select(Decision.category, Decision.state).where(Decision.round == round_id)
    return {row["category"]: row["state"] for row in rows}


async def list_signers(edition_id: UUID, decision_id: UUID | None) -> tuple[Signer, ...]:
    """List the members and the chair, with when each signed; somebody who is both is told once."""
    rows = await run_sql(
        """SELECT role_grant.person AS person, role_grant.role AS role, person.name_ar AS name_ar,
        person.name_en AS name_en, decision_signature.signed_at AS signed_at
        FROM role_grant JOIN person ON person.id = role_grant.person
        LEFT JOIN decision_signature ON decision_signature.person = person.id AND decision_signature.decision = {}
        WHERE role_grant.edition = {} AND role_grant.role IN ('chair', 'member') AND role_grant.revoked_at IS NULL
        ORDER BY role_grant.role, person.name_ar""",
        decision_id,
        edition_id,
    )
    signers: dict[UUID, Signer] = {}
    for row in rows:
        person = UUID(str(row["person"]))
        signers.setdefault(person, Signer(person, row["name_ar"], row["name_en"], row["role"], row["signed_at"]))
    return tuple(signers.values())


async def list_category_places(edition_id: UUID) -> tuple[Place, ...]:
    """List the places that each category gives, in order."""
    rows = (
        await Honour.select(Honour.id, Honour.place, Honour.name_ar, Honour.name_en)
        .where((Honour.edition == edition_id) & Honour.place.is_not_null())
        .order_by(Honour.place)
    )
    return tuple(Place(**row) for row in rows)


async def list_other_honours(edition_id: UUID) -> tuple[OtherHonour, ...]:
    """List the honours that have no place, in order."""
    rows = (
        await Honour.select(Honour.id, Honour.is_per_category, Honour.name_ar, Honour.name_en)
        .where((Honour.edition == edition_id) & Honour.place.is_null())
        .order_by(Honour.position)
    )
    return tuple(OtherHonour(**row) for row in rows)
