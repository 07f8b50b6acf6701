"""The fields that a line of an edition's set-up has, and what may stand in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

from service.errors import FieldError
from service.typed_text import western_digits
from storage.columns import from_json, to_json

__all__ = [
    "LANGUAGES",
    "LEVELS",
    "MIB",
    "Field",
    "Shape",
    "TypedForm",
    "list_of",
    "plain_values",
    "read_field",
    "show_field",
    "spread",
]

LANGUAGES = ("ar", "en")
LEVELS = (1, 2, 3, 4)
"""A criterion describes each of these levels, lowest first."""
MIB = 1024 * 1024
TENTHS = 10
LONGEST_LINE, LONGEST_TEXT = 200, 4000


class Shape(StrEnum):
    """How a field is typed and stored."""

    LINE = "line"
    TEXT = "text"
    EMAIL = "email"
    NUMBER = "number"
    POINTS = "points"
    MEBIBYTES = "mebibytes"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    MOMENT = "moment"
    ZONE = "zone"
    ANCHORS = "anchors"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a line, or a pair of columns where ``is_both`` asks for the words in both languages.

    ``least`` and ``most`` bound numbers, as they are typed. ``choices`` are stored values. Texts of both languages may
    wait for their translation: that shows as a gap until the edition opens, and is refused afterwards.
    """

    name: str
    shape: Shape = Shape.LINE
    is_both: bool = False
    is_optional: bool = False
    least: int = 0
    most: int = 1_000_000
    choices: tuple[str, ...] = ()
    language: str = ""

    @property
    def column(self) -> str:
        """The column that it is stored in."""
        return f"{self.name}_{self.language}" if self.language else self.name


class TypedForm(Protocol):
    """A form as it was typed."""

    def text(self, name: str) -> str:
        """Give a field without the spaces round it."""
        ...

    def all(self, name: str) -> list[str]:
        """Give every value of a field."""
        ...

    def flag(self, name: str) -> bool:
        """Say whether a box was ticked."""
        ...

    def number(self, name: str) -> int | None:
        """Give a whole number, or None."""
        ...


def spread(fields: Sequence[Field]) -> list[Field]:
    """Give a field a column: a pair of languages becomes two."""
    return [
        each
        for field in fields
        for each in ([replace(field, language=lang) for lang in LANGUAGES] if field.is_both else [field])
    ]


def read_field(field: Field, typed: TypedForm, *, time_zone: str, errors: list[FieldError]) -> Any:
    """Read what was typed as the column's value; what cannot be taken is added to ``errors``."""
    match field.shape:
        case Shape.FLAG:
            return typed.flag(field.column)
        case Shape.CHOICES:
            return _read_choices(field, typed, errors)
        case Shape.ANCHORS:
            return to_json([_read_text(field, typed.text(f"{field.column}-{at}"), errors, at=at) for at in LEVELS])
        case Shape.MOMENT:
            return _read_moment(field, typed.text(field.column), time_zone, errors)
        case Shape.NUMBER | Shape.POINTS | Shape.MEBIBYTES:
            return _read_number(field, typed.text(field.column), errors)
        case _:
            return _read_text(field, typed.text(field.column), errors)


def show_field(field: Field, value: Any, *, time_zone: str) -> str:  # noqa: PLR0911 (one for each shape)
    """Write a stored value as the form's field takes it. Lists are joined by commas."""
    if value is None:
        return ""
    match field.shape:  # one way of writing a shape
        case Shape.MOMENT:
            return str(value.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M"))
        case Shape.POINTS:
            return f"{value / TENTHS:g}"
        case Shape.MEBIBYTES:
            return f"{value // MIB}"
        case Shape.FLAG:
            return "yes" if value else ""
        case Shape.CHOICES:
            return ", ".join(str(each) for each in from_json(value) or ())
        case Shape.ANCHORS:
            return "\n".join(from_json(value) or ())
        case _:
            return str(value)


def list_of(value: Any) -> list[Any]:
    """Give the values of a list column."""
    return list(from_json(value) or ())


def _read_text(field: Field, text: str, errors: list[FieldError], *, at: int | None = None) -> str | None:
    name = field.column if at is None else f"{field.column}-{at}"
    longest = LONGEST_TEXT if field.shape in {Shape.TEXT, Shape.ANCHORS} else LONGEST_LINE
    label = f"setup.f_{field.name}"
    if not text and not field.is_optional and not field.language:
        errors.append(FieldError(name, "err.required", word_field=label))
    elif len(text) > longest:
        errors.append(FieldError(name, "err.too_many_letters", word_field=label, n=len(text), max=longest))
    elif field.shape is Shape.EMAIL and "@" not in text:
        errors.append(FieldError(name, "err.email"))
    elif field.shape is Shape.ZONE and text not in available_timezones():
        errors.append(FieldError(name, "err.time_zone"))
    elif field.shape is Shape.CHOICE and field.choices and text not in field.choices:
        errors.append(FieldError(name, "err.choose", word_field=label))
    return text or (None if field.is_optional else "")


def _read_choices(field: Field, typed: TypedForm, errors: list[FieldError]) -> str:
    chosen = [each for each in field.choices if each in typed.all(field.column)]
    if not chosen and not field.is_optional:
        errors.append(FieldError(field.column, "err.choose", word_field=f"setup.f_{field.name}"))
    return to_json([int(each) if each.isdigit() else each for each in chosen])


def _read_number(field: Field, text: str, errors: list[FieldError]) -> int | None:
    if not text:
        if not field.is_optional:
            errors.append(FieldError(field.column, "err.required", word_field=f"setup.f_{field.name}"))
        return None
    try:
        number = float(western_digits(text))
    except ValueError:
        number = -1.0
    is_whole = number == int(number) if abs(number) < field.most + 1 else False
    if not (is_whole or field.shape is Shape.POINTS) or not field.least <= number <= field.most:
        errors.append(FieldError(field.column, "err.number_between", min=field.least, max=field.most))
        return None
    return round(number * {Shape.POINTS: TENTHS, Shape.MEBIBYTES: MIB}.get(field.shape, 1))


def _read_moment(field: Field, text: str, time_zone: str, errors: list[FieldError]) -> datetime | None:
    if not text:
        if not field.is_optional:
            errors.append(FieldError(field.column, "err.moment"))
        return None
    try:
        typed = datetime.fromisoformat(western_digits(text))
    except ValueError:
        errors.append(FieldError(field.column, "err.moment"))
        return None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(time_zone))


def plain_values(row: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """Give a row's values of these fields as JSON can hold them."""
    found = {field.column: row[field.column] for field in spread(fields)}
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in found.items()}
