"""``/committee/judges/import``: many judges in one sheet, looked over row by row before any is invited."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Words
from service.usecases.setup.imports import JUDGE_COLUMNS, Row, check_judges, import_judges, read_rows
from service.web.admin.importing import ImportPreview, preview_of, read_sheet
from service.web.committee.standing import AnyRequest, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page

__all__ = ["JudgesImportController"]


@dataclass(frozen=True, slots=True)
class JudgesImportPage:
    """The sheet's columns, and its rows once it was sent."""

    columns: tuple[str, ...]
    preview: ImportPreview | None


class JudgesImportController(Controller):
    """Judges from a sheet."""

    path = "/committee/judges/import"

    @get("/", opt={"action": Action.INVITE_JUDGE})
    async def show(self) -> Page:
        """Show the form."""
        return page("committee/judges_import", JudgesImportPage(JUDGE_COLUMNS, None))

    @post("/", opt={"action": Action.INVITE_JUDGE})
    async def look(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        """Show what a sheet holds, before anybody is invited."""

        async def again() -> Page:
            return page("committee/judges_import", JudgesImportPage(JUDGE_COLUMNS, None))

        typed = await read_form(request, again=again)
        standing = await stand(actor)
        text, content = await read_sheet(typed)
        rows = await check_judges(standing.edition_id, read_rows(content, JUDGE_COLUMNS))
        return page(
            "committee/judges_import", JudgesImportPage(JUDGE_COLUMNS, preview_of(rows, JUDGE_COLUMNS, text, words))
        )

    @post("/confirm", opt={"action": Action.INVITE_JUDGE})
    async def confirm(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Invite everybody in the sheet."""
        rows: list[Row] = []
        standing = await stand(actor)

        async def again() -> Page:
            checked = await check_judges(standing.edition_id, rows)
            preview = preview_of(checked, JUDGE_COLUMNS, typed.secret("checked"), words)
            return page("committee/judges_import", JudgesImportPage(JUDGE_COLUMNS, preview))

        typed = await read_form(request, again=again)
        if not typed.text("checked"):
            raise Invalid(FieldError("sheet", "import.empty"))
        rows = read_rows(typed.secret("checked").encode(), JUDGE_COLUMNS)
        await import_judges(actor, standing.edition_id, rows, now=now)
        return go_to("/committee/judges?invited=yes")
