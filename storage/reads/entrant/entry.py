"""One's own entries: the list of them, and one of them whole, with its people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.lifecycle import EditionState, EntryState
from storage.reads.entrant.edition import CategoryView, EntryRules, find_entry_rules
from storage.reads.entrant.files import IdentityView, MaterialView, list_identity_findings, list_materials
from storage.reads.entrant.versions import VersionView, list_versions
from storage.tables.entry import EligibilityCheck

__all__ = ["EntryCard", "EntryView", "MemberView", "SupervisionView", "find_entry", "list_my_entries"]


@dataclass(frozen=True, slots=True)
class EntryCard:
    """An entry in the list of one's own."""

    number: str
    title_ar: str
    title_en: str
    category_ar: str
    category_en: str
    edition_id: UUID
    edition_ar: str
    edition_en: str
    stage: EditionState
    state: EntryState
    is_lead: bool
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the team."""

    id: UUID
    person_id: UUID | None
    name_ar: str
    name_en: str
    email: str
    is_lead: bool
    invited_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SupervisionView:
    """The supervisor and the answer."""

    id: UUID
    name_ar: str
    name_en: str
    email: str
    asked_at: datetime | None
    approved_at: datetime | None
    returned_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """A project as its team edits it, with everything that belongs to it."""

    id: UUID
    number: str
    rules: EntryRules
    state: EntryState
    revision: int
    category: CategoryView
    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    work_language: str
    tags: tuple[str, ...]
    duration_seconds: int | None
    credits_start: int | None
    rights: dict[str, Any] | None
    ai_slug: str | None
    ai_text: str | None
    created_at: datetime
    saved_at: datetime
    lead_id: UUID
    institution_id: UUID | None
    institution_ar: str
    institution_en: str
    department: str
    academic_year: str
    members: tuple[MemberView, ...]
    supervision: SupervisionView | None
    materials: tuple[MaterialView, ...]
    findings: tuple[IdentityView, ...]
    versions: tuple[VersionView, ...]
    due_at: datetime | None
    extended_to: datetime | None
    return_reason: str

    @property
    def current(self) -> VersionView | None:
        """The version that counts, if one was submitted."""
        return next((version for version in self.versions if version.is_current), None)

    @property
    def has_unsubmitted_changes(self) -> bool:
        """Whether the draft was saved after the version that stands."""
        return self.current is not None and self.saved_at > self.current.submitted_at

    @property
    def is_film(self) -> bool:
        """Whether judges receive a film, whose end credits are cut."""
        return any(
            material.is_for_judges and {"mp4", "mov", "webm", "mkv"} & set(material.formats)
            for material in self.materials
        )


_MINE = """SELECT e.entry_number AS number, e.title_ar, e.title_en, e.state, e.saved_at, e.edition AS edition_id,
    c.name_ar AS category_ar, c.name_en AS category_en, d.short_ar AS edition_ar, d.short_en AS edition_en,
    d.state AS stage, o.lead
    FROM entry e JOIN entry_owner o ON o.entry = e.id JOIN category c ON c.id = e.category
    JOIN edition d ON d.id = e.edition
    WHERE e.id IN (SELECT entry FROM entry_owner WHERE lead = {}
        UNION SELECT entry FROM team_member WHERE person = {} AND confirmed_at IS NOT NULL)
    ORDER BY e.created_at DESC"""


async def list_my_entries(person_id: UUID) -> tuple[EntryCard, ...]:
    """List the entries that a person leads or has confirmed taking part in, the newest first."""
    rows = await read_quickly(_MINE, person_id, person_id)
    return tuple(
        EntryCard(
            **{name: value for name, value in row.items() if name not in {"lead", "state", "stage"}},
            state=EntryState(row["state"]),
            stage=EditionState(row["stage"]),
            is_lead=row["lead"] == person_id,
        )
        for row in rows
    )


_WITH_ITS_OWNER = """SELECT e.*, o.lead, o.institution AS institution_id, o.department, o.academic_year,
    i.name_ar AS institution_ar, i.name_en AS institution_en,
    c.slug AS category_slug, c.name_ar AS category_ar, c.name_en AS category_en,
    c.about_ar AS category_about_ar, c.about_en AS category_about_en
    FROM entry e JOIN entry_owner o ON o.entry = e.id JOIN category c ON c.id = e.category
    LEFT JOIN institution i ON i.id = o.institution WHERE e.id = {}"""


async def find_entry(entry_id: UUID, rules: EntryRules | None = None) -> EntryView | None:
    """Find an entry with everything that belongs to it. Whose it is, the use case has asked.

    ``rules`` are the edition's, where they were read already.
    """
    rows = await read_quickly(_WITH_ITS_OWNER, entry_id)
    if not rows:
        return None
    row = rows[0]
    rules = rules or await find_entry_rules(row["edition"])
    if rules is None:
        return None
    is_returned = row["state"] == EntryState.RETURNED.value
    last = await _find_last_check(entry_id) if is_returned else None
    return EntryView(
        number=row["entry_number"],
        rules=rules,
        state=EntryState(row["state"]),
        category=CategoryView(
            id=row["category"],
            slug=row["category_slug"],
            name_ar=row["category_ar"],
            name_en=row["category_en"],
            about_ar=row["category_about_ar"],
            about_en=row["category_about_en"],
        ),
        tags=tuple(from_json(row["tags"]) or ()),
        rights=from_json(row["rights"]),
        **{name: row[name] for name in _PLAIN},
        lead_id=row["lead"],
        institution_ar=row["institution_ar"] or "",
        institution_en=row["institution_en"] or "",
        members=await _list_members(entry_id, row["lead"]),
        supervision=await _find_supervision(entry_id),
        materials=await list_materials(row["category"], entry_id),
        findings=await list_identity_findings(entry_id),
        versions=await list_versions(entry_id),
        due_at=max((each for each in (last and last["due_at"], row["extended_to"]) if each), default=None),
        return_reason=last["reason"] if last else "",
    )


_PLAIN = (
    "id", "revision", "title_ar", "title_en", "abstract_ar", "abstract_en", "work_language", "duration_seconds",
    "credits_start", "ai_slug", "ai_text", "created_at", "saved_at", "extended_to", "institution_id", "department",
    "academic_year",
)  # fmt: skip


_MEMBERS = """SELECT id, person AS person_id, name_ar, name_en, email, invited_at, confirmed_at FROM team_member
    WHERE entry = {} ORDER BY position, id"""
_SUPERVISION = """SELECT id, name_ar, name_en, email, asked_at, approved_at, returned_at, note FROM supervision
    WHERE entry = {}"""


async def _list_members(entry_id: UUID, lead_id: UUID) -> tuple[MemberView, ...]:
    rows = await read_quickly(_MEMBERS, entry_id)
    return tuple(MemberView(**row, is_lead=row["person_id"] == lead_id) for row in rows)


async def _find_supervision(entry_id: UUID) -> SupervisionView | None:
    rows = await read_quickly(_SUPERVISION, entry_id)
    return SupervisionView(**rows[0]) if rows else None


async def _find_last_check(entry_id: UUID) -> dict[str, Any] | None:
    return (
        await EligibilityCheck.select(EligibilityCheck.due_at, EligibilityCheck.reason)
        .where(EligibilityCheck.entry == entry_id)
        .order_by(EligibilityCheck.decided_at, ascending=False)
        .first()
    )
