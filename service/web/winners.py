"""The public result: winners, their pages and pictures, how it was computed, fingerprints. Published rows only.

Before its instant there is nothing to read: the same page or the same 404, whatever the committee has prepared.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Request, get
from litestar.response import Stream

from service.errors import NotFound
from service.permissions import Action
from service.text import Ltr, Words
from service.web.language import with_language
from service.web.pages import Page, page
from service.web.ranges import Readable, stream_object
from storage.reads.results import (
    AwardCard,
    Fingerprints,
    PublishedCategory,
    PublishedEdition,
    Winners,
    find_fingerprints,
    find_picture,
    find_winner,
    find_winners,
)

__all__ = ["WINNERS_PAGES", "fingerprints_page", "method_page", "winner_page", "winners_page"]

AnyRequest = Request[Any, Any, Any]

TENTHS = 10
PLACES_ON_PODIUM = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: a link that narrows the page."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class WinnerView:
    """An award in the reader's language."""

    href: str
    place: int | None
    honour: str
    is_shared: bool
    title: str
    institution: str
    team: tuple[str, ...]
    supervisor: str
    citation: str
    art: str | None


@dataclass(frozen=True, slots=True)
class CategoryWinners:
    """A category's honours: places, then mentions; and the places that were withheld."""

    slug: str
    name: str
    n_entries: int
    placed: tuple[WinnerView, ...]
    mentions: tuple[WinnerView, ...]
    withheld: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WinnersPage:
    """Everything that the public result shows; ``edition`` is its name in addresses."""

    edition: str
    short: str
    name: str
    published_at: datetime
    n_entries: int
    n_institutions: int
    n_judges: int
    n_evaluations: int
    chips: tuple[Chip, ...]
    institutions: tuple[Chip, ...]
    is_filtered: bool
    categories: tuple[CategoryWinners, ...]


@dataclass(frozen=True, slots=True)
class WinnerPage:
    """One honoured project."""

    edition: str
    short: str
    category: str
    winner: WinnerView
    other_title: str
    abstract: str
    other_abstract: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class MethodPage:
    """How this edition's results came about, with its own figures. ``threshold`` is in points of a hundred."""

    edition: str
    name: str
    published_at: datetime
    method: str
    choices: tuple[str, ...]
    n_entries: int
    n_judges: int
    n_evaluations: int
    n_conflicts: int
    n_set_aside: int
    n_moved: int
    largest_change: float
    n_too_close: int
    n_deliberated: int
    n_withheld: int
    threshold: float
    inputs_hash: Ltr
    output_hash: Ltr


@dataclass(frozen=True, slots=True)
class FingerprintsPage:
    """The fingerprints that anybody may keep and compare."""

    edition: str
    name: str
    rules: Ltr | None
    bundle: Ltr | None
    audit: Ltr | None
    published_at: datetime | None


@get("/winners", opt={"action": Action.READ_WINNERS})
async def show_winners(request: AnyRequest, words: Words) -> Page:
    """Show the honours, whole or narrowed to a category or an institution; before publication, when they come."""
    asked = request.query_params
    found = await find_winners(asked.get("edition") or None)
    if found is None:
        return page("public/winners", None)
    shown = winners_page(found, words, asked.get("category", ""), asked.get("institution", ""))
    return page("public/winners", shown)


@get("/winners/{edition:str}/{award:str}", opt={"action": Action.READ_WINNERS})
async def show_winner(edition: str, award: str, words: Words) -> Page:
    """Show one honoured project."""
    found = await find_winner(edition, award)
    if found is None:
        raise NotFound
    return page("public/winner", winner_page(*found, words))


@get("/winners/{edition:str}/{award:str}/picture", opt={"action": Action.READ_WINNERS})
async def show_picture(request: AnyRequest, edition: str, award: str, objects: Readable) -> Stream:
    """Send the frozen picture of an honoured project."""
    found = await find_picture(edition, award)
    if found is None:
        raise NotFound
    return await stream_object(request, objects, found.key, media_type=found.media_type, cache="public, max-age=3600")


@get("/method/{edition:str}", opt={"action": Action.READ_WINNERS})
async def show_method(edition: str, words: Words) -> Page:
    """Tell how the results were computed, with this edition's figures."""
    found = await find_winners(edition)
    if found is None:
        raise NotFound
    return page("public/method", method_page(found.edition, words))


@get("/fingerprints/{edition:str}", opt={"action": Action.READ_PUBLIC})
async def show_fingerprints(edition: str, words: Words) -> Page:
    """Show the fingerprints that are public by now."""
    found = await find_fingerprints(edition)
    if found is None:
        raise NotFound
    return page("public/fingerprints", fingerprints_page(found, words))


def winner_page(
    published: PublishedEdition, category: PublishedCategory | None, card: AwardCard, words: Words
) -> WinnerPage:
    """Give what one honoured project's page shows."""
    other = "en" if words.lang == "ar" else "ar"
    return WinnerPage(
        edition=published.slug,
        short=_pick(published, "short", words),
        category=_pick(category, "name", words) if category else "",
        winner=_winner(published, card, words),
        other_title=getattr(card, f"title_{other}"),
        abstract=_pick(card, "abstract", words),
        other_abstract=getattr(card, f"abstract_{other}"),
        published_at=published.published_at,
    )


def fingerprints_page(found: Fingerprints, words: Words) -> FingerprintsPage:
    """Give the fingerprints that are public by now."""
    out = found.published
    return FingerprintsPage(
        edition=found.slug,
        name=_pick(found, "name", words),
        rules=Ltr(found.rules) if found.rules else None,
        bundle=Ltr(out.bundle_hash) if out else None,
        audit=Ltr(out.audit_head) if out else None,
        published_at=out.published_at if out else None,
    )


def winners_page(found: Winners, words: Words, category: str, institution: str) -> WinnersPage:
    """Give what the public result shows, whole or narrowed."""
    edition, figures = found.edition, found.edition.figures
    base = with_language(f"/winners?edition={edition.slug}", words.lang)
    names = sorted({_pick(each, "institution", words) for each in found.awards} - {""})
    shown = [each for each in found.awards if not institution or _pick(each, "institution", words) == institution]
    groups = []
    for each in found.categories:
        if category and each.slug != category:
            continue
        views = [(card, _winner(edition, card, words)) for card in shown if card.category_id == each.id]
        withheld = () if institution else tuple(
            place for of, place in figures.get("withheld", ()) if of == str(each.id)
        )  # fmt: skip
        if views or withheld:
            groups.append(
                CategoryWinners(
                    slug=each.slug,
                    name=_pick(each, "name", words),
                    n_entries=int(figures.get("entries_in", {}).get(str(each.id), 0)),
                    placed=tuple(view for card, view in views if card.place in PLACES_ON_PODIUM),
                    mentions=tuple(view for card, view in views if card.place not in PLACES_ON_PODIUM),
                    withheld=withheld,
                )
            )
    return WinnersPage(
        edition=edition.slug,
        short=_pick(edition, "short", words),
        name=_pick(edition, "name", words),
        published_at=edition.published_at,
        n_entries=int(figures.get("entries", 0)),
        n_institutions=int(figures.get("institutions", 0)),
        n_judges=int(figures.get("judges", 0)),
        n_evaluations=int(figures.get("evaluations", 0)),
        chips=(
            Chip(words.plain("pub.all_categories"), base, current=not category),
            *(
                Chip(_pick(each, "name", words), f"{base}&category={each.slug}", current=each.slug == category)
                for each in found.categories
            ),
        ),
        institutions=(
            Chip(words.plain("pub.all_institutions"), base, current=not institution),
            *(Chip(name, f"{base}&institution={quote(name)}", current=name == institution) for name in names),
        ),
        is_filtered=bool(category or institution),
        categories=tuple(groups),
    )


def _winner(edition: PublishedEdition, card: AwardCard, words: Words) -> WinnerView:
    href = f"/winners/{edition.slug}/{card.slug}"
    team = tuple((ar or en) if words.lang == "ar" else (en or ar) for ar, en in card.team)
    return WinnerView(
        href=href,
        place=card.place,
        honour=_pick(card, "honour", words),
        is_shared=card.is_shared,
        title=_pick(card, "title", words),
        institution=_pick(card, "institution", words),
        team=team,
        supervisor=_pick(card, "supervisor", words),
        citation=_pick(card, "citation", words),
        art=with_language(f"{href}/picture", words.lang) if card.has_picture else None,
    )


def method_page(edition: PublishedEdition, words: Words) -> MethodPage:
    """Give how this edition's results came about."""
    figures = edition.figures
    choices = tuple(dict.fromkeys(each["reason"] for each in figures.get("choices", ())))
    return MethodPage(
        edition=edition.slug,
        name=_pick(edition, "name", words),
        published_at=edition.published_at,
        method=figures.get("method") or "mixed",
        choices=choices,
        n_entries=int(figures.get("entries", 0)),
        n_judges=int(figures.get("judges", 0)),
        n_evaluations=int(figures.get("evaluations", 0)),
        n_conflicts=int(figures.get("conflicts", 0)),
        n_set_aside=int(figures.get("set_aside", 0)),
        n_moved=int(figures.get("moved", 0)),
        largest_change=float(figures.get("largest_change", 0.0)),
        n_too_close=int(figures.get("too_close", 0)),
        n_deliberated=int(figures.get("deliberated", 0)),
        n_withheld=len(figures.get("withheld", ())),
        threshold=edition.honour_threshold / TENTHS,
        inputs_hash=Ltr(figures.get("inputs_hash", "")),
        output_hash=Ltr(figures.get("output_hash", "")),
    )


def _pick(row: object, name: str, words: Words) -> str:
    """Pick the reader's language; the other one where the reader's is empty."""
    other = "en" if words.lang == "ar" else "ar"
    return str(getattr(row, f"{name}_{words.lang}") or getattr(row, f"{name}_{other}") or "")


WINNERS_PAGES = [show_winners, show_winner, show_picture, show_method, show_fingerprints]
