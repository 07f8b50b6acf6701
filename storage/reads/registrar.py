"""What the registrar may know: identities by entry number; no code names and no marks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.rows import get_row
from storage.tables.edition import Category, EligibilityRule
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import EligibilityCheck, Entry, EntryVersion
from storage.tables.file import IdentityFinding
from storage.tables.institution import Institution
from storage.tables.person import Person

__all__ = [
    "EligibilityCard",
    "EligibilityPage",
    "EligibilityQueue",
    "FindingView",
    "LetterPerson",
    "MemberView",
    "RuleView",
    "find_letter_people",
    "find_team_people",
    "get_eligibility_page",
    "get_eligibility_queue",
    "list_registrars",
]


@dataclass(frozen=True, slots=True)
class LetterPerson:
    """Somebody who is written to about an entry."""

    email: str
    language: str


@dataclass(frozen=True, slots=True)
class EligibilityCard:
    """An entry in the queue."""

    id: UUID
    entry_number: str
    title_ar: str
    title_en: str
    category_ar: str
    category_en: str
    state: str
    submitted_at: datetime | None
    is_complete: bool
    n_findings: int


@dataclass(frozen=True, slots=True)
class EligibilityQueue:
    """The queue: entries whose files did not all arrive first, then by number."""

    waiting: tuple[EligibilityCard, ...]
    decided: tuple[EligibilityCard, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule of taking part."""

    id: UUID
    slug: str
    text_ar: str
    text_en: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """A team member as the registrar sees one."""

    name_ar: str
    name_en: str
    email: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class FindingView:
    """A place where a name may stand: its code, where, what stands there, and what was decided about it."""

    id: UUID
    code: str
    place: dict[str, Any]
    excerpt: str
    state: str
    reason: str
    material_ar: str
    material_en: str


@dataclass(frozen=True, slots=True)
class EligibilityPage:
    """One entry with the evidence for each rule. ``ai_ready_*``: the ready statement on AI that was chosen."""

    card: EligibilityCard
    members: tuple[MemberView, ...]
    institution_ar: str
    institution_en: str
    academic_year: str
    supervisor_ar: str
    supervisor_en: str
    supervisor_approved_at: datetime | None
    rights: str
    ai_ready_ar: str
    ai_ready_en: str
    ai_text: str
    findings: tuple[FindingView, ...]
    rules: tuple[RuleView, ...]
    decisions: tuple[tuple[str, str, datetime], ...]


async def find_letter_people(entry_id: UUID) -> tuple[LetterPerson, ...]:
    """Read whom a letter about an entry goes to: its lead."""
    owner = await EntryOwner.select(EntryOwner.lead).where(EntryOwner.entry == entry_id).first()
    if owner is None:
        return ()
    lead = await get_row(Person.select(Person.email, Person.language).where(Person.id == owner["lead"]))
    return (LetterPerson(lead["email"], lead["language"] or "both"),)


async def find_team_people(entry_id: UUID) -> tuple[LetterPerson, ...]:
    """Read everybody of a team whom an outcome concerns: its lead and the members who confirmed."""
    rows = await run_sql(
        """SELECT p.email, p.language FROM person p WHERE p.email NOT LIKE '%@deleted.invalid' AND p.id IN (
            SELECT lead FROM entry_owner WHERE entry = {}
            UNION SELECT person FROM team_member WHERE entry = {} AND confirmed_at IS NOT NULL) ORDER BY p.email""",
        entry_id,
        entry_id,
    )
    return tuple(LetterPerson(row["email"], row["language"] or "both") for row in rows)


async def list_registrars(edition_id: UUID) -> tuple[LetterPerson, ...]:
    """Read who answers for an edition's entries."""
    rows = await run_sql(
        """SELECT p.email, p.language FROM person p JOIN role_grant g ON g.person = p.id
        WHERE g.edition = {} AND g.role = 'registrar' AND g.revoked_at IS NULL ORDER BY p.email""",
        edition_id,
    )
    return tuple(LetterPerson(row["email"], row["language"] or "both") for row in rows)


async def get_eligibility_queue(edition_id: UUID) -> EligibilityQueue:
    """Read the whole queue in four queries."""
    entries = await Entry.select().where(
        (Entry.edition == edition_id) & Entry.state.is_in(["submitted", "returned", "admitted", "excluded"])
    )
    cards = await _make_cards(edition_id, entries)
    waiting = sorted(
        (each for each in cards if each.state == "submitted"), key=lambda each: (each.is_complete, each.entry_number)
    )
    decided = sorted((each for each in cards if each.state != "submitted"), key=lambda each: each.entry_number)
    return EligibilityQueue(tuple(waiting), tuple(decided))


async def _make_cards(edition_id: UUID, entries: list[dict[str, object]]) -> list[EligibilityCard]:
    if not entries:
        return []
    ids = [row["id"] for row in entries]
    versions = {
        row["entry"]: row
        for row in await EntryVersion.select(
            EntryVersion.entry, EntryVersion.title_ar, EntryVersion.title_en, EntryVersion.category,
            EntryVersion.submitted_at, EntryVersion.complete_at,
        ).where(EntryVersion.entry.is_in(ids) & EntryVersion.is_current.eq(True))
    }  # fmt: skip
    categories = {row["id"]: row for row in await Category.select().where(Category.edition == edition_id)}
    findings: dict[object, int] = {}
    for row in await IdentityFinding.select(IdentityFinding.entry).where(
        IdentityFinding.entry.is_in(ids) & (IdentityFinding.state == "open")
    ):
        findings[row["entry"]] = findings.get(row["entry"], 0) + 1
    return [
        EligibilityCard(
            id=UUID(str(row["id"])),
            entry_number=str(row["entry_number"]),
            title_ar=versions[row["id"]]["title_ar"],
            title_en=versions[row["id"]]["title_en"],
            category_ar=categories[versions[row["id"]]["category"]]["name_ar"],
            category_en=categories[versions[row["id"]]["category"]]["name_en"],
            state=str(row["state"]),
            submitted_at=versions[row["id"]]["submitted_at"],
            is_complete=versions[row["id"]]["complete_at"] is not None,
            n_findings=findings.get(row["id"], 0),
        )
        for row in entries
        if row["id"] in versions
    ]


async def get_eligibility_page(edition_id: UUID, entry_number: str) -> EligibilityPage | None:
    """Read one entry with its evidence; None where there is none of that number in the queue."""
    entry = await Entry.select().where((Entry.edition == edition_id) & (Entry.entry_number == entry_number)).first()
    if entry is None:
        return None
    cards = await _make_cards(edition_id, [entry])
    if not cards:
        return None
    version = await get_row(
        EntryVersion.select().where((EntryVersion.entry == entry["id"]) & EntryVersion.is_current.eq(True))
    )
    owner = await get_row(EntryOwner.select().where(EntryOwner.entry == entry["id"]))
    institution = await Institution.select().where(Institution.id == owner["institution"]).first()
    members = await TeamMember.select().where(TeamMember.entry == entry["id"]).order_by(TeamMember.position)
    supervision = await Supervision.select().where(Supervision.entry == entry["id"]).first()
    (category,) = await run_sql(
        """SELECT c.slug AS slug, t.text_ar AS ai_ready_ar, t.text_en AS ai_ready_en FROM category c
        LEFT JOIN ai_statement t ON t.edition = c.edition AND t.slug = {} WHERE c.id = {}""",
        version["ai_slug"],
        version["category"],
    )
    rules = (
        await EligibilityRule.select()
        .where(
            (EligibilityRule.edition == edition_id)
            & (EligibilityRule.only_for.is_null() | (EligibilityRule.only_for == category["slug"]))
        )
        .order_by(EligibilityRule.position)
    )
    findings = await _list_findings(entry["id"])
    checks = (
        await EligibilityCheck.select()
        .where(EligibilityCheck.entry == entry["id"])
        .order_by(EligibilityCheck.decided_at)
    )
    return EligibilityPage(
        card=cards[0],
        members=tuple(
            MemberView(row["name_ar"], row["name_en"], row["email"], row["confirmed_at"] is not None) for row in members
        ),
        institution_ar=institution["name_ar"] if institution else "",
        institution_en=institution["name_en"] if institution else "",
        academic_year=owner["academic_year"],
        supervisor_ar=supervision["name_ar"] if supervision else "",
        supervisor_en=supervision["name_en"] if supervision else "",
        supervisor_approved_at=supervision["approved_at"] if supervision else None,
        rights=version["rights"],
        ai_ready_ar=category["ai_ready_ar"] or "",
        ai_ready_en=category["ai_ready_en"] or "",
        ai_text=version["ai_text"],
        findings=findings,
        rules=tuple(RuleView(row["id"], row["slug"], row["text_ar"], row["text_en"]) for row in rules),
        decisions=tuple((row["decision"], row["reason"], row["decided_at"]) for row in checks),
    )


async def _list_findings(entry_id: UUID) -> tuple[FindingView, ...]:
    """Read where names may stand, in the entry's fields and in the files that stand: undecided ones first."""
    material: Any = IdentityFinding.file.material
    rows = (
        await IdentityFinding.select(
            IdentityFinding.id, IdentityFinding.code, IdentityFinding.place, IdentityFinding.excerpt,
            IdentityFinding.state, IdentityFinding.reason,
            material.name_ar.as_alias("material_ar"),
            material.name_en.as_alias("material_en"),
        )
        .where(
            (IdentityFinding.entry == entry_id)
            & (IdentityFinding.file.is_null() | (IdentityFinding.file.state == "ready"))
        )
        .order_by(IdentityFinding.found_at, IdentityFinding.id)
    )  # fmt: skip
    found = [
        FindingView(
            id=row["id"],
            code=row["code"],
            place=from_json(row["place"]) or {},
            excerpt=row["excerpt"],
            state=row["state"],
            reason=row["reason"] or "",
            material_ar=row["material_ar"] or "",
            material_en=row["material_en"] or "",
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: each.state != "open"))
