"""When more comes than can be answered: pages wait their turn outside, so that what people save is still taken.

A process that takes everything at once answers everything late. So it takes only so many pages in hand and tells the
rest when to come again, while changes (marks, files, submissions, decisions) pass as long as memory allows.
"""

import secrets
from dataclasses import dataclass, field

from jinja2 import Environment

from service.text import Words
from service.web.language import BARE

__all__ = ["CHANGE", "OTHER", "PAGE", "BusyPage", "Gate", "choose_wait", "kind_of", "write_busy_page"]

PAGE, CHANGE, OTHER = "page", "change", "other"
PAGES_AT_ONCE = 48
"""Pages in hand: at 8 to 10 ms of one core each, half a second of work, which is as long as a reader should wait."""

CHANGES_AT_ONCE = 512
_COME_AGAIN = range(4, 10)
"""Seconds. Each is told another number, so that those who were turned away do not come back all together."""


@dataclass(slots=True)
class Gate:
    """Counts what one process has in hand. ``turned_away`` is by kind, since the start."""

    pages: int = PAGES_AT_ONCE
    changes: int = CHANGES_AT_ONCE
    in_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys((PAGE, CHANGE, OTHER), 0))
    turned_away: dict[str, int] = field(default_factory=lambda: dict.fromkeys((PAGE, CHANGE), 0))

    def enter(self, kind: str) -> bool:
        """Take one more in hand; False when it must come again. Whoever entered leaves."""
        limit = {PAGE: self.pages, CHANGE: self.changes}.get(kind)
        if limit is not None and self.in_hand[kind] >= limit:
            self.turned_away[kind] += 1
            return False
        self.in_hand[kind] += 1
        return True

    def leave(self, kind: str) -> None:
        """Have it answered."""
        self.in_hand[kind] -= 1


def kind_of(method: str, path: str) -> str:
    """Sort a request: a page, a change, or what is let through: styles, bytes of files, and whoever watches us."""
    if path.startswith(BARE):
        return OTHER
    return PAGE if method in {"GET", "HEAD"} else CHANGE


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
