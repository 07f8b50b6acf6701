"""``/admin/retention``: how long data is kept, what would go, what stays and why, and the word to let it go."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.permissions import Action
from service.text import MUSCAT, Ltr, Size, Words
from service.typed_text import western_digits
from service.usecases.operating.retention import (
    USUAL,
    Part,
    Preview,
    ask_retention,
    look_ahead,
    set_rules,
)
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.reads.administration.retention import Kind, RunLine, list_runs

__all__ = ["RetentionController"]

NAMED = 20
"""So many of a kind are named on the page."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A kind of data with the days it is kept, and the usual ones."""

    kind: str
    days: int
    usual: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """What is due of a kind; ``names`` the first of them, ``n_more`` beyond those."""

    kind: str
    n: int
    before: datetime
    size: Size
    names: tuple[Ltr, ...]
    n_more: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """An earlier erasing."""

    id: UUID
    as_of: datetime
    asked_at: datetime
    by: str
    n: int
    n_left: int
    state: str


@dataclass(frozen=True, slots=True)
class RetentionPage:
    """The rules, what is due at the beginning of ``day``, and what was erased before."""

    rules: tuple[RuleRow, ...]
    day: str
    as_of: datetime
    is_to_come: bool
    due: tuple[PartRow, ...]
    stays: tuple[tuple[int, Markup], ...]
    fingerprint: str
    code: Ltr
    runs: tuple[RunRow, ...]
    is_running: bool
    saved: bool
    asked: bool


class RetentionController(Controller):
    """How long data is kept."""

    path = "/admin/retention"

    @get("/", opt={"action": Action.MANAGE_RETENTION})
    async def show(self, request: AnyRequest, words: Words, now: datetime) -> Page:
        """Show the rules and what is due at the day asked for, today without one."""
        asked = request.query_params
        return await _show(words, now, asked.get("as_of", ""), saved="saved" in asked, asked="asked" in asked)

    @post("/days", opt={"action": Action.MANAGE_RETENTION})
    async def save(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Set the days of every kind."""

        async def again() -> Page:
            return await _show(words, now, "")

        typed = await read_form(request, again=again)
        await set_rules(actor, {kind: typed.number(f"days-{kind}") for kind in Kind}, now=now)
        return go_to("/admin/retention?saved=yes")

    @post("/erase", opt={"action": Action.MANAGE_RETENTION})
    async def erase(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Let go the set that was shown."""

        async def again() -> Page:
            return await _show(words, now, typed.text("as_of"))

        typed: Typed = await read_form(request, again=again)
        await ask_retention(
            actor,
            as_of=_beginning(typed.text("as_of"), now),
            fingerprint=typed.text("fingerprint"),
            typed=typed.text("code"),
            now=now,
        )
        return go_to("/admin/retention?asked=yes#runs")


def _beginning(day: str, now: datetime) -> datetime:
    """Give the beginning of a day in Muscat, of today where none is told: a set stands still while it is read."""
    try:
        told = date.fromisoformat(western_digits(day))
    except ValueError:
        told = now.astimezone(MUSCAT).date()
    return datetime.combine(told, time(), MUSCAT)


async def _show(words: Words, now: datetime, day: str, *, saved: bool = False, asked: bool = False) -> Page:
    as_of = _beginning(day, now)
    found, runs = await look_ahead(as_of), await list_runs()
    return page(
        "admin/retention",
        RetentionPage(
            rules=tuple(RuleRow(part.kind.value, part.days, USUAL[part.kind]) for part in found.parts),
            day=as_of.date().isoformat(),
            as_of=as_of,
            is_to_come=as_of > now,
            due=tuple(_part(part) for part in found.parts if part.n),
            stays=_staying(found, words),
            fingerprint=found.fingerprint,
            code=Ltr(found.code),
            runs=tuple(_run(line, words) for line in runs),
            is_running=any(line.ended_at is None for line in runs),
            saved=saved,
            asked=asked,
        ),
    )


def _part(part: Part) -> PartRow:
    names = sorted({item.name for item in part.items})
    shown = tuple(Ltr(name) for name in names[:NAMED])
    return PartRow(part.kind.value, part.n, part.before, Size(part.size), shown, len(names) - len(shown))


def _staying(found: Preview, words: Words) -> tuple[tuple[int, Markup], ...]:
    told = [*found.staying.items(), *((f"people-{reason}", n) for reason, n in sorted(found.people_staying.items()))]
    return tuple((n, words.say(f"retention.stays.{code}")) for code, n in told if n)


def _run(line: RunLine, words: Words) -> RunRow:
    n = sum(line.counts.values())
    return RunRow(line.id, line.as_of, line.asked_at, pick(line, "by", words), n, line.n_left, line.state)
