"""Help: the answers of ours, and the registrar's answers that concern everybody."""

from dataclasses import dataclass

from litestar import get

from service.actors import Actor
from service.permissions import Action
from service.text import Words
from service.web.pages import Page, page
from service.web.public.pages import own_words
from service.wording import OwnWords
from storage.reads.questions import list_help_answers

__all__ = ["show_help"]


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A question and its answer in the reader's language."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What teams of this edition asked, without their names."""

    say: OwnWords
    answers: tuple[HelpLine, ...]


@get("/help", opt={"action": Action.READ_PUBLIC})
async def show_help(actor: Actor, words: Words) -> Page:
    """Show help."""
    found = await list_help_answers(actor.edition_id) if actor.edition_id else ()
    answers = tuple(
        HelpLine(getattr(each, f"question_{words.lang}"), getattr(each, f"answer_{words.lang}")) for each in found
    )
    return page("public/help", HelpPage(await own_words(actor.edition_id, words), answers))
