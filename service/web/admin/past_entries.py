"""``/admin/past-entries``: projects of earlier editions, which the registrar meets again beside the rule on winners."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Words
from service.usecases.setup.imports import Row, read_rows
from service.usecases.setup.past_entries import PAST_COLUMNS, check_past_entries, import_past_entries, remove_past_entry
from service.web.admin.importing import ImportPreview, preview_of, read_sheet
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.past import PastLine, list_past_entries

__all__ = ["PastEntriesController"]


@dataclass(frozen=True, slots=True)
class PastRow:
    """A project of an earlier edition."""

    id: UUID
    year: str
    title: str
    other: str
    category: str
    makers: tuple[str, ...]
    institution: str
    honour: str


@dataclass(frozen=True, slots=True)
class PastEntriesPage:
    """The list, and the sheet that is looked over, if one was sent."""

    rows: tuple[PastRow, ...]
    columns: tuple[str, ...]
    preview: ImportPreview | None
    added: int | None
    removed: bool


class PastEntriesController(Controller):
    """Projects of earlier editions."""

    path = "/admin/past-entries"

    @get("/", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, request: AnyRequest, words: Words) -> Page:
        """List them."""
        added = request.query_params.get("added", "")
        return await _show(
            words, added=int(added) if added.isdecimal() else None, removed="removed" in request.query_params
        )

    @post("/import", opt={"action": Action.MANAGE_EDITIONS})
    async def look(self, request: AnyRequest, words: Words, now: datetime) -> Page:
        """Show what a sheet holds, before anything is added."""

        async def again() -> Page:
            return await _show(words)

        typed = await read_form(request, again=again)
        text, content = await read_sheet(typed)
        rows = await check_past_entries(read_rows(content, PAST_COLUMNS), now=now)
        return await _show(words, preview=preview_of(rows, PAST_COLUMNS, text, words))

    @post("/import/confirm", opt={"action": Action.MANAGE_EDITIONS})
    async def confirm(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Add what was looked over."""
        rows: list[Row] = []

        async def again() -> Page:
            checked = await check_past_entries(rows, now=now)
            return await _show(words, preview=preview_of(checked, PAST_COLUMNS, typed.secret("checked"), words))

        typed = await read_form(request, again=again)
        if not typed.text("checked"):
            raise Invalid(FieldError("sheet", "import.empty"))
        rows = read_rows(typed.secret("checked").encode(), PAST_COLUMNS)
        added = await import_past_entries(actor, rows, now=now)
        return go_to(f"/admin/past-entries?added={added}")

    @post("/{past_id:uuid}/remove", opt={"action": Action.MANAGE_EDITIONS})
    async def remove(self, request: AnyRequest, past_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Take one out again."""
        await read_form(request)
        await remove_past_entry(actor, past_id, now=now)
        return go_to("/admin/past-entries?removed=yes")


async def _show(
    words: Words, *, preview: ImportPreview | None = None, added: int | None = None, removed: bool = False
) -> Page:
    rows = tuple(_row(each, words) for each in await list_past_entries())
    return page("admin/past_entries", PastEntriesPage(rows, PAST_COLUMNS, preview, added, removed))


def _row(line: PastLine, words: Words) -> PastRow:
    title = pick(line, "title", words)
    other = line.title_en if words.lang == "ar" else line.title_ar
    return PastRow(
        id=line.id, year=str(line.year), title=title, other=other if other != title else "", category=line.category,
        makers=line.makers, institution=line.institution, honour=line.honour,
    )  # fmt: skip
