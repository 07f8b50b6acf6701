"""Everything that an edition is made of, line by line: where it is stored, its fields, and when it may change."""

from dataclasses import dataclass
from typing import Any

from judging.method_names import AUTO, METHODS
from service.errors import NotFound
from service.usecases.setup.fields import LEVELS, Field, Shape
from storage.inspect.limits import FORMATS
from storage.tables.edition import (
    AiStatement,
    Category,
    Edition,
    EligibilityRule,
    Expertise,
    Honour,
    Material,
    ScaleLevel,
    TimelineDate,
)
from storage.tables.further_round import RoundRule
from storage.tables.panel import Round
from storage.tables.rubric import Criterion, PracticeCriterion, PracticeWork

__all__ = ["KEPT_DATES", "KINDS", "Kind", "find_kind"]

KEPT_DATES = ("open", "deadline", "judging", "publish")
"""Dates without which an edition cannot run, in their order."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of line. ``section`` is the page that lists it.

    ``is_sealed``: it belongs to the rules that the fingerprint covers. ``is_fixed``: none is added or removed once the
    edition has opened. ``table`` is a table class. ``is_own``: the line is the edition's own row. ``in_category``: its
    parent is a category.
    """

    name: str
    section: str
    table: Any
    fields: tuple[Field, ...]
    is_sealed: bool = False
    is_fixed: bool = False
    is_own: bool = False
    in_category: bool = False
    has_slug: bool = True


def _both(name: str, shape: Shape = Shape.LINE, *, optional: bool = False) -> Field:
    return Field(name, shape, is_both=True, is_optional=optional)


def _number(name: str, least: int, most: int, *, optional: bool = False) -> Field:
    return Field(name, Shape.NUMBER, least=least, most=most, is_optional=optional)


_RUBRIC = (_both("name"), _both("ask", Shape.TEXT), _both("anchors", Shape.ANCHORS))

_ALL = (
    Kind(
        "basics", "texts", Edition,
        (
            _both("name"), _both("short"), _both("theme"), _both("notice", Shape.TEXT, optional=True),
            _both("limits_notice", Shape.TEXT, optional=True), Field("contact_email", Shape.EMAIL),
        ),
        is_sealed=True, is_own=True,
    ),
    Kind(
        "taking-part", "rules", Edition,
        (
            _number("max_members", 1, 30), _number("max_entries_per_student", 1, 20),
            _number("abstract_min_words", 0, 2000), _number("abstract_max_words", 1, 2000),
            _number("upload_grace_minutes", 0, 1440), _number("appeals_days", 1, 60, optional=True),
        ),
        is_sealed=True, is_own=True,
    ),
    Kind(
        "eligibility", "rules", EligibilityRule,
        (_both("text", Shape.TEXT), Field("only_for", Shape.CHOICE, is_optional=True)), is_sealed=True,
    ),
    Kind("ai-statement", "rules", AiStatement, (_both("text", Shape.TEXT),)),
    Kind(
        "judging", "rounds", Edition,
        (
            _number("judges_per_entry", 1, 9), _number("max_entries_per_judge", 1, 200),
            Field("comment_levels", Shape.CHOICES, choices=tuple(map(str, LEVELS)), is_optional=True),
            _number("minutes_per_entry", 1, 600), _number("break_after_entries", 1, 50),
            _number("differ_points", 5, 100),
        ),
        is_sealed=True, is_own=True,
    ),
    Kind(
        "round", "rounds", Round, (Field("method", Shape.CHOICE, choices=(AUTO, *sorted(METHODS))),), is_sealed=True,
        is_fixed=True, has_slug=False,
    ),
    Kind(
        "further-round", "rounds", RoundRule,
        (
            _number("takes", 1, 500), _number("reviews_per_entry", 1, 9), Field("is_carried", Shape.FLAG),
            Field("begins_at", Shape.MOMENT), Field("ends_at", Shape.MOMENT),
        ),
        is_sealed=True, is_fixed=True, has_slug=False,
    ),
    Kind(
        "date", "timeline", TimelineDate,
        (_both("name"), Field("at", Shape.MOMENT), Field("until", Shape.MOMENT, is_optional=True)), is_sealed=True,
    ),
    Kind(
        "zone", "timeline", Edition, (Field("time_zone", Shape.ZONE),), is_sealed=True, is_own=True,
    ),
    Kind(
        "honour", "honours", Honour,
        (
            _both("name"), _number("place", 1, 20, optional=True), Field("is_per_category", Shape.FLAG),
            _number("amount_omr", 0, 1_000_000),
        ),
        is_sealed=True,
    ),
    Kind(
        "threshold", "honours", Edition,
        (Field("honour_threshold", Shape.POINTS, least=0, most=100), Field("may_share", Shape.FLAG)), is_sealed=True,
        is_own=True,
    ),
    Kind("level", "criteria", ScaleLevel, (_both("name"),), is_sealed=True, is_fixed=True, has_slug=False),
    Kind(
        "category", "categories", Category,
        (_both("name"), Field("prefix"), _both("about", Shape.TEXT)), is_sealed=True, is_fixed=True,
    ),
    Kind(
        "material", "categories", Material,
        (
            _both("name"), _both("rule", Shape.TEXT),
            Field("formats", Shape.CHOICES, choices=(*FORMATS, "url")),
            Field("audience", Shape.CHOICE, choices=("judges", "committee")), Field("is_required", Shape.FLAG),
            _number("max_files", 1, 50), Field("max_bytes", Shape.MEBIBYTES, least=1, most=1_000_000),
            *(
                _number(f"{end}_{of}", 1, 1_000_000, optional=True)
                for of in ("pages", "seconds", "words")
                for end in ("min", "max")
            ),
            _number("min_width", 1, 100_000, optional=True), _number("min_height", 1, 100_000, optional=True),
        ),
        is_sealed=True, is_fixed=True, in_category=True,
    ),
    Kind("expertise", "categories", Expertise, (_both("name"),)),
    Kind("criterion", "criteria", Criterion, _RUBRIC, is_sealed=True, is_fixed=True, in_category=True),
    Kind(
        "practice-work", "practice", PracticeWork,
        (_both("title"), _both("text", Shape.TEXT), Field("category_slug", Shape.CHOICE)), has_slug=False,
    ),
    Kind("practice-criterion", "practice", PracticeCriterion, _RUBRIC),
)  # fmt: skip

KINDS = {kind.name: kind for kind in _ALL}


def find_kind(name: str) -> Kind:
    """Find the kind of line by its name in the address. Raises NotFound."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound
    return kind
