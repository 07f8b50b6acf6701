"""A page for the committee about one assignment: what was reached, every judge's load, every entry's judges and why."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from service.cli.assign_words import say_reasons, say_result, say_skipped, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from judging.assignment import Assignment
    from service.cli.assign_files import Encoded, Ints
    from service.text import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One pair as the page shows it."""

    entry: str
    judge: str
    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class Load:
    """One judge's load."""

    judge: str
    entries: int
    most: int


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page."""

    result: list[str]
    skipped: list[str]
    loads: list[Load]
    lines: list[Line]
    seed: int


def write_report(path: Path, found: Assignment, order: Ints, encoded: Encoded, words: Words) -> None:
    """Write the page, whole, in the reader's language."""
    reasons = say_reasons(found.reasons, words)
    lines = [
        Line(encoded.entries[entry], encoded.judges[judge], place + 1, reason)
        for (entry, judge), place, reason in zip(found.pairs.tolist(), order.tolist(), reasons, strict=True)
    ]
    most = encoded.problem.load_max.tolist()
    loads = [Load(encoded.judges[judge], load, most[judge]) for judge, load in enumerate(found.loads.tolist())]
    page = Page(say_result(found, encoded, words), list(say_skipped(encoded, words)), loads, lines, found.seed)
    source = files("templates")
    environment = Environment(
        loader=FunctionLoader(lambda name: source.joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tokens = source.joinpath("static", "css", "tokens.css").read_text("utf-8")
    style = Markup(tokens[tokens.index("@layer tokens {") :])  # noqa: S704 -- our own style sheet
    write_whole(path, environment.get_template("reports/assignment.html").render(page=page, t=words, style=style))
