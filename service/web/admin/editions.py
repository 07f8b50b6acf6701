"""``/admin/editions``: all the editions, a new one made from the last, and one edition's set-up with what it lacks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Words
from service.usecases.setup.copying import NewEdition, start_edition
from service.usecases.setup.fields import LANGUAGES
from service.usecases.setup.readiness import Gap, find_gaps
from service.usecases.setup.showing import Setup, get_setup
from service.web.admin.frame import SECTIONS, EditionHead, head_of
from service.web.committee.standing import AnyRequest, pick, read_moment
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState
from storage.reads.administration.editions import EditionRow, list_all_editions

__all__ = ["EditionsController"]

ZONE = "Asia/Muscat"
"""Of a new edition, until its timeline says another."""


@dataclass(frozen=True, slots=True)
class EditionCard:
    """An edition in the list."""

    id: UUID
    name: str
    short: str
    state: str
    created_at: datetime
    n_entries: int
    n_judges: int


@dataclass(frozen=True, slots=True)
class EditionsPage:
    """All the editions."""

    editions: tuple[EditionCard, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the form."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form for a new edition; ``source`` is the one offered first to copy."""

    sources: tuple[Option, ...]
    source: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Task:
    """A page of the set-up and whether something is missing on it."""

    href: str
    label: Markup
    hint: Markup
    state: str


@dataclass(frozen=True, slots=True)
class SetupPage:
    """One edition's set-up."""

    head: EditionHead
    tasks: tuple[Task, ...]
    gaps: tuple[tuple[str, Markup], ...]
    n_gaps: int
    created: bool


class EditionsController(Controller):
    """``/admin/editions``."""

    path = "/admin/editions"

    @get("/", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, words: Words) -> Page:
        """List every edition."""
        return page("admin/editions", EditionsPage(tuple(_card(each, words) for each in await list_all_editions())))

    @get("/new", opt={"action": Action.MANAGE_EDITIONS})
    async def form(self, words: Words) -> Page:
        """Show the form for a new edition."""
        return await _form(words)

    @post("/new", opt={"action": Action.MANAGE_EDITIONS})
    async def create(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Create an edition in draft."""

        async def again() -> Page:
            return await _form(words)

        typed = await read_form(request, again=again)
        opens_at = read_moment(typed.text("opens_at"), ZONE)
        if opens_at is None:
            raise Invalid(FieldError("opens_at", "err.moment"))
        names = {f"{name}_{lang}": typed.text(f"{name}_{lang}") for name in ("name", "short") for lang in LANGUAGES}
        wanted = NewEdition(slug=typed.text("slug").lower(), names=names, opens_at=opens_at)
        source_id = typed.uuid("source") if typed.text("source") else None
        edition_id = await start_edition(actor, wanted, source_id=source_id, now=now)
        return go_to(f"/admin/editions/{edition_id}?created=yes")

    @get("/{edition_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def set_up(self, request: AnyRequest, edition_id: UUID, words: Words) -> Page:
        """Show what the edition has and what it lacks."""
        setup = await get_setup(edition_id)
        gaps = await find_gaps(edition_id)
        shown = SetupPage(
            head=head_of(setup, "", words),
            tasks=tuple(_task(setup, section, gaps, words) for section in SECTIONS),
            gaps=tuple(
                (f"/admin/editions/{edition_id}/{gap.section}", say_gap(gap, words)) for gap in gaps[:MOST_GAPS]
            ),
            n_gaps=len(gaps),
            created="created" in request.query_params,
        )
        return page("admin/edition", shown)


MOST_GAPS = 12
"""So many missing things are named on the first page; the others on their own pages."""


def say_gap(gap: Gap, words: Words) -> Markup:
    """Say what is missing."""
    name = pick(gap, "name", words) or words.plain("setup.nameless")
    return words.say(gap.key, **({"name": name} if gap.name_ar or gap.name_en or "lacks" in gap.key else {}), n=gap.n)


def _task(setup: Setup, section: str, gaps: list[Gap], words: Words) -> Task:
    n = sum(gap.section == section for gap in gaps)
    is_draft = setup.state == EditionState.DRAFT
    return Task(
        href=f"/admin/editions/{setup.id}/{section}",
        label=words.say(f"setup.{section}"),
        hint=words.say("setup.n_missing", n=n) if n else words.say(f"setup.{section}_note"),
        state="doing" if n and is_draft else "problem" if n else "done",
    )


def _card(row: EditionRow, words: Words) -> EditionCard:
    return EditionCard(
        row.id, pick(row, "name", words), pick(row, "short", words), row.state, row.created_at, row.n_entries,
        row.n_judges,
    )  # fmt: skip


async def _form(words: Words) -> Page:
    editions = await list_all_editions()
    sources = tuple(Option(str(each.id), pick(each, "name", words)) for each in editions)
    return page("admin/edition_new", NewPage(sources, sources[0].value if sources else "", ZONE))
