"""What the fault tests need of the machine."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk_at(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A real disk of so many megabytes, where the machine lets us mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the file size limit is tested in any case")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder]
    done = subprocess.run(mount, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that is left on a disk; give the file that took it."""
    taken = disk / "taken"
    left = os.statvfs(disk)
    with taken.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, left.f_bavail * left.f_frsize)
    return taken


@pytest.fixture
def small_disk(tmp_path):
    """A real disk of five megabytes."""
    with small_disk_at(tmp_path / "disk", megabytes=5) as disk:
        yield disk
