"""What the demonstration's edition holds, as frozen values; service.demo.data reads them from edition.toml.

Everything in it is invented. Fields that begin with ``demo_`` feed the generator of files and marks only.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.demo.terms import (
    AiStatement,
    Appeals,
    Category,
    Certificate,
    Criterion,
    EntryRules,
    Expertise,
    Honour,
    Institution,
    JudgingRules,
    Late,
    Moment,
    Rule,
    Scale,
    Text,
    Weight,
    by_id,
)


@dataclass(frozen=True, slots=True)
class Judge:
    """An invented judge. An academic has an institution, a practitioner an employer in words."""

    id: str
    name: Text
    kind: str
    role: Text
    institution: str
    email: str
    languages: tuple[str, ...]
    expertise: tuple[str, ...]
    categories: tuple[str, ...]
    max_entries: int
    demo_leniency: float
    demo_noise: float
    employer: Text | None = None
    past: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a judge answers about an entry when asked for conflicts of interest: ``conflict`` or ``unsure``."""

    judge: str
    entry: str
    answer: str
    kind: str
    note: Text


@dataclass(frozen=True, slots=True)
class Reference:
    """The panel's own step for one criterion of a practice work, and why."""

    criterion: str
    step: int
    reason: Text


@dataclass(frozen=True, slots=True)
class PracticeWork:
    """A short invented work that judges mark before judging opens; never ranked."""

    id: str
    category: str
    title: Text
    text: Text
    reference: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice works and the rubric they share."""

    criteria: tuple[Weight, ...]
    works: tuple[PracticeWork, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """An invented student or supervisor."""

    name: Text
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An invented project. The first member is the one who enters it."""

    id: str
    demo_code_name: str
    category: str
    institution: str
    academic_year: str
    work_language: str
    tags: tuple[str, ...]
    ai: str
    title: Text
    abstract: Text
    members: tuple[Person, ...]
    supervisor: Person
    demo_quality: float
    duration_seconds: int | None = None
    credits_start: int | None = None
    demo_seconds: int | None = None
    demo_credits_start: int | None = None
    pages: int | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class DemoEdition:
    """The whole invented edition, with the demonstration's own limits already in its materials."""

    id: str
    slug: str
    name: Text
    short: Text
    theme: Text
    invented: Text
    frequency_years: int
    time_zone: str
    weekend: tuple[str, ...]
    languages: tuple[str, ...]
    default_language: str
    digits: str
    contact_email: str
    academic_years: tuple[str, ...]
    rounds: int
    entry_rules: EntryRules
    scale: Scale
    judging: JudgingRules
    late: Late
    appeals: Appeals
    honour_rules: Text
    limits_notice: Text
    next_edition: str
    next_name: Text
    timeline: tuple[Moment, ...]
    eligibility: tuple[Rule, ...]
    honours: tuple[Honour, ...]
    certificates: tuple[Certificate, ...]
    institutions: tuple[Institution, ...]
    expertise: tuple[Expertise, ...]
    criteria: tuple[Criterion, ...]
    categories: tuple[Category, ...]
    judges: tuple[Judge, ...]
    conflicts: tuple[Declaration, ...]
    ai_statements: tuple[AiStatement, ...]
    practice: Practice
    entries: tuple[Entry, ...]

    @property
    def deadline(self) -> datetime:
        """When entries close."""
        return self.moment("deadline").at

    def moment(self, moment_id: str) -> Moment:
        """Find the calendar's moment of this id."""
        return by_id(self.timeline, moment_id)

    def category(self, category_id: str) -> Category:
        """Find the category of this id."""
        return by_id(self.categories, category_id)

    def institution(self, institution_id: str) -> Institution:
        """Find the institution of this id."""
        return by_id(self.institutions, institution_id)

    def criterion(self, criterion_id: str) -> Criterion:
        """Find the criterion of this id."""
        return by_id(self.criteria, criterion_id)

    def judge(self, judge_id: str) -> Judge:
        """Find the judge of this id."""
        return by_id(self.judges, judge_id)

    def entry(self, entry_id: str) -> Entry:
        """Find the entry of this id."""
        return by_id(self.entries, entry_id)

    def shifted(self, *, by: timedelta) -> "DemoEdition":
        """Give the same edition with its calendar moved."""
        moved = tuple(
            replace(moment, at=moment.at + by, until=moment.until and moment.until + by) for moment in self.timeline
        )
        return replace(self, timeline=moved)
