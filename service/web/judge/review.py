"""The last look at all own marks, and the seal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import JudgeActor
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.judging.naming import find_named
from service.usecases.judging.sheets import seal_complete_sheets
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.judge.review import MyReview, ReviewSheet, get_my_review

__all__ = ["ReviewController"]

AnyRequest = Request[Any, Any, Any]
FAR = 2.0
"""Steps from the judge's own average on a criterion, from which a mark is underlined: a level of the scale."""
_TO_MARK = frozenset({"unasked", "todo", "draft"})


@dataclass(frozen=True, slots=True)
class MarkCell:
    """One own step; ``is_far`` from the judge's own average on the criterion."""

    step: int | None
    is_far: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One project in the last look."""

    code: Ltr
    title: str
    state: str
    href: str
    cells: tuple[MarkCell, ...]
    points: float
    unopened: tuple[str, ...]
    lacks_comment: bool
    is_named: bool
    is_sealable: bool
    is_to_mark: bool
    is_first: bool
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """The projects of one category, which share a rubric. ``averages`` are in steps, None where there is no mark."""

    category: str
    criteria: tuple[str, ...]
    rows: tuple[ReviewRow, ...]
    averages: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All own sheets before sealing."""

    groups: tuple[ReviewGroup, ...]
    closes_at: datetime | None
    n_sealable: int
    n_left: int
    sealed: int | None
    is_open: bool


class ReviewController(Controller):
    """``/judging/review``."""

    path = "/judging/review"

    @get("/", opt={"action": Action.LIST_SHEETS})
    async def show(self, request: AnyRequest, judge: JudgeActor, words: Words, now: datetime) -> Page:
        sealed = request.query_params.get("sealed", "")
        return page("judge/review", await _page(judge, words, now, int(sealed) if sealed.isdecimal() else None))

    @post("/", opt={"action": Action.SEAL_SHEET})
    async def seal(self, request: AnyRequest, judge: JudgeActor, now: datetime) -> Redirect:
        wanted = (await read_form(request)).text("code")
        review = await get_my_review(judge.id, now=now)
        complete = [each.code_name for each in review.sheets if _is_sealable(each)]
        sealed = await seal_complete_sheets(judge, [wanted] if wanted else complete, stage=review.stage, now=now)
        return go_to(f"/judging/review?sealed={sealed}")


def _is_sealable(sheet: ReviewSheet) -> bool:
    return sheet.state == "complete" and not sheet.lacks_comment


async def _page(judge: JudgeActor, words: Words, now: datetime, sealed: int | None) -> ReviewPage:
    review = await get_my_review(judge.id, now=now)
    texts = [text for each in review.sheets for text in (each.comment_team, each.comment_committee)]
    flags = await find_named(*texts)
    named = {each.id: any(flags[2 * at : 2 * at + 2]) for at, each in enumerate(review.sheets)}
    groups: dict[UUID, list[ReviewSheet]] = {}
    for each in review.sheets:
        groups.setdefault(each.category_id, []).append(each)
    is_open = review.round_state == "open" and review.closes_at is not None and now < review.closes_at
    return ReviewPage(
        groups=tuple(_group(review, sheets, named, words) for sheets in groups.values()),
        closes_at=review.closes_at,
        n_sealable=sum(map(_is_sealable, review.sheets)),
        n_left=sum(each.state in _TO_MARK for each in review.sheets),
        sealed=sealed,
        is_open=is_open,
    )


def _group(review: MyReview, sheets: list[ReviewSheet], named: dict[UUID, bool], words: Words) -> ReviewGroup:
    criteria = review.criteria.get(sheets[0].category_id, ())
    averages = []
    for each in criteria:
        steps = [sheet.marks[each.id] for sheet in sheets if each.id in sheet.marks]
        averages.append(sum(steps) / len(steps) if steps else None)
    return ReviewGroup(
        category=sheets[0].category_ar if words.lang == "ar" else sheets[0].category_en,
        criteria=tuple(each.name_ar if words.lang == "ar" else each.name_en for each in criteria),
        rows=tuple(_row(review, sheet, averages, words, is_named=named[sheet.id]) for sheet in sheets),
        averages=tuple(averages),
    )


def _row(
    review: MyReview, sheet: ReviewSheet, averages: list[float | None], words: Words, *, is_named: bool
) -> ReviewRow:
    criteria = review.criteria.get(sheet.category_id, ())
    at = 0 if words.lang == "ar" else 1
    cells = []
    for criterion, average in zip(criteria, averages, strict=True):
        step = sheet.marks.get(criterion.id)
        is_far = step is not None and average is not None and abs(step - average) >= FAR
        cells.append(MarkCell(step, is_far))
    points = sum(each.weight * sheet.marks[each.id] / review.steps for each in criteria if each.id in sheet.marks)
    return ReviewRow(
        code=Ltr(sheet.code_name),
        title=(sheet.title_ar if words.lang == "ar" else sheet.title_en) or sheet.title_en or sheet.title_ar,
        state=sheet.state,
        href=f"/judging/{sheet.code_name}",
        cells=tuple(cells),
        points=points,
        unopened=_unopened(sheet, at),
        lacks_comment=sheet.lacks_comment,
        is_named=is_named and sheet.state == "complete",
        is_sealable=_is_sealable(sheet),
        is_to_mark=sheet.state in _TO_MARK,
        is_first=len(review.sheets) > FEW and sheet.code_name in review.first and sheet.state != "sealed",
        sealed_at=sheet.sealed_at,
    )


def _unopened(sheet: ReviewSheet, at: int) -> tuple[str, ...]:
    """Name what was not opened of a project that is being marked, each kind once."""
    is_at_work = sheet.state in {"todo", "draft", "complete"}
    return tuple(dict.fromkeys(names[at] for names in sheet.unopened)) if is_at_work else ()


FEW = 3
"""Projects up to which a second look at the first two would be a second look at all."""
