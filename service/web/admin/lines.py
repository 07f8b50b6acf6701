"""One line of an edition's set-up: its form, saving, moving and removing it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.setup.fields import MIB
from service.usecases.setup.kinds import KEPT_DATES, Kind, find_kind
from service.usecases.setup.lines import move_line, remove_line, save_line
from service.usecases.setup.sealing import why_fixed
from service.usecases.setup.showing import Line, Setup, get_setup, open_line
from service.web.admin.frame import EditionHead, head_of
from service.web.admin.values import Choice, FieldView, rows_of
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState
from storage.reads.public.categories import list_categories

__all__ = ["LineController"]


@dataclass(frozen=True, slots=True)
class LinePage:
    """The form of one line; ``fixed`` says why it cannot change now."""

    head: EditionHead
    section: str
    section_title: Markup
    title: Markup
    name: str
    rows: tuple[tuple[FieldView, ...], ...]
    seen: str
    category: str
    action: str
    back: str
    is_new: bool
    is_sealed: bool
    fixed: Markup | None
    may_remove: bool


class LineController(Controller):
    """``/admin/editions/{id}/lines/{kind}/{line}``: the kind says to which page the line belongs."""

    path = "/admin/editions/{edition_id:uuid}/lines/{kind_name:str}"

    @get("/new", opt={"action": Action.MANAGE_EDITIONS})
    async def show_new(self, request: AnyRequest, edition_id: UUID, kind_name: str, words: Words) -> Page:
        """Show the form of a new line."""
        kind = find_kind(kind_name)
        return await _form(edition_id, kind, None, _category(request.query_params.get("category", "")), words)

    @post("/new", opt={"action": Action.MANAGE_EDITIONS})
    async def add(
        self, request: AnyRequest, edition_id: UUID, kind_name: str, actor: Actor, words: Words,
        now: datetime,
    ) -> Redirect:  # fmt: skip
        """Add a line."""
        kind = find_kind(kind_name)

        async def again() -> Page:
            return await _form(edition_id, kind, None, category, words)

        typed = await read_form(request, again=again)
        category = _category(typed.text("category"))
        await save_line(actor, edition_id, kind, None, typed, category_id=category, now=now)
        return go_to(f"/admin/editions/{edition_id}/{kind.section}?saved=yes")

    @get("/{line_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, edition_id: UUID, kind_name: str, line_id: UUID, words: Words) -> Page:
        """Show the form of a line."""
        return await _form(edition_id, find_kind(kind_name), line_id, None, words)

    @post("/{line_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def save(
        self, request: AnyRequest, edition_id: UUID, kind_name: str, line_id: UUID, actor: Actor,
        words: Words, now: datetime,
    ) -> Redirect:  # fmt: skip
        """Save a line."""
        kind = find_kind(kind_name)

        async def again() -> Page:
            return await _form(edition_id, kind, line_id, None, words)

        typed = await read_form(request, again=again)
        await save_line(actor, edition_id, kind, line_id, typed, now=now)
        return go_to(f"/admin/editions/{edition_id}/{kind.section}?saved=yes")

    @post("/{line_id:uuid}/remove", opt={"action": Action.MANAGE_EDITIONS})
    async def remove(
        self, request: AnyRequest, edition_id: UUID, kind_name: str, line_id: UUID, actor: Actor,
        words: Words, now: datetime,
    ) -> Redirect:  # fmt: skip
        """Remove a line."""
        kind = find_kind(kind_name)

        async def again() -> Page:
            return await _form(edition_id, kind, line_id, None, words)

        typed = await read_form(request, again=again)
        await remove_line(actor, edition_id, kind, line_id, reason=typed.text("reason"), now=now)
        return go_to(f"/admin/editions/{edition_id}/{kind.section}?saved=yes")

    @post("/{line_id:uuid}/move", opt={"action": Action.MANAGE_EDITIONS})
    async def move(
        self, request: AnyRequest, edition_id: UUID, kind_name: str, line_id: UUID, actor: Actor,
        now: datetime,
    ) -> Redirect:  # fmt: skip
        """Move a line one place up or down."""
        typed = await read_form(request)
        kind, is_up = find_kind(kind_name), typed.text("to") == "up"
        await move_line(actor, edition_id, kind, line_id, up=is_up, now=now)
        return go_to(f"/admin/editions/{edition_id}/{kind.section}")


def _category(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


async def _form(edition_id: UUID, kind: Kind, line_id: UUID | None, category: UUID | None, words: Words) -> Page:
    setup = await get_setup(edition_id)
    line = await open_line(edition_id, kind, line_id, category)
    base = f"/admin/editions/{edition_id}/{kind.section}"
    why = why_fixed(kind, setup.state, is_other_number=line is None)
    rows = rows_of(
        kind.fields, dict(line.values) if line else _first_values(kind), words, time_zone=setup.time_zone,
        choices=await _choices(setup, kind, words),
    )  # fmt: skip
    shown = LinePage(
        head=head_of(setup, kind.section, words),
        section=kind.section,
        section_title=words.say(f"setup.{kind.section}"),
        title=words.say(f"setup.{kind.name}_line" if line else f"setup.add_{kind.name}"),
        name=pick(line, "name", words) if line else "",
        rows=tuple(rows),
        seen=line.seen if line else "",
        category=str(category or ""),
        action=f"/admin/editions/{edition_id}/lines/{kind.name}/{line_id or 'new'}",
        back=base,
        is_new=line is None,
        is_sealed=kind.is_sealed and setup.state != EditionState.DRAFT,
        fixed=words.say(why) if why else None,
        may_remove=_may_remove(setup, kind, line),
    )
    return page("admin/line", shown)


def _first_values(kind: Kind) -> dict[str, object]:
    """Give what a new line begins with: the choices that are usual."""
    first: dict[str, dict[str, object]] = {
        "material": {
            "is_required": True, "max_files": 1, "audience": "judges", "formats": '["pdf"]', "max_bytes": 100 * MIB,
        },
        "honour": {"is_per_category": True, "amount_omr": 0},
    }  # fmt: skip
    return first.get(kind.name, {})


async def _choices(setup: Setup, kind: Kind, words: Words) -> dict[str, list[Choice]]:
    """Give the choices that are data: the category of a practice work, or of a condition of taking part."""
    if kind.name not in {"practice-work", "eligibility"}:
        return {}
    categories = await list_categories(setup.id)
    known = [Choice(each.slug, pick(each, "name", words)) for each in categories]
    return {"category_slug": known, "only_for": known}


def _may_remove(setup: Setup, kind: Kind, line: Line | None) -> bool:
    if line is None or kind.is_own or kind.name in {"round", "level"}:
        return False
    if kind.name == "date" and line.slug in KEPT_DATES:
        return False
    return why_fixed(kind, setup.state, is_other_number=True) is None
