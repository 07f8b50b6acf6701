"""When more comes than can be answered: pages wait their turn, so that what people save is taken at once.

A process that works on everything at once answers everything late, and a mark would wait behind every page. So a few
pages are worked on, some wait, and the rest are told when to come again, while changes (marks, files, submissions,
decisions) go straight to work as long as memory allows. Those on duty have room of their own: the committee can extend
a deadline, and a judge can open a work, however many read.
"""

import asyncio
import secrets
from dataclasses import dataclass, field

from jinja2 import Environment

from service.text import Words
from service.web.language import BARE

__all__ = ["CHANGE", "DUTY", "OTHER", "PAGE", "BusyPage", "Gate", "Turn", "choose_wait", "kind_of", "write_busy_page"]

PAGE, DUTY, CHANGE, OTHER = "page", "duty", "change", "other"
PAGES_AT_ONCE = 96
"""In hand of either kind: at 3 to 10 ms of a core each, a second at most. Rather that than to be told to come again."""
PAGES_AT_WORK = 4
"""Of those. So many keep a core and the database busy; with more, each only takes longer, and so does every change."""
TURN_WITHIN = 5.0
"""Seconds. Whose turn has not come by then must come again: the database or the machine is in trouble."""
CHANGES_AT_ONCE = 512
_DUTIES = ("/committee", "/admin", "/judging")
_COME_AGAIN = range(4, 10)
"""Seconds. Each is told another number, so that those who were turned away do not come back all together."""


@dataclass(slots=True)
class Gate:
    """Counts what one process has in hand. ``turned_away`` is by kind, since the start."""

    pages: int = PAGES_AT_ONCE
    duties: int = PAGES_AT_ONCE
    changes: int = CHANGES_AT_ONCE
    turn_within: float = TURN_WITHIN
    in_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys((PAGE, DUTY, CHANGE, OTHER), 0))
    turned_away: dict[str, int] = field(default_factory=lambda: dict.fromkeys((PAGE, DUTY, CHANGE), 0))
    at_work: dict[str, asyncio.Semaphore] = field(
        default_factory=lambda: {kind: asyncio.Semaphore(PAGES_AT_WORK) for kind in (PAGE, DUTY)}
    )

    def enter(self, kind: str) -> bool:
        """Take one more in hand; False when it must come again. Whoever entered leaves."""
        limit = {PAGE: self.pages, DUTY: self.duties, CHANGE: self.changes}.get(kind)
        if limit is not None and self.in_hand[kind] >= limit:
            self.turned_away[kind] += 1
            return False
        self.in_hand[kind] += 1
        return True

    async def wait_for_turn(self, kind: str) -> "Turn | None":
        """Wait until this may be worked on, in the order of coming; None when it must come again instead."""
        at_work = self.at_work.get(kind)
        if at_work is None:
            return Turn(None)
        try:
            async with asyncio.timeout(self.turn_within):
                await at_work.acquire()
        except TimeoutError:
            self.turned_away[kind] += 1
            return None
        turn = Turn(at_work)
        try:
            # A page may be made without waiting for anything: then all that came at once would be made at one go, and a
            # change, which waits for the database a dozen times, would stand behind all of them as often.
            await asyncio.sleep(0)
        except BaseException:
            turn.end()
            raise
        return turn

    def leave(self, kind: str) -> None:
        """Have it answered."""
        self.in_hand[kind] -= 1


@dataclass(slots=True)
class Turn:
    """The right to be worked on. It ends when the answer begins: a slow line keeps nobody from theirs."""

    _at_work: asyncio.Semaphore | None

    def end(self) -> None:
        """Let the next one have it. Ending again does nothing."""
        at_work, self._at_work = self._at_work, None
        if at_work is not None:
            at_work.release()


def kind_of(method: str, path: str) -> str:
    """Sort a request: a page, one of those on duty, a change, or what is let through: styles, bytes of files, watch."""
    if path.startswith(BARE):
        return OTHER
    if method not in {"GET", "HEAD"}:
        return CHANGE
    return DUTY if path.startswith(_DUTIES) else PAGE


def choose_wait() -> int:
    """Choose after how many seconds somebody should come again."""
    return secrets.choice(_COME_AGAIN)


@dataclass(frozen=True, slots=True)
class BusyPage:
    """What is said to who must come again; it comes again by itself."""

    lang: str
    dir: str
    seconds: int
    is_change: bool


def write_busy_page(environment: Environment, *, is_change: bool) -> bytes:
    """Write the page of one language. Keep it: it is sent when there is no time for anything else."""
    words: Words = environment.globals["t"]  # type: ignore[assignment]  # so it is made in pages.py
    shown = BusyPage(lang=words.lang, dir=words.dir, seconds=_COME_AGAIN.stop, is_change=is_change)
    return environment.get_template("layouts/busy.html").render(page=shown).encode()
