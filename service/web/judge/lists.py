"""A judge's own list, the guide, and the last look before sealing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import JudgeActor
from service.permissions import Action
from service.text import Words
from service.usecases.judging.sheets import seal_complete_sheets
from service.web.forms import read_form
from service.web.judge.views import CardPage, CriterionPage, card_page, criteria_page
from service.web.pages import Page, go_to, page
from storage.reads.judge.lists import get_my_list
from storage.reads.judge.practice import PracticeCard, list_practice
from storage.reads.judge.sheets import get_my_sheet
from storage.reads.judge.views import MyList

__all__ = ["JudgeListController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class ListPage:
    """The judge's first page."""

    cards: tuple[CardPage, ...]
    following: CardPage | None
    n_sealed: int
    n_left: int
    n_complete: int
    n_unasked: int
    n_removed: int
    opens_at: datetime | None
    closes_at: datetime | None
    is_open: bool
    minutes: int
    practice: tuple[PracticeCard, ...]
    n_practised: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One project in the last look: the judge's own steps, and what is left to do."""

    card: CardPage
    criteria: tuple[CriterionPage, ...]
    points: float
    unopened: tuple[str, ...]
    is_sealable: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """All own sheets before sealing."""

    rows: tuple[ReviewRow, ...]
    closes_at: datetime | None
    n_complete: int
    sealed: int | None
    is_open: bool


class JudgeListController(Controller):
    """``/judging`` and the pages beside it."""

    path = "/judging"

    @get("/", opt={"action": Action.LIST_SHEETS})
    async def show(self, judge: JudgeActor, words: Words, now: datetime) -> Page:
        return page("judge/list", await _list_page(judge, words, now))

    @get("/guide", opt={"action": Action.LIST_SHEETS})
    async def guide(self, judge: JudgeActor, words: Words, now: datetime) -> Page:
        return page("judge/guide", await _list_page(judge, words, now))

    @get("/review", opt={"action": Action.LIST_SHEETS})
    async def review(self, request: AnyRequest, judge: JudgeActor, words: Words, now: datetime) -> Page:
        sealed = request.query_params.get("sealed", "")
        return page("judge/review", await _review_page(judge, words, now, int(sealed) if sealed.isdecimal() else None))

    @post("/review", opt={"action": Action.SEAL_SHEET})
    async def seal(self, request: AnyRequest, judge: JudgeActor, now: datetime) -> Redirect:
        wanted = (await read_form(request)).text("code")
        listed = await get_my_list(judge.id)
        complete = [card.code_name for card in listed.cards if card.state == "complete"]
        sealed = await seal_complete_sheets(judge, [wanted] if wanted else complete, stage=listed.stage, now=now)
        return go_to(f"/judging/review?sealed={sealed}")


async def _list_page(judge: JudgeActor, words: Words, now: datetime) -> ListPage:
    listed = await get_my_list(judge.id)
    practice = await list_practice(judge.id, judge.edition_id)
    cards = tuple(card_page(card, words) for card in listed.cards)
    return ListPage(
        cards=cards,
        following=next((card for card in cards if card.state in {"draft", "todo", "unasked"}), None),
        n_sealed=listed.n_sealed,
        n_left=listed.n_left,
        n_complete=listed.n_complete,
        n_unasked=listed.n_unasked,
        n_removed=listed.n_removed,
        opens_at=listed.opens_at,
        closes_at=listed.closes_at,
        is_open=_is_open(listed, now),
        minutes=listed.minutes_per_entry,
        practice=practice,
        n_practised=sum(work.is_marked for work in practice),
    )


def _is_open(listed: MyList, now: datetime) -> bool:
    return listed.round_state == "open" and listed.closes_at is not None and now < listed.closes_at


async def _review_page(judge: JudgeActor, words: Words, now: datetime, sealed: int | None) -> ReviewPage:
    listed = await get_my_list(judge.id)
    rows = []
    for card in listed.cards:
        sheet = await get_my_sheet(judge.id, card.code_name)
        if sheet is None:
            continue
        rows.append(
            ReviewRow(
                card=card_page(card, words),
                criteria=criteria_page(sheet.criteria, sheet.marks, words, {}),
                points=sheet.points,
                unopened=tuple(getattr(file, f"material_{words.lang}") for file in sheet.files if not file.is_opened),
                is_sealable=card.state == "complete",
            )
        )
    return ReviewPage(tuple(rows), listed.closes_at, listed.n_complete, sealed, _is_open(listed, now))
