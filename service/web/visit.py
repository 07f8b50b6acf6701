"""What the shell knows of one request before its handler runs, and what it must send along with the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from litestar.connection import ASGIConnection

from service.actors import VISITOR, Actor
from service.settings import Settings
from storage.reads.accounts import SessionView

if TYPE_CHECKING:
    from service.web.forms import Typed

__all__ = ["Visit", "visit_of"]

AnyConnection = ASGIConnection[Any, Any, Any, Any]


@dataclass(slots=True)
class Visit:
    """One request. ``received_at`` was taken before its body was read; ``path`` stands without its language.

    ``lacks_factor``: this installation wants a second factor of the role, and the person has none yet.
    ``judge_id``: the judge's row behind the role that the person acts in; from here on judge pages know only this.
    ``kept``: what this person typed on this page and sent after the session had ended.
    """

    request_id: str
    received_at: datetime
    settings: Settings
    address: str
    path: str
    query: str
    language: str
    cookies: dict[str, str]
    digits: str = "western"
    theme: str = "auto"
    session: SessionView | None = None
    actor: Actor = VISITOR
    judge_id: UUID | None = None
    typed: "Typed | None" = None
    lacks_factor: bool = False
    kept: Mapping[str, list[str]] | None = None
    set_cookies: list[str] = field(default_factory=list)


def visit_of(connection: AnyConnection) -> Visit:
    """Give the visit that the envelope put on the connection."""
    return cast("Visit", connection.scope["state"]["visit"])
