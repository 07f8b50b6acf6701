"""What the demonstration's edition lays down, as frozen values: rubric, materials, scale, calendar, honours, rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
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
        return by_id(self.materials, material_id)


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
class AiStatement:
    """What entrants state about the AI tools they used."""

    id: str
    text: Text


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Identified)


def by_id(things: Iterable[_T], wanted: str) -> _T:
    """Find the one of this id; KeyError when there is none."""
    for thing in things:
        if thing.id == wanted:
            return thing
    raise KeyError(wanted)
