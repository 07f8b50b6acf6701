"""Invented projects, marks and winners for an edition that is being set up: what its pages show before anybody enters.

Everything follows from the edition's own categories, criteria, scale and honours, and from nothing by chance, so that
the same set-up always looks the same.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from service.text import LANGUAGES, Ltr, Words
from service.usecases.setup.fields import list_of
from service.usecases.setup.showing import Line, Setup, open_section
from service.web.committee.standing import pick
from service.web.judge.lists import ListPage
from service.web.judge.views import CardPage, SheetPage, criteria_page
from service.web.work import WorkPage
from storage.reads.judge.views import CriterionView
from storage.reads.results import AwardCard, PublishedCategory, PublishedEdition, Winners

__all__ = ["InventedSheets", "code_of", "invent_list", "invent_sheet", "invent_sheets", "invent_winners"]

TITLES = 3
"""So many invented titles there are."""
FIRST_CODE = 417
MINUTES_A_PROJECT = 12
LAST_PLACE = 3


@dataclass(frozen=True, slots=True)
class InventedSheets:
    """A judge's invented list: one project a category, with its rubric and where each mark stands."""

    setup: Setup
    categories: tuple[Line, ...]
    criteria: tuple[tuple[CriterionView, ...], ...]
    closes_at: datetime
    base: str

    def code(self, at: int) -> str:
        """Give the code name of a project."""
        return code_of(self.categories[at], at)

    def marks(self, at: int) -> dict[UUID, int]:
        """Give the marks of a project: all of the second, most of the others, all round the scale."""
        criteria = self.criteria[at]
        given = criteria if at % 2 else criteria[: max(1, len(criteria) - 2)]
        return {each.id: 1 + (5 + at + 2 * number) % self.setup.steps for number, each in enumerate(given)}


def code_of(category: Line, at: int) -> str:
    """Give the code name of the invented project of a category, the ``at``-th of the edition."""
    return f"{category.values['prefix'] or 'X'}-{FIRST_CODE + at}"


async def invent_sheets(setup: Setup, *, closes_at: datetime, base: str) -> InventedSheets:
    """Read the edition's rubrics for its invented projects."""
    lines = (await open_section(setup.id, "criteria"))["criterion"]
    categories = tuple((await open_section(setup.id, "categories"))["category"])
    rubrics = tuple(tuple(_criterion(line) for line in lines if line.parent == each.id) for each in categories)
    return InventedSheets(setup, categories, rubrics, closes_at, base)


def invent_list(found: InventedSheets, words: Words) -> ListPage:
    """Give the judge's first page over the invented projects."""
    cards = tuple(_card(found, at, words) for at in range(len(found.categories)))
    return ListPage(
        cards=cards, following=next((each for each in cards if each.state == "draft"), None), n_sealed=0,
        n_left=len(cards), n_complete=sum(each.state == "complete" for each in cards), n_unasked=0, n_missed=0,
        removed=(), opens_at=None, closes_at=found.closes_at, is_open=True, is_over=False,
        minutes=0, practice=(), n_practised=0, is_practice_due=False, n_in_a_row=0,
        is_invented=True,
    )  # fmt: skip


def invent_sheet(found: InventedSheets, code: str, words: Words) -> SheetPage | None:
    """Give the scoring page of one invented project, to look at; None for an unknown code name."""
    at = next((at for at in range(len(found.categories)) if found.code(at) == code), None)
    if at is None:
        return None
    criteria, marks, steps = found.criteria[at], found.marks(at), found.setup.steps
    earlier = {each.id: [1 + (2 + at) % steps, 1 + (4 + at) % steps] for each in criteria}
    codes = [found.code(each) for each in range(len(found.categories))]
    return SheetPage(
        code=Ltr(code), work=_work(found, at, words), state="draft", answer="no",
        is_readonly=True, is_abstained=False, is_barred=False, revision=0, steps=steps,
        criteria=criteria_page(criteria, marks, words, earlier), notes=(), comment_team="",
        comment_committee="", points=sum(each.weight * marks.get(each.id, 0) / steps for each in criteria),
        weight_marked=sum(each.weight for each in criteria if each.id in marks), n_left=len(criteria) - len(marks),
        n_marked=len(marks), position=at + 1, n_cards=len(codes), previous=codes[at - 1] if at else None,
        following=codes[at + 1] if at + 1 < len(codes) else None, closes_at=found.closes_at, is_round_open=True,
        saved_at=None, sealed_at=None, names_team=False, names_committee=False, base=found.base,
        is_invented=True,
    )  # fmt: skip


async def invent_winners(setup: Setup, *, published_at: datetime) -> Winners:
    """Give a published result in which every honour of every category is given to an invented project."""
    honours = [line for line in (await open_section(setup.id, "honours"))["honour"] if line.values["is_per_category"]]
    categories = (await open_section(setup.id, "categories"))["category"]
    spoken = {language: Words(language) for language in LANGUAGES}

    def both(name: str, key: str) -> dict[str, str]:
        return {f"{name}_{language}": spoken[language].plain(key) for language in LANGUAGES}

    awards = [
        AwardCard(
            slug=f"{category.slug}-{honour.slug}", category_id=category.id, place=_place(honour), is_shared=False,
            honour_ar=honour.name_ar, honour_en=honour.name_en,
            **both("title", f"preview.title_{1 + (at + to) % TITLES}"),
            **both("abstract", "preview.abstract"), **both("institution", "preview.institution"),
            **both("supervisor", "preview.supervisor"),
            team=((spoken["ar"].plain("preview.member"), spoken["en"].plain("preview.member")),),
            **both("citation", "preview.jury"), has_picture=False, player=None, has_captions=False,
        )
        for at, category in enumerate(categories)
        for to, honour in enumerate(honours)
    ]  # fmt: skip
    figures = {
        "entries": len(awards), "institutions": 1, "judges": len(categories), "evaluations": 3 * len(awards),
        "entries_in": {str(each.id): len(honours) for each in categories},
    }  # fmt: skip
    edition = PublishedEdition(
        id=setup.id, slug=setup.slug, name_ar=setup.name_ar, name_en=setup.name_en, short_ar=setup.short_ar,
        short_en=setup.short_en, theme_ar="", theme_en="", published_at=published_at, fingerprint=setup.fingerprint,
        honour_threshold=0, figures=figures, bundle_hash="", audit_head="",
    )  # fmt: skip
    named = tuple(PublishedCategory(each.id, each.slug, each.name_ar, each.name_en) for each in categories)
    return Winners(edition, named, tuple(awards))


def _place(honour: Line) -> int | None:
    place = honour.values["place"]
    return int(place) if place and int(place) <= LAST_PLACE else None


def _work(found: InventedSheets, at: int, words: Words) -> WorkPage:
    return WorkPage(
        title=_title(at, words), abstract=words.plain("preview.abstract"),
        category=pick(found.categories[at], "name", words), language=words.lang,
        length=words.duration_clock(MINUTES_A_PROJECT * 60), ai_text="", files=(), shown=None,
    )  # fmt: skip


def _title(at: int, words: Words) -> str:
    return words.plain(f"preview.title_{1 + at % TITLES}")


def _card(found: InventedSheets, at: int, words: Words) -> CardPage:
    n_criteria, n_marks = len(found.criteria[at]), len(found.marks(at))
    return CardPage(
        code=Ltr(found.code(at)), title=_title(at, words), category=pick(found.categories[at], "name", words),
        length=words.duration_clock(MINUTES_A_PROJECT * 60),
        state="complete" if n_criteria and n_marks == n_criteria else "draft", n_left=n_criteria - n_marks,
        href=f"{found.base}/{found.code(at)}", sealed_at=None,
    )  # fmt: skip


def _criterion(line: Line) -> CriterionView:
    return CriterionView(
        id=uuid5(line.id, "invented"), slug=line.slug, weight=line.weight, name_ar=line.name_ar, name_en=line.name_en,
        ask_ar=str(line.values["ask_ar"] or ""), ask_en=str(line.values["ask_en"] or ""),
        anchors_ar=tuple(list_of(line.values["anchors_ar"])), anchors_en=tuple(list_of(line.values["anchors_en"])),
    )  # fmt: skip
