"""The words that people head their columns with, and which one a misspelt header was meant to be."""

import unicodedata
from collections.abc import Collection
from difflib import SequenceMatcher

# The words people head their columns with; the first Arabic form is the one that is written.
HEADERS: dict[str, tuple[str, ...]] = {
    "entry": ("المشروع", "رمز التحكيم", "رقم المشاركة", "entry", "project", "code name", "entry number"),
    "judge": ("المحكّم", "رقم المحكّم", "judge"),
    "criterion": ("المعيار", "criterion"),
    "score": ("الدرجة", "score", "mark"),
    "category": ("الفئة", "category"),
    "order": ("ترتيب التقييم", "التسلسل", "order"),
    "team": ("الفريق", "أعضاء الفريق", "team"),
    "institution": ("المؤسسة", "الجامعة", "الكلية", "institution"),
    "language": ("اللغة", "اللغات", "language", "languages"),
    "role": ("الصفة", "الدور", "role"),
    "expertise": ("الخبرة", "مجالات الخبرة", "expertise"),
    "affinity": ("الملاءمة", "درجة الملاءمة", "affinity"),
    "reason": ("السبب", "reason"),
    "need": ("التقييمات المطلوبة", "need"),
    "max_load": ("الحد الأقصى", "أقصى عدد للمشاريع", "max_load"),
}
RANK_WORD = "الترتيب"

ALIKE = 0.82
"""Two folded headers are one word misspelt where this share of their letters agrees in order ("languge" for "language":
.93), or where they have the same letters in another order ("tema" for "team"). "expert" for "expertise" has .80."""

INVISIBLE = dict.fromkeys(
    (0x200B, 0x200C, 0x200E, 0x200F, 0x061C, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_HEADER = {**INVISIBLE, ord("ـ"): None, ord("ى"): "ي", ord("ة"): "ه", ord("_"): None, ord("-"): None}
_ARTICLE = "ال"


def fold_header(text: str) -> str:
    """Reduce a header to what makes it itself: no case, vowel marks, tatweel, leading article or kinds of alif."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = "".join(text.translate(_HEADER).casefold().split())
    return text.removeprefix(_ARTICLE)


def find_meant(name: str, absent: Collection[str]) -> tuple[str, str] | None:
    """Find the column that a header was probably meant to be: its key, and its word in the script that was written.

    absent: keys of columns that the table lacks; one of them left out unseen would switch off what it is for.
    """
    folded = fold_header(name)
    best, found = 0.0, None
    for key in sorted(absent):
        for word in HEADERS.get(key, (key,)):
            likeness = _likeness(folded, fold_header(word))
            if likeness >= ALIKE and likeness > best:
                best, found = likeness, (key, word)
    return found


def _likeness(one: str, other: str) -> float:
    if sorted(one) == sorted(other):
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
