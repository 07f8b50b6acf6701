"""``/admin/editions/{id}/preview``: the edition as public and judges will see it, with invented entries (R079)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get

from service.permissions import Action
from service.text import Words
from service.usecases.setup.showing import Line, Setup, get_setup, open_section
from service.web.admin.frame import EditionHead, head_of
from service.web.admin.rubrics import CriterionView, as_judge_reads
from service.web.committee.standing import AnyRequest, Chip, pick
from service.web.language import with_language
from service.web.pages import Page, page
from service.web.public.pages import DateStep, RulesPage, date_steps, own_words, rules_page
from storage.reads.public import find_edition_rules, list_categories, list_dates

__all__ = ["PreviewController"]

VIEWS = ("public", "judge", "winners")
WHOLE = 100
INVENTED = 3
"""So many invented titles there are."""


@dataclass(frozen=True, slots=True)
class InventedMark:
    """A criterion as a judge reads it, with an invented mark."""

    criterion: CriterionView
    step: int


@dataclass(frozen=True, slots=True)
class InventedSheet:
    """A score sheet on an invented project; ``total`` is in points of a hundred."""

    category: str
    code: str
    title: str
    marks: tuple[InventedMark, ...]
    total: float


@dataclass(frozen=True, slots=True)
class InventedPlace:
    """An invented winner."""

    place: str
    title: str


@dataclass(frozen=True, slots=True)
class InventedWinners:
    """A category's invented winners."""

    category: str
    places: tuple[InventedPlace, ...]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One view of the preview; the others are empty."""

    head: EditionHead
    view: str
    views: tuple[Chip, ...]
    steps: int
    rules: RulesPage | None
    dates: tuple[DateStep, ...]
    sheets: tuple[InventedSheet, ...]
    winners: tuple[InventedWinners, ...]


class PreviewController(Controller):
    """The whole edition before it opens."""

    path = "/admin/editions/{edition_id:uuid}/preview"

    @get("/", opt={"action": Action.MANAGE_EDITIONS})
    async def show(self, request: AnyRequest, edition_id: UUID, words: Words, now: datetime) -> Page:
        """Show one of the views."""
        setup = await get_setup(edition_id)
        asked = request.query_params.get("view", "")
        view = asked if asked in VIEWS else VIEWS[0]
        rules, dates = await _public(edition_id, words, now) if view == "public" else (None, ())
        here = with_language(f"/admin/editions/{edition_id}/preview", words.lang)
        shown = PreviewPage(
            head=head_of(setup, "preview", words),
            view=view,
            views=tuple(
                Chip(words.plain(f"preview.{each}"), f"{here}?view={each}", current=each == view) for each in VIEWS
            ),
            steps=setup.steps,
            rules=rules,
            dates=dates,
            sheets=await _sheets(setup, words) if view == "judge" else (),
            winners=await _winners(setup, words) if view == "winners" else (),
        )
        return page("admin/preview", shown)


async def _public(edition_id: UUID, words: Words, now: datetime) -> tuple[RulesPage | None, tuple[DateStep, ...]]:
    rules = await find_edition_rules(edition_id)
    dates = await list_dates(edition_id)
    return (rules_page(rules, (), words, await own_words(edition_id, words)) if rules else None), date_steps(
        dates, words, now
    )


async def _sheets(setup: Setup, words: Words) -> tuple[InventedSheet, ...]:
    found = await open_section(setup.id, "criteria")
    categories = {row.id: row for row in (await open_section(setup.id, "categories"))["category"]}
    return tuple(
        _sheet(
            setup, number, category, [each for each in found["criterion"] if each.parent == key], found["level"], words
        )
        for number, (key, category) in enumerate(categories.items())
    )


def _sheet(
    setup: Setup, number: int, category: Line, criteria: list[Line], levels: list[Line], words: Words
) -> InventedSheet:
    """Invent one: the marks go round the scale, so that every level is seen."""
    marks = tuple(
        InventedMark(as_judge_reads(line, levels, words), 1 + (5 + number + 2 * at) % setup.steps)
        for at, line in enumerate(criteria)
    )
    return InventedSheet(
        category=pick(category, "name", words),
        code=f"{category.values['prefix']}-{417 + number}",
        title=words.plain(f"preview.title_{1 + number % INVENTED}"),
        marks=marks,
        total=sum(mark.criterion.weight * mark.step / setup.steps for mark in marks),
    )


async def _winners(setup: Setup, words: Words) -> tuple[InventedWinners, ...]:
    honours = [line for line in (await open_section(setup.id, "honours"))["honour"] if line.values["is_per_category"]]
    return tuple(
        InventedWinners(
            pick(category, "name", words),
            tuple(
                InventedPlace(pick(honour, "name", words), words.plain(f"preview.title_{1 + (number + at) % INVENTED}"))
                for at, honour in enumerate(honours)
            ),
        )
        for number, category in enumerate(await list_categories(setup.id))
    )
