"""The judges' severity with its uncertainty, in plain words: opened when the round closes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, get
from markupsafe import Markup

from service.actors import Actor
from service.permissions import Action
from service.text import Words
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import no_round, pick, round_of, stand
from service.web.pages import Page, page
from storage.reads.committee.ranking import find_last_run, list_judge_names
from storage.reads.committee.standing import Standing

__all__ = ["SeverityController"]


@dataclass(frozen=True, slots=True)
class SeverityRow:
    """A judge's severity with its interval, in points of a hundred; positive is stricter."""

    name: str
    value: float
    low: float
    high: float
    n: int
    note: Markup


@dataclass(frozen=True, slots=True)
class SeverityPage:
    """The judges' severity, the strictest first."""

    is_locked: bool
    closes_at: datetime | None
    rows: tuple[SeverityRow, ...]
    limit: float
    n_sure: int
    is_barred: bool = False


class SeverityController(Controller):
    """``/committee/severity``."""

    path = "/committee"

    @get("/severity", opt={"action": Action.READ_RANKING})
    async def severity(self, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        if standing.in_round is None:
            return no_round("com.severity")
        return page("committee/severity", await _severity_page(standing, words))


async def _severity_page(standing: Standing, words: Words) -> SeverityPage:
    in_round = round_of(standing)
    if standing.barred:
        return SeverityPage(is_locked=False, closes_at=None, rows=(), limit=1.0, n_sure=0, is_barred=True)
    run = None if in_round.state in NO_RANKING else await find_last_run(in_round.id)
    if run is None:
        return SeverityPage(in_round.state in NO_RANKING, in_round.closes_at, (), 1.0, 0)
    names = await list_judge_names(standing.edition_id)
    told = [each for each in run.output["judges"] if None not in {each["severity"], each["low"], each["high"]}]
    rows = tuple(
        SeverityRow(
            name=pick(names[each["judge"]], "name", words) if each["judge"] in names else "",
            value=each["severity"],
            low=each["low"],
            high=each["high"],
            n=each["reviews"],
            note=words.say(f"severity.{_lean(each)}"),
        )
        for each in sorted(told, key=lambda each: -each["severity"])
    )
    reach = max((max(abs(row.low), abs(row.high)) for row in rows), default=1.0)
    return SeverityPage(
        is_locked=False,
        closes_at=in_round.closes_at,
        rows=rows,
        limit=float(int(reach) + 1),
        n_sure=sum(row.low > 0 or row.high < 0 for row in rows),
    )


def _lean(line: dict[str, Any]) -> str:
    """Say which way a judge clearly leans; nothing where the interval holds zero."""
    return "stricter" if line["low"] > 0 else "milder" if line["high"] < 0 else "level"
