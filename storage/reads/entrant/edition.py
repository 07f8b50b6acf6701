"""The rules of an edition that an entrant meets: its limits, its deadline and the grace after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from storage.engine import read_quickly
from storage.lifecycle import EditionState
from storage.tables.edition import AiStatement, Category, Expertise
from storage.tables.institution import Institution

__all__ = [
    "AiStatementView",
    "CategoryView",
    "Choice",
    "EntryRules",
    "find_entry_rules",
    "list_ai_statements",
    "list_categories",
    "list_expertise",
    "list_institutions",
]


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What an edition asks of entries, and until when. Without a deadline in its timeline nothing is ever late."""

    id: UUID
    slug: str
    state: EditionState
    name_ar: str
    name_en: str
    contact_email: str
    max_members: int
    max_entries_per_student: int
    abstract_min_words: int
    abstract_max_words: int
    grace_minutes: int
    deadline_at: datetime | None
    eligibility_until: datetime | None
    judging_at: datetime | None
    publish_at: datetime | None
    limits_notice_ar: str | None
    limits_notice_en: str | None

    @property
    def grace_until(self) -> datetime | None:
        """When the last byte of a registered file may arrive."""
        return self.deadline_at + timedelta(minutes=self.grace_minutes) if self.deadline_at else None


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category to choose."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str
    about_ar: str
    about_en: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose from a list of the edition: a field of expertise or an institution."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class AiStatementView:
    """A ready wording for the statement on AI tools."""

    slug: str
    text_ar: str
    text_en: str


# Every act of an entrant asks this: one statement instead of three.
_RULES = """SELECT e.id, e.slug, e.state, e.name_ar, e.name_en, e.contact_email, e.max_members,
    e.max_entries_per_student, e.abstract_min_words, e.abstract_max_words, e.upload_grace_minutes AS grace_minutes,
    e.limits_notice_ar, e.limits_notice_en, d.at AS timeline_deadline, c.until AS eligibility_until, j.at AS judging_at,
    e.publish_at, p.at AS timeline_publish, x.to_at AS moved_to
    FROM edition e
    LEFT JOIN timeline_date d ON d.edition = e.id AND d.slug = 'deadline'
    LEFT JOIN timeline_date c ON c.edition = e.id AND c.slug = 'eligibility'
    LEFT JOIN timeline_date j ON j.edition = e.id AND j.slug = 'judging'
    LEFT JOIN timeline_date p ON p.edition = e.id AND p.slug = 'publish'
    LEFT JOIN deadline_extension x ON x.edition = e.id
    WHERE e.id = {} ORDER BY x.made_at DESC LIMIT 1"""


async def find_entry_rules(edition_id: UUID) -> EntryRules | None:
    """Find what an edition asks of entries; the deadline is the last extension's where there is one."""
    rows = await read_quickly(_RULES, edition_id)
    if not rows:
        return None
    row = rows[0]
    moved_to, deadline, publish = (row.pop(name) for name in ("moved_to", "timeline_deadline", "timeline_publish"))
    return EntryRules(
        **row | {"state": EditionState(row["state"]), "publish_at": row["publish_at"] or publish},
        deadline_at=moved_to or deadline,
    )


async def list_categories(edition_id: UUID) -> tuple[CategoryView, ...]:
    """List the categories in the edition's order."""
    rows = (
        await Category.select(
            Category.id, Category.slug, Category.name_ar, Category.name_en, Category.about_ar, Category.about_en
        )
        .where(Category.edition == edition_id)
        .order_by(Category.position)
    )
    return tuple(CategoryView(**row) for row in rows)


async def list_expertise(edition_id: UUID) -> tuple[Choice, ...]:
    """List the fields that an entry may ask a judge to know."""
    rows = (
        await Expertise.select(Expertise.id, Expertise.slug, Expertise.name_ar, Expertise.name_en)
        .where(Expertise.edition == edition_id)
        .order_by(Expertise.slug)
    )
    return tuple(Choice(**row) for row in rows)


async def list_institutions() -> tuple[Choice, ...]:
    """List the register of universities and colleges, by Arabic name."""
    rows = await Institution.select(
        Institution.id, Institution.slug, Institution.name_ar, Institution.name_en
    ).order_by(Institution.name_ar)
    return tuple(Choice(**row) for row in rows)


async def list_ai_statements(edition_id: UUID) -> tuple[AiStatementView, ...]:
    """List the ready wordings for the statement on AI tools."""
    rows = (
        await AiStatement.select(AiStatement.slug, AiStatement.text_ar, AiStatement.text_en)
        .where(AiStatement.edition == edition_id)
        .order_by(AiStatement.position)
    )
    return tuple(AiStatementView(**row) for row in rows)
