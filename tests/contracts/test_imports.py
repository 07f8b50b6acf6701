"""Who may import what: the contracts of pyproject.toml, and what a linter of modules cannot see."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.tree import PACKAGES, ROOT, name, tracked_python

A_CLOCK = {"datetime.now", "datetime.utcnow", "date.today", "time.time"}
A_GLOBAL_CHANCE = re.compile(r"(?:np|numpy)\.random\.\w+")
GIVEN_CHANCE = {"Generator", "default_rng", "SeedSequence", "Philox", "PCG64"}
HEAVY = {"boto3", "botocore", "ortools", "pandas", "moto"}
LATE = HEAVY | {"fontTools", "numpy", "openpyxl", "pypdf", "pypdfium2", "scipy", "typst"}
"""What only some pages, jobs and commands need."""


def test_the_arrows_between_packages_hold():
    lint = Path(sys.executable).with_name("lint-imports")

    ran = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_every_folder_of_code_is_a_package_that_the_linter_sees():
    folders = {path.parent for path in tracked_python(*PACKAGES)}

    assert sorted(name(folder) for folder in folders if not (folder / "__init__.py").is_file()) == []


def test_no_reads_but_their_own_are_open_to_what_serves_judges():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    closed = next(each["forbidden_modules"] for each in told if each["id"] == "judges-read-one-module")
    reads = {entry.stem for entry in (ROOT / "storage/reads").iterdir() if not entry.stem.startswith("__")}

    assert {f"storage.reads.{each}" for each in reads - {"judge"}} == set(closed)


def test_judging_has_no_clock_no_log_and_no_chance_but_what_it_is_given():
    found = []
    for path in tracked_python("judging"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                text = ast.unparse(node)
                if text in A_CLOCK or (A_GLOBAL_CHANCE.fullmatch(text) and node.attr not in GIVEN_CHANCE):
                    found.append(f"{name(path)}:{node.lineno} {text}")
            elif isinstance(node, ast.Import):
                found += [f"{name(path)}:{node.lineno} {a.name}" for a in node.names if a.name in {"random", "logging"}]
    assert found == []


def test_heavy_libraries_are_imported_where_they_are_used():
    found = [
        f"{name(path)}:{node.lineno}"
        for path in tracked_python(*PACKAGES)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for imported in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if imported.partition(".")[0] in HEAVY
    ]

    assert found == []


def test_the_application_starts_without_what_only_some_commands_need():
    code = f"import sys, service.app; print(sorted({LATE!r} & set(sys.modules)))"

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_the_scoring_engine_starts_without_the_tables_of_distributions():
    code = "import sys, service.cli.rank; print('scipy.stats' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False", "scipy.stats takes half a second to import; scipy.special knows its functions"
