"""The practice works: marked on one page each, then shown beside the reference and the panel."""

from dataclasses import dataclass
from statistics import median_high, median_low
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import JudgeActor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.judging.practice import mark_practice
from service.web.forms import read_form
from service.web.judge.views import CriterionPage, practice_marks
from service.web.pages import Page, go_to, page
from storage.reads.judge.practice import PracticeCard, PracticeSheet, get_practice_sheet, list_practice

__all__ = ["PracticeController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A practice work in the list."""

    position: int
    title: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class PracticeListPage:
    """The practice works."""

    works: tuple[WorkLine, ...]
    is_done: bool


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """What the reference says of one criterion, and how far this judge's step lies from most of the others.

    ``panel``: how many others chose each step. ``beside_most``: steps above (or, negative, below) what most chose.
    """

    name: str
    mine: int
    reference: int
    reason: str
    panel: tuple[int, ...]
    beside_most: int


@dataclass(frozen=True, slots=True)
class PracticePage:
    """One practice work."""

    id: str
    position: int
    n_works: int
    title: str
    text: str
    steps: int
    criteria: tuple[CriterionPage, ...]
    references: tuple[ReferencePage, ...]
    is_panel_shown: bool
    n_panel: int


class PracticeController(Controller):
    """``/judging/practice``."""

    path = "/judging/practice"

    @get("/", opt={"action": Action.PRACTISE})
    async def show(self, judge: JudgeActor, words: Words) -> Page:
        works = await list_practice(judge.id, judge.edition_id)
        lines = tuple(_line(work, words) for work in works)
        return page("judge/practice_list", PracticeListPage(lines, all(work.is_marked for work in works)))

    @get("/{position:int}", opt={"action": Action.PRACTISE})
    async def read(self, position: int, judge: JudgeActor, words: Words) -> Page:
        return page("judge/practice", _page(await _get(judge, position), words))

    @post("/{position:int}", opt={"action": Action.PRACTISE})
    async def mark(self, request: AnyRequest, position: int, judge: JudgeActor, words: Words) -> Redirect:
        sheet = await _get(judge, position)

        async def again() -> Page:
            return page("judge/practice", _page(sheet, words))

        typed = await read_form(request, again=again)
        marks: dict[UUID, int] = {}
        for criterion in sheet.criteria:
            step = typed.number(f"mark-{criterion.id}")
            if step is not None:
                marks[criterion.id] = step
        await mark_practice(judge, sheet.id, marks, steps=sheet.steps, lang=words.lang)
        return go_to(f"/judging/practice/{position}#reference")


async def _get(judge: JudgeActor, position: int) -> PracticeSheet:
    sheet = await get_practice_sheet(judge.id, judge.edition_id, position)
    if sheet is None:
        raise NotFound
    return sheet


def _line(work: PracticeCard, words: Words) -> WorkLine:
    return WorkLine(work.position, work.title_ar if words.lang == "ar" else work.title_en, work.is_marked)


def _page(sheet: PracticeSheet, words: Words) -> PracticePage:
    is_arabic = words.lang == "ar"
    names = {each.id: each.name_ar if is_arabic else each.name_en for each in sheet.criteria}
    return PracticePage(
        id=str(sheet.id),
        position=sheet.position,
        n_works=sheet.n_works,
        title=sheet.title_ar if is_arabic else sheet.title_en,
        text=sheet.text_ar if is_arabic else sheet.text_en,
        steps=sheet.steps,
        criteria=practice_marks(sheet, words),
        references=tuple(
            ReferencePage(
                names[each.criterion_id],
                each.mine,
                each.step,
                each.reason_ar if is_arabic else each.reason_en,
                each.panel,
                _beside_most(each.mine, each.panel),
            )
            for each in sheet.references
        ),
        is_panel_shown=sheet.is_panel_shown,
        n_panel=sheet.n_panel,
    )


def _beside_most(mine: int, panel: tuple[int, ...]) -> int:
    """Count the steps between a mark and the middle of the others' marks; 0 inside it, and where there are none."""
    marks = [step for step, n in enumerate(panel, 1) for _ in range(n)]
    if not marks:
        return 0
    low, high = median_low(marks), median_high(marks)
    return mine - low if mine < low else mine - high if mine > high else 0
