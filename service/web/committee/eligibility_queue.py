"""The registrar's queue in parts: entries that wait, then those that are decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.text import Ltr, Words
from service.web.committee.parts import part_of
from service.web.committee.standing import pick
from service.web.language import with_language
from storage.reads.registrar import EligibilityCard, EligibilityQueue

__all__ = ["CardView", "QueuePage", "card_view", "queue_page"]

ENTRIES_A_PART = 50
"""Entries of one part of the queue: some ten screens of a phone."""


@dataclass(frozen=True, slots=True)
class CardView:
    """An entry in the queue."""

    number: Ltr
    title: str
    category: str
    state: str
    submitted_at: datetime | None
    is_complete: bool
    n_findings: int
    href: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A part of the queue, those that wait before those that are decided; ``begin`` is the first of all that wait.

    ``n_waiting`` and ``n_found`` count the whole queue.
    """

    begin: str | None
    first: int
    n_found: int
    n_waiting: int
    previous: str | None
    next: str | None
    waiting: tuple[CardView, ...]
    decided: tuple[CardView, ...]
    is_open: bool
    asked: bool
    withdrawn: bool


def queue_page(found: EligibilityQueue, asked: Mapping[str, str], words: Words, *, is_open: bool) -> QueuePage:
    """Give the part of the queue that an address asks for."""
    n_waiting, n_found = len(found.waiting), len(found.waiting) + len(found.decided)
    part = part_of(n_found, asked.get("part", ""), ENTRIES_A_PART)
    here = with_language("/committee/eligibility", words.lang)
    decided = found.decided[max(0, part.first - 1 - n_waiting) : max(0, part.last - n_waiting)]
    return QueuePage(
        begin=card_view(found.waiting[0], words).href if found.waiting else None,
        first=part.first,
        n_found=n_found,
        n_waiting=n_waiting,
        previous=part.before(here),
        next=part.after(here),
        waiting=tuple(card_view(each, words) for each in found.waiting[part.first - 1 : part.last]),
        decided=tuple(card_view(each, words) for each in decided),
        is_open=is_open,
        asked="asked" in asked,
        withdrawn="withdrawn" in asked,
    )


def card_view(card: EligibilityCard, words: Words) -> CardView:
    """Turn an entry of the queue into the reader's language."""
    return CardView(
        number=Ltr(card.entry_number),
        title=pick(card, "title", words),
        category=pick(card, "category", words),
        state=card.state,
        submitted_at=card.submitted_at,
        is_complete=card.is_complete,
        n_findings=card.n_findings,
        href=f"/committee/eligibility/{card.entry_number}",
    )
