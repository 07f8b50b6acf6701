"""Nothing tracked depends on one machine, or on where packages happen to be fetched from."""

import re
from pathlib import Path

from tests.tree import ROOT, name, tracked

ONE_MACHINE = re.compile(r"(?<![\w.:/])/(?:home|root|work|Users|mnt|opt)/\w")
A_REGISTRY = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)|--(?:extra-)?index-url|--find-links"
)
NOT_TEXT = {
    ".png",
    ".jpg",
    ".pdf",
    ".woff2",
    ".mp4",
    ".mp3",
    ".zip",
    ".xlsx",
    ".docx",
    ".gz",
    ".npz",
    ".ico",
    ".webm",
    ".bin",
}


def _lines():
    here = name(Path(__file__))
    for path in tracked():
        if path.suffix not in NOT_TEXT and name(path) != here and not path.is_relative_to(ROOT / "tests/data"):
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from ((f"{name(path)}:{number}", line) for number, line in enumerate(text.splitlines(), 1))


def test_no_file_names_a_place_on_one_machine():
    assert [place for place, line in _lines() if ONE_MACHINE.search(line)] == []


def test_no_file_names_where_packages_come_from():
    assert [place for place, line in _lines() if A_REGISTRY.search(line)] == []


def test_lock_files_hold_exact_versions_and_nothing_else():
    pins = [line for part in ("", "-dev") for line in (ROOT / f"requirements{part}.lock").read_text().splitlines()]

    assert [line for line in pins if not re.fullmatch(r"[a-z0-9.-]+==[\w.!+-]+", line)] == []
    names = [line.partition("==")[0] for line in pins]
    assert len(names) == len(set(names))
