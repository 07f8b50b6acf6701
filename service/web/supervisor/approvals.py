"""The supervisor's pages: entries that wait, and one of them, by the mailed link or signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post

from service.actors import Actor
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.entering.approvals import answer_supervision, open_supervision
from service.web.declared import say_ai
from service.web.entrant.views import pick
from service.web.forms import read_form
from service.web.pages import Page, page
from storage.reads.entrant.approvals import ApprovalCard, list_my_approvals
from storage.reads.entrant.edition import list_ai_statements
from storage.reads.entrant.entry import EntryView

__all__ = ["ApprovalController", "ApprovalsController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the supervisor's list."""

    number: Ltr
    href: str
    title: str
    category: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """Entries that name this supervisor."""

    rows: tuple[Row, ...]
    n_waiting: int


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """One entry as its supervisor reads it."""

    number: Ltr
    action: str
    key: str
    title: str
    other_title: str
    category: str
    abstract_ar: str
    abstract_en: str
    members: tuple[str, ...]
    institution: str
    department: str
    academic_year: str
    files: tuple[tuple[str, str], ...]
    ai: str
    supervisor: str
    state: str
    answered_at: datetime | None
    note: str
    closes_at: datetime | None
    may_answer: bool


class ApprovalsController(Controller):
    """``/approvals``."""

    path = "/approvals"

    @get("/", opt={"action": Action.LIST_APPROVALS})
    async def show(self, actor: Actor, words: Words) -> Page:
        cards = await list_my_approvals(actor.person_id) if actor.person_id else ()
        rows = tuple(_row(card, words) for card in cards)
        return page("supervisor/approvals", ApprovalsPage(rows, sum(row.state == "waiting" for row in rows)))


class ApprovalController(Controller):
    """``/approvals/{number}``: the mailed link brings its key in the address."""

    path = "/approvals/{number:str}"

    @get("/", opt={"action": Action.APPROVE_ENTRY})
    async def show(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        key = request.query_params.get("key", "")
        return page("supervisor/approval", await _approval_page(number, key, actor, words, now))

    @post("/", opt={"action": Action.APPROVE_ENTRY})
    async def answer(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        typed = await read_form(request)

        async def again() -> Page:
            return page("supervisor/approval", await _approval_page(number, typed.text("key"), actor, words, now))

        typed.again = again
        is_approved = typed.text("answer") == "approve"
        await answer_supervision(
            actor,
            number,
            secret=typed.text("key") or None,
            is_approved=is_approved,
            note=typed.text("note"),
            language=words.lang,
            now=now,
        )
        return page("supervisor/answered", "approved" if is_approved else "returned")


def _row(card: ApprovalCard, words: Words) -> Row:
    return Row(
        number=Ltr(card.number),
        href=f"/approvals/{card.number}",
        title=pick(card, "title", words),
        category=pick(card, "category", words),
        state=_state(card.approved_at, card.returned_at),
        at=card.approved_at or card.returned_at or card.asked_at,
    )


def _state(approved_at: datetime | None, returned_at: datetime | None) -> str:
    if approved_at is not None:
        return "approved"
    return "returned" if returned_at is not None else "waiting"


async def _approval_page(number: str, key: str, actor: Actor, words: Words, now: datetime) -> ApprovalPage:
    entry = await open_supervision(actor, number, secret=key or None, now=now)
    asked = entry.supervision
    other = "en" if words.lang == "ar" else "ar"
    closes_at = entry.due_at or entry.rules.deadline_at
    is_open = entry.rules.state == "open" or entry.due_at is not None
    return ApprovalPage(
        number=Ltr(number),
        action=f"/approvals/{number}",
        key=key,
        title=pick(entry, "title", words),
        other_title=getattr(entry, f"title_{other}"),
        category=pick(entry.category, "name", words),
        abstract_ar=entry.abstract_ar,
        abstract_en=entry.abstract_en,
        members=tuple(pick(member, "name", words) for member in entry.members),
        institution=pick(entry, "institution", words),
        department=entry.department,
        academic_year=entry.academic_year,
        files=tuple(
            (pick(material, "name", words), file.name) for material in entry.materials for file in material.standing
        ),
        ai=await _say_ai(entry, words),
        supervisor=pick(asked, "name", words) if asked else "",
        state=_state(asked.approved_at if asked else None, asked.returned_at if asked else None),
        answered_at=(asked.approved_at or asked.returned_at) if asked else None,
        note=asked.note if asked else "",
        closes_at=closes_at,
        may_answer=is_open and (closes_at is None or now < closes_at),
    )


async def _say_ai(entry: EntryView, words: Words) -> str:
    chosen = [each for each in await list_ai_statements(entry.rules.id) if each.slug == entry.ai_slug]
    ready_ar, ready_en = (chosen[0].text_ar, chosen[0].text_en) if chosen else ("", "")
    return say_ai(ready_ar, ready_en, entry.ai_text or "", words)
