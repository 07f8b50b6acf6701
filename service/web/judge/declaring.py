"""Answering about conflicts of interest for all projects on one page, before the first mark of any."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import JudgeActor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Words
from service.usecases.judging.conflicts import KINDS, Answer, Given, answer_all
from service.web.forms import Typed, read_form
from service.web.judge.views import CardPage, card_page
from service.web.pages import Page, go_to, page
from service.web.work import pick
from storage.reads.judge.lists import get_my_list, list_abstracts

__all__ = ["DeclaringController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class DeclaringPage:
    """The projects that wait for the judge's word."""

    cards: tuple[CardPage, ...]
    abstracts: Mapping[str, str]
    kinds: tuple[str, ...]
    n_removed: int
    n_cards: int
    is_open: bool


class DeclaringController(Controller):
    """``/judging/conflicts``."""

    path = "/judging/conflicts"

    @get("/", opt={"action": Action.LIST_SHEETS})
    async def show(self, judge: JudgeActor, words: Words, now: datetime) -> Page:
        return await _page(judge.id, words, now)

    @post("/", opt={"action": Action.ANSWER_CONFLICT})
    async def answer(self, request: AnyRequest, judge: JudgeActor, words: Words, now: datetime) -> Redirect:
        """Keep each answer that was given; a project without one waits."""

        async def again() -> Page:
            return await _page(judge.id, words, now)

        typed = await read_form(request, again=again)
        listed = await get_my_list(judge.id, now=now)
        codes = [card.code_name for card in listed.cards if card.state == "unasked"]
        _check(codes, typed)
        answers = [
            Given(code, Answer(given), typed.text(f"kind-{code}"), typed.text(f"note-{code}"))
            for code in codes
            if (given := typed.text(f"answer-{code}"))
        ]
        await answer_all(judge, answers, stage=listed.stage, now=now)
        return go_to("/judging")


def _check(codes: list[str], typed: Typed) -> None:
    """Find every answer that says too little before any is kept."""
    errors = []
    for code in codes:
        given = typed.text(f"answer-{code}")
        if given and given not in set(Answer):
            errors.append(FieldError(f"answer-{code}", "err.answer_needed"))
        elif given == Answer.YES and typed.text(f"kind-{code}") not in KINDS:
            errors.append(FieldError(f"kind-{code}", "err.kind_needed"))
        elif given == Answer.UNSURE and not typed.text(f"note-{code}"):
            errors.append(FieldError(f"note-{code}", "err.note_needed"))
    if codes and not errors and not any(typed.text(f"answer-{code}") for code in codes):
        errors.append(FieldError(f"answer-{codes[0]}", "err.answer_needed"))
    if errors:
        raise Invalid(*errors)


async def _page(judge_id: UUID, words: Words, now: datetime) -> Page:
    listed = await get_my_list(judge_id, now=now)
    shown = DeclaringPage(
        cards=tuple(card_page(card, words) for card in listed.cards if card.state == "unasked"),
        abstracts={each.code_name: pick(each, "abstract", words) for each in await list_abstracts(judge_id)},
        kinds=KINDS,
        n_removed=len(listed.removed),
        n_cards=len(listed.cards),
        is_open=listed.round_state == "open" and listed.closes_at is not None and now < listed.closes_at,
    )
    return page("judge/conflicts", shown)
