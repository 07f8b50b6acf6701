"""The list of one's own entries, and starting one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.entering.starting import start_entry
from service.web.entrant.journey import say_next
from service.web.entrant.views import Option, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState, EntryState
from storage.reads.entrant.edition import EntryRules, find_entry_rules, list_categories
from storage.reads.entrant.entry import EntryCard, list_my_entries

__all__ = ["EntriesController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """An entry in the list. ``next`` is the key of what to do, ``entry.next.*``."""

    number: Ltr
    href: str
    title: str
    category: str
    edition: str
    state: str
    next: str
    is_lead: bool
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class EntriesPage:
    """The list of one's own entries."""

    cards: tuple[Card, ...]
    may_start: bool
    is_full: bool
    limit: int
    closes_at: datetime | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class NewEntryPage:
    """The form that starts an entry."""

    categories: tuple[Option, ...]
    closes_at: datetime | None
    chosen: str


class EntriesController(Controller):
    """``/entries`` and ``/entries/new``."""

    path = "/entries"

    @get("/", opt={"action": Action.LIST_ENTRIES})
    async def show(self, actor: Actor, words: Words, now: datetime) -> Page:
        rules = await find_entry_rules(actor.edition_id) if actor.edition_id else None
        mine = await list_my_entries(actor.person_id) if actor.person_id else ()
        return page("entrant/entries", _entries_page(mine, rules, actor, words, now))

    @get("/new", opt={"action": Action.START_ENTRY})
    async def ask(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        return page("entrant/new", await _new_page(actor, words, request.query_params.get("category", "")))

    @post("/new", opt={"action": Action.START_ENTRY})
    async def start(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/new", await _new_page(actor, words, ""))

        typed = await read_form(request, again=again)
        chosen = typed.text("category")
        categories = {each.slug: each.id for each in await _categories(actor)}
        number = await start_entry(
            actor,
            category_id=categories.get(chosen),
            title_ar=typed.text("title_ar"),
            title_en=typed.text("title_en"),
            now=now,
        )
        return go_to(f"/entries/{number}")


def _entries_page(
    mine: tuple[EntryCard, ...], rules: EntryRules | None, actor: Actor, words: Words, now: datetime
) -> EntriesPage:
    closes_at = rules.deadline_at if rules else None
    is_open = rules is not None and may(Action.START_ENTRY, actor, stage=rules.state)
    is_closed = rules is not None and ((closes_at is not None and now >= closes_at) or rules.state != EditionState.OPEN)
    limit = rules.max_entries_per_student if rules else 0
    here = [card for card in mine if rules and card.edition_id == rules.id and card.state is not EntryState.WITHDRAWN]
    return EntriesPage(
        cards=tuple(_card(card, words) for card in mine),
        may_start=is_open and not is_closed and len(here) < limit,
        is_full=is_open and not is_closed and len(here) >= limit,
        limit=limit,
        closes_at=closes_at,
        is_closed=is_closed,
    )


def _card(card: EntryCard, words: Words) -> Card:
    return Card(
        number=Ltr(card.number),
        href=f"/entries/{card.number}",
        title=pick(card, "title", words),
        category=pick(card, "category", words),
        edition=pick(card, "edition", words),
        state=card.state.value,
        next=say_next(card.state, card.stage),
        is_lead=card.is_lead,
        saved_at=card.saved_at,
    )


async def _new_page(actor: Actor, words: Words, chosen: str) -> NewEntryPage:
    rules = await find_entry_rules(actor.edition_id) if actor.edition_id else None
    if rules is None:
        raise NotFound
    return NewEntryPage(
        categories=tuple(
            Option(each.slug, pick(each, "name", words), pick(each, "about", words))
            for each in await _categories(actor)
        ),
        closes_at=rules.deadline_at,
        chosen=chosen,
    )


async def _categories(actor: Actor) -> tuple[Any, ...]:
    return await list_categories(actor.edition_id) if actor.edition_id else ()
