"""Lines as students have them: an upload over a slow one and over one that comes and goes, and forms without script."""

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from service.text import Words
from storage.tables.file import File
from storage.tables.session import WebSession
from tests.browser.conftest import Site, sign_in
from tests.cast import PASSWORD
from tests.entrants import write_film

pytestmark = pytest.mark.browser

MIB = 1024 * 1024
SLOW = 1.5 * MIB
"""Bytes a second: a film of the largest size that is taken here would need most of a minute."""
HASTENED_TIMES = 900


def film_of(path: Path, mib: int) -> Path:
    """A film that plays, with room behind it."""
    write_film(path)
    with path.open("ab") as file:
        file.write((mib * MIB).to_bytes(4, "big") + b"free" + bytes(mib * MIB - 8))
    return path


def start_entry(page: Page, site: Site, lang: str) -> str:
    """Start a documentary; its address."""
    page.goto(f"/{lang}/entries/new")
    page.fill("#f-title_en", "Over the line")
    page.check("input[name=category][value=documentary]")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(rf"/{lang}/entries/2027-\w{{4}}$"))
    return page.url.removeprefix(site.address)


def choose(page: Page, path: Path) -> None:
    expect(page.locator("#f-film [data-pick]")).to_be_visible(timeout=30_000)
    page.locator("#f-film input[type=file]").set_input_files(path)


def hasten_until_ready(page: Page, words: Words) -> None:
    """Put the page's clock forward until its file is ready: the pauses before each next try are half a minute."""
    card = page.locator("#f-film")
    for _ in range(HASTENED_TIMES):
        if words.plain("file.ready") in card.inner_text():
            return
        page.clock.fast_forward(1_000)
        page.wait_for_timeout(200)
    raise AssertionError("the film did not arrive")


def held_digest(site: Site, number: str) -> str:
    """The fingerprint of the film that the server holds."""

    async def read() -> str:
        row = (
            await File.select(File.sha256).where((File.entry.entry_number == number) & (File.state == "ready")).first()
        )
        assert row is not None
        return str(row["sha256"])

    return str(site.ask(read))


def test_a_slow_line_is_measured_paused_and_goes_on_and_the_next_film_is_told_by_when_to_start(
    visitor: BrowserContext, site: Site, tmp_path: Path
) -> None:
    page, words = visitor.new_page(), Words("ar")
    sign_in(page, "hadi", "ar")
    base = start_entry(page, site, "ar")
    line = visitor.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": SLOW}
    line.send("Network.emulateNetworkConditions", slow)
    film = film_of(tmp_path / "falaj.mp4", 18)
    choose(page, film)
    card = page.locator("#f-film")

    expect(card.locator("[data-body] .sp")).not_to_be_empty(timeout=60_000)  # how long it will take yet
    expect(card).to_contain_text(words.size_of(film.stat().st_size))  # as the server says it
    assert 0 < float(card.locator("progress").evaluate("bar => bar.value")) < 100
    page.locator("[data-pause]").first.click()
    expect(card).to_have_attribute("data-state", "paused")
    page.locator("[data-pause]").first.click()
    expect(card).to_contain_text(words.plain("file.ready"), timeout=120_000)
    assert held_digest(site, base.rpartition("/")[2]) == hashlib.sha256(film.read_bytes()).hexdigest()

    start_entry(page, site, "ar")
    advice = words.plain("pace.start_by").split("[", maxsplit=1)[0]
    expect(page.locator("#f-film")).to_contain_text(advice.strip())


def test_over_a_line_that_comes_and_goes_the_whole_film_arrives_without_a_hand(
    visitor: BrowserContext, site: Site, tmp_path: Path
) -> None:
    """Of everything that is asked, the first request is lost, and of the second the answer: the work was done."""
    page, words = visitor.new_page(), Words("en")
    page.clock.install()
    sign_in(page, "farah", "en")
    base = start_entry(page, site, "en")
    asked: Counter[str] = Counter()

    def flap(route: Route) -> None:
        path = route.request.url.partition("?")[0]
        asked[path] += 1
        if asked[path] == 1:
            route.abort("connectionreset")
        elif asked[path] == 2:
            route.fetch()
            route.abort("connectionclosed")
        else:
            route.continue_()

    page.route(re.compile(r"/blob/|/uploads($|/)"), flap)
    film = film_of(tmp_path / "falaj.mp4", 17)
    choose(page, film)

    hasten_until_ready(page, words)
    number = base.rpartition("/")[2]
    assert held_digest(site, number) == hashlib.sha256(film.read_bytes()).hexdigest()
    assert page.locator("article[id^='f-film']").count() == 1  # registered twice, kept once
    parts = [path for path in asked if "/blob/" in path]
    assert len(parts) == 2
    assert min(asked[path] for path in parts) >= 3


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_without_script_a_form_whose_session_has_ended_is_kept_and_stands_filled_in(
    chromium: Browser, site: Site, lang: str
) -> None:
    context = chromium.new_context(base_url=site.address, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page, words, name = context.new_page(), Words(lang), {"ar": "ghaith", "en": "hadi"}[lang]
    sign_in(page, name, lang)
    base = start_entry(page, site, lang)
    page.goto(f"{base}/details")
    page.fill("#f-title_ar", "ماء الفلج")
    page.fill("#f-abstract_ar", "سطر أول\nوسطر ثانٍ")
    page.check("input[name=work_language][value=both]")

    async def end_session() -> None:
        await WebSession.delete().where(WebSession.person.email == f"{name}@tahkim.example")

    site.ask(end_session)
    page.get_by_role("button", name=words.plain("act.save_continue")).click()
    page.get_by_role("main").get_by_role("link", name=words.plain("nav.sign_in")).click()
    page.fill("#f-email", f"{name}@tahkim.example")
    page.fill("#f-password", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(re.escape(base) + "/details"))

    expect(page.locator("[data-typed]")).to_contain_text(words.plain("field.kept_back"))
    expect(page.locator("#f-title_ar")).to_have_value("ماء الفلج")
    expect(page.locator("#f-abstract_ar")).to_have_value("سطر أول\nوسطر ثانٍ")
    expect(page.locator("input[name=work_language][value=both]")).to_be_checked()
    page.fill("#f-abstract_ar", "كلمة " * 130)
    page.fill("#f-abstract_en", "word " * 130)
    page.fill("#f-title_en", "Falaj water")
    page.get_by_role("button", name=words.plain("act.save_continue")).click()
    page.wait_for_url(re.compile(re.escape(base) + "$"))
    page.goto(f"{base}/details")
    expect(page.locator("[data-typed]")).to_have_count(0)
    expect(page.locator("#f-title_ar")).to_have_value("ماء الفلج")
    context.close()
