"""Every letter that is queued has its words, in both languages, with no fact that it does not get."""

import re
from pathlib import Path

import pytest

from service.text import Words
from service.usecases.entering.eligibility import Check
from tests.tree import ROOT

TEMPLATE = re.compile(r"queue_letter\(\s*(.+?),\s*name=", re.DOTALL)
WORD = re.compile(r'"([a-z-]+)"')


def queued() -> set[str]:
    found = {f"entry-{check.value}" for check in Check}
    for path in Path(ROOT, "service").rglob("*.py"):
        for choice in TEMPLATE.findall(path.read_text(encoding="utf-8")):
            found |= set(WORD.findall(choice))
    return found


def test_the_letters_are_found() -> None:
    assert {"member", "supervisor", "outcome", "outcome-honoured", "published", "withdrawn"} <= queued()


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("template", sorted(queued()))
def test_a_letter_has_a_subject_and_a_body(lang: str, template: str) -> None:
    words = Words(lang)

    assert f"mail.{template}.subject" in words
    assert f"mail.{template}.body" in words
