"""The messages of each language: ``templates/locale/<language>/*.po``.

A message's id is its key; ``{name}`` is where a fact goes.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

__all__ = [
    "PLACE",
    "Message",
    "UnknownMessage",
    "choose_form",
    "pieces_for_page",
    "plain_alone",
    "plural_form",
    "read_catalogue",
    "said_alone",
]

Message = str | Mapping[str, str]
PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)(?::(date|time))?\}")
_PLURAL_FORMS: Final = {"ar": ("zero", "one", "two", "few", "many", "other"), "en": ("one", "other")}
_PLURALS_KEPT: Final = 4096
_PATTERNS_KEPT: Final = 4096


class UnknownMessage(KeyError):
    """No catalogue of this language holds the key: a fault of ours, never of the reader."""


@lru_cache
def read_catalogue(lang: str) -> Mapping[str, Message]:
    """Read a language's messages by key, once; counted ones by CLDR's names of their forms."""
    messages: dict[str, Message] = {}
    for file in sorted(files("templates").joinpath("locale", lang).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as source:
            for entry in read_po(source, locale=lang, abort_invalid=True):
                if not entry.id:
                    continue
                key = entry.id if isinstance(entry.id, str) else entry.id[0]
                messages[key] = (
                    entry.string
                    if isinstance(entry.string, str)
                    else dict(zip(_PLURAL_FORMS[lang], entry.string or (), strict=True))
                )
    return messages


@lru_cache(maxsize=_PLURALS_KEPT)
def plural_form(lang: str, count: int) -> str:
    """Name the form that goes with this many."""
    return Locale(lang).plural_form(count)


@lru_cache(maxsize=_PATTERNS_KEPT)
def pieces_for_page(message: str) -> tuple[tuple[str, str, str | None, bool], ...]:
    """Take a message apart once: each escaped stretch with the place after it, its part, and whether it is inside."""
    pieces, at = [], 0
    for place in PLACE.finditer(message):
        pieces.append((str(escape(message[at : place.start()])), place[1], place[2], place.start() > 0))
        at = place.end()
    return (*pieces, (str(escape(message[at:])), "", None, False))


def _find_message(lang: str, key: str) -> Message:
    message = read_catalogue(lang).get(key)
    if message is None:
        raise UnknownMessage(f"{lang}:{key}")
    return message


def choose_form(lang: str, key: str, facts: Mapping[str, object]) -> str:
    """Give a message with its places open; a counted one in the form that goes with its number."""
    message = _find_message(lang, key)
    if isinstance(message, str):
        return message
    count = facts.get("n")
    if not isinstance(count, int):
        (count,) = (fact for fact in facts.values() if isinstance(fact, int))
    return message[plural_form(lang, count)]


@cache
def plain_alone(lang: str, key: str) -> str:
    """Give a message that has no places: most of a page's words, and the same for everybody."""
    message = _find_message(lang, key)
    if not isinstance(message, str):
        raise UnknownMessage(f"{lang}:{key} needs a number")
    places = PLACE.search(message)
    if places:
        raise KeyError(places[1])
    return message


@cache
def said_alone(lang: str, key: str) -> Markup:
    """Give the same as safe HTML."""
    return escape(plain_alone(lang, key))
