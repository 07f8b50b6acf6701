"""The values of a line as a page shows them, and its fields as a form asks for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from service.text import Ltr, Size, Words
from service.usecases.setup.fields import LANGUAGES, LEVELS, Field, Shape, list_of, show_field

__all__ = ["Choice", "FieldView", "rows_of", "say_value"]

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field may have."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a form: ``control`` is line, text, number, moment, flag, choice or choices."""

    name: str
    control: str
    label: Markup
    hint: Markup | None
    value: str
    values: tuple[str, ...]
    choices: tuple[Choice, ...]
    language: str
    direction: str
    is_optional: bool
    suffix: Markup | None


def rows_of(
    fields: tuple[Field, ...], values: dict[str, Any], words: Words, *, time_zone: str, choices: dict[str, list[Choice]]
) -> list[tuple[FieldView, ...]]:
    """Lay the fields of a form out: words of both languages side by side, anything else by itself."""
    rows: list[tuple[FieldView, ...]] = []
    for field in fields:
        if field.shape is Shape.ANCHORS:
            rows += [
                tuple(_anchor(field, language, level, values, words) for language in LANGUAGES)
                for level in reversed(LEVELS)
            ]
            continue
        languages = LANGUAGES if field.is_both else ("",)
        rows.append(
            tuple(
                _view(field, language, values, words, time_zone=time_zone, choices=choices.get(field.name))
                for language in languages
            )
        )
    return rows


_CONTROLS = {
    Shape.TEXT: "text", Shape.NUMBER: "number", Shape.POINTS: "number", Shape.MEBIBYTES: "number",
    Shape.FLAG: "flag", Shape.CHOICE: "choice", Shape.CHOICES: "choices", Shape.MOMENT: "moment", Shape.EMAIL: "email",
}  # fmt: skip
_SUFFIXES = {
    Shape.MEBIBYTES: "setup.unit_mib", Shape.POINTS: "setup.unit_points", Shape.MOMENT: "",
}  # fmt: skip


def _view(
    field: Field,
    language: str,
    values: dict[str, Any],
    words: Words,
    *,
    time_zone: str,
    choices: list[Choice] | None,
) -> FieldView:
    name = f"{field.name}_{language}" if language else field.name
    stored = values.get(name)
    label = words.say(f"setup.f_{field.name}")
    hint = f"setup.h_{field.name}"
    suffix = _SUFFIXES.get(field.shape)
    return FieldView(
        name=name,
        control=_CONTROLS.get(field.shape, "line"),
        label=words.say("setup.in_language", field=label, language=words.say(f"language.{language}"))
        if language
        else label,
        hint=words.say(hint) if hint in words and language in {"", words.lang} else None,
        value=show_field(field, stored, time_zone=time_zone),
        values=tuple(str(each) for each in list_of(stored)) if field.shape is Shape.CHOICES else (),
        choices=tuple(choices or [Choice(each, say_choice(field, each, words)) for each in field.choices]),
        language=language,
        direction={"ar": "rtl", "en": "ltr"}.get(language, "ltr"),
        is_optional=field.is_optional,
        suffix=words.say(suffix) if suffix else None,
    )


def _anchor(field: Field, language: str, level: int, values: dict[str, Any], words: Words) -> FieldView:
    name = f"{field.name}_{language}"
    stored = [*list_of(values.get(name)), "", "", "", ""]
    label = words.say("setup.anchor", n=level)
    return FieldView(
        name=f"{name}-{level}", control="text", hint=None, value=stored[level - 1], values=(), choices=(),
        label=words.say("setup.in_language", field=label, language=words.say(f"language.{language}")),
        language=language, direction="rtl" if language == "ar" else "ltr", is_optional=False, suffix=None,
    )  # fmt: skip


def say_choice(field: Field, value: str, words: Words) -> str:
    """Say one of a field's values."""
    key = f"setup.c_{field.name}_{value}"
    return words.plain(key) if key in words else value.upper() if field.name == "formats" else value


def say_value(field: Field, value: Any, words: Words) -> Markup | str:  # noqa: PLR0911 (one for each shape)
    """Say a stored value in a page; nothing for what is not set."""
    if value is None or value == "":
        return ""
    match field.shape:
        case Shape.MOMENT if isinstance(value, datetime):
            return words.when(value)
        case Shape.FLAG:
            return words.say("setup.yes" if value else "setup.no")
        case Shape.POINTS:
            return words.number(value / TENTHS)
        case Shape.MEBIBYTES:
            return words.size_of(Size(value))
        case Shape.NUMBER:
            return words.number(value)
        case Shape.CHOICES:
            return words.listed(Ltr(say_choice(field, str(each), words)) for each in list_of(value))
        case Shape.CHOICE:
            return say_choice(field, str(value), words)
        case Shape.EMAIL | Shape.ZONE:
            return words.listed([Ltr(value)])
        case _:
            return Markup("<bdi>{}</bdi>").format(value)
