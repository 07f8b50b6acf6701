"""The project's own files, as the contract tests walk them: what git tracks, or would if it were added."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("judging", "storage", "service")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project that is there now and that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for line in listed.splitlines() if (path := ROOT / line).is_file()))


def tracked_python(*folders: str) -> tuple[Path, ...]:
    """The Python files under these folders of the project, or all of them."""
    inside = [ROOT / folder for folder in folders] or [ROOT]
    return tuple(p for p in tracked() if p.suffix == ".py" and any(p.is_relative_to(each) for each in inside))


def name(path: Path) -> str:
    """The path from the project's root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()
