"""What the pages for people say can be done: every command exists, every link leads somewhere."""

import re
import subprocess
import sys

import pytest

from service.settings import VARIABLES
from tests.tree import ROOT, name, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
FENCED = re.compile(r"^```(?:sh|bash|console)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)\s#]+)")


def _commands(first: str) -> list[str]:
    found = set()
    for page in PAGES:
        for block in FENCED.findall(page.read_text(encoding="utf-8")):
            for line in block.splitlines():
                words = line.removeprefix("$ ").split()
                if len(words) > 1 and words[0].rpartition("/")[2] == first and re.fullmatch(r"[a-z][a-z-]*", words[1]):
                    found.add(words[1])
    return sorted(found)


def _flags() -> dict[str, set[str]]:
    """What follows each command of ours on the pages, in blocks and in the middle of sentences."""
    found: dict[str, set[str]] = {}
    for page in [*PAGES, *(ROOT / "deploy").iterdir()]:
        for command, rest in re.findall(r"tahkim ([a-z]+)((?: +(?!#)[^`\s]+)*)", page.read_text(encoding="utf-8")):
            found.setdefault(command, set()).update(re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest))
    return found


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_the_readme_starts_with_the_two_commands():
    assert {"demo", "test"} <= set(_commands("make"))
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("target", _commands("make"))
def test_each_make_target_that_is_named_exists_and_can_be_planned(target):
    assert target in _targets()
    subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


def test_make_alone_lists_every_target_that_people_use():
    shown = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    for target in ("install", "demo", "serve", "test", "check", "soak", "format", "lock", "screens"):
        assert re.search(rf"^  {target}\s+\S", shown, re.MULTILINE)


@pytest.mark.long
@pytest.mark.parametrize("command", _commands("tahkim"))
def test_each_tahkim_command_that_is_named_explains_itself(command):
    ran = subprocess.run(
        [sys.executable, "-m", "service.cli.main", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
    assert [flag for flag in sorted(_flags().get(command, ())) if flag not in ran.stdout] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_file_leads_to_one(page):
    text = page.read_text(encoding="utf-8")

    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


def test_the_page_of_settings_names_each_variable_and_no_other():
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(TAHKIM_[A-Z_]+)`", page, re.MULTILINE)) == set(VARIABLES)


def test_no_page_or_file_for_those_who_run_it_names_a_setting_that_is_none():
    told = [ROOT / "docs/operations.md", ROOT / "README.md", *(ROOT / "deploy").iterdir()]
    named = {each for path in told for each in re.findall(r"TAHKIM_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))}

    assert named - set(VARIABLES) == set()


def test_ci_runs_what_a_developer_runs():
    script = ROOT / ".ci/run"

    assert script.stat().st_mode & 0o111
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "make test"
