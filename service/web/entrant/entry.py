"""One entry: its task list, its details and its two statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.permissions import Action, may
from service.text import Words
from service.usecases.deciding.appeals import APPEALABLE
from service.usecases.entering.entries import (
    LANGUAGES,
    MATERIAL_RIGHTS,
    PEOPLE_RIGHTS,
    Details,
    Rights,
    open_entry,
    save_ai_statement,
    save_details,
    save_rights,
)
from service.usecases.entering.own_entry import OwnEntry
from service.usecases.entering.withdrawing import WITHDRAWABLE
from service.usecases.files.uploads import count_held_bytes
from service.usecases.written import count_words
from service.web.entrant.file_views import FileCard, Trace, list_cards, list_traces
from service.web.entrant.journey import JourneyStep, list_steps
from service.web.entrant.lengths import read_clock, write_clock
from service.web.entrant.views import Head, Option, make_head, pick
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EntryState
from storage.reads.entrant.edition import list_ai_statements, list_categories, list_expertise
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.outcome import ExclusionView, find_exclusion

__all__ = ["EntryController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The task list. ``problems`` are fields of the page with the words of what is wrong."""

    head: Head
    cards: tuple[FileCard, ...]
    traces: tuple[Trace, ...]
    n_members: int
    n_confirmed: int
    supervisor: str
    supervisor_at: datetime | None
    supervisor_note: str
    problems: tuple[tuple[str, str], ...]
    steps: tuple[JourneyStep, ...]
    may_ask: bool
    has_outcome: bool
    may_take_certificates: bool
    may_ask_withdrawal: bool
    rule: str
    reason: str
    excluded_at: datetime | None


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """The form of the project's details."""

    head: Head
    categories: tuple[Option, ...]
    category: str
    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    n_words_ar: int
    n_words_en: int
    min_words: int
    max_words: int
    languages: tuple[str, ...]
    work_language: str
    fields: tuple[Option, ...]
    tags: tuple[str, ...]
    duration: str
    credits: str
    is_film: bool


@dataclass(frozen=True, slots=True)
class RightsPage:
    """The statement on rights."""

    head: Head
    material: str
    people: str
    help_text: str
    is_declared: bool
    material_choices: tuple[str, ...]
    people_choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AiPage:
    """The statement on AI tools: ready wordings, and own words."""

    head: Head
    statements: tuple[Option, ...]
    chosen: str
    text: str


class EntryController(Controller):
    """``/entries/{number}`` and the forms that fill it in."""

    path = "/entries/{number:str}"

    @get("/", opt={"action": Action.READ_ENTRY})
    async def show(self, number: str, actor: Actor, words: Words, now: datetime, objects: Any) -> Page:
        own, entry = await open_entry(actor, number)
        held = await count_held_bytes(entry, objects=objects)
        excluded = await find_exclusion(own.id) if own.state is EntryState.EXCLUDED else None
        return page("entrant/entry", _entry_page(own, entry, actor, words, held, now, excluded))

    @get("/details", opt={"action": Action.READ_ENTRY})
    async def ask_details(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/details", await _details_page(number, actor, words, now))

    @post("/details", opt={"action": Action.EDIT_ENTRY})
    async def details(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/details", await _details_page(number, actor, words, now))

        typed = await read_form(request, again=again, is_edit=True)
        await save_details(actor, number, await _typed_details(typed, actor), revision=_revision(typed), now=now)
        return _back(typed, number)

    @get("/rights", opt={"action": Action.READ_ENTRY})
    async def ask_rights(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/rights", await _rights_page(number, actor, words, now))

    @post("/rights", opt={"action": Action.EDIT_ENTRY})
    async def rights(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/rights", await _rights_page(number, actor, words, now))

        typed = await read_form(request, again=again, is_edit=True)
        given = Rights(
            typed.text("material"), typed.text("people"), typed.text("help_text"), is_declared=typed.flag("declared")
        )
        await save_rights(actor, number, given, revision=_revision(typed), now=now)
        return _back(typed, number)

    @get("/ai-statement", opt={"action": Action.READ_ENTRY})
    async def ask_ai(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/ai_statement", await _ai_page(number, actor, words, now))

    @post("/ai-statement", opt={"action": Action.EDIT_ENTRY})
    async def ai(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/ai_statement", await _ai_page(number, actor, words, now))

        typed = await read_form(request, again=again, is_edit=True)
        chosen = typed.text("statement")
        await save_ai_statement(
            actor,
            number,
            slug=None if chosen in {"", "own"} else chosen,
            text=typed.text("text"),
            revision=_revision(typed),
            now=now,
        )
        return _back(typed, number)


def _back(typed: Typed, number: str) -> Redirect:
    """Return to where the form was opened from: the check page's links come back to it."""
    return go_to(f"/entries/{number}/check" if typed.text("then") == "check" else f"/entries/{number}")


def _revision(typed: Typed) -> int:
    return typed.number("revision") or 0


def _entry_page(
    own: OwnEntry,
    entry: EntryView,
    actor: Actor,
    words: Words,
    held: dict[str, int],
    now: datetime,
    excluded: ExclusionView | None,
) -> EntryPage:
    cards = list_cards(own, entry, words, held=held, now=now)
    supervision = entry.supervision
    return EntryPage(
        head=make_head(own, entry, actor, words, now),
        cards=cards,
        traces=list_traces(own, entry, words, now=now),
        n_members=len(entry.members),
        n_confirmed=sum(member.confirmed_at is not None for member in entry.members),
        supervisor=pick(supervision, "name", words) if supervision else "",
        supervisor_at=(supervision.approved_at or supervision.returned_at or supervision.asked_at)
        if supervision
        else None,
        supervisor_note=supervision.note if supervision and supervision.returned_at else "",
        problems=tuple((card.name, f"{card.label}: {card.error}") for card in cards if card.error),
        steps=list_steps(entry),
        may_ask=may(Action.ASK_QUESTION, actor, stage=own.rules.state),
        may_ask_withdrawal=own.is_lead
        and own.state in WITHDRAWABLE
        and may(Action.ASK_WITHDRAWAL, actor, stage=own.rules.state),
        has_outcome=own.state in APPEALABLE and may(Action.READ_FEEDBACK, actor, stage=own.rules.state),
        may_take_certificates=own.state is EntryState.ADMITTED
        and may(Action.READ_OWN_CERTIFICATES, actor, stage=own.rules.state),
        rule=pick(excluded, "rule", words) if excluded else "",
        reason=excluded.reason if excluded else "",
        excluded_at=excluded.decided_at if excluded else None,
    )


async def _details_page(number: str, actor: Actor, words: Words, now: datetime) -> DetailsPage:
    own, entry = await open_entry(actor, number)
    return DetailsPage(
        head=make_head(own, entry, actor, words, now),
        categories=tuple(
            Option(each.slug, pick(each, "name", words), pick(each, "about", words))
            for each in await list_categories(own.rules.id)
        ),
        category=entry.category.slug,
        title_ar=entry.title_ar,
        title_en=entry.title_en,
        abstract_ar=entry.abstract_ar,
        abstract_en=entry.abstract_en,
        n_words_ar=count_words(entry.abstract_ar),
        n_words_en=count_words(entry.abstract_en),
        min_words=own.rules.abstract_min_words,
        max_words=own.rules.abstract_max_words,
        languages=LANGUAGES,
        work_language=entry.work_language,
        fields=tuple(Option(each.slug, pick(each, "name", words)) for each in await list_expertise(own.rules.id)),
        tags=entry.tags,
        duration=write_clock(entry.duration_seconds),
        credits=write_clock(entry.credits_start),
        is_film=entry.is_film,
    )


async def _typed_details(typed: Typed, actor: Actor) -> Details:
    categories = {each.slug: each.id for each in await list_categories(actor.edition_id)} if actor.edition_id else {}
    return Details(
        category_id=categories.get(typed.text("category")),
        title_ar=typed.text("title_ar"),
        title_en=typed.text("title_en"),
        abstract_ar=typed.text("abstract_ar"),
        abstract_en=typed.text("abstract_en"),
        work_language=typed.text("work_language"),
        tags=tuple(typed.all("tags")),
        duration_seconds=read_clock(typed.text("duration_seconds")),
        credits_start=read_clock(typed.text("credits_start")),
    )


async def _rights_page(number: str, actor: Actor, words: Words, now: datetime) -> RightsPage:
    own, entry = await open_entry(actor, number)
    rights = entry.rights or {}
    return RightsPage(
        head=make_head(own, entry, actor, words, now),
        material=rights.get("material", ""),
        people=rights.get("people", ""),
        help_text=rights.get("help", ""),
        is_declared=bool(rights),
        material_choices=MATERIAL_RIGHTS,
        people_choices=PEOPLE_RIGHTS,
    )


async def _ai_page(number: str, actor: Actor, words: Words, now: datetime) -> AiPage:
    own, entry = await open_entry(actor, number)
    return AiPage(
        head=make_head(own, entry, actor, words, now),
        statements=tuple(
            Option(each.slug, pick(each, "text", words)) for each in await list_ai_statements(own.rules.id)
        ),
        chosen=entry.ai_slug or ("own" if entry.ai_text else ""),
        text=entry.ai_text or "",
    )
