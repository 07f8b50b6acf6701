"""What the demonstration's edition holds, as frozen values; service.demo.data reads them from edition.toml.

Everything in it is invented. Fields that begin with ``demo_`` feed the generator of files and marks only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    ar: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the words in ``ar`` or ``en``."""
        return {"ar": self.ar, "en": self.en}[language]


@dataclass(frozen=True, slots=True)
class Institution:
    """A university or college, and the mail domain that its invented people use."""

    id: str
    mail_domain: str
    name: Text
    city: Text
    basis: str
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Expertise:
    """A field that a judge knows and an entry touches."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric: a question, and what each of the four levels looks like, lowest first."""

    id: str
    name: Text
    ask: Text
    anchors_ar: tuple[str, ...]
    anchors_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weight:
    """How much of 100 a criterion carries in one category."""

    id: str
    weight: int


@dataclass(frozen=True, slots=True)
class Material:
    """One file, or set of files, that an entry of a category hands in. A limit is None where it does not apply."""

    id: str
    name: Text
    formats: tuple[str, ...]
    max_mib: int
    max_files: int
    required: bool
    audience: str
    rule: Text
    codecs: tuple[str, ...] = ()
    credits: bool = False
    min_seconds: int | None = None
    max_seconds: int | None = None
    min_width: int | None = None
    min_height: int | None = None
    min_pages: int | None = None
    max_pages: int | None = None
    min_words: int | None = None
    max_words: int | None = None
    demo_rule: Text | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """What entries compete in: its rubric, its materials, and what its judges should know."""

    id: str
    prefix: str
    name: Text
    short: Text
    about: Text
    expertise: tuple[str, ...]
    criteria: tuple[Weight, ...]
    materials: tuple[Material, ...]

    def material(self, material_id: str) -> Material:
        """Find the material of this id."""
        return _by_id(self.materials, material_id)


@dataclass(frozen=True, slots=True)
class Level:
    """One of the scale's levels and the steps that it spans."""

    level: int
    steps: tuple[int, ...]
    name: Text


@dataclass(frozen=True, slots=True)
class Scale:
    """The steps of a mark, grouped into levels. A mark's points are ``weight * step / steps``."""

    steps: int
    points_formula: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class EntryRules:
    """The limits that the entry form enforces; words are counted in each language by itself."""

    max_members: int
    max_entries_per_student: int
    abstract_min_words: int
    abstract_max_words: int


@dataclass(frozen=True, slots=True)
class JudgingRules:
    """How the works are judged."""

    blind: bool
    judges_per_entry: int
    max_entries_per_judge: int
    practice_works: int
    honour_threshold: float
    same_institution_conflict: bool
    supervisor_conflict: bool
    comment_required_for_levels: tuple[int, ...]
    minutes_per_entry_suggested: int
    break_reminder_after_entries: int


@dataclass(frozen=True, slots=True)
class Late:
    """What may still arrive after the deadline, and for how long."""

    upload_grace_minutes: int
    note: Text
    missing: Text


@dataclass(frozen=True, slots=True)
class Appeals:
    """How long appeals run and on which grounds."""

    days: int
    decision_days: int
    grounds_ar: tuple[str, ...]
    grounds_en: tuple[str, ...]
    excluded: Text


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the calendar, or a stretch of it where ``until`` is given. Both are aware."""

    id: str
    at: datetime
    name: Text
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of eligibility."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Honour:
    """A place or a prize, and what it pays. ``rank`` is None where the place is not by order."""

    id: str
    per_category: bool
    amount_omr: int
    name: Text
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A kind of certificate and whom it is for."""

    id: str
    given_to: str
    name: Text


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
class AiStatement:
    """What entrants state about the AI tools they used."""

    id: str
    text: Text


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
        return _by_id(self.timeline, moment_id)

    def category(self, category_id: str) -> Category:
        """Find the category of this id."""
        return _by_id(self.categories, category_id)

    def institution(self, institution_id: str) -> Institution:
        """Find the institution of this id."""
        return _by_id(self.institutions, institution_id)

    def criterion(self, criterion_id: str) -> Criterion:
        """Find the criterion of this id."""
        return _by_id(self.criteria, criterion_id)

    def judge(self, judge_id: str) -> Judge:
        """Find the judge of this id."""
        return _by_id(self.judges, judge_id)

    def entry(self, entry_id: str) -> Entry:
        """Find the entry of this id."""
        return _by_id(self.entries, entry_id)

    def shifted(self, *, by: timedelta) -> "DemoEdition":
        """Give the same edition with its calendar moved."""
        moved = tuple(
            replace(moment, at=moment.at + by, until=moment.until and moment.until + by) for moment in self.timeline
        )
        return replace(self, timeline=moved)


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Identified)


def _by_id(things: Iterable[_T], wanted: str) -> _T:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise KeyError(wanted)
