"""The machine's folder in memory, where tests keep what needs no disk: thousands of databases of a moment each.

What shows that acknowledged writes reach the disk traces the calls or brings a disk of its own; it does not ask here.
"""

import os
import shutil
from pathlib import Path

import pytest

__all__ = ["find_memory", "pytest_configure"]

_MEMORY = Path("/dev/shm")  # noqa: S108 (folders with names of their own are made in it)
_TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
_TEMPORARY_BYTES = 6 << 30
"""A whole run of two workers holds less than half of it at any time."""


def find_memory(room: int) -> Path | None:
    """Give the folder if it has this many bytes free and programs may run from it; a container's often has 64 MiB."""
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < room:
        return None
    return None if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC else _MEMORY


def pytest_configure(config: pytest.Config) -> None:
    """Let tests' temporary folders be made there, unless a folder was named; what soaks is measured on the disk."""
    memory = find_memory(_TEMPORARY_BYTES)
    if memory is not None and not config.option.basetemp and config.option.markexpr != "soak":
        os.environ.setdefault(_TEMPORARY, str(memory))
