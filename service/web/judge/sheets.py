"""Scoring one project: the page, the marks saved one by one, conflicts, abstaining and the seal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar.response import Redirect
from litestar.status_codes import HTTP_409_CONFLICT

from service.actors import JudgeActor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.judging.conflicts import KINDS, Answer, answer_conflict
from service.usecases.judging.naming import find_named
from service.usecases.judging.notes import put_note, remove_note
from service.usecases.judging.sheets import Saved, abstain, check_finished, save_comments, save_mark
from service.web.forms import Typed, read_form
from service.web.judge.clashes import ClashPage, find_form_clashes
from service.web.judge.views import SheetPage, sheet_page
from service.web.pages import Page, go_to, page
from storage.reads.judge.locks import find_my_sheet_id
from storage.reads.judge.practice import count_practice_due
from storage.reads.judge.sheets import get_my_sheet
from storage.reads.judge.views import MySheet, takes_marks

__all__ = ["SheetController"]

AnyRequest = Request[Any, Any, Any]
LONGEST_ORDINAL = 2
"""Digits that the number of a round has at most."""


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """The question before the first mark."""

    code: Ltr
    title: str
    abstract: str
    answer: str | None
    kinds: tuple[str, ...]
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class MarkBody:
    """One mark, as the page sends it."""

    criterion: UUID
    step: int
    revision: int


@dataclass(frozen=True, slots=True)
class CommentsBody:
    """One or both notes, as the page sends them."""

    revision: int
    team: str | None = None
    committee: str | None = None


@dataclass(frozen=True, slots=True)
class NoteBody:
    """A private note under the device's own name for it; without content it is removed."""

    id: UUID
    content: str | None = None
    second: int | None = None


class SheetController(Controller):
    """``/judging/{code}``: everything a judge does with one project."""

    path = "/judging/{code:str}"

    @get("/", opt={"action": Action.READ_SHEET})
    async def show(
        self, request: AnyRequest, code: str, judge: JudgeActor, words: Words, now: datetime
    ) -> Page | Redirect:
        asked = request.query_params.get("round", "")
        ordinal = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_ORDINAL else None
        sheet = await _get_sheet(judge, code, ordinal)
        if sheet.answer is None and sheet.state == "draft" and not sheet.is_barred:
            return go_to(f"/judging/{code}/conflict")
        return page("judge/sheet", await _page(judge, sheet, words, now, request.query_params.get("file"), ordinal))

    @get("/marks", opt={"action": Action.READ_SHEET, "json": True})
    async def stored(self, code: str, judge: JudgeActor) -> dict[str, object]:
        """Tell what the server holds, for a device that was away."""
        sheet = await _get_sheet(judge, code)
        held = Saved(
            revision=sheet.revision, saved_at=sheet.saved_at or sheet.closes_at, marks=sheet.marks,
            team=sheet.comment_team, committee=sheet.comment_committee, points=sheet.points,
            n_left=len(sheet.criteria) - len(sheet.marks),
        )  # fmt: skip
        return _told(held)

    @put("/marks", opt={"action": Action.SAVE_MARK, "json": True})
    async def mark(self, code: str, data: MarkBody, judge: JudgeActor, now: datetime) -> dict[str, object]:
        saved = await save_mark(
            judge, code, criterion_id=data.criterion, step=data.step, revision=data.revision, now=now
        )
        return _told(saved)

    @put("/comments", opt={"action": Action.SAVE_MARK, "json": True})
    async def comments(self, code: str, data: CommentsBody, judge: JudgeActor, now: datetime) -> dict[str, object]:
        sheet_id = await _sheet_id(judge, code)
        saved = await save_comments(
            judge, sheet_id, team=data.team, committee=data.committee, revision=data.revision, now=now
        )
        team, committee = await find_named(saved.team, saved.committee)
        return _told(saved) | {"names": {"team": team, "committee": committee}}

    @put("/notes", opt={"action": Action.SAVE_MARK, "json": True})
    async def keep_note(self, code: str, data: NoteBody, judge: JudgeActor, now: datetime) -> dict[str, object]:
        sheet_id = await _sheet_id(judge, code)
        if data.content is None:
            await remove_note(judge, sheet_id, data.id, now=now)
        else:
            await put_note(judge, sheet_id, content=data.content, second=data.second, note_id=data.id, now=now)
        return {"note": str(data.id)}

    @post("/", opt={"action": Action.SAVE_MARK})
    async def save(
        self, request: AnyRequest, code: str, judge: JudgeActor, words: Words, now: datetime
    ) -> Page | Redirect:
        """Save the whole form, as it comes without script; when the project is finished, go to the last look.

        A form that was opened before another device saved is answered with both values; nothing is overwritten.
        """
        sheet = await _get_sheet(judge, code)

        async def again() -> Page:
            return page("judge/sheet", await _page(judge, await _get_sheet(judge, code), words, now, None))

        typed = await read_form(request, again=again)
        clashes = find_form_clashes(sheet, typed, words)
        if clashes is not None:
            shown = ClashPage(
                post_to=f"/judging/{code}", back_to=f"/judging/{code}", sheets=(clashes,), then=typed.text("then")
            )
            return page("judge/clashes", shown, status=HTTP_409_CONFLICT)
        await _save_form(judge, sheet, typed, now)
        if typed.text("then") != "finish":
            return go_to(f"/judging/{code}")
        await check_finished(judge, code, words.lang)
        return go_to(f"/judging/review#{code}")

    @post("/notes", opt={"action": Action.SAVE_MARK})
    async def note(self, request: AnyRequest, code: str, judge: JudgeActor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("judge/sheet", await _page(judge, await _get_sheet(judge, code), words, now, None))

        typed = await read_form(request, again=again)
        sheet_id = await _sheet_id(judge, code)
        if "remove" in typed:
            await remove_note(judge, sheet_id, typed.uuid("remove"), now=now)
        else:
            await put_note(judge, sheet_id, content=typed.text("note"), second=typed.number("second"), now=now)
        return go_to(f"/judging/{code}#notes")

    @get("/conflict", opt={"action": Action.READ_SHEET})
    async def ask_conflict(self, code: str, judge: JudgeActor, words: Words) -> Page:
        return page("judge/conflict", await _conflict_page(judge, code, words))

    @post("/conflict", opt={"action": Action.ANSWER_CONFLICT})
    async def answer(self, request: AnyRequest, code: str, judge: JudgeActor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("judge/conflict", await _conflict_page(judge, code, words))

        typed = await read_form(request, again=again)
        given = typed.text("answer")
        if given not in set(Answer):
            raise Invalid(FieldError("answer", "err.answer_needed"))
        sheet_id = await _sheet_id(judge, code)
        await answer_conflict(
            judge, sheet_id, answer=Answer(given), kind=typed.text("kind"), note=typed.text("note"), now=now
        )
        return go_to(f"/judging/{code}" if given == Answer.NO else "/judging")

    @get("/abstain", opt={"action": Action.READ_SHEET})
    async def ask_abstain(self, code: str, judge: JudgeActor, words: Words) -> Page:
        return page("judge/abstain", await _conflict_page(judge, code, words))

    @post("/abstain", opt={"action": Action.SAVE_MARK})
    async def abstain(self, request: AnyRequest, code: str, judge: JudgeActor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("judge/abstain", await _conflict_page(judge, code, words))

        typed = await read_form(request, again=again)
        await abstain(judge, await _sheet_id(judge, code), reason=typed.text("reason"), now=now)
        return go_to("/judging")


async def _get_sheet(judge: JudgeActor, code: str, ordinal: int | None = None) -> MySheet:
    sheet = await get_my_sheet(judge.id, code, ordinal=ordinal)
    if sheet is None:
        raise NotFound
    return sheet


async def _sheet_id(judge: JudgeActor, code: str) -> UUID:
    sheet_id = await find_my_sheet_id(judge.id, code)
    if sheet_id is None:
        raise NotFound
    return sheet_id


async def _page(
    judge: JudgeActor, sheet: MySheet, words: Words, now: datetime, shown: str | None, ordinal: int | None = None
) -> SheetPage:
    is_open = takes_marks(sheet.round_state, sheet.closes_at, now)
    named = await find_named(sheet.comment_team, sheet.comment_committee)
    is_first = is_open and sheet.state == "draft" and not sheet.marks
    return sheet_page(
        sheet, words, shown=shown, is_round_open=is_open, named=named, ordinal=ordinal,
        n_practice_due=await count_practice_due(judge.id, judge.edition_id) if is_first else 0,
    )  # fmt: skip


async def _conflict_page(judge: JudgeActor, code: str, words: Words) -> ConflictPage:
    sheet = await _get_sheet(judge, code)
    shown = sheet_page(sheet, words, shown=None, is_round_open=True)
    return ConflictPage(
        code=shown.code, title=shown.work.title, abstract=shown.work.abstract, answer=sheet.answer, kinds=KINDS,
        is_sealed=sheet.state == "sealed",
    )  # fmt: skip


async def _save_form(judge: JudgeActor, sheet: MySheet, typed: Typed, now: datetime) -> None:
    """Save each mark of a plain form that differs, then the notes.

    The form holds no clash with what is stored, so it goes on from the stored revision.
    """
    revision = sheet.revision
    for criterion in sheet.criteria:
        step, was = typed.number(f"mark-{criterion.id}"), typed.number(f"was-{criterion.id}")
        if step is not None and step not in (sheet.marks.get(criterion.id), was):
            saved = await save_mark(judge, sheet.id, criterion_id=criterion.id, step=step, revision=revision, now=now)
            revision = saved.revision
    if "comment_team" in typed:
        await save_comments(
            judge, sheet.id, team=typed.text("comment_team"), committee=typed.text("comment_committee"),
            revision=revision, now=now,
        )  # fmt: skip


def _told(saved: Saved) -> dict[str, object]:
    return {
        "revision": saved.revision,
        "saved_at": saved.saved_at.isoformat(),
        "marks": {str(criterion): step for criterion, step in saved.marks.items()},
        "team": saved.team,
        "committee": saved.committee,
    }
