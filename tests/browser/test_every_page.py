"""Every page as every role meets it, in the whole grid of widths, themes and languages; the soak of test_axe.py.

Pages find themselves (tests/browser/every_page.py) in three competitions: open, in judging, and published.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from service.app import create_app
from service.fonts import ensure_fonts
from service.settings import read_settings
from service.text import Words
from tests.browser.conftest import Site, serving
from tests.browser.every_page import check, list_templates
from tests.browser.walked import (
    AREAS,
    Opened,
    Pages,
    ask_axe,
    build,
    collect,
    look_otherwise,
    new_context,
    open_page,
    weigh,
)
from tests.conftest import FONTS

pytestmark = pytest.mark.browser

WIDTHS = (1440, 1088, 834, 390, 320)
FEWEST_FOUND = 0.7
"""The share of page routes that must be met: the rest need a stage that none of these competitions stands at."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Pages]:
    """Three competitions, open, judged and published, walked as each role."""
    ensure_fonts(FONTS)
    folders, people = {}, {}
    for stage in ("judging", "published"):
        folders[stage] = tmp_path_factory.mktemp(stage)
        (folders[stage] / "fonts").symlink_to(FONTS)
        people[stage] = build(folders[stage], is_published=stage == "published")
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
        yield collect(walks, templates)


@pytest.mark.soak
def test_nearly_every_page_is_met_by_itself(pages: Pages) -> None:
    n_met = sum(map(len, pages.by_area.values()))

    assert n_met / (n_met + len(pages.missed)) >= FEWEST_FOUND, pages.missed
    assert all(pages.by_area[area] for area in AREAS)


def look_at(context: BrowserContext, opened: Opened, lang: str) -> list[str]:
    """All that is wrong with a page in one language."""
    page = open_page(context, opened, lang)
    faults = weigh(page)
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


@pytest.mark.soak
@pytest.mark.parametrize("area", AREAS)
def test_less_motion_few_colours_and_paper_are_kept_in_mind(chromium: Browser, pages: Pages, area: str) -> None:
    """Every page as a reader with other needs or a printer has it; themes alternate."""
    wrong: dict[str, list[str]] = {}
    for at, (template, opened) in enumerate(sorted(pages.by_area[area].items())):
        faults = look_otherwise(chromium, opened, "dark" if at % 2 else "light")
        if faults:
            wrong[f"{template} ({opened.path})"] = faults

    assert wrong == {}, "\n".join(f"{page}\n    " + "\n    ".join(faults) for page, faults in wrong.items())


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
