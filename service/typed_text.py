"""Text as people type it, read as one: digits of either kind, and words however their letters were spelt."""

import unicodedata
from typing import Final

__all__ = ["fold_for_search", "western_digits"]

_WESTERN_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_LETTERS_AS_ONE: Final = str.maketrans("ٱىیکة", "اييكه")


def western_digits(text: str) -> str:
    """Write Eastern digits and decimal comma the Western way, as every input is read."""
    return text.translate(_WESTERN_DIGITS)


def fold_for_search(text: str) -> str:
    """Return the key under which a text is sorted and found, whichever way its Arabic or Latin was spelt."""
    decomposed = unicodedata.normalize("NFKD", western_digits(text)).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char) and char != "\u0640")
    words = bare.translate(_LETTERS_AS_ONE).split()
    if words and words[0].startswith("ال") and len(words[0]) > len("ال") + 1:
        words[0] = words[0].removeprefix("ال")
    return " ".join(words)
