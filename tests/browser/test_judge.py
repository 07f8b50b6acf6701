"""A judge from the invitation to the seal: in both languages, by keyboard, without script, and over a cut network."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.actors import Role
from service.fonts import ensure_fonts
from service.usecases.invitations import create_invitation
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.browser.conftest import Site, run_apart, serving
from tests.competition import make_competition
from tests.conftest import FONTS

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Judging:
    """A site whose edition is being judged, and the invitations that its judges got."""

    site: Site
    links: tuple[str, ...]


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    data = tmp_path_factory.mktemp("judging")
    ensure_fonts(FONTS)
    (data / "fonts").symlink_to(FONTS)

    async def seed() -> tuple[str, ...]:
        engine = await open_database(sqlite_url(data / "tahkim.db"))
        await migrate(engine)
        bind(engine, TABLES)
        try:
            competition = await make_competition()
            await competition.reach_judging(n_entries=4, n_judges=4)
            invited = [
                await create_invitation(
                    judge.actor.email, role=Role.JUDGE, edition_id=competition.edition_id, by=competition.chair,
                    now=datetime.now(UTC),
                )
                for judge in competition.judges
            ]  # fmt: skip
            return tuple(f"/invitations/{each.secret}" for each in invited)
        finally:
            await close_database(engine)

    links = run_apart(seed)
    with serving(data) as address:
        yield Judging(Site(address, data), links)


@pytest.fixture
def browser(chromium: Browser, judging: Judging) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=judging.site.address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


def accept(page: Page, path: str, lang: str) -> None:
    page.goto(f"/{lang}{path}")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/{lang}/judging")


def open_first(page: Page, lang: str) -> str:
    """Open the first project, answer that there is no tie, and stand on its score sheet."""
    page.locator("a.cover").first.click()
    page.wait_for_url("**/conflict")
    code = page.url.split("/")[-2]
    page.locator("input[name=answer][value=no]").check(force=True)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/judging/{code}")
    return code


async def _sheet_count() -> tuple[int, int]:
    sealed = await ScoreSheet.count().where(ScoreSheet.state == "sealed")
    marks = await Mark.count()
    return sealed, marks


@pytest.mark.parametrize(("lang", "at"), [("ar", 0), ("en", 1)])
def test_a_judge_accepts_declares_marks_by_keyboard_comments_and_seals(
    browser: BrowserContext, judging: Judging, lang: str, at: int
) -> None:
    page = browser.new_page()
    accept(page, judging.links[at], lang)
    code = open_first(page, lang)
    rows = page.locator("[data-criterion]")
    for number in range(rows.count()):
        row = rows.nth(number)
        row.evaluate("element => { element.open = true }")
        row.locator("input").first.focus()
        with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
            page.keyboard.press("Digit8" if number == 0 else "Digit6")
        expect(row.locator("[data-chip]")).to_have_text("8" if number == 0 else "6")
    with page.expect_response(lambda answer: answer.url.endswith("/comments") and answer.ok):
        page.fill("[name=comment_team]", "A strong opening; the middle could be shorter.")
    page.reload()
    expect(rows.first.locator("[data-chip]")).to_have_text("8")
    expect(page.locator("[name=comment_team]")).to_have_value("A strong opening; the middle could be shorter.")
    page.locator("#seal").click()
    page.wait_for_url(f"**/{lang}/judging")
    page.goto(f"/{lang}/judging/{code}")
    expect(page.locator("#seal")).to_have_count(0)
    expect(page.locator("input[type=radio]:not(:disabled)")).to_have_count(0)


def test_without_script_a_judge_saves_is_told_what_is_missing_and_seals(chromium: Browser, judging: Judging) -> None:
    context = chromium.new_context(base_url=judging.site.address, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page = context.new_page()
    accept(page, judging.links[2], "ar")
    code = open_first(page, "ar")
    page.locator("#seal").click()
    expect(page.locator("main")).to_contain_text("درجة")
    page.goto(f"/ar/judging/{code}")
    for row in page.locator("[data-criterion]").all():
        if row.get_attribute("open") is None:
            row.locator("summary").click()
        row.locator("input[value='5']").check(force=True)
    page.locator("button[name=then][value=save]").click()
    page.wait_for_url(f"**/ar/judging/{code}")
    expect(page.locator("[data-chip]").first).to_have_text("5")
    page.locator("#seal").click()
    page.wait_for_url("**/ar/judging")
    context.close()


def test_marks_made_while_the_network_is_cut_reach_the_server_when_it_is_back(
    browser: BrowserContext, judging: Judging
) -> None:
    page = browser.new_page()
    accept(page, judging.links[3], "en")
    open_first(page, "en")
    before = judging.site.ask(_sheet_count)
    browser.set_offline(True)
    rows = page.locator("[data-criterion]")
    for row in rows.all():
        row.evaluate("element => { element.open = true }")
        row.locator("input[value='4']").check(force=True)
    expect(page.locator("[data-save-state]")).to_contain_text("device")
    with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        browser.set_offline(False)
    expect(page.locator("[data-save-state]")).to_contain_text("server")
    after = judging.site.ask(_sheet_count)
    assert after[1] == before[1] + rows.count()
