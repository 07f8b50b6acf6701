"""Every page as every role meets it, in both languages: axe, widths, targets, focus, headings, titles, weight.

Pages find themselves (tests/browser/every_page.py). Each run asks axe about whatever is met until judging ends, once
a page, languages and themes alternating. The soak opens every page in both languages, looks at all else as well, and
then looks at the whole grid of widths and themes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from service.app import create_app
from service.fonts import ensure_fonts
from service.settings import read_settings
from service.text import Words
from service.usecases.sessions import start_session
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.person import Person
from tests.browser.conftest import Site, run_apart, serving
from tests.browser.every_page import Template, check, find_pages, list_templates
from tests.competition import JUDGING, Competition, make_competition, make_plan
from tests.conftest import FONTS, SetClock, World
from tests.contracts.routes_of import UNKNOWN_ID
from tests.marked import MATERIALS, make_marked

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (1440, 1088, 834, 390, 320)
PAGE_BYTES, FONT_BYTES = 150_000, 120_000
MOST_SHIFT = 0.05
"""Of the window, summed over the loading of a page; 0.1 is what is commonly held to be good."""
FEWEST_FOUND = 0.7
"""The share of page routes that must be met: the rest need a stage that none of these competitions stands at."""
AREAS = ("visitor", "entrant", "supervisor", "judge", "committee", "administrator")


@dataclass(frozen=True)
class Opened:
    """A page: on which site, as whom, and at which address without its language."""

    site: Site
    cookies: tuple[tuple[str, str], ...]
    path: str


@dataclass(frozen=True)
class Pages:
    """The page of each route by the area of the role that met it first, and the routes that nobody met."""

    by_area: dict[str, dict[str, Opened]]
    missed: tuple[str, ...]


def _build(data: Path, *, is_published: bool) -> dict[str, str]:
    """Build the marked competition in its stage; the e-mail of one person of each role."""

    async def build() -> dict[str, str]:
        engine = await open_database(sqlite_url(data / "tahkim.db"))
        await migrate(engine)
        bind(engine, TABLES)
        try:
            settings = read_settings({}, data=data)
            clock = SetClock()
            world = World(create_app(settings, clock=clock, is_world_open=True), settings, clock, UNKNOWN_ID, {})
            await world.app.state.objects.prepare()
            (data / "made").mkdir()
            competition = await make_competition(objects=world.app.state.objects, plan=make_plan(materials=MATERIALS))
            made = await make_marked(world, competition, data / "made")
            clock.set(JUDGING)
            await world.work()
            if is_published:
                await _publish(made.competition)
            else:
                await _begin(made.competition)
            people = {role.value: actor.email for role, actor in made.competition.actors.items()}
            people["judge"] = made.competition.judges[0].actor.email
            people["entrant"] = next(iter(made.competition.entrants.values())).email
            return people
        finally:
            await close_database(engine)

    return run_apart(build)  # type: ignore[no-any-return]


async def _begin(competition: Competition) -> None:
    """The first judge has answered, marked one project whole and begun another."""
    judge = competition.judges[0]
    for at in range(len(await competition.list_codes(judge))):
        sheet = await competition.sheet(judge, at)
        if at == 0:
            await competition.mark(judge, sheet, [3 + each for each in range(len(sheet.criteria))])


async def _publish(competition: Competition) -> None:
    await competition.judge_all()
    await competition.end_judging()
    await competition.rank()
    await competition.decide()
    await competition.notify()
    await competition.schedule()
    await competition.publish()


def _cookies(site: Site, email: str | None) -> tuple[tuple[str, str], ...]:
    if email is None:
        return ()

    async def sign_in() -> str:
        person = await Person.select(Person.id).where(Person.email == email).first()
        assert person is not None, email
        return await start_session(person["id"], device="every page", now=datetime.now(UTC))

    return (("tahkim", site.ask(sign_in)),)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Pages]:
    """Three competitions, open, judged and published, walked as each role."""
    ensure_fonts(FONTS)
    folders, people = {}, {}
    for stage in ("judging", "published"):
        folders[stage] = tmp_path_factory.mktemp(stage)
        (folders[stage] / "fonts").symlink_to(FONTS)
        people[stage] = _build(folders[stage], is_published=stage == "published")
    settings = read_settings({}, data=tmp_path_factory.mktemp("routes"))
    templates = list_templates(create_app(settings))
    with serving(folders["judging"]) as judging, serving(folders["published"]) as published:
        sites = {"judging": Site(judging, folders["judging"]), "published": Site(published, folders["published"])}
        walks = [
            ("visitor", sites["published"], None, "/"),
            ("visitor", site, None, "/"),
            ("judge", sites["judging"], people["judging"]["judge"], "/judging"),
            ("entrant", site, "farah@tahkim.example", "/entries"),
            ("entrant", sites["published"], people["published"]["entrant"], "/entries"),
            ("supervisor", site, "iman@tahkim.example", "/approvals"),
            *(
                ("committee", sites[stage], people[stage][role], "/committee")
                for stage in ("published", "judging")
                for role in ("chair", "registrar", "assigner", "secretary", "member", "observer")
            ),
            ("administrator", sites["published"], people["published"]["administrator"], "/account"),
            ("judge", sites["published"], people["published"]["judge"], "/judging"),
        ]
        yield _collect(walks, templates)


@pytest.fixture(scope="module")
def early_pages(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Pages]:
    """What people meet until judging ends: the seeded site, open, and one competition in judging."""
    ensure_fonts(FONTS)
    folder = tmp_path_factory.mktemp("early")
    (folder / "fonts").symlink_to(FONTS)
    people = _build(folder, is_published=False)
    templates = list_templates(create_app(read_settings({}, data=tmp_path_factory.mktemp("early-routes"))))
    with serving(folder) as address:
        judging = Site(address, folder)
        walks = [
            ("visitor", site, None, "/"),
            ("judge", judging, people["judge"], "/judging"),
            ("entrant", site, "farah@tahkim.example", "/entries"),
            ("entrant", judging, people["entrant"], "/entries"),
            ("supervisor", site, "iman@tahkim.example", "/approvals"),
        ]
        yield _collect(walks, templates)


def _collect(walks: list[tuple[str, Site, str | None, str]], templates: list[Template]) -> Pages:
    by_area: dict[str, dict[str, Opened]] = {area: {} for area in AREAS}
    met: set[str] = set()
    for area, on_site, email, home in walks:
        cookies = _cookies(on_site, email)
        found = find_pages(on_site.address, dict(cookies), templates, home)
        for template, path in found.pages.items():
            if template not in met:
                met.add(template)
                by_area[area][template] = Opened(on_site, cookies, path)
    return Pages(by_area, tuple(each.path for each in templates if each.path not in met))


def test_axe_finds_nothing_on_the_pages_until_judging_ends(chromium: Browser, early_pages: Pages) -> None:
    """One window for each person, so that styles and scripts are read once."""
    wrong: dict[str, list[str]] = {}
    for area in AREAS:
        of_whom: dict[tuple[object, ...], list[tuple[str, Opened]]] = {}
        for template, opened in sorted(early_pages.by_area[area].items()):
            of_whom.setdefault((opened.site, opened.cookies), []).append((template, opened))
        for found in of_whom.values():
            context = new_context(chromium, found[0][1], "light")
            page = context.new_page()
            for at, (template, opened) in enumerate(found):
                lang, theme = ("ar", "en")[at % 2], ("light", "dark")[at // 2 % 2]
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                page.goto(f"{opened.site.address}/{lang}{opened.path}", wait_until="load")
                faults = [*ask_axe(page), *page.evaluate(check("written"), [lang, Words(lang).plain("app.name")])]
                if faults:
                    wrong[f"{lang} {theme} {template} ({opened.path})"] = faults
            context.close()

    assert wrong == {}, "\n".join(f"{page}\n    " + "\n    ".join(faults) for page, faults in wrong.items())


def ask_axe(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"axe {each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found]


@pytest.mark.soak
def test_nearly_every_page_is_met_by_itself(pages: Pages) -> None:
    n_met = sum(map(len, pages.by_area.values()))

    assert n_met / (n_met + len(pages.missed)) >= FEWEST_FOUND, pages.missed
    assert all(pages.by_area[area] for area in AREAS)


def open_page(context: BrowserContext, opened: Opened, lang: str) -> Page:
    page = context.new_page()
    page.add_init_script(check("shifts"))
    page.goto(f"{opened.site.address}/{lang}{opened.path}", wait_until="load")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return page


def look_at(context: BrowserContext, opened: Opened, lang: str) -> list[str]:
    """All that is wrong with a page in one language."""
    page = open_page(context, opened, lang)
    weight = page.evaluate(check("weight"))
    faults = [
        f"{what}: {weight[what]} bytes"
        for what, most in (("page", PAGE_BYTES), ("fonts", FONT_BYTES))
        if weight[what] > most
    ]
    if weight["shift"] > MOST_SHIFT:
        faults.append(f"parts move by {weight['shift']:.3f}")
    faults += page.evaluate(check("written"), [lang, Words(lang).plain("app.name")])
    faults += ask_axe(page)
    faults += page.evaluate(check("covered"), 1440)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += page.evaluate(check("sizes"), width)
        if width == 390:
            faults += page.evaluate(check("covered"), width)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    faults += [f"twice the text: {each}" for each in page.evaluate(check("sizes"), 1280) if "too wide" in each]
    page.close()
    return faults


@pytest.mark.soak
@pytest.mark.parametrize("area", AREAS)
def test_nothing_is_wrong_with_any_page(chromium: Browser, pages: Pages, area: str) -> None:
    wrong: dict[str, list[str]] = {}
    for at, (template, opened) in enumerate(sorted(pages.by_area[area].items())):
        for lang in ("ar", "en"):
            theme = "dark" if (at + (lang == "en")) % 2 else "light"
            context = new_context(chromium, opened, theme)
            faults = look_at(context, opened, lang)
            context.close()
            if faults:
                wrong[f"{lang} {theme} {template} ({opened.path})"] = faults

    assert wrong == {}, "\n".join(f"{page}\n    " + "\n    ".join(faults) for page, faults in wrong.items())


def new_context(chromium: Browser, opened: Opened, theme: str, **more: object) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": name, "value": value, "url": opened.site.address} for name, value in opened.cookies])
    return context


@pytest.mark.soak
@pytest.mark.parametrize("area", ["judge", "entrant", "committee", "visitor"])
def test_less_motion_few_colours_and_paper_are_kept_in_mind(chromium: Browser, pages: Pages, area: str) -> None:
    """The longest page of each area, as a reader with other needs or a printer has it."""
    opened = max(pages.by_area[area].values(), key=lambda each: len(each.path))
    context = new_context(chromium, opened, "light", forced_colors="active")
    page = open_page(context, opened, "ar")

    assert page.evaluate(check("moving")) == []
    assert page.evaluate(check("colours")) == []
    page.emulate_media(media="print", forced_colors="none")
    page.set_viewport_size({"width": 794, "height": 1123})
    assert page.evaluate(check("paper")) == []
    context.close()


@pytest.mark.soak
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("area", AREAS)
def test_every_page_in_every_width_theme_and_language(
    chromium: Browser, pages: Pages, area: str, lang: str, theme: str
) -> None:
    wrong: dict[str, list[str]] = {}
    for template, opened in sorted(pages.by_area[area].items()):
        context = new_context(chromium, opened, theme)
        page = open_page(context, opened, lang)
        faults = []
        for width in (1920, 1440, 1280, 1088, 1024, 834, 768, 600, 430, 390, 360, 320):
            page.set_viewport_size({"width": width, "height": 900})
            faults += page.evaluate(check("sizes"), width)
            faults += page.evaluate(check("covered"), width)
            faults += [f"{width}: {each}" for each in ask_axe(page)]
        context.close()
        if faults:
            wrong[template] = faults

    assert wrong == {}, "\n".join(f"{page}\n    " + "\n    ".join(faults) for page, faults in wrong.items())
