"""``tahkim retention`` says what is due at a day, in the terminal's language, and takes a day in either digits."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from service.cli.main import main
from service.text import Words

OLD = "INSERT INTO attempt (id, bucket, window_at, tries) VALUES (?, 'x', '2029-01-01 00:00:00+00:00', 1)"


@pytest.fixture(params=["ar", "en"])
def words(
    request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Words:
    """The language of a terminal whose folder of data holds one count of a try of January 2029."""
    monkeypatch.setenv("LC_ALL", {"ar": "ar_OM.UTF-8", "en": "en_GB.UTF-8"}[request.param])
    monkeypatch.setenv("TAHKIM_DATA", str(tmp_path))
    shutil.copy(empty_database, tmp_path / "tahkim.db")
    with sqlite3.connect(tmp_path / "tahkim.db") as connection:
        connection.execute(OLD, ("8fd7255c-5627-4530-8071-0f902fa9e2cb",))
    connection.close()
    return Words(request.param)


def test_what_is_due_at_a_day_and_what_stays_is_printed(words: Words, capsys: pytest.CaptureFixture[str]):
    early, late = main(["retention", "--as-of", "2029-01-02"]), main(["retention", "--as-of", "٢٠٣٠-٠١-٠١", "--names"])

    told = capsys.readouterr().out
    line = f"{words.plain('retention.sign-in')} ({words.plain('retention.days_kept', n=30)})"
    assert (early, late) == (0, 0)
    assert [each.strip() for each in told.splitlines() if line in each] == [f"0  {line}", f"1  {line}"]
    assert told.count(words.plain("retention.stays")) == 2


@pytest.mark.parametrize("day", ["tomorrow", "2029-13-01", "", "2029-02-30"])
def test_what_is_no_day_is_refused_in_the_terminal_s_language(
    words: Words, capsys: pytest.CaptureFixture[str], day: str
):
    status = main(["retention", "--as-of", day])

    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert {"ar": "ليس يومًا", "en": "is no day"}[words.lang] in said.err
    assert "2029-01-31" in said.err
