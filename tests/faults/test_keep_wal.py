"""The program that PostgreSQL hands its log to: what it calls kept is on the disk, and nothing is written over."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.running import ROOT

KEEP = ROOT / "deploy/keep-wal"


def keep(piece: Path, to: Path) -> bool:
    return subprocess.run([KEEP, piece, to], capture_output=True, check=False).returncode == 0


def test_a_piece_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_is_called_kept(tmp_path: Path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace")
    (tmp_path / "piece").write_bytes(b"one")
    told, to = tmp_path / "told", tmp_path / "kept" / "000000010000000000000001"
    to.parent.mkdir()

    options = ["-f", "-y", "-o", told, "-e", "trace=fsync,rename,renameat,renameat2"]
    done = subprocess.run(["strace", *options, KEEP, tmp_path / "piece", to], capture_output=True, check=False)

    if b"ptrace" in done.stderr.lower() or b"not permitted" in done.stderr.lower():
        pytest.skip("this machine allows no trace")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"(fsync|rename)\w*\((?:\d+<|AT_FDCWD\S*, \"|\").*?([\w.]+)[>\"]", told.read_text()) == [
        ("fsync", f"{to.name}.part"),
        ("rename", f"{to.name}.part"),
        ("fsync", "kept"),
    ]
    assert to.read_bytes() == b"one"


def test_a_piece_that_comes_again_is_kept_already_and_another_of_its_name_is_refused(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    to = tmp_path / "kept"

    assert keep(tmp_path / "one", to)
    assert keep(tmp_path / "one", to)
    assert not keep(tmp_path / "two", to)

    assert to.read_text() == "one"


def test_what_a_copy_that_was_cut_short_left_is_done_again(tmp_path: Path):
    (tmp_path / "one").write_text("one")
    (tmp_path / "kept.part").write_text("o")

    assert keep(tmp_path / "one", tmp_path / "kept")

    assert (tmp_path / "kept").read_text() == "one"


def test_a_disk_that_is_not_there_keeps_nothing(tmp_path: Path):
    (tmp_path / "one").write_text("one")

    assert not keep(tmp_path / "one", tmp_path / "away" / "kept")
