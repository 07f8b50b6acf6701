"""The copy of one's own data as a page to read or print: every section and field of it in the reader's words."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from service.text import Ltr, Size, Words
from service.web.account.devices import name_device
from storage.reads.personal import PersonalData

__all__ = ["DataCopyPage", "DataSection", "lay_out"]

AS_TABLES: Final = frozenset({"roles", "devices", "letters", "marks", "log"})
"""Sections of many short rows; the others show each thing by itself."""

_CODES: Final = {
    "role": "role",
    "language": "language",
    "work_language": "language",
    "languages": "language",
    "rights": "rights",
    "theme": "nav.theme",
    "digits": "account.digits",
    "event": "audit",
    "ground": "appeal.ground",
    "verdict": "appeal.verdict",
    "template": "letter_kind",
}
_KINDS: Final = {"judge": "judges.kind", "declared_conflicts": "conf.kind", "questions": "question.kind"}
_STATES: Final = {
    "letters": "letters",
    "entries": "entry_state",
    "files": "upload_state",
    "score_sheets": "sheet_state",
    "declared_conflicts": "conflict_state",
}
_IN_ONE_LANGUAGE: Final = ("criterion", "statement")
"""What the rules name in both languages: the page shows the reader's. What the person wrote is shown in both."""
_LISTS: Final = frozenset({"tags", "rights", "languages", "expertise", "past"})
_LEFT_TO_RIGHT: Final = frozenset({
    "email", "entry_number", "code_name", "digest", "sha256", "commitment", "file_name", "name", "edition", "code",
})  # fmt: skip
_LONG_TEXTS: Final = frozenset({"abstract_ar", "abstract_en", "ai_text", "content", "answer", "note"})


@dataclass(frozen=True, slots=True)
class DataSection:
    """One kind of what is held. ``columns`` are there where it is a table: each record then has a value for each."""

    name: str
    title: str
    columns: tuple[str, ...]
    records: tuple[tuple[tuple[str, Markup], ...], ...]


@dataclass(frozen=True, slots=True)
class DataCopyPage:
    """The whole copy; kinds of which nothing is held are named together at the end."""

    given_at: datetime
    sections: tuple[DataSection, ...]
    empty: tuple[str, ...]


def lay_out(found: PersonalData, words: Words, *, given_at: datetime) -> DataCopyPage:
    """Write every row of the copy in the reader's words."""
    return DataCopyPage(
        given_at=given_at,
        sections=tuple(_section(name, rows, words) for name, rows in found.items() if rows),
        empty=tuple(words.plain(f"copy.of.{name}") for name, rows in found.items() if not rows),
    )


def _section(name: str, rows: list[dict[str, Any]], words: Words) -> DataSection:
    is_table = name in AS_TABLES
    others = {f"{name}_{'en' if words.lang == 'ar' else 'ar'}" for name in _IN_ONE_LANGUAGE}
    fields = tuple(field for field in rows[0] if field not in others and any(_is_given(row[field]) for row in rows))
    labels = {field: words.plain(f"copy.field.{_label(field)}") for field in fields}
    return DataSection(
        name=name,
        title=words.plain(f"copy.of.{name}"),
        columns=tuple(labels.values()) if is_table else (),
        records=tuple(
            tuple(
                (labels[field], _say(name, field, row[field], words))
                for field in fields
                if is_table or _is_given(row[field])
            )
            for row in rows
        ),
    )


def _label(field: str) -> str:
    name = field.removesuffix("_ar").removesuffix("_en")
    return name if name in _IN_ONE_LANGUAGE else field


def _is_given(value: object) -> bool:
    return value is not None and value not in ("", "[]", "{}", [], {})


def _say(section: str, field: str, value: Any, words: Words) -> Markup:  # noqa: PLR0911 -- one for each kind of value
    if not _is_given(value):
        return words("copy.nothing")
    if isinstance(value, bool):
        return words("copy.yes" if value else "copy.no")
    if field.endswith("_at") or field == "at":
        return words.when(datetime.fromisoformat(value))
    if field in _LISTS:
        return words.listed(_parts(field, json.loads(value) if isinstance(value, str) else value, words))
    if field == "size":
        return Markup("<span>{}</span>").format(words.size_of(Size(value)))
    if isinstance(value, int | float):
        return Markup("<span>{}</span>").format(words.number(value))
    return _say_text(section, field, str(value), words)


def _parts(field: str, value: Any, words: Words) -> list[object]:
    """Say each part of a list, or each answer of a statement: ``{"material": "own"}`` is ``rights.material_own``.

    Parts that an edition names itself come with their names.
    """
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [each[f"name_{words.lang}"] for each in value]
    answered = [f"{key}_{answer}" for key, answer in value.items() if answer] if isinstance(value, dict) else value
    codes = [str(code) for code in answered]
    keys = [f"{_CODES.get(field)}.{code}" for code in codes]
    return [words(key) if key in words else code for key, code in zip(keys, codes, strict=True)]


def _say_text(section: str, field: str, text: str, words: Words) -> Markup:
    of_section = {"state": _STATES, "kind": _KINDS}.get(field)
    of_state = of_section.get(section) if of_section is not None else _CODES.get(field)
    for key in (f"{of_state}.{text}", f"{of_state}_{text}"):
        if of_state and key in words:
            return words(key)
    if field == "device":
        return _say_device(text, words)
    if field in _LEFT_TO_RIGHT or of_state is not None or of_section is not None:
        return Markup('<span class="ltr">{}</span>').format(Ltr(text))
    if field in _LONG_TEXTS:
        return Markup('<span class="lines" dir="auto">{}</span>').format(text)
    return Markup("<bdi>{}</bdi>").format(text)


def _say_device(line: str, words: Words) -> Markup:
    """Name a device as the list of sessions does, and give the line that is held below it: the copy is whole."""
    held = Markup('<span class="ltr xs muted">{}</span>').format(Ltr(line))
    name = name_device(line, words)
    return held if name == line else Markup("<span>{}<br>{}</span>").format(name, held)
