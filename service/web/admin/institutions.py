"""``/admin/institutions``: the register, one of its lines, and adding from a sheet with a preview."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Ltr, Words
from service.typed_text import fold_for_search
from service.usecases.setup.imports import INSTITUTION_COLUMNS, Row, check_institutions, import_institutions, read_rows
from service.usecases.setup.institutions import (
    InstitutionDetails,
    change_institution,
    get_institution,
    remove_institution,
)
from service.web.admin.importing import ImportPreview, preview_of, read_sheet
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.administration.institutions import list_register

__all__ = ["InstitutionsController"]


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution in the register."""

    id: UUID
    name: str
    other: str
    short: str
    city: str
    domains: tuple[Ltr, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstitutionsPage:
    """The register, and the sheet that is looked over, if one was sent."""

    rows: tuple[InstitutionRow, ...]
    columns: tuple[str, ...]
    preview: ImportPreview | None
    added: int | None
    saved: bool
    removed: bool


@dataclass(frozen=True, slots=True)
class InstitutionPage:
    """The form of one institution; ``seen`` is the mark of what the form was made from."""

    id: UUID
    details: InstitutionDetails
    seen: str


class InstitutionsController(Controller):
    """The register of universities and colleges."""

    path = "/admin/institutions"

    @get("/", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, request: AnyRequest, words: Words) -> Page:
        """List the register."""
        added = request.query_params.get("added", "")
        return await _show(
            words, added=int(added) if added.isdecimal() else None, saved="saved" in request.query_params,
            removed="removed" in request.query_params,
        )  # fmt: skip

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

    @get("/{institution_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def form(self, institution_id: UUID) -> Page:
        """Show one institution's form."""
        return await _form(institution_id)

    @post("/{institution_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def save(self, request: AnyRequest, institution_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Save one institution."""

        async def again() -> Page:
            return await _form(institution_id)

        typed = await read_form(request, again=again)
        details = InstitutionDetails(**{each.name: typed.text(each.name) for each in fields(InstitutionDetails)})
        await change_institution(actor, institution_id, details, seen=typed.text("seen"), now=now)
        return go_to("/admin/institutions?saved=yes")

    @post("/{institution_id:uuid}/remove", opt={"action": Action.MANAGE_EDITIONS})
    async def remove(self, request: AnyRequest, institution_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Take one out of the register."""
        await read_form(request)
        await remove_institution(actor, institution_id, now=now)
        return go_to("/admin/institutions?removed=yes")


async def _form(institution_id: UUID) -> Page:
    details, seen = await get_institution(institution_id)
    return page("admin/institution", InstitutionPage(institution_id, details, seen))


async def _show(
    words: Words, *, preview: ImportPreview | None = None, added: int | None = None, saved: bool = False,
    removed: bool = False,
) -> Page:  # fmt: skip
    rows = tuple(
        InstitutionRow(
            id=each.id,
            name=pick(each, "name", words),
            other=each.name_en if words.lang == "ar" else each.name_ar,
            city=pick(each, "city", words),
            short=pick(each, "short", words),
            domains=tuple(Ltr(domain) for domain in each.mail_domain.split()),
            aliases=each.aliases,
        )
        for each in await list_register()
    )
    rows = tuple(sorted(rows, key=lambda row: fold_for_search(row.name)))
    return page("admin/institutions", InstitutionsPage(rows, INSTITUTION_COLUMNS, preview, added, saved, removed))
