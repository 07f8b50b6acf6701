"""What the pages of one edition's set-up share: its name, its stage, and the way between the pages."""

from dataclasses import dataclass
from uuid import UUID

from service.text import Words
from service.usecases.setup.showing import Setup
from service.web.committee.standing import Chip, pick
from service.web.language import with_language
from storage.lifecycle import EditionState

__all__ = ["SECTIONS", "EditionHead", "head_of"]

SECTIONS = ("texts", "categories", "criteria", "rounds", "timeline", "honours", "rules", "practice")
"""The pages of an edition's set-up, in the order in which they are filled in."""


@dataclass(frozen=True, slots=True)
class EditionHead:
    """The edition over each page of its set-up."""

    id: UUID
    name: str
    short: str
    state: str
    is_draft: bool
    fingerprint: str | None
    chips: tuple[Chip, ...]


def head_of(setup: Setup, section: str, words: Words, *, is_whole: bool = True) -> EditionHead:
    """Make the head of a page; ``section`` is the page that is shown.

    Without ``is_whole`` there is no way to the other pages of the set-up: the reader may open this one alone.
    """
    return EditionHead(
        id=setup.id,
        name=pick(setup, "name", words),
        short=pick(setup, "short", words),
        state=setup.state,
        is_draft=setup.state == EditionState.DRAFT,
        fingerprint=setup.fingerprint,
        chips=tuple(
            Chip(
                words.plain(f"setup.{each}"),
                with_language(f"/admin/editions/{setup.id}/{each}", words.lang),
                current=each == section,
            )
            for each in ((*SECTIONS, "wording", "preview") if is_whole else ())
        ),
    )
