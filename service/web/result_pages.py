"""What the pages of a result show, in the reader's language: made alike for the public, the preview and the archive."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from service.text import Words
from service.web.language import with_language
from storage.reads.announced import Announced
from storage.reads.results import AwardCard, PublishedCategory, PublishedEdition, Winners

__all__ = ["Links", "announced_page", "pick", "public_links", "winner_page", "winners_page"]

PLACES_ON_PODIUM = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: a link that narrows the page."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages of one result stand: the public ones, or those of the committee's preview."""

    winners: str
    awards: str
    method: str
    fingerprints: str


def public_links(slug: str) -> Links:
    """Give the public addresses of an edition's result."""
    return Links(f"/winners?edition={slug}", f"/winners/{slug}", f"/method/{slug}", f"/fingerprints/{slug}")


@dataclass(frozen=True, slots=True)
class PlayerView:
    """A film or sound that may be played, and its captions."""

    kind: str
    src: str
    captions: tuple[dict[str, object], ...]


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
    player: PlayerView | None


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
    links: Links
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
    links: Links
    short: str
    category: str
    winner: WinnerView
    other_title: str
    abstract: str
    other_abstract: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncedProject:
    """An honoured project whose place is not public yet."""

    title: str
    institution: str


@dataclass(frozen=True, slots=True)
class AnnouncedPage:
    """The honoured by category and title, before their places."""

    short: str
    publish_at: datetime | None
    categories: tuple[tuple[str, tuple[AnnouncedProject, ...]], ...]


def announced_page(found: Announced, words: Words) -> AnnouncedPage:
    """Give the honoured before their places, in the order of their titles."""
    return AnnouncedPage(
        short=pick(found, "short", words),
        publish_at=found.publish_at,
        categories=tuple(
            (
                pick(category, "name", words),
                tuple(AnnouncedProject(pick(each, "title", words), pick(each, "institution", words)) for each in lines),
            )
            for category, lines in found.categories
        ),
    )


def winner_page(
    published: PublishedEdition,
    category: PublishedCategory | None,
    card: AwardCard,
    words: Words,
    links: Links | None = None,
) -> WinnerPage:
    """Give what one honoured project's page shows."""
    links = links or public_links(published.slug)
    other = "en" if words.lang == "ar" else "ar"
    return WinnerPage(
        edition=published.slug,
        links=links,
        short=pick(published, "short", words),
        category=pick(category, "name", words) if category else "",
        winner=_winner(links, card, words),
        other_title=getattr(card, f"title_{other}"),
        abstract=pick(card, "abstract", words),
        other_abstract=getattr(card, f"abstract_{other}"),
        published_at=published.published_at,
    )


def winners_page(
    found: Winners, words: Words, category: str, institution: str, links: Links | None = None
) -> WinnersPage:
    """Give what the public result shows, whole or narrowed."""
    edition, figures = found.edition, found.edition.figures
    links = links or public_links(edition.slug)
    base = with_language(links.winners, words.lang)
    names = sorted({pick(each, "institution", words) for each in found.awards} - {""})
    shown = [each for each in found.awards if not institution or pick(each, "institution", words) == institution]
    groups = []
    for each in found.categories:
        if category and each.slug != category:
            continue
        views = [(card, _winner(links, card, words)) for card in shown if card.category_id == each.id]
        withheld = () if institution else tuple(
            place for of, place in figures.get("withheld", ()) if of == str(each.id)
        )  # fmt: skip
        if views or withheld:
            groups.append(
                CategoryWinners(
                    slug=each.slug,
                    name=pick(each, "name", words),
                    n_entries=int(figures.get("entries_in", {}).get(str(each.id), 0)),
                    placed=tuple(view for card, view in views if card.place in PLACES_ON_PODIUM),
                    mentions=tuple(view for card, view in views if card.place not in PLACES_ON_PODIUM),
                    withheld=withheld,
                )
            )
    return WinnersPage(
        edition=edition.slug,
        links=links,
        short=pick(edition, "short", words),
        name=pick(edition, "name", words),
        published_at=edition.published_at,
        n_entries=int(figures.get("entries", 0)),
        n_institutions=int(figures.get("institutions", 0)),
        n_judges=int(figures.get("judges", 0)),
        n_evaluations=int(figures.get("evaluations", 0)),
        chips=(
            Chip(words.plain("pub.all_categories"), base, current=not category),
            *(
                Chip(pick(each, "name", words), f"{base}&category={each.slug}", current=each.slug == category)
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


def _winner(links: Links, card: AwardCard, words: Words) -> WinnerView:
    href = f"{links.awards}/{card.slug}"
    team = tuple((ar or en) if words.lang == "ar" else (en or ar) for ar, en in card.team)
    return WinnerView(
        href=href,
        place=card.place,
        honour=pick(card, "honour", words),
        is_shared=card.is_shared,
        title=pick(card, "title", words),
        institution=pick(card, "institution", words),
        team=team,
        supervisor=pick(card, "supervisor", words),
        citation=pick(card, "citation", words),
        art=with_language(f"{href}/picture", words.lang) if card.has_picture else None,
        player=_player(href, card, words),
    )


def _player(href: str, card: AwardCard, words: Words) -> PlayerView | None:
    if card.player is None:
        return None
    captions = {
        "src": with_language(f"{href}/captions", words.lang), "lang": words.lang,
        "label": words.plain("pub.captions"), "default": True,
    }  # fmt: skip
    return PlayerView(card.player, with_language(f"{href}/play", words.lang), (captions,) if card.has_captions else ())


def pick(row: object, name: str, words: Words) -> str:
    """Pick the reader's language; the other one where the reader's is empty."""
    other = "en" if words.lang == "ar" else "ar"
    return str(getattr(row, f"{name}_{words.lang}") or getattr(row, f"{name}_{other}") or "")
