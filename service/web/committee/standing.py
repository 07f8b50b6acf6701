"""What the committee's pages share: where the edition stands, the reader's language, moments typed in a form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request

from service.actors import Actor
from service.errors import NotFound
from service.text import Words
from service.typed_text import western_digits
from service.web.language import with_language
from service.web.pages import Page, page
from storage.lifecycle import DecisionState, EditionState
from storage.reads.committee.decision import list_decisions
from storage.reads.committee.standing import CategoryRef, RoundRef, Standing, get_standing

__all__ = [
    "AnyRequest",
    "Chip",
    "category_chips",
    "list_settled",
    "no_round",
    "pick",
    "read_moment",
    "round_of",
    "stand",
    "write_moment",
]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Chip:
    """A link of a row of choices."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class NoRoundPage:
    """A page that has nothing to show before a round is planned; ``title`` is the key of its heading."""

    title: str


def no_round(title: str) -> Page:
    """Say that no round is planned yet, in place of a page that is about one."""
    return page("committee/no_round", NoRoundPage(title))


async def stand(actor: Actor) -> Standing:
    """Read where the reader's edition stands. Raises NotFound before there is one."""
    if actor.edition_id is None:
        raise NotFound
    return await get_standing(actor.edition_id, actor.person_id)


async def list_settled(standing: Standing) -> frozenset[UUID]:
    """List the categories that take no further review: teams were told, and no appeal gave the category back."""
    if standing.state != EditionState.NOTIFIED or standing.in_round is None:
        return frozenset()
    decided = await list_decisions(standing.in_round.id)
    return frozenset(category for category, state in decided.items() if state == DecisionState.APPROVED)


def round_of(standing: Standing) -> RoundRef:
    """Give the edition's round. Raises NotFound where none is planned."""
    if standing.in_round is None:
        raise NotFound
    return standing.in_round


def pick(row: object, name: str, words: Words) -> str:
    """Pick the reader's language of a pair; the other one where the reader's is empty."""
    other = "en" if words.lang == "ar" else "ar"
    return str(getattr(row, f"{name}_{words.lang}") or getattr(row, f"{name}_{other}") or "")


def category_chips(categories: Iterable[CategoryRef], current: str, base: str, words: Words) -> tuple[Chip, ...]:
    """Make the row of categories; each leads to the same page of that category."""
    return tuple(
        Chip(pick(each, "name", words), with_language(f"{base}/{each.slug}", words.lang), current=each.slug == current)
        for each in categories
    )


def read_moment(text: str, time_zone: str) -> datetime | None:
    """Read a moment as a form's field gives it, in the edition's time zone; None where it is none."""
    try:
        typed = datetime.fromisoformat(western_digits(text.strip()))
    except ValueError:
        return None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(time_zone))


def write_moment(at: datetime, time_zone: str) -> str:
    """Write a moment as a form's field takes it."""
    return at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M")
