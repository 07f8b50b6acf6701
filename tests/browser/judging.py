"""A served competition in judging, a judge's browser, and what judges do first: come in, answer about conflicts."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from service.actors import Role
from service.fonts import ensure_fonts
from service.usecases.people.invitations import create_invitation
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from tests.browser.conftest import Site, run_apart, serving
from tests.competition import Competition, make_competition, make_plan
from tests.conftest import FONTS


@dataclass(frozen=True)
class Judging:
    """A site whose edition is being judged, the invitations that its judges got, and their addresses."""

    site: Site
    links: tuple[str, ...]
    emails: tuple[str, ...]
    database_url: str
    competition: Competition


@contextlib.contextmanager
def make_judging(
    data: Path,
    *,
    n_entries: int,
    n_judges: int,
    per_entry: int = 2,
    load: int = 3,
    database_url: str | None = None,
    n_practised: int | None = None,
    then: Callable[[Competition], Awaitable[None]] | None = None,
) -> Iterator[Judging]:
    """Serve a competition in judging from this folder; ``database_url``: its rows are elsewhere.

    ``n_practised``: so many judges, the last ones, have marked the practice works (all, unless it is given); ``then``
    adds what else a file of tests needs.
    """
    url = database_url or sqlite_url(data / "tahkim.db")
    ensure_fonts(FONTS)
    (data / "fonts").symlink_to(FONTS)

    async def seed() -> tuple[tuple[str, ...], tuple[str, ...], Competition]:
        engine = await open_database(url)
        await migrate(engine)
        bind(engine, TABLES)
        try:
            plan = make_plan(judges_per_entry=per_entry, max_entries_per_judge=load)
            competition = await make_competition(plan=plan)
            await competition.reach_judging(n_entries=n_entries, n_judges=n_judges, n_practised=n_practised)
            if then is not None:
                await then(competition)
            invited = [
                await create_invitation(
                    judge.actor.email, role=Role.JUDGE, edition_id=competition.edition_id, by=competition.chair,
                    now=datetime.now(UTC),
                )
                for judge in competition.judges
            ]  # fmt: skip
            links = tuple(f"/invitations/{each.secret}" for each in invited)
            return links, tuple(judge.actor.email for judge in competition.judges), competition
        finally:
            await close_database(engine)

    links, emails, competition = run_apart(seed)
    with serving(data, TAHKIM_DATABASE_URL=url) as address:
        yield Judging(Site(address, data), links, emails, url, competition)


@pytest.fixture
def device(chromium: Browser, judging: Judging) -> Iterator[BrowserContext]:
    """A judge's browser before the ``judging`` of the file that uses this."""
    context = chromium.new_context(base_url=judging.site.address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


def accept(page: Page, judging: Judging, at: int, lang: str) -> str:
    """Accept one judge's invitation; the judge's address."""
    page.goto(f"/{lang}{judging.links[at]}")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/{lang}/judging")
    return judging.emails[at]


def declare_all(page: Page, lang: str) -> list[str]:
    """Say of every project in the list that there is no tie; the code names in the list's order."""
    page.goto(f"/{lang}/judging/conflicts")
    codes = [
        each.removeprefix("work-")
        for each in page.locator("main h2[id^=work-]").evaluate_all("all => all.map(e => e.id)")
    ]
    for code in codes:
        page.locator(f"input[name='answer-{code}'][value=no]").check(force=True)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/judging")
    return codes
