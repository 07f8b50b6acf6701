"""``/admin/institutions``: the register, and adding to it from a sheet with a preview that names every faulty row."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.imports import INSTITUTION_COLUMNS, Row, check_institutions, import_institutions, read_rows
from service.web.admin.importing import ImportPreview, preview_of, read_sheet
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.administration.institutions import list_register

__all__ = ["InstitutionsController"]


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution in the register."""

    name: str
    other: str
    city: str
    domain: Ltr
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstitutionsPage:
    """The register, and the sheet that is looked over, if one was sent."""

    rows: tuple[InstitutionRow, ...]
    columns: tuple[str, ...]
    preview: ImportPreview | None
    added: int | None


class InstitutionsController(Controller):
    """The register of universities and colleges."""

    path = "/admin/institutions"

    @get("/", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, request: AnyRequest, words: Words) -> Page:
        """List the register."""
        added = request.query_params.get("added", "")
        return await _show(words, added=int(added) if added.isdecimal() else None)

    @post("/import", opt={"action": Action.MANAGE_EDITIONS})
    async def look(self, request: AnyRequest, words: Words) -> Page:
        """Show what a sheet holds, before anything is added."""

        async def again() -> Page:
            return await _show(words)

        typed = await read_form(request, again=again)
        text, content = await read_sheet(typed)
        rows = await check_institutions(read_rows(content, INSTITUTION_COLUMNS))
        return await _show(words, preview=preview_of(rows, INSTITUTION_COLUMNS, text, words))

    @post("/import/confirm", opt={"action": Action.MANAGE_EDITIONS})
    async def confirm(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Add what was looked over."""
        rows: list[Row] = []

        async def again() -> Page:
            checked = await check_institutions(rows)
            return await _show(words, preview=preview_of(checked, INSTITUTION_COLUMNS, typed.secret("checked"), words))

        typed = await read_form(request, again=again)
        if not typed.text("checked"):
            raise Invalid(FieldError("sheet", "import.empty"))
        rows = read_rows(typed.secret("checked").encode(), INSTITUTION_COLUMNS)
        added = await import_institutions(actor, rows, now=now)
        return go_to(f"/admin/institutions?added={added}")


async def _show(words: Words, *, preview: ImportPreview | None = None, added: int | None = None) -> Page:
    rows = tuple(
        InstitutionRow(
            name=pick(each, "name", words),
            other=each.name_en if words.lang == "ar" else each.name_ar,
            city=pick(each, "city", words),
            domain=Ltr(each.mail_domain),
            aliases=each.aliases,
        )
        for each in await list_register()
    )
    return page("admin/institutions", InstitutionsPage(rows, INSTITUTION_COLUMNS, preview, added))
