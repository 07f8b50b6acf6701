"""The page of ``tahkim status-page``: one file in both languages, that carries what it knows for the next one."""

from __future__ import annotations

import html
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from service.text import LANGUAGES, Ltr, Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Known", "KnownEdition", "Status", "find_known", "write_status"]

_KNOWN = re.compile(r'<meta name="known" content="([^"]*)">')


@dataclass(frozen=True, slots=True)
class KnownEdition:
    """What the page says of an edition."""

    name: Mapping[str, str]
    notice: Mapping[str, str]
    contact: str
    deadline_at: datetime
    was_at: datetime | None
    """The deadline before it was extended last."""
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the database said, and when."""

    at: datetime
    editions: tuple[KnownEdition, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the page."""

    state: str
    address: str
    known: Known | None
    notices: Mapping[str, str]
    """What the committee wants said, by language; empty when nothing."""
    written_at: datetime

    @property
    def is_known_from_before(self) -> bool:
        """Whether the database did not answer this time."""
        return self.known is not None and self.known.at != self.written_at


def write_status(status: Status) -> str:
    """Write the page. It needs nothing beside it, neither style nor script nor network."""
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
    known = json.dumps(asdict(status.known), default=datetime.isoformat) if status.known else ""
    languages = [Words(lang) for lang in LANGUAGES]
    return environment.get_template("reports/status.html").render(
        status=status, known=known, languages=languages, style=style, ltr=Ltr
    )


def find_known(path: Path) -> Known | None:
    """Read what the last page knew; None when there is none, or it is not ours."""
    try:
        found = _KNOWN.search(path.read_text("utf-8"))
        told = json.loads(html.unescape(found[1])) if found and found[1] else None
        return _read(told) if told else None
    except (OSError, ValueError, KeyError, TypeError):  # whatever else lies under that name
        return None


def _read(told: dict[str, Any]) -> Known:
    return Known(_when(told["at"]), tuple(_read_edition(each) for each in told["editions"]))


def _read_edition(told: dict[str, Any]) -> KnownEdition:
    was_at = _when(told["was_at"]) if told["was_at"] else None
    return KnownEdition(**told | {"deadline_at": _when(told["deadline_at"]), "was_at": was_at})


def _when(told: str) -> datetime:
    return datetime.fromisoformat(told)
