import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

import service
from service.errors import Refused

TEMPLATES = Path(__file__).parents[2] / "templates"
LOCALE = TEMPLATES / "locale"
FORMS = {"ar": 6, "en": 2}
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::(?:date|time))?\}")
KEY = re.compile(r"^[a-z_]+(\.[a-z0-9_-]+)+$")
ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
OTHER_LANGUAGE = {"nav.language"}  # names the other language in that language
ON_PAGES = {
    "shared", "account", "public", "entrant", "judge", "committee", "admin", "errors", "files", "refused", "mail",
}  # fmt: skip
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
        if key in OTHER_LANGUAGE or file.removesuffix(".po") not in ON_PAGES:  # commands name commands
            continue
        latin = re.sub(r"\{[^}]*\}|[a-z0-9.]+@[a-z.]+|https?://\S+", "", " ".join(words))
        assert not re.search(r"[a-z]{3,}", latin), key


def test_arabic_keeps_its_own_signs():
    for key, (file, words) in ARABIC.items():
        on_page = file.removesuffix(".po") in ON_PAGES
        for form in words:
            assert not re.search(r"[\u0621-\u064a],|[\u0621-\u064a];|[\u0621-\u064a]\?", form), (
                f"{key}: Arabic comma and question mark"
            )
            assert "\u0640" not in re.sub("\\b[بلك]\u0640 ?(?=[a-zA-Z{])", "", form), f"{key}: no stretching"
            assert key in SHOWN_DIGITS or not re.search("[٠-٩]", form), (
                f"{key}: digits are written by the reader's choice"
            )
            assert '"' not in form, f"{key}: «guillemets»"
            assert not on_page or "%" not in form, f"{key}: a percentage is a fact, isolated"
            assert not re.search("\u0627\u0651?\u064b", form), f"{key}: tanwin stands on the letter before the alif"


def test_english_quotes_are_curled():
    assert [key for key, (_, words) in ENGLISH.items() if any('"' in form for form in words)] == []


def said_in_templates() -> list[tuple[str, str, str, set[str] | None]]:
    """Give template, way of saying, key and the facts given (None where they cannot be known) of every message said."""
    environment = Environment(autoescape=True)
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            way = call.node.name if isinstance(call.node, nodes.Name) else ""
            if isinstance(call.node, nodes.Getattr) and isinstance(call.node.node, nodes.Name):
                way = f"{call.node.node.name}.{call.node.attr}"
            if way in {"t", "t.plain", "t.pattern"} and call.args and isinstance(call.args[0], nodes.Const):
                facts = None if call.dyn_kwargs else {given.key for given in call.kwargs}
                found.append((path.relative_to(TEMPLATES).as_posix(), way, str(call.args[0].value), facts))
    return found


def test_every_message_that_a_template_says_exists():
    assert [(path, key) for path, _, key, _ in said_in_templates() if key not in ARABIC] == []


def test_every_message_is_said_with_all_the_facts_it_asks_for():
    lacking = [
        (path, key, sorted(wanted - facts))
        for path, way, key, facts in said_in_templates()
        if way != "t.pattern" and key in ARABIC and facts is not None
        for wanted in [{place for form in ARABIC[key][1] + ENGLISH[key][1] for place in PLACE.findall(form)}]
        if wanted - facts or (len(ARABIC[key][1]) > 1 and not facts)
    ]
    assert lacking == []


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
    of_the_shell = {"request", "unavailable", "uncertain", "full", "files-away"}  # what is broken, or what we stand on
    assert refusal_codes() - said == set()
    assert said - refusal_codes() - of_the_shell == set()
