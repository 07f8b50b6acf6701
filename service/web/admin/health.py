"""``/admin/health``: how the installation stands, in words, and what to do beside each part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, get
from markupsafe import Markup

from service.permissions import Action
from service.text import Words
from service.usecases.operating.standing_now import Sign, Tone, look_round
from service.web.committee.standing import AnyRequest
from service.web.pages import Page, page
from service.web.visit import visit_of

__all__ = ["StandingController"]


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One part: its name, how it stands in a word and a sentence, and what to do, where there is something."""

    name: Markup
    tone: str
    state: Markup
    said: Markup
    remedy: Markup | None
    href: str | None


@dataclass(frozen=True, slots=True)
class StandingPage:
    """Every part; ``n_to_see`` of them ask for somebody."""

    rows: tuple[StandingRow, ...]
    n_to_see: int
    at: datetime


_WHERE = {"letters": "/admin/messages", "jobs": "/admin/jobs"}
"""Where a part that is not well is seen to."""


class StandingController(Controller):
    """How the installation stands."""

    path = "/admin/health"

    @get("/", opt={"action": Action.READ_STANDING})
    async def show(self, request: AnyRequest, objects: Any, words: Words, now: datetime) -> Page:
        """Show every part."""
        signs = await look_round(visit_of(request).settings, objects, clock=request.app.state.clock, now=now)
        n_to_see = sum(each.tone is not Tone.OK for each in signs)
        return page("admin/health", StandingPage(tuple(_row(each, words) for each in signs), n_to_see, now))


def _row(sign: Sign, words: Words) -> StandingRow:
    key = f"health.{sign.part}.{sign.code}"
    remedy = f"{key}_do"
    return StandingRow(
        name=words.say(f"health.{sign.part}"),
        tone=sign.tone.value,
        state=words.say(f"health.tone.{sign.tone}"),
        said=words.say(key, **sign.facts),
        remedy=words.say(remedy) if remedy in words else None,
        href=_WHERE.get(sign.part) if sign.tone is not Tone.OK else None,
    )
