"""The lock files hold every package that pyproject.toml asks for: a clean installation lacks nothing."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.tree import ROOT


def pinned(name: str) -> set[str]:
    return {line.split("==")[0] for line in Path(ROOT, name).read_text(encoding="utf-8").splitlines()}


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=! ]", each)[0].lower().replace("_", "-") for each in requirements}


@pytest.mark.parametrize("part", ["program", "tests"])
def test_every_requirement_is_pinned(part: str) -> None:
    project = tomllib.loads(Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"))
    held = pinned("requirements.lock")
    wanted = named(project["project"]["dependencies"])
    if part == "tests":
        held |= pinned("requirements-dev.lock")
        wanted = named(project["dependency-groups"]["dev"])

    assert wanted - held == set()
