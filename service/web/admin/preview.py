"""``/admin/editions/{id}/preview``: the edition by the public's and the judges' own templates, with invented entries.

What is looked at is the very page that visitors and judges will open (R079); only its entries are invented, and its
links stay inside the preview.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get
from markupsafe import Markup

from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.setup.showing import get_setup, open_section
from service.web.admin.frame import EditionHead, head_of
from service.web.admin.invented import InventedSheets, code_of, invent_list, invent_sheet, invent_sheets, invent_winners
from service.web.committee.standing import AnyRequest, pick
from service.web.pages import Page, page
from service.web.public.pages import (
    HomePage,
    TimelinePage,
    category_cards,
    category_page,
    date_steps,
    own_words,
)
from service.web.public.rules_pages import rules_page
from service.web.result_pages import Links, winner_page, winners_page
from storage.lifecycle import EditionState
from storage.reads.public.categories import find_category, list_categories
from storage.reads.public.editions import list_dates
from storage.reads.public.rules import find_edition_rules

__all__ = ["PreviewController"]

JUDGING = timedelta(days=21)
"""How far away the close of the invented round is where no date is set."""


@dataclass(frozen=True, slots=True)
class View:
    """A page that can be looked at."""

    href: str
    label: Markup | str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """The pages of the preview, by who will see them."""

    head: EditionHead
    public: tuple[View, ...]
    categories: tuple[View, ...]
    judge: tuple[View, ...]


class PreviewController(Controller):
    """The whole edition before it opens."""

    path = "/admin/editions/{edition_id:uuid}/preview"

    @get("/", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, edition_id: UUID, words: Words) -> Page:
        """List what can be looked at."""
        setup = await get_setup(edition_id)
        base = _base(edition_id)
        categories = (await open_section(edition_id, "categories"))["category"]
        shown = PreviewPage(
            head=head_of(setup, "preview", words),
            public=tuple(
                View(f"{base}/{name}", words.say(key))
                for name, key in (("home", "preview.home"), ("rules", "nav.rules"), ("timeline", "nav.timeline"),
                                  ("winners", "preview.winners"))
            ),
            categories=tuple(
                View(f"{base}/categories/{each.slug}", pick(each, "name", words) or words.plain("setup.nameless"))
                for each in categories
            ),
            judge=(
                View(f"{base}/judging", words.say("judge.list")),
                *(
                    View(f"{base}/judging/{code}", code)
                    for code in (code_of(each, at) for at, each in enumerate(categories))
                ),
            ),
        )  # fmt: skip
        return page("admin/preview", shown)

    @get("/home", opt={"action": Action.MANAGE_EDITIONS})
    async def home(self, edition_id: UUID, words: Words, now: datetime) -> Page:
        """Show the home page as it will be while entries are open."""
        await get_setup(edition_id)
        cards = category_cards(await list_categories(edition_id), words)
        dates = date_steps(await list_dates(edition_id), words, now)
        found = HomePage(await own_words(edition_id, words), cards, dates, base=_base(edition_id))
        return _as(edition_id, "home", found)

    @get("/rules", opt={"action": Action.MANAGE_EDITIONS})
    async def rules(self, edition_id: UUID, words: Words) -> Page:
        """Show the rules as they will stand."""
        rules = await find_edition_rules(edition_id)
        if rules is None:
            raise NotFound
        return _as(edition_id, "rules", rules_page(rules, (), words, await own_words(edition_id, words)))

    @get("/timeline", opt={"action": Action.MANAGE_EDITIONS})
    async def timeline(self, edition_id: UUID, words: Words, now: datetime) -> Page:
        """Show the dates."""
        await get_setup(edition_id)
        return _as(edition_id, "timeline", TimelinePage(date_steps(await list_dates(edition_id), words, now)))

    @get("/categories/{slug:str}", opt={"action": Action.MANAGE_EDITIONS})
    async def category(self, edition_id: UUID, slug: str, words: Words) -> Page:
        """Show what a category asks for and how it is judged."""
        found = await find_category(edition_id, slug)
        if found is None:
            raise NotFound
        return _as(edition_id, "category", category_page(found, words, base=_base(edition_id)))

    @get("/winners", opt={"action": Action.MANAGE_EDITIONS})
    async def winners(self, request: AnyRequest, edition_id: UUID, words: Words, now: datetime) -> Page:
        """Show invented winners as the public would see them."""
        found = await invent_winners(await get_setup(edition_id), published_at=now)
        asked = request.query_params.get("category", "")
        return _as(edition_id, "winners", winners_page(found, words, asked, "", _links(edition_id)), published=True)

    @get("/winners/{award:str}", opt={"action": Action.MANAGE_EDITIONS})
    async def winner(self, edition_id: UUID, award: str, words: Words, now: datetime) -> Page:
        """Show one invented winner."""
        found = await invent_winners(await get_setup(edition_id), published_at=now)
        card = next((each for each in found.awards if each.slug == award), None)
        if card is None:
            raise NotFound
        category = next(each for each in found.categories if each.id == card.category_id)
        shown = winner_page(found.edition, category, card, words, _links(edition_id))
        return _as(edition_id, "winner", shown, published=True)

    @get("/judging", opt={"action": Action.MANAGE_EDITIONS})
    async def judging(self, edition_id: UUID, words: Words, now: datetime) -> Page:
        """Show a judge's list over invented projects."""
        return _as(edition_id, "judge_list", invent_list(await _sheets(edition_id, now), words))

    @get("/judging/{code:str}", opt={"action": Action.MANAGE_EDITIONS})
    async def sheet(self, edition_id: UUID, code: str, words: Words, now: datetime) -> Page:
        """Show the scoring page of an invented project."""
        shown = invent_sheet(await _sheets(edition_id, now), code, words)
        if shown is None:
            raise NotFound
        return _as(edition_id, "judge_sheet", shown)


def _base(edition_id: UUID) -> str:
    return f"/admin/editions/{edition_id}/preview"


def _links(edition_id: UUID) -> Links:
    base = _base(edition_id)
    return Links(f"{base}/winners?all=yes", f"{base}/winners", f"{base}/rules", base)


def _as(edition_id: UUID, name: str, data: object, *, published: bool = False) -> Page:
    """Show a page of the edition as at the stage in which it will be read."""
    shown = page(f"admin/preview_{name}", data)
    shown.as_of = (edition_id, EditionState.PUBLISHED if published else EditionState.OPEN)
    return shown


async def _sheets(edition_id: UUID, now: datetime) -> InventedSheets:
    setup = await get_setup(edition_id)
    judging = next((each for each in await list_dates(edition_id) if each.slug == "judging"), None)
    closes_at = judging.until if judging and judging.until else now + JUDGING
    return await invent_sheets(setup, closes_at=closes_at, base=f"{_base(edition_id)}/judging")
