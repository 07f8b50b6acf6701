"""Names and habits that the house refuses, so that no reviewer has to (docs/architecture.md, "Names")."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tree import PACKAGES, name, tracked, tracked_python

HOMELESS = {"util", "utils", "helper", "helpers", "common", "core", "base", "lib", "manager", "misc"}
NOT_OUR_WORDS = re.compile(r"(?i)(submission|reviewer|vote(?!s_cast)|rating(?!s?_scale))")
WORDS_OF_OTHERS = {
    "operating",
    "separating",
    "iterating",
    "generating",
    "integrating",
    "calibrating",
    "rotating",
    "migrating",
}

# The outermost loops, and the edges where someone else's code may fail in any way: a path or a folder → why.
MAY_CATCH_ANYTHING = {
    "storage/inspect/": "a hostile file makes a parser raise anything; each catch says what it means for the file",
    "storage/engines/threads.py": "whatever a thread raises is handed to the task that waits for it",
    "service/web/envelope.py": "the outermost line of a request",
    "service/jobs/runner.py": "the outermost line of a job",
}


def _trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in tracked_python(*folders):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_every_module_has_a_noun_for_a_name():
    homeless = [
        name(path)
        for path in tracked_python()
        for part in (path.stem, *path.parent.parts[-2:])
        if set(part.split("_")) & HOMELESS
    ]

    assert sorted(set(homeless)) == []


def test_no_name_uses_another_trades_word_for_ours():
    named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    found = [
        f"{name(path)}: {node.name}"
        for path, tree in _trees(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, named) and NOT_OUR_WORDS.search(node.name)
        if not set(node.name.lower().split("_")) & WORDS_OF_OTHERS
    ]

    assert found == []


def test_a_todo_names_its_issue():
    mark = re.compile(r"(?:#|//|/\*|<!--|{#).*\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))")
    kinds = {".py", ".html", ".css", ".js", ".toml", ".md", ".typ"}
    here = name(Path(__file__))
    found = [
        f"{name(path)}:{number}"
        for path in tracked()
        if path.suffix in kinds and name(path) != here
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if mark.search(line)
    ]

    assert found == []


def _catches_anything(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}) for kind in kinds
    )
    raises_again = any(isinstance(step, ast.Raise) and step.exc is None for step in ast.walk(handler))
    return broad and not raises_again


def test_anything_is_caught_at_the_edges_only():
    found = {
        f"{name(path)}:{node.lineno}"
        for path, tree in _trees(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _catches_anything(node)
    }

    assert {place for place in found if not place.startswith(tuple(MAY_CATCH_ANYTHING))} == set()


def test_errors_are_raised_by_a_name_that_says_what_happened():
    found = [
        f"{name(path)}:{node.lineno}"
        for path, tree in _trees(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
        if node.exc.func.id in {"Exception", "RuntimeError"}
    ]

    assert found == []


@pytest.mark.parametrize("mark", ["noqa", "type: ignore"])
def test_an_exception_to_a_rule_gives_its_reason(mark):
    without_code = re.compile(rf"#\s*{mark}(?!\S*[:\[])")
    here = name(Path(__file__))
    found = [
        f"{name(path)}:{number}"
        for path in tracked_python()
        if name(path) != here
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if without_code.search(line)
    ]

    assert found == []
