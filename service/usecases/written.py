"""What people type, made fit to keep: one kind of line end, composed letters, no invisible marks."""

import unicodedata

from service.errors import FieldError

__all__ = ["check_line", "check_script", "count_words", "read_line", "read_text"]

_INVISIBLE = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0x061C, 0xFEFF, 0x00AD]
)

_UNFIT = {"Cc", "Cs"}
"""Control characters, and halves of surrogate pairs: JSON can carry those, and no database or header can."""


def read_text(text: str) -> str:
    """Keep the letters and the line ends; drop control characters, halves of pairs and direction marks."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_INVISIBLE)
    return "".join(char for char in composed if char == "\n" or unicodedata.category(char) not in _UNFIT).strip()


def read_line(text: str) -> str:
    """Keep one line, with single spaces."""
    return " ".join(read_text(text).split())


def count_words(text: str) -> int:
    """Count words as the rules do: between spaces."""
    return len(text.split())


def check_line(field: str, text: str, *, at_most: int, is_needed: bool, word: str) -> list[FieldError]:
    """Find what is wrong with one line. ``word`` is the key of the field's name."""
    if is_needed and not text:
        return [FieldError(field, "err.required", word_field=word)]
    if len(text) > at_most:
        return [FieldError(field, "err.too_many_letters", word_field=word, n=len(text), max=at_most)]
    return []


def check_script(field: str, name: str, *, script: str) -> list[FieldError]:
    """Find whether a person's name is written in the script (ar or en) in which pages and certificates show it.

    Digits and marks belong to either; a letter of the other script does not. An empty name is not this rule's matter.
    """
    letters = {unicodedata.name(char, "").partition(" ")[0] for char in name if char.isalpha()}
    own, other = ("ARABIC", "LATIN") if script == "ar" else ("LATIN", "ARABIC")
    if name.strip() and (own not in letters or other in letters):
        return [FieldError(field, f"account.name_script_{script}")]
    return []
