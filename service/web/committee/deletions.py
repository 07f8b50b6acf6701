"""The registrar carries out what people ask about their data, or says why not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.people.personal_data import carry_out_deletion, decline_deletion
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.personal import WaitingDeletion, list_deletions

__all__ = ["DeletionsController"]


@dataclass(frozen=True, slots=True)
class DeletionCard:
    """One request. ``name`` and ``email`` are gone once it was carried out."""

    id: UUID
    name: str
    email: Ltr
    state: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeletionsPage:
    """Requests that wait, and those that were answered."""

    waiting: tuple[DeletionCard, ...]
    answered: tuple[DeletionCard, ...]


class DeletionsController(Controller):
    """``/committee/deletions``."""

    path = "/committee/deletions"

    @get("/", opt={"action": Action.DECIDE_DELETION})
    async def show(self, actor: Actor, words: Words) -> Page:
        return await _show(actor, words)

    @post("/", opt={"action": Action.DECIDE_DELETION})
    async def answer(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words)

        typed = await read_form(request, again=again)
        asked = typed.uuid("request")
        if typed.text("part") == "decline":
            await decline_deletion(actor, asked, reason=typed.text("reason"), now=now)
        elif typed.flag("sure"):
            await carry_out_deletion(actor, asked, now=now)
        else:
            raise Invalid(FieldError("sure", "data.not_sure"))
        return go_to("/committee/deletions")


async def _show(actor: Actor, words: Words) -> Page:
    requests = await list_deletions((await stand(actor)).edition_id)
    return page(
        "committee/deletions",
        DeletionsPage(
            waiting=tuple(_card(each, words) for each in requests if each.state == "waiting"),
            answered=tuple(_card(each, words) for each in requests if each.state != "waiting"),
        ),
    )


def _card(each: WaitingDeletion, words: Words) -> DeletionCard:
    is_done = each.state == "done"
    return DeletionCard(
        each.id, "" if is_done else pick(each, "name", words), Ltr("" if is_done else each.email), each.state,
        each.answer, each.asked_at, each.answered_at,
    )  # fmt: skip
