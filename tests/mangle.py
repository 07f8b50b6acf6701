"""What real files and real people do to names: each takes a name and gives a string in which it still stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random

TATWEEL, ZERO_WIDTH, MARKS = "ـ", "\u200c\u200b\u200f\u2068\u2069", "َُِّْ"
_FORMS: dict[str, list[str]] = {}
for _code in (*range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD)):
    _base = unicodedata.normalize("NFKC", chr(_code))
    if len(_base) == 1:
        _FORMS.setdefault(_base, []).append(chr(_code))
_VARIANTS = {
    "ي": "یى",
    "ى": "ي",
    "ك": "ک",
    "ه": "ة",
    "ة": "ه",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ا": "أٱ",
    "ئ": "ي",
    "ؤ": "و",
}
_LIGATURES = {"لا": "ﻻ", "لأ": "ﻷ", "لإ": "ﻹ", "لآ": "ﻵ"}


def as_it_is(name: str, _: Random) -> str:
    return name


def with_tatweel(name: str, random: Random) -> str:
    return "".join(letter + TATWEEL * random.randint(0, 2) * (letter != " ") for letter in name)


def with_marks(name: str, random: Random) -> str:
    return "".join(letter + random.choice(MARKS) * (random.random() < 0.6 and letter != " ") for letter in name)


def with_zero_width(name: str, random: Random) -> str:
    return "".join(letter + (random.choice(ZERO_WIDTH) if random.random() < 0.4 else "") for letter in name)


def in_presentation_forms(name: str, random: Random) -> str:
    return "".join(random.choice(_FORMS.get(letter, [letter])) for letter in name)


def with_ligatures(name: str, _: Random) -> str:
    for letters, form in _LIGATURES.items():
        name = name.replace(letters, form)
    return name


def mirrored(name: str, _: Random) -> str:
    return name[::-1]


def mirrored_with_ligatures(name: str, random: Random) -> str:
    return with_ligatures(name, random)[::-1]


def mirrored_in_forms(name: str, random: Random) -> str:
    return in_presentation_forms(with_ligatures(name, random), random)[::-1]


def with_broken_lam_alef(name: str, _: Random) -> str:
    for letters in _LIGATURES:
        name = name.replace(letters, letters[::-1])
    return name


def in_letters(name: str, _: Random) -> str:
    return " ".join(name.replace(" ", ""))


def in_letters_with_gaps(name: str, _: Random) -> str:
    return "   ".join(" ".join(word) for word in name.split())


def torn(name: str, random: Random) -> str:
    return "".join(letter + (" " if random.random() < 0.3 else "") for letter in name)


def run_together(name: str, _: Random) -> str:
    return name.replace(" ", "")


def with_variants(name: str, random: Random) -> str:
    return "".join(random.choice(_VARIANTS.get(letter, letter) + letter) for letter in name)


def words_turned_round(name: str, _: Random) -> str:
    return " ".join(reversed(name.split()))


def first_and_last(name: str, _: Random) -> str:
    words = name.split()
    return f"{words[0]} {words[-1]}"


def last_comma_first(name: str, _: Random) -> str:
    words = name.split()
    return f"{words[-1]}، {words[0]}"


def over_two_lines(name: str, random: Random) -> str:
    words = name.split()
    at = random.randint(1, len(words) - 1)
    return " ".join(words[:at]) + "\n" + " ".join(words[at:])


def without_article(name: str, _: Random) -> str:
    return " ".join(word.removeprefix("ال") if len(word) > 5 else word for word in name.split())


def with_sons(name: str, _: Random) -> str:
    words = [word for word in name.split() if word not in ("بن", "بنت")]
    return " بن ".join(words[:-1]) + " " + words[-1]


def without_sons(name: str, _: Random) -> str:
    return " ".join(word for word in name.split() if word not in ("بن", "بنت"))


def after_a_letter(name: str, random: Random) -> str:
    return random.choice("ولبف") + name


ARABIC: tuple[Callable[[str, Random], str], ...] = (
    as_it_is, with_tatweel, with_marks, with_zero_width, in_presentation_forms, with_ligatures, mirrored,
    mirrored_with_ligatures,
    mirrored_in_forms, with_broken_lam_alef, in_letters, in_letters_with_gaps, torn, run_together, with_variants,
    words_turned_round,
    first_and_last, last_comma_first, over_two_lines, without_article, with_sons, without_sons, after_a_letter,
)  # fmt: skip

PEOPLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("محمد بن علي الحارثي", ("Mohammed Ali Al Harthy", "Muhammad Al-Harthi", "Mohamed Alharthi", "MOHAMMED AL HARTHI")),
    ("عبدالرحمن بن سعيد المعولي", ("Abdulrahman Al Maawali", "Abdul Rahman Al-Mawali", "Abd el-Rahman Saeed Maawali")),
    ("فاطمة بنت خميس الرواحية", ("Fatima Al Rawahi", "Fatma Khamis Al-Rawahiya", "Fatimah Alrawahi")),
    ("لؤي أحمد اللواتي", ("Luai Al Lawati", "Loay Ahmed Allawati", "Louay Al-Lawatia")),
    ("آلاء بنت سالم الكلبانية", ("Alaa Al Kalbani", "Ala'a Salim Al-Kalbaniya", "Alaa Alkalbani")),
    ("عبدالله بن ناصر الإسماعيلي", ("Abdullah Al Ismaili", "Abdallah Nasser Al-Ismaily", "Abdulla Alismaili")),
    ("خديجة بنت إبراهيم الزدجالية", ("Khadija Al Zadjali", "Khadeeja Ibrahim Al-Zadjaliya", "Khadijah Alzadjali")),
    ("سيف بن هلال الغافري", ("Saif Al Ghafri", "Seif Hilal Al-Ghafri", "Saif Alghafri")),
    ("شذى بنت راشد الشكيلية", ("Shatha Al Shukaili", "Shadha Rashid Al-Shukailiya", "Shatha Alshukaili")),
    ("قيس بن طارق الهنائي", ("Qais Al Hinai", "Kais Tariq Al-Hinai", "Qays Alhinai")),
    ("يعقوب يوسف البلوشي", ("Yaqoub Al Balushi", "Yaqub Yousuf Al-Balushi", "Yacoub Albalushi")),
    ("ميساء مصطفى الأنصاري", ("Maysa Al Ansari", "Maisa Mustafa Al-Ansari", "Maysaa Alansari")),
)
