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
from service.web.pages import Page, page
from service.web.visit import visit_of
from service.wording import OwnWords
from storage.reads.public import (
    CategoryLine,
    CategoryView,
    DateView,
    EditionLine,
    EditionRules,
    FurtherRound,
    find_category,
    find_edition_rules,
    list_categories,
    list_dates,
    list_editions,
)
from storage.reads.rules import RuleChangeView, list_rule_changes
from storage.reads.wording import find_own_texts

__all__ = [
    "PUBLIC_PAGES",
    "HomePage",
    "TimelinePage",
    "category_cards",
    "category_page",
    "date_steps",
    "own_words",
    "rules_page",
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

    ``base`` begins the addresses of a preview's own pages.
    """

    say: OwnWords
    categories: tuple[CategoryCard, ...]
    dates: tuple[DateStep, ...]
    base: str = ""


@dataclass(frozen=True, slots=True)
class CategoriesPage:
    """All the categories."""

    categories: tuple[CategoryCard, ...]


@dataclass(frozen=True, slots=True)
class MaterialCard:
    """A file that is asked for, in the reader's language."""

    name: str
    rule: str
    formats: tuple[str, ...]
    is_required: bool
    is_for_judges: bool
    max_files: int
    max_bytes: int


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
    """A category: what to send and how it is judged."""

    category: CategoryCard
    materials: tuple[MaterialCard, ...]
    criteria: tuple[CriterionCard, ...]
    steps: int
    base: str = ""


@dataclass(frozen=True, slots=True)
class HonourLine:
    """An honour that may be given."""

    name: str
    amount_omr: int
    is_per_category: bool


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A sealed rule that was changed: what, each value before and after, and why."""

    title: Markup
    lines: tuple[Markup, ...]
    reason: str
    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules of the edition; ``threshold`` is in points of a hundred, ``say`` knows the edition's own words."""

    say: OwnWords
    rules: tuple[tuple[str, str], ...]
    honours: tuple[HonourLine, ...]
    limits_notice: str | None
    grace_minutes: int
    appeals_days: int | None
    threshold: float
    judges_per_entry: int
    fingerprint: str | None
    changes: tuple[ChangeCard, ...]
    further_rounds: tuple[Markup, ...]


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
    return page("public/home", HomePage(say, category_cards(categories, words), date_steps(dates, words, now)))


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
    rules = await find_edition_rules(actor.edition_id) if actor.edition_id else None
    if rules is None or actor.edition_id is None:
        return page("public/rules", None)
    changes = await list_rule_changes(actor.edition_id)
    say = await own_words(actor.edition_id, words)
    return page("public/rules", rules_page(rules, tuple(_change(each, words) for each in changes), words, say))


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


async def own_words(edition_id: UUID | None, words: Words) -> OwnWords:
    """Give the reader's words, with those that the edition says otherwise."""
    return OwnWords(words, (await find_own_texts(edition_id))[words.lang])


def _in(words: Words, row: object, name: str) -> str:
    """Take the reader's language of a pair of columns."""
    return getattr(row, f"{name}_{words.lang}") or ""


def category_cards(lines: tuple[CategoryLine, ...], words: Words) -> tuple[CategoryCard, ...]:
    """Give categories in the reader's language."""
    return tuple(CategoryCard(line.slug, _in(words, line, "name"), _in(words, line, "about")) for line in lines)


def date_steps(dates: tuple[DateView, ...], words: Words, now: datetime) -> tuple[DateStep, ...]:
    """Mark the dates: past, under way now, or next."""
    steps = []
    for date in dates:
        end = date.until or date.at
        state = "past" if end <= now else "now" if date.at <= now else "next"
        steps.append(DateStep(date.slug, _in(words, date, "name"), date.at, date.until, state))
    return tuple(steps)


def category_page(found: CategoryView, words: Words, *, base: str = "") -> CategoryPage:
    """Make the page of a category in the reader's language."""
    total = sum(criterion.weight for criterion in found.criteria) or 1
    criteria = []
    for criterion in found.criteria:
        anchors = criterion.anchors_ar if words.lang == "ar" else criterion.anchors_en
        levels = [
            Level(_in(words, level, "name"), level.first_step, level.last_step, anchor)
            for level, anchor in zip(found.levels, anchors, strict=False)
        ]
        criteria.append(
            CriterionCard(
                name=_in(words, criterion, "name"),
                ask=_in(words, criterion, "ask"),
                weight=criterion.weight / total,
                levels=tuple(reversed(levels)),
            )
        )
    materials = tuple(
        MaterialCard(
            name=_in(words, material, "name"),
            rule=_in(words, material, "rule"),
            formats=material.formats,
            is_required=material.is_required,
            is_for_judges=material.is_for_judges,
            max_files=material.max_files,
            max_bytes=material.max_bytes,
        )
        for material in found.materials
    )
    (category,) = category_cards((found.line,), words)
    return CategoryPage(category=category, materials=materials, criteria=tuple(criteria), steps=found.steps, base=base)


def _change(change: RuleChangeView, words: Words) -> ChangeCard:
    """Say a change of the rules: a field by its name, a criterion's weight by the criterion's."""
    name = _in(words, change, "name")
    kind = words.say(f"setup.{change.kind}_line")
    lines = []
    for column, before, after in change.changes:
        field = column.removesuffix("_ar").removesuffix("_en")
        if column.endswith({"ar": "_en", "en": "_ar"}[words.lang]):
            continue
        label = words.say(f"setup.f_{field}") if f"setup.f_{field}" in words else field
        lines.append(words.say("rules.change_line", field=label, before=_told(before), after=_told(after)))
    return ChangeCard(
        title=words.say("rules.change_of", kind=kind, name=name) if name else kind,
        lines=tuple(lines),
        reason=change.reason,
        fingerprint=change.fingerprint_after,
        at=change.made_at,
    )


def _told(value: object) -> str | datetime:
    """Give a value of the record as a page says it: moments were written as ISO text."""
    if value is None or value == "":
        return "–"
    try:
        moment = datetime.fromisoformat(str(value)) if isinstance(value, str) else None
    except ValueError:
        moment = None
    return moment if moment is not None and moment.tzinfo else str(value)


def rules_page(rules: EditionRules, changes: tuple[ChangeCard, ...], words: Words, say: OwnWords) -> RulesPage:
    """Make the page of rules in the reader's language."""
    return RulesPage(
        say=say,
        rules=tuple((slug, ar if words.lang == "ar" else en) for slug, ar, en in rules.texts),
        honours=tuple(
            HonourLine(_in(words, honour, "name"), honour.amount_omr, honour.is_per_category)
            for honour in rules.honours
        ),
        limits_notice=_in(words, rules, "limits_notice") or None,
        grace_minutes=rules.upload_grace_minutes,
        appeals_days=rules.appeals_days,
        threshold=rules.honour_threshold / 10,
        judges_per_entry=rules.judges_per_entry,
        fingerprint=rules.fingerprint,
        changes=changes,
        further_rounds=tuple(sentence for each in rules.further_rounds for sentence in _round_sentences(each, words)),
    )


def _round_sentences(rule: FurtherRound, words: Words) -> tuple[Markup, ...]:
    """Say a further round: who goes on into it, when it runs and by how many reviews, and what of the marks counts."""
    return (
        words.say("rules.round_takes", n=rule.takes, ordinal=rule.ordinal),
        words.say("rules.round_when", begins=rule.begins_at, ends=rule.ends_at, n=rule.reviews_per_entry),
        words.say("rules.round_carried" if rule.is_carried else "rules.round_fresh", ordinal=rule.ordinal),
    )


def _edition(line: EditionLine, words: Words) -> EditionCard:
    return EditionCard(line.slug, line.state, _in(words, line, "name"), _in(words, line, "theme"), line.published_at)


PUBLIC_PAGES = [show_home, show_categories, show_category, show_rules, show_timeline, show_editions, show_text]
