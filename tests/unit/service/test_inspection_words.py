"""Every code that an inspector can give has words in both languages, with the facts that the code gives."""

import re
from pathlib import Path

import pytest

from judging.identity.find import Trace
from service.text import LANGUAGES, Words
from storage.inspect.examine import _KIND_WORDS
from storage.inspect.report import PlaceKind, Severity, Verdict

SOURCES = sorted((Path(__file__).parents[3] / "storage" / "inspect").glob("*.py"))
CODE = re.compile(
    r"\"((?:file|pages|words|pdf|image|media|subtitles|text|document|archive|metadata|copy|look)\.[a-z-]+)\""
)
CODES = {code for path in SOURCES for code in CODE.findall(path.read_text("utf-8"))}
GIVEN = (
    {f"file.{kind}" for kind in _KIND_WORDS}
    | {f"identity.{trace}" for trace in Trace}
    | {f"identity.removed-{trace}" for trace in Trace}
    | {
        "identity.perhaps",
        "identity.common-name",
        "file.unreadable",
        "file.too-costly",
        "file.infected",
        "copy.still-tells",
    }
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_says_what_and_what_to_do(language: str):
    words = Words(language)
    missing = {f"inspect.{code}.{part}" for code in CODES | GIVEN for part in ("what", "do")} - set(words._messages)
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_kept_for_codes_that_nothing_gives(language: str):
    said = {
        key.split(".", 1)[1].rsplit(".", 1)[0]
        for key in Words(language)._messages
        if re.fullmatch(r"inspect\..*\.(what|do)", key)
    }
    assert said - CODES - GIVEN == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_severities_and_verdicts_have_names(language: str):
    words = Words(language)
    keys = {f"inspect.place.{each}" for each in PlaceKind} | {f"inspect.severity.{each}" for each in Severity}
    assert keys | {f"inspect.verdict.{each}" for each in Verdict} <= set(words._messages)
