"""The committee's members, each in a browser of its own, before a site whose competition stands at a stage."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from service.actors import Role
from service.fonts import ensure_fonts
from service.text import Words
from service.usecases.deciding.signing import approve_decision, sign_decision
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.reads.decisions import list_categories
from storage.tables.result import Decision
from tests.browser.conftest import Site, run_apart, serving
from tests.cast import PASSWORD
from tests.competition import Competition, make_competition, make_plan
from tests.conftest import FONTS

__all__ = ["House", "Members", "decide_the_rest", "fold_of", "members", "move", "open_house", "say"]


@dataclass(frozen=True)
class House:
    """A running site and the competition behind it."""

    site: Site
    competition: Competition


class Members:
    """A browser for each member of the committee."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self._chromium, self._address = chromium, address
        self.contexts: list[BrowserContext] = []

    def visitor(self) -> Page:
        """Open a browser in which nobody is signed in."""
        context = self._chromium.new_context(base_url=self._address, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        return context.new_page()

    def sign_in(self, name: str, language: str = "ar", *, home: str = "committee") -> Page:
        """Open a browser in which somebody is signed in: of the committee, unless another ``home`` is named."""
        page = self.visitor()
        page.goto(f"/{language}/sign-in")
        page.fill("#f-email", f"{name}@people.example")
        page.fill("#f-password", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(f"**/{language}/{home}")
        return page

    def close(self) -> None:
        """Close every browser."""
        for context in self.contexts:
            context.close()


@contextlib.contextmanager
def open_house(data: Path, reach: Callable[[Competition], Awaitable[None]], **changes: object) -> Iterator[House]:
    """Bring a competition to its stage in this folder, and serve it."""

    async def seed() -> Competition:
        engine = await open_database(sqlite_url(data / "tahkim.db"))
        await migrate(engine)
        bind(engine, TABLES)
        try:
            competition = await make_competition(plan=make_plan(**changes))
            await reach(competition)
            return competition
        finally:
            await close_database(engine)

    ensure_fonts(FONTS)
    (data / "fonts").symlink_to(FONTS)
    competition = run_apart(seed)
    with serving(data) as address:
        yield House(Site(address, data), competition)


def fold_of(page: Page, form: Locator) -> Locator:
    """Find the line that opens what a form is folded into."""
    return page.locator("details", has=form).locator("summary").first


@pytest.fixture
def members(chromium: Browser, house: House) -> Iterator[Members]:
    """Browsers before the ``house`` of the file that uses this."""
    made = Members(chromium, house.site.address)
    yield made
    made.close()


def say(page: Page, language: str, key: str) -> None:
    """Expect the page to say this in its language."""
    expect(page.locator("main")).to_contain_text(Words(language).plain(key))


def move(page: Page, name: str, language: str = "ar") -> None:
    """Make a move of the edition: open its explanation, then confirm."""
    page.goto(f"/{language}/committee")
    form = page.locator(f"form[action='/{language}/committee/{name}']")
    fold_of(page, form).click()
    form.locator("button[type=submit]").click()
    page.wait_for_url(f"**/{language}/committee")
    expect(form).to_have_count(0)


async def decide_the_rest(competition: Competition) -> None:
    """Whatever an earlier journey left undecided is decided as computed."""
    now = datetime.now(UTC)
    for category in await list_categories(competition.edition_id):
        known = await Decision.select(Decision.state).where(Decision.category == category["id"]).first()
        if known and known["state"] == "approved":
            continue
        decision_id = await competition.place(category)
        for actor in (competition.chair, competition.actors[Role.MEMBER]):
            await sign_decision(actor, decision_id, now=now)
        await approve_decision(competition.chair, decision_id, now=now)
