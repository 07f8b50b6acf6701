import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import service
from service.errors import Refused

TEMPLATES = Path(__file__).parents[2] / "templates"
LOCALE = TEMPLATES / "locale"
FORMS = {"ar": 6, "en": 2}
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::(?:date|time))?\}")
KEY = re.compile(r"^[a-z_]+(\.[a-z0-9_-]+)+$")
ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
SAID = re.compile(r"""\bt(?:\.plain)?\(\s*["']([a-z_]+(?:\.[a-z0-9_-]+)+)["']\s*[,)]""")
OTHER_LANGUAGE = {"nav.language"}  # names the other language in that language
FOR_TERMINALS = {"operator.po"}  # names commands and settings
SHOWN_DIGITS = {"account.digits_arabic"}  # shows the digits that may be chosen


def read(language: str) -> dict[str, tuple[str, list[str]]]:
    found: dict[str, tuple[str, list[str]]] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as source:
            for entry in read_po(source, locale=language, abort_invalid=True):
                if not entry.id:
                    continue
                key = entry.id if isinstance(entry.id, str) else entry.id[0]
                assert key not in found, f"{key} stands twice in {language}"
                words = [entry.string] if isinstance(entry.string, str) else list(entry.string)
                found[key] = (path.name, words)
    return found


ARABIC, ENGLISH = read("ar"), read("en")


def places(forms: list[str]) -> set[str]:
    """Give the facts that a message asks for; one that exists in each language counts as the same."""
    return {re.sub("_(ar|en)$", "", place) for form in forms for place in PLACE.findall(form)}


def test_both_languages_say_the_same_things():
    assert set(ARABIC) == set(ENGLISH)


def test_a_message_stands_in_the_same_file_in_both_languages():
    assert [key for key in ARABIC if ARABIC[key][0] != ENGLISH[key][0]] == []


def test_every_key_is_an_area_and_a_name():
    assert [key for key in ARABIC if not KEY.match(key)] == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_nothing_is_left_unsaid_and_every_plural_has_all_its_forms(language):
    for key, (_, words) in read(language).items():
        assert all(words), key
        assert len(words) in {1, FORMS[language]}, key


def test_a_message_is_plural_in_both_languages_or_in_neither():
    assert [key for key in ARABIC if (len(ARABIC[key][1]) > 1) != (len(ENGLISH[key][1]) > 1)] == []


def test_both_languages_ask_for_the_same_facts():
    for key, (_, words) in ARABIC.items():
        arabic, english = places(words), places(ENGLISH[key][1])
        # «مشروع واحد» drops its figure; the whole set of forms must not.
        assert arabic == english, key


def test_no_brace_stands_that_is_not_a_place():
    for catalogue in (ARABIC, ENGLISH):
        for key, (_, words) in catalogue.items():
            for form in words:
                assert not set("{}") & set(PLACE.sub("", form)), key


def test_arabic_is_written_in_arabic_and_english_in_english():
    for key, (_, words) in ENGLISH.items():
        if key not in OTHER_LANGUAGE | SHOWN_DIGITS:
            assert not any(ARABIC_LETTER.search(form) for form in words), key
    for key, (file, words) in ARABIC.items():
        if key in OTHER_LANGUAGE or file in FOR_TERMINALS:
            continue
        latin = re.sub(r"\{[^}]*\}|[a-z0-9.]+@[a-z.]+|https?://\S+", "", " ".join(words))
        assert not re.search(r"[a-z]{3,}", latin), key


def test_arabic_keeps_its_own_signs():
    for key, (_, words) in ARABIC.items():
        for form in words:
            assert not re.search(r"[\u0621-\u064a],|[\u0621-\u064a];|[\u0621-\u064a]\?", form), (
                f"{key}: Arabic comma and question mark"
            )
            assert "\u0640" not in re.sub("\\b[بلك]\u0640 (?=[a-zA-Z{])", "", form), f"{key}: no stretching"
            assert key in SHOWN_DIGITS or not re.search("[٠-٩]", form), (
                f"{key}: digits are written by the reader's choice"
            )
            assert '"' not in form, f"{key}: «guillemets»"
            assert "%" not in form, f"{key}: a percentage is a fact, isolated"
            assert "\u064b" not in re.sub("[\u0621-\u064a]\u064bا|[\u0621-\u064a]\u064bى", "", form).replace(
                "ةً", ""
            ).replace("ءً", ""), f"{key}: tanwin stands on the letter before the alif"


def test_english_quotes_are_curled():
    assert [key for key, (_, words) in ENGLISH.items() if any('"' in form for form in words)] == []


def test_every_message_that_a_template_says_exists():
    missing = {
        f"{path.relative_to(TEMPLATES)}: {key}"
        for path in TEMPLATES.rglob("*.html")
        for key in SAID.findall(path.read_text(encoding="utf-8"))
        if key not in ARABIC
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("word", "better"),
    [
        ("مقيّم ", "محكّم"),
        ("استعمال", "استخدام"),
        ("نسخة الدورة", "دورة"),
        ("باب التسجيل", "باب المشاركة"),
        ("طعن", "تظلّم"),
        ("الانكماش", "التقريب من المتوسط"),
        ("هامش الخطأ", "فترة الثقة"),
        ("أدخلت خطأ", "what happened, then how to mend it"),
        ("سامع", "مستمع"),
        ("أعمى", "محجوب الهوية"),
    ],
)
def test_the_glossary_s_words_are_used_and_not_their_rivals(word, better):
    assert [key for key, (_, forms) in ARABIC.items() if any(word in form for form in forms)] == [], better


@pytest.mark.parametrize("word", ["reviewer", "submission", "rating", "vote", "organiser", "user "])
def test_english_keeps_to_the_glossary_too(word):
    assert [key for key, (_, forms) in ENGLISH.items() if any(word in form.lower() for form in forms)] == []


def refusal_codes() -> set[str]:
    for module in pkgutil.walk_packages(service.__path__, "service."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = set(), [Refused]
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting += kind.__subclasses__()
    return found


def test_every_refusal_has_its_words_and_none_is_left_over():
    said = {key.removeprefix("refused.") for key in ARABIC if key.startswith("refused.")}
    of_the_shell = {"request", "unavailable"}  # answers to broken requests and to storage that is away
    assert refusal_codes() - said == set()
    assert said - refusal_codes() - of_the_shell == set()
