"""``/admin/messages``: the queue of letters, what failed and why, and trying again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.letters.failed import retry_letter
from service.web.committee.standing import AnyRequest
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.administration.messages import LetterLine, get_queue

__all__ = ["MessagesController"]

STATES = ("waiting", "sending", "sent", "failed")


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter by its subject's template and whom it goes to."""

    id: UUID
    email: Ltr
    template: Ltr
    attempts: int
    error: Ltr
    at: datetime


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """The queue."""

    counts: tuple[tuple[str, int], ...]
    failed: tuple[LetterRow, ...]
    waiting: tuple[LetterRow, ...]
    retried: bool


class MessagesController(Controller):
    """The queue of letters."""

    path = "/admin/messages"

    @get("/", opt={"action": Action.MANAGE_MESSAGES})
    async def show(self, request: AnyRequest, words: Words) -> Page:
        """Show what waits and what failed."""
        found = await get_queue()
        shown = MessagesPage(
            counts=tuple((words.plain(f"letters.{state}"), found.counts.get(state, 0)) for state in STATES),
            failed=tuple(_row(each) for each in found.failed),
            waiting=tuple(_row(each) for each in found.waiting),
            retried="retried" in request.query_params,
        )
        return page("admin/messages", shown)

    @post("/{letter_id:uuid}/retry", opt={"action": Action.MANAGE_MESSAGES})
    async def retry(self, request: AnyRequest, letter_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Try a letter again."""
        await read_form(request)
        await retry_letter(actor, letter_id, now=now)
        return go_to("/admin/messages?retried=yes")


def _row(line: LetterLine) -> LetterRow:
    return LetterRow(line.id, Ltr(line.email), Ltr(line.template), line.attempts, Ltr(line.error or ""), line.due_at)
