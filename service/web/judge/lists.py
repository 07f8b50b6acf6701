"""A judge's own list, and the guide."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from litestar import Controller, get
from markupsafe import Markup

from service.actors import JudgeActor
from service.permissions import Action, may
from service.text import Ltr, Words
from service.web.judge.views import CardPage, EarlierPage, card_page, earlier_page
from service.web.pages import Page, page
from storage.reads.judge.certificate import find_my_thanks
from storage.reads.judge.lists import get_my_list
from storage.reads.judge.practice import PracticeCard, count_practice_due, list_practice
from storage.reads.judge.views import MyList, MyRemoved

__all__ = ["JudgeListController"]

SITTING = timedelta(minutes=90)
_DONE = frozenset({"complete", "sealed"})


REASONS = frozenset({"conflict", "withdrawn", "redistributed", "entry-withdrawn", "entry-excluded"})


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A project that left the list, when and why."""

    code: Ltr
    removed_at: datetime | None
    why: Markup


@dataclass(frozen=True, slots=True)
class ListPage:
    """The judge's first page; ``is_invented`` where an organiser looks at it beforehand."""

    cards: tuple[CardPage, ...]
    following: CardPage | None
    n_sealed: int
    n_left: int
    n_complete: int
    n_unasked: int
    n_missed: int
    removed: tuple[RemovedRow, ...]
    opens_at: datetime | None
    closes_at: datetime | None
    is_open: bool
    is_over: bool
    minutes: int
    practice: tuple[PracticeCard, ...]
    n_practised: int
    is_practice_due: bool
    n_in_a_row: int
    earlier: tuple[EarlierPage, ...] = ()
    thanks_code: Ltr | None = None
    is_invented: bool = False


class JudgeListController(Controller):
    """``/judging`` and the pages beside it."""

    path = "/judging"

    @get("/", opt={"action": Action.LIST_SHEETS})
    async def show(self, judge: JudgeActor, words: Words, now: datetime) -> Page:
        return page("judge/list", await _list_page(judge, words, now))

    @get("/guide", opt={"action": Action.LIST_SHEETS})
    async def guide(self, judge: JudgeActor, words: Words, now: datetime) -> Page:
        return page("judge/guide", await _list_page(judge, words, now))


async def _list_page(judge: JudgeActor, words: Words, now: datetime) -> ListPage:
    listed = await get_my_list(judge.id, now=now)
    practice = await list_practice(judge.id, judge.edition_id)
    may_have_thanks = may(Action.READ_OWN_THANKS, judge.actor, stage=listed.stage)
    thanks = await find_my_thanks(judge.id) if may_have_thanks else None
    is_unpractised = not all(work.is_marked for work in practice)
    cards = tuple(card_page(card, words) for card in listed.cards)
    return ListPage(
        cards=cards,
        following=next((card for card in cards if card.state in {"draft", "todo", "unasked"}), None),
        n_sealed=listed.n_sealed,
        n_left=listed.n_left,
        n_complete=listed.n_complete,
        n_unasked=listed.n_unasked,
        n_missed=listed.n_missed,
        removed=tuple(_removed(each, words) for each in listed.removed),
        opens_at=listed.opens_at,
        closes_at=listed.closes_at,
        is_open=_is_open(listed, now),
        is_over=listed.closes_at is not None and now >= listed.closes_at,
        minutes=listed.minutes_per_entry,
        practice=practice,
        n_practised=sum(work.is_marked for work in practice),
        is_practice_due=is_unpractised and await count_practice_due(judge.id, judge.edition_id) > 0,
        n_in_a_row=_count_in_a_row(listed, now),
        earlier=tuple(earlier_page(each, words) for each in listed.earlier),
        thanks_code=Ltr(thanks.code) if thanks else None,
    )


def _removed(project: MyRemoved, words: Words) -> RemovedRow:
    reason = project.reason if project.reason in REASONS else "redistributed"
    return RemovedRow(Ltr(project.code_name), project.removed_at, words.say(f"removed.{reason}"))


def _count_in_a_row(listed: MyList, now: datetime) -> int:
    """Count the projects finished in this sitting; 0 while there are too few for a pause.

    A sitting goes on while no more than SITTING lies between one finished project and the next.
    """
    done = sorted((card.saved_at for card in listed.cards if card.state in _DONE and card.saved_at), reverse=True)
    last, count = now, 0
    for moment in done:
        if last - moment > SITTING:
            break
        last, count = moment, count + 1
    return count if listed.break_after and count >= listed.break_after else 0


def _is_open(listed: MyList, now: datetime) -> bool:
    return listed.round_state == "open" and listed.closes_at is not None and now < listed.closes_at
