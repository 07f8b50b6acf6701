"""Every file of the corpus gets the verdict beside it; no judge's copy holds what was planted unseen."""

import os
from pathlib import Path

import pytest

from judging.identity.identities import Identities, Person
from service.inspection import inspect_file
from service.inspection_words import describe
from service.text import LANGUAGES, Words
from storage.inspect.limits import FileRules
from tests import corpus

SOUGHT = Identities(people=(Person(names=(corpus.SECRET, corpus.SECRET_AR)),))


@pytest.mark.parametrize("row", corpus.ROWS, ids=lambda row: row.name)
async def test_a_file_gets_its_verdict_and_a_copy_without_what_was_hidden(row: corpus.Row, tmp_path: Path):
    path, copy = tmp_path / row.name, tmp_path / "copy"
    (tmp_path / "pages").mkdir()
    row.make(path)

    report = await inspect_file(
        path, FileRules(), identities=SOUGHT, copy_to=copy, pages_to=tmp_path / "pages", name=row.name
    )

    codes = {finding.code for finding in report.findings}
    if row.verdict:
        assert report.verdict == row.verdict, report.findings
    if row.code:
        assert row.code in codes
    for finding in report.findings:
        for language in LANGUAGES:
            said = describe(finding, Words(language))
            assert "" not in (said.what, said.where, said.do)
    assert copy.exists() == (report.clean is not None)
    assert (report.clean is None) == (report.verdict == "reject")
    if report.clean is not None and "identity.person" not in codes:
        said = corpus.said_inside(copy.read_bytes())
        for secret in (corpus.SECRET, corpus.SECRET_AR):
            assert secret.encode() not in said
            assert secret.encode("utf-16-le") not in said
            assert secret.encode("utf-16-be") not in said
    assert [each for each in os.listdir(tmp_path) if each.startswith(".inspect-")] == []  # noqa: PTH208
