"""A judge who marks while the database is killed, and goes on when it is back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from storage.engine import bind, close_database, open_database, run_sql
from tests.browser.conftest import run_apart
from tests.browser.judging import Judging, accept, make_judging
from tests.browser.test_judge import open_first
from tests.postgres import PostgresServer, find_programs

pytestmark = [pytest.mark.browser, pytest.mark.soak]
WITHIN = 120_000


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    made = PostgresServer(find_programs())
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def judging(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    url: str = run_apart(server.create_database)
    with make_judging(tmp_path_factory.mktemp("away"), n_entries=4, n_judges=3, database_url=url) as found:
        yield found


def read_changes(url: str) -> list[int]:
    """How often each mark was changed, of those that were."""

    async def read() -> list[int]:
        engine = await open_database(url)
        bind(engine, [])
        try:
            rows = await run_sql("SELECT COUNT(*) AS n FROM mark_change GROUP BY sheet, criterion, after")
            return [row["n"] for row in rows]
        finally:
            await close_database(engine)

    found: list[int] = run_apart(read)
    return found


@pytest.mark.parametrize(("lang", "at"), [("ar", 0), ("en", 1)])
def test_marks_that_the_database_could_not_take_are_kept_by_the_device_and_arrive_once(
    chromium: Browser, judging: Judging, server: PostgresServer, lang: str, at: int
) -> None:
    url = judging.database_url
    context = chromium.new_context(base_url=judging.site.address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WITHIN)
    page = context.new_page()
    accept(page, judging, at, lang)
    open_first(page, lang)
    page.locator("form[data-ready]").wait_for()
    page.wait_for_load_state("networkidle")  # the device's key has arrived
    before, rows = read_changes(url), page.locator("[data-criterion]")
    state = page.locator("[data-save-state]")
    saved = state.inner_text()

    server.kill()
    with page.expect_response(lambda answer: answer.url.endswith("/marks")) as refused:
        for row in rows.all():
            row.evaluate("element => { element.open = true }")
            row.locator("input[value='4']").check(force=True)
    kept = page.evaluate("JSON.stringify(Object.entries(localStorage)).length")
    expect(state).not_to_have_text(saved)
    told = refused.value
    server.start()
    expect(state).to_contain_text({"ar": "الخادم", "en": "server"}[lang], timeout=WITHIN)
    page.reload()

    assert told.status == 503
    assert told.headers["content-type"].startswith("application/problem+json")
    assert "retry-after" in told.headers
    assert kept
    for row in rows.all():
        expect(row.locator("[data-chip]")).to_have_text("4")
    after = read_changes(url)
    assert len(after) == len(before) + rows.count()
    assert set(after) == {1}
    context.close()
