"""The offline sheet: printed or filled without a network, and loaded back.

What clashes is shown with both values; sealed sheets are left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.response import Redirect
from litestar.status_codes import HTTP_409_CONFLICT

from service.actors import JudgeActor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.judging.offline import Place, SheetChanges, compare_book, save_changes
from service.usecases.judging.offline_book import TO_FILL, read_book, write_book
from service.web.forms import Typed, read_form
from service.web.judge.clashes import Clash, ClashPage, SheetClashes
from service.web.pages import Page, go_to, page
from storage.reads.judge.review import MyReview, get_my_review

__all__ = ["OfflineController"]

AnyRequest = Request[Any, Any, Any]
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A criterion on the printed sheet."""

    name: str
    weight: float
    mark: int | None


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A project on the printed sheet, with what is written of it so far."""

    code: Ltr
    title: str
    category: str
    lines: tuple[PaperLine, ...]
    comment_team: str
    comment_committee: str


@dataclass(frozen=True, slots=True)
class OfflinePage:
    """The page that gives the file out and takes it back. ``saved`` counts what the last one changed."""

    sheets: tuple[PaperSheet, ...]
    steps: int
    is_open: bool
    saved: int | None
    skipped: int


class OfflineController(Controller):
    """``/judging/offline-sheet``."""

    path = "/judging/offline-sheet"

    @get("/", opt={"action": Action.LIST_SHEETS})
    async def show(self, request: AnyRequest, judge: JudgeActor, words: Words, now: datetime) -> Page:
        return page("judge/offline", await _page(request, judge, words, now))

    @get("/file", opt={"action": Action.LIST_SHEETS})
    async def download(self, judge: JudgeActor, words: Words, now: datetime) -> Response[bytes]:
        book = write_book(await get_my_review(judge.id, now=now), words)
        return Response(
            content=book, media_type=BOOK, headers={"content-disposition": 'attachment; filename="score-sheets.xlsx"'}
        )

    @post("/", opt={"action": Action.SAVE_MARK})
    async def load(self, request: AnyRequest, judge: JudgeActor, words: Words, now: datetime) -> Page | Redirect:
        """Load a file back: what the judge changed is saved; what also changed here is shown with both values."""

        async def again() -> Page:
            return page("judge/offline", await _page(request, judge, words, now))

        typed = await read_form(request, again=again)
        review = await get_my_review(judge.id, now=now)
        if typed.text("then") == "clashes":
            saved = await save_changes(judge, _chosen(review, typed), stage=review.stage, now=now)
            return go_to(f"/judging/offline-sheet?saved={saved}")
        sent = typed.file("file")
        if sent is None or not sent.filename:
            raise Invalid(FieldError("file", "err.file_choose"))
        found = compare_book(read_book(await sent.read(), steps=review.steps), review)
        saved = await save_changes(judge, found.changes, stage=review.stage, now=now)
        if not found.clashes:
            return go_to(f"/judging/offline-sheet?saved={saved}&skipped={found.n_skipped}")
        after = await get_my_review(judge.id, now=now)
        shown = ClashPage(
            post_to="/judging/offline-sheet", back_to="/judging/offline-sheet",
            sheets=tuple(_clashes(after, code, places, words) for code, places in found.clashes.items()),
            then="clashes",
        )  # fmt: skip
        return page("judge/clashes", shown, status=HTTP_409_CONFLICT)


def _clashes(review: MyReview, code: str, places: Sequence[Place], words: Words) -> SheetClashes:
    sheet = next(each for each in review.sheets if each.code_name == code)
    names = {
        each.id: each.name_ar if words.lang == "ar" else each.name_en for each in review.criteria[sheet.category_id]
    }
    rows = tuple(
        Clash(
            f"mark-{place.criterion_id}" if place.criterion_id else f"comment_{place.field}",
            names[place.criterion_id] if place.criterion_id
            else words.plain("judge.comment" if place.field == "team" else "judge.comment_committee"),
            str(place.stored), str(place.offered), is_text=place.criterion_id is None,
        )
        for place in places
    )  # fmt: skip
    title = (sheet.title_ar if words.lang == "ar" else sheet.title_en) or sheet.title_en
    return SheetClashes(Ltr(code), title, f"{code}:", sheet.revision, rows, ())


def _chosen(review: MyReview, typed: Typed) -> tuple[SheetChanges, ...]:
    """Read what was chosen on the page of clashes; each sheet goes on from the revision that was shown there."""
    chosen = []
    for sheet in review.sheets:
        revision = typed.number(f"{sheet.code_name}:revision")
        if revision is None:
            continue
        marks: dict[UUID, int] = {}
        for each in review.criteria.get(sheet.category_id, ()):
            step = typed.number(f"{sheet.code_name}:mark-{each.id}")
            if step is not None:
                marks[each.id] = step
        texts = {
            field: typed.text(name)
            for field in ("team", "committee")
            if (name := f"{sheet.code_name}:comment_{field}") in typed
        }
        chosen.append(
            SheetChanges(sheet.id, sheet.code_name, revision, marks, texts.get("team"), texts.get("committee"))
        )
    return tuple(chosen)


async def _page(request: AnyRequest, judge: JudgeActor, words: Words, now: datetime) -> OfflinePage:
    review = await get_my_review(judge.id, now=now)
    saved, skipped = (request.query_params.get(name, "") for name in ("saved", "skipped"))
    return OfflinePage(
        sheets=tuple(
            PaperSheet(
                Ltr(sheet.code_name),
                (sheet.title_ar if words.lang == "ar" else sheet.title_en) or sheet.title_en,
                sheet.category_ar if words.lang == "ar" else sheet.category_en,
                tuple(
                    PaperLine(
                        each.name_ar if words.lang == "ar" else each.name_en,
                        each.weight / 100,
                        sheet.marks.get(each.id),
                    )
                    for each in review.criteria.get(sheet.category_id, ())
                ),
                sheet.comment_team,
                sheet.comment_committee,
            )
            for sheet in review.sheets
            if sheet.state in TO_FILL
        ),
        steps=review.steps,
        is_open=review.round_state == "open" and review.closes_at is not None and now < review.closes_at,
        saved=int(saved) if saved.isdecimal() else None,
        skipped=int(skipped) if skipped.isdecimal() else 0,
    )
