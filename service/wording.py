"""Which messages an edition may say in words of its own, and saying them.

The program's words are the catalogues'. An edition's own text has the same places for facts, is text and never markup,
and gives way to the program's words where a later release no longer has one of its facts.
"""

import re
from collections.abc import Mapping

from markupsafe import Markup

from service.text import LANGUAGES, Words

__all__ = ["GROUPS", "OwnWords", "find_faults", "find_group", "list_places", "original"]

_LETTERS = (
    "invitation", "member", "supervisor", "judge-reminder", "deadline-moved", "entry-time", "entry-admit",
    "entry-return", "entry-exclude", "sheet-time", "outcome", "outcome-honoured", "appeal-answered", "published",
)  # fmt: skip
_ABOUT = ("blind", "rubric", "fair", "close", "record", "check")
_HELP = ("enter", "files", "deadline", "identity", "sign_in", "judge", "contact")

GROUPS: Mapping[str, tuple[str, ...]] = {
    "letters": tuple(f"mail.{letter}.{part}" for letter in _LETTERS for part in ("subject", "body")),
    "home": tuple(
        f"public.how_{step}{more}" for step in ("blind", "rubric", "fair", "record") for more in ("", "_note")
    ),
    "rules": ("public.rules_lead", "public.rules_sealed"),
    "about": tuple(f"public.about_{part}{more}" for part in _ABOUT for more in ("", "_text")),
    "help": tuple(f"public.help_{part}{more}" for part in _HELP for more in ("", "_text")),
}
"""Where the message is read → the messages that may be said otherwise there."""

_COUNTED = {"mail.judge-reminder.subject": "noun.sheet", "mail.judge-reminder.body": "noun.sheet"}
"""Messages about a number: an own text has one form, so its ``{n}`` is the number with its noun."""

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::(?:date|time))?\}")


def find_group(key: str) -> str | None:
    """Find where a message is read; None for one that may not be changed."""
    return next((group for group, keys in GROUPS.items() if key in keys), None)


def original(key: str, language: str) -> str:
    """Give the program's words with their places open."""
    return Words(language).pattern(key)


def list_places(key: str) -> tuple[str, ...]:
    """List the facts that a message may tell, in either language: letters bring them all."""
    found = [place for language in LANGUAGES for place in _PLACE.findall(original(key, language))]
    return tuple(dict.fromkeys(found))


def find_faults(key: str, text: str) -> tuple[tuple[str, ...], bool]:
    """Find the places of a text that its message has no fact for, and whether a brace stands alone."""
    known = set(list_places(key))
    unknown = tuple(dict.fromkeys(place for place in _PLACE.findall(text) if place not in known))
    return unknown, bool(set("{}") & set(_PLACE.sub("", text)))


class OwnWords:
    """The words of a language in which some messages are an edition's own. Calling it is saying, as with ``Words``."""

    def __init__(self, words: Words, own: Mapping[str, str]) -> None:
        self.words = words
        self._own = own

    def __call__(self, key: str, /, **facts: object) -> Markup:
        """Say it in a page."""
        own = self._own.get(key)
        if own is not None and not self._lacks(own, facts):
            return self.words.fill(own, self._counted(key, facts))
        return self.words.say(key, **facts)

    def plain(self, key: str, /, **facts: object) -> str:
        """Say it in a letter."""
        own = self._own.get(key)
        if own is not None and not self._lacks(own, facts):
            return self.words.fill_plain(own, self._counted(key, facts))
        return self.words.plain(key, **facts)

    def _counted(self, key: str, facts: Mapping[str, object]) -> Mapping[str, object]:
        noun = _COUNTED.get(key)
        return {**facts, "n": self.words.say(noun, n=facts["n"])} if noun and "n" in facts else facts

    @staticmethod
    def _lacks(text: str, facts: Mapping[str, object]) -> bool:
        """Say whether the text asks for a fact that is not told any more."""
        return any(place not in facts for place in _PLACE.findall(text))
