"""The pages that anybody may read: what the competition is, its categories and criteria, rules, dates and editions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.web.limits import list_limits
from service.web.pages import Page, page
from service.web.public.rules_pages import RulesPage, change_card, in_language, rules_page
from service.web.visit import visit_of
from service.wording import OwnWords
from storage.reads.announced import is_announced
from storage.reads.public.categories import CategoryLine, CategoryView, find_category, list_categories
from storage.reads.public.editions import DateView, EditionLine, list_dates, list_editions
from storage.reads.public.rules import find_edition_rules
from storage.reads.rules import list_rule_changes
from storage.reads.wording import find_own_texts

__all__ = [
    "PUBLIC_PAGES",
    "CategoriesPage",
    "HomePage",
    "TimelinePage",
    "category_cards",
    "category_page",
    "date_steps",
    "own_words",
    "rules_as_sealed",
]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """A category in the reader's language."""

    slug: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class DateStep:
    """A date in the timeline, before or after now."""

    slug: str
    label: str
    at: datetime
    until: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """What it is, where the edition stands, the categories, the dates; ``say`` knows the edition's own words.

    ``base`` begins the addresses of a preview's own pages; ``is_announced``: the honoured are public, their places not.
    """

    say: OwnWords
    categories: tuple[CategoryCard, ...]
    dates: tuple[DateStep, ...]
    base: str = ""
    is_announced: bool = False


@dataclass(frozen=True, slots=True)
class CategoriesPage:
    """All the categories."""

    categories: tuple[CategoryCard, ...]


@dataclass(frozen=True, slots=True)
class MaterialCard:
    """A file that is asked for, in the reader's language."""

    name: str
    rule: str
    limits: tuple[Markup, ...]
    is_required: bool
    is_for_judges: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A level and what it looks like in one criterion."""

    name: str
    first_step: int
    last_step: int
    anchor: str


@dataclass(frozen=True, slots=True)
class CriterionCard:
    """A criterion with its weight, question and levels, the highest first."""

    name: str
    ask: str
    weight: float
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """A category: what to send, how it is judged, and the conditions that are its own."""

    category: CategoryCard
    materials: tuple[MaterialCard, ...]
    criteria: tuple[CriterionCard, ...]
    steps: int
    conditions: tuple[str, ...]
    base: str = ""


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """The dates of the edition."""

    dates: tuple[DateStep, ...]


@dataclass(frozen=True, slots=True)
class EditionCard:
    """An edition in the list."""

    slug: str
    state: str
    name: str
    theme: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class EditionsPage:
    """Past editions and the present one."""

    editions: tuple[EditionCard, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of words, some of them the edition's own."""

    say: OwnWords


@get("/", opt={"action": Action.READ_PUBLIC})
async def show_home(actor: Actor, words: Words, now: datetime) -> Page:
    """Show where the edition stands."""
    categories = await list_categories(actor.edition_id) if actor.edition_id else ()
    dates = await list_dates(actor.edition_id) if actor.edition_id else ()
    say = await own_words(actor.edition_id, words)
    shown = HomePage(
        say, category_cards(categories, words), date_steps(dates, words, now),
        is_announced=bool(actor.edition_id and await is_announced(actor.edition_id)),
    )  # fmt: skip
    return page("public/home", shown)


@get("/categories", opt={"action": Action.READ_PUBLIC})
async def show_categories(actor: Actor, words: Words) -> Page:
    """Show all the categories."""
    categories = await list_categories(actor.edition_id) if actor.edition_id else ()
    return page("public/categories", CategoriesPage(category_cards(categories, words)))


@get("/categories/{slug:str}", opt={"action": Action.READ_PUBLIC})
async def show_category(slug: str, actor: Actor, words: Words) -> Page:
    """Show what a category asks for and how it is judged."""
    found = await find_category(actor.edition_id, slug) if actor.edition_id else None
    if found is None:
        raise NotFound
    return page("public/category", category_page(found, words))


@get("/rules", opt={"action": Action.READ_PUBLIC})
async def show_rules(actor: Actor, words: Words) -> Page:
    """Show the rules as sealed."""
    return page("public/rules", await rules_as_sealed(actor.edition_id, words) if actor.edition_id else None)


@get("/timeline", opt={"action": Action.READ_PUBLIC})
async def show_timeline(actor: Actor, words: Words, now: datetime) -> Page:
    """Show the dates."""
    dates = await list_dates(actor.edition_id) if actor.edition_id else ()
    return page("public/timeline", TimelinePage(date_steps(dates, words, now)))


@get("/editions", opt={"action": Action.READ_PUBLIC})
async def show_editions(words: Words) -> Page:
    """Show every edition that has left its draft."""
    return page("public/editions", EditionsPage(tuple(_edition(line, words) for line in await list_editions())))


@get(["/about", "/accessibility", "/privacy"], opt={"action": Action.READ_PUBLIC})
async def show_text(request: AnyRequest, actor: Actor, words: Words) -> Page:
    """Show a page of words."""
    say = await own_words(actor.edition_id, words)
    return page(f"public/{visit_of(request).path.strip('/')}", TextPage(say))


async def rules_as_sealed(edition_id: UUID, words: Words) -> RulesPage | None:
    """Make the page of an edition's rules with every change of them; None where there is no such edition."""
    rules = await find_edition_rules(edition_id)
    if rules is None:
        return None
    changes = tuple(change_card(each, words) for each in await list_rule_changes(edition_id))
    return rules_page(rules, changes, words, await own_words(edition_id, words))


async def own_words(edition_id: UUID | None, words: Words) -> OwnWords:
    """Give the reader's words, with those that the edition says otherwise."""
    return OwnWords(words, (await find_own_texts(edition_id))[words.lang])


def category_cards(lines: tuple[CategoryLine, ...], words: Words) -> tuple[CategoryCard, ...]:
    """Give categories in the reader's language."""
    return tuple(
        CategoryCard(line.slug, in_language(words, line, "name"), in_language(words, line, "about")) for line in lines
    )


def date_steps(dates: tuple[DateView, ...], words: Words, now: datetime) -> tuple[DateStep, ...]:
    """Mark the dates: past, under way now, or next."""
    steps = []
    for date in dates:
        end = date.until or date.at
        state = "past" if end <= now else "now" if date.at <= now else "next"
        steps.append(DateStep(date.slug, in_language(words, date, "name"), date.at, date.until, state))
    return tuple(steps)


def category_page(found: CategoryView, words: Words, *, base: str = "") -> CategoryPage:
    """Make the page of a category in the reader's language."""
    total = sum(criterion.weight for criterion in found.criteria) or 1
    criteria = []
    for criterion in found.criteria:
        anchors = criterion.anchors_ar if words.lang == "ar" else criterion.anchors_en
        levels = [
            Level(in_language(words, level, "name"), level.first_step, level.last_step, anchor)
            for level, anchor in zip(found.levels, anchors, strict=False)
        ]
        criteria.append(
            CriterionCard(
                name=in_language(words, criterion, "name"),
                ask=in_language(words, criterion, "ask"),
                weight=criterion.weight / total,
                levels=tuple(reversed(levels)),
            )
        )
    materials = tuple(
        MaterialCard(
            name=in_language(words, material, "name"),
            rule=in_language(words, material, "rule"),
            is_required=material.is_required,
            is_for_judges=material.is_for_judges,
            limits=list_limits(material, words),
        )
        for material in found.materials
    )
    (category,) = category_cards((found.line,), words)
    return CategoryPage(
        category=category,
        materials=materials,
        criteria=tuple(criteria),
        steps=found.steps,
        conditions=tuple(ar if words.lang == "ar" else en for ar, en in found.conditions),
        base=base,
    )


def _edition(line: EditionLine, words: Words) -> EditionCard:
    return EditionCard(
        line.slug, line.state, in_language(words, line, "name"), in_language(words, line, "theme"), line.published_at
    )


PUBLIC_PAGES = [show_home, show_categories, show_category, show_rules, show_timeline, show_editions, show_text]
