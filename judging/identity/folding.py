"""Letters folded so that one name, however it was typed or taken out of a file, becomes one string.

Arabic: presentation forms, diacritics, tatweel, hamzas, the two yaas, taa marbuta, Persian and Urdu letters; digits
of every script.
Runs of alef and lam are put in order, because readers of PDF swap the halves of the lam-alef ligature and text in
visual order
mirrors it. Latin: case, accents, look-alike letters of other scripts. Sounds: one key for a name in either script.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product

_LETTERS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ی": "ي",
        "ې": "ي", "ۍ": "ي",
        "ێ": "ي", "ے": "ي", "ۓ": "ي", "ة": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ک": "ك",
        "ڪ": "ك", "گ": "ك",
        "ڭ": "ك", "پ": "ب", "چ": "ج", "ژ": "ز", "ڤ": "ف", "ڥ": "ف", "ۆ": "و", "ۇ": "و", "ۋ": "و", "ڕ": "ر",
        "ڵ": "ل", "ٹ": "ت",
        "ڈ": "د", "ڑ": "ر", "ں": "ن", "ء": "", "ـ": "",
    }
)  # fmt: skip
_LOOKALIKES = str.maketrans("аеорсухіјѕһԁɡαορντικεηßıøłđðæœʼ’‘`´ʿʾ", "aeopcyxijshdgaopvtikehsiolddee'''''''")
_ALEF_LAM = re.compile("[ال]{2,}")
_GONE = frozenset({"Mn", "Me", "Cf"})
ARABIC = "\u0621-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f"


def tidy(text: str) -> str:
    """Text in its compatibility form, without marks, tatweel and invisible characters, with ASCII digits.

    What is left can still be read: excerpts are cut from it. Case is kept.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)).translate(_TIDYING)


class _Tidying(dict[int, str]):
    """What each character becomes, found out once: a third of the time of looking at each one."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter == "ـ" or unicodedata.category(letter) in _GONE:
            letter = ""
        elif code > _LAST_ASCII and letter.isdecimal():
            letter = str(unicodedata.decimal(letter))
        self[code] = letter
        return letter


_LAST_ASCII = 0x7F
_TIDYING = _Tidying()


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """One tidy word with its spelling variants folded; alef and lam keep their places."""
    word = word.translate(_LETTERS).casefold()
    return word if word.isascii() else word.translate(_LOOKALIKES)


def settle(word: str) -> str:
    """Put runs of alef and lam in order: alefs first."""
    return _ALEF_LAM.sub(lambda run: "".join(sorted(run[0])), word)


def is_arabic(word: str) -> bool:
    """Whether a folded word is in the Arabic script."""
    return any("\u0600" <= letter <= "\u06ff" for letter in word)


@lru_cache(maxsize=65536)
def bare_forms(word: str) -> frozenset[str]:
    """Give a folded word and what remains of it without "al-" and the letters Arabic joins to the front of words."""
    return frozenset(_bare_arabic(word) if is_arabic(word) else _bare_latin(word))


@lru_cache(maxsize=65536)
def settled_forms(word: str) -> frozenset[str]:
    """Give the bare forms of a word with their alefs and lams in order, for comparison."""
    if not is_arabic(word):
        return bare_forms(word)
    forms = {settle(form) for form in bare_forms(word)}
    run = re.match("ا+ل+", settle(word))
    if run and len(word) >= _LEAST_WITH_ARTICLE:
        forms.add(run[0].replace("ا", "", 1).replace("ل", "", 1) + settle(word)[run.end() :])
    return frozenset(forms)


_LEAST_WITH_ARTICLE = 5
_LEAST_WITH_LETTER = 4
_LEAST_LATIN_WITH_ARTICLE = 6


def _bare_arabic(word: str) -> set[str]:
    forms = {word}
    if len(word) >= _LEAST_WITH_LETTER and word[0] in "وفبكل":
        forms.add(word[1:])
    if word.startswith("لل") and len(word) >= _LEAST_WITH_ARTICLE:
        forms.add(word[2:])
    return forms | {form[2:] for form in forms if form.startswith("ال") and len(form) >= _LEAST_WITH_ARTICLE}


def _bare_latin(word: str) -> set[str]:
    forms = {word}
    if len(word) >= _LEAST_LATIN_WITH_ARTICLE and (
        word[:2] in ("al", "el") or (word[0] in "ae" and word[1] == word[2])
    ):
        forms.add(word[2:])
    return forms


_SOUNDS_ARABIC = {
    "ب": "B", "ت": "T", "ث": "0ST", "ج": "J", "ح": "H", "خ": "X", "د": "D", "ذ": "D0Z", "ر": "R", "ز": "Z",
    "س": "S", "ش": "$",
    "ص": "S", "ض": "D", "ط": "T", "ظ": "ZD0", "غ": "GJ", "ف": "F", "ق": "KJ", "ك": "K", "ل": "L", "م": "M",
    "ن": "N", "ه": "H",
}  # fmt: skip
_SOUNDS_LATIN = {
    "b": "B", "p": "B", "t": "T", "j": "J", "g": "J", "h": "H", "d": "D", "r": "R", "z": "Z", "s": "S", "f": "F",
    "v": "F",
    "q": "K", "k": "K", "c": "K", "l": "L", "m": "M", "n": "N",
}  # fmt: skip
_PAIRS_LATIN = {
    "sh": ("$", "SH"),
    "ch": ("$", "K"),
    "kh": ("X", "KH"),
    "gh": ("G", "JH"),
    "th": ("0", "TH"),
    "dh": ("D", "0", "Z", "DH"),
    "ph": ("F",),
    "ck": ("K",),
}
_MAX_KEYS = 12


@lru_cache(maxsize=65536)
def sounds(word: str) -> frozenset[str]:
    """Keys of how a folded word sounds, the same for both scripts; words that share a key may be one name.

    Consonants by class, in order; ``a`` before them where the word begins with a vowel or ain, ``+`` after them where
    it ends
    in a vowel. A letter that is written in several ways gives several keys.
    """
    parts = _arabic_parts(word) if is_arabic(word) else _latin_parts(word)
    keys: list[str] = []
    for choice in product(*parts):
        key = "".join(choice)
        keys.append(re.sub(r"^aBDL(?=[^+]{2})", "aBD", key))
        if len(keys) >= _MAX_KEYS:
            break
    return frozenset(keys)


def _arabic_parts(word: str) -> list[tuple[str, ...]]:
    word = word.replace("لل", "ل")
    parts: list[tuple[str, ...]] = []
    for at, letter in enumerate(word):
        if letter in "اع":
            parts.append(("a",) if at == 0 else ("+",) if at == len(word) - 1 and letter == "ا" else ("",))
        elif letter in "وي":
            own = "W" if letter == "و" else "Y"
            parts.append((own,) if at == 0 else ("+",) if at == len(word) - 1 else ("",))
        elif letter == "ه" and at == len(word) - 1:
            parts.append(("+", "H"))
        else:
            parts.append(tuple(_SOUNDS_ARABIC.get(letter, "")) or ("",))
    return parts


def _latin_parts(word: str) -> list[tuple[str, ...]]:
    word = re.sub(r"([a-z])\1+", r"\1", re.sub("[^a-z]", "", word))
    parts: list[tuple[str, ...]] = []
    at = 0
    while at < len(word):
        pair = word[at : at + 2]
        if pair in _PAIRS_LATIN:
            parts.append(_PAIRS_LATIN[pair])
            at += 2
            continue
        parts.append(_latin_letter(word, at))
        at += 1
    return parts


def _latin_letter(word: str, at: int) -> tuple[str, ...]:
    letter, is_last = word[at], at == len(word) - 1
    if letter in "aeiou":
        return ("a",) if at == 0 else ("+",) if is_last else ("",)
    if letter in "wy":
        return (letter.upper(),) if at == 0 else ("+",) if is_last else ("",)
    if letter == "x":
        return ("KS",)
    if letter == "h" and is_last and at > 0 and word[at - 1] in "aeiou":
        return ("+", "H")
    return (_SOUNDS_LATIN[letter],)


_VOWELS = str.maketrans("eoy", "aui")


def loosen(letters: str) -> str:
    """Latin letters with their vowels in three classes and no doubles, for names run together."""
    return re.sub(r"(.)\1+", r"\1", letters.translate(_VOWELS))
