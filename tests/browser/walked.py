"""Competitions served in their stages, walked as each role, and how a page that was met is opened and weighed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from service.app import create_app
from service.settings import read_settings
from service.usecases.people.sessions import start_session
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.person import Person
from tests.browser.conftest import Site, run_apart
from tests.browser.every_page import Template, check, find_pages
from tests.competition import JUDGING, Competition, make_competition, make_plan
from tests.conftest import SetClock, World
from tests.contracts.routes_of import UNKNOWN_ID
from tests.marked import MATERIALS, make_marked

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGE_BYTES, FONT_BYTES = 150_000, 120_000
MOST_SHIFT = 0.05
"""Of the window, summed over the loading of a page; 0.1 is what is commonly held to be good."""
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


def build(data: Path, *, is_published: bool) -> dict[str, str]:
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


def cookies_of(site: Site, email: str | None) -> tuple[tuple[str, str], ...]:
    if email is None:
        return ()

    async def sign_in() -> str:
        person = await Person.select(Person.id).where(Person.email == email).first()
        assert person is not None, email
        return await start_session(person["id"], device="every page", now=datetime.now(UTC))

    return (("tahkim", site.ask(sign_in)),)


def collect(walks: list[tuple[str, Site, str | None, str]], templates: list[Template]) -> Pages:
    by_area: dict[str, dict[str, Opened]] = {area: {} for area in AREAS}
    met: set[str] = set()
    for area, on_site, email, home in walks:
        cookies = cookies_of(on_site, email)
        found = find_pages(on_site.address, dict(cookies), templates, home, met)
        for template, path in found.pages.items():
            if template not in met:
                met.add(template)
                by_area[area][template] = Opened(on_site, cookies, path)
    return Pages(by_area, tuple(each.path for each in templates if each.path not in met))


def new_context(chromium: Browser, opened: Opened, theme: str, **more: object) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    context.set_default_timeout(60_000)
    context.add_init_script(AXE_SCRIPT)  # once a window: half a megabyte takes as long to hand over as a page to load
    context.add_cookies([{"name": name, "value": value, "url": opened.site.address} for name, value in opened.cookies])
    return context


def open_page(context: BrowserContext, opened: Opened, lang: str) -> Page:
    page = context.new_page()
    page.add_init_script(check("shifts"))
    page.goto(f"{opened.site.address}/{lang}{opened.path}", wait_until="load")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    return page


def look_otherwise(chromium: Browser, opened: Opened, theme: str) -> list[str]:
    """What is wrong with a page for a reader with less motion or few colours, and on paper, in this theme."""
    context = new_context(chromium, opened, theme, forced_colors="active")
    page = open_page(context, opened, "ar")
    faults = [f"moves: {each}" for each in page.evaluate(check("moving"))]
    faults += [f"few colours: {each}" for each in page.evaluate(check("colours"))]
    page.emulate_media(media="print", forced_colors="none")
    page.set_viewport_size({"width": 794, "height": 1123})
    faults += [f"paper: {each}" for each in page.evaluate(check("paper"))]
    context.close()
    return faults


def ask_axe(page: Page) -> list[str]:
    """What axe finds wrong with a page of a ``new_context``."""
    ask = "options => axe.run(document, options).then(found => found.violations)"
    found = page.evaluate(ask, {"runOnly": RULES, "resultTypes": ["violations"]})
    return [f"axe {each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found]


def weigh(page: Page) -> list[str]:
    """What is too heavy, or moves, in a page that has just been loaded."""
    weight = page.evaluate(check("weight"))
    faults = [
        f"{what}: {weight[what]} bytes"
        for what, most in (("page", PAGE_BYTES), ("fonts", FONT_BYTES))
        if weight[what] > most
    ]
    if weight["shift"] > MOST_SHIFT:
        faults.append(f"parts move by {weight['shift']:.3f}")
    return faults
