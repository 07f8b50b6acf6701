"""The scanner is spoken to as clamd is; whatever it says but yes or no means: later."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.inspect.scanner import ScannerAway, scan
from tests.clamd import EICAR, serve_clamd


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[str]:
    with serve_clamd(tmp_path) as address:
        yield address


@pytest.mark.parametrize(("content", "found"), [(b"clean" * 200_000, None), (EICAR, "Eicar-Test"), (b"", None)])
def test_a_file_is_clean_or_its_malware_has_a_name(tmp_path: Path, clamd: str, content: bytes, found: str | None):
    (tmp_path / "file").write_bytes(content)
    assert scan(tmp_path / "file", clamd) == found


def test_an_error_of_the_scanner_is_not_taken_for_clean(tmp_path: Path, clamd: str):
    (tmp_path / "file").write_bytes(b"large")
    with pytest.raises(ScannerAway):
        scan(tmp_path / "file", clamd)


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd", "tcp:127.0.0.1:1", "nonsense"])
def test_a_scanner_that_is_away_is_said_to_be(tmp_path: Path, address: str):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(ScannerAway):
        scan(tmp_path / "file", address)
