"""Every page of an edition in judging, once in each language: axe, weight, shifts, headings, titles, language marks.

Pages find themselves (tests/browser/every_page.py). The grid of widths and themes, and the pages of a published
edition, are the soak's: tests/browser/test_every_page.py.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from service.app import create_app
from service.fonts import ensure_fonts
from service.settings import read_settings
from service.text import Words
from tests.browser.conftest import Site, serving
from tests.browser.every_page import check, list_templates
from tests.browser.walked import AREAS, Opened, Pages, ask_axe, build, collect, look_otherwise, new_context, weigh
from tests.conftest import FONTS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Pages]:
    """What people meet until judging ends: the seeded site, open, and one competition in judging."""
    ensure_fonts(FONTS)
    folder = tmp_path_factory.mktemp("early")
    (folder / "fonts").symlink_to(FONTS)
    people = build(folder, is_published=False)
    templates = list_templates(create_app(read_settings({}, data=tmp_path_factory.mktemp("early-routes"))))
    with serving(folder) as address:
        judging = Site(address, folder)
        yield collect(
            [
                ("visitor", site, None, "/"),
                ("judge", judging, people["judge"], "/judging"),
                ("entrant", site, "farah@tahkim.example", "/entries"),
                ("entrant", judging, people["entrant"], "/entries"),
                ("supervisor", site, "iman@tahkim.example", "/approvals"),
                *(
                    ("committee", judging, people[role], "/committee")
                    for role in ("chair", "registrar", "assigner", "secretary")
                ),
                ("administrator", judging, people["administrator"], "/admin/editions"),
            ],
            templates,
        )


@pytest.mark.parametrize("area", AREAS)
def test_nothing_is_wrong_with_a_page_in_either_language(chromium: Browser, pages: Pages, area: str) -> None:
    """One window for each person and language, so that styles and scripts are read once; themes alternate."""
    wrong: dict[str, list[str]] = {}
    of_whom: dict[tuple[object, ...], list[tuple[str, Opened]]] = {}
    for template, opened in sorted(pages.by_area[area].items()):
        of_whom.setdefault((opened.site, opened.cookies), []).append((template, opened))
    assert of_whom
    for found in of_whom.values():
        context = new_context(chromium, found[0][1], "light")
        context.add_init_script(check("shifts"))
        page = context.new_page()
        for at, (template, opened) in enumerate(found):
            for lang in ("ar", "en"):
                theme = "dark" if (at + (lang == "en")) % 2 else "light"
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                page.goto(f"{opened.site.address}/{lang}{opened.path}", wait_until="load")
                faults = [*weigh(page), *ask_axe(page)]
                faults += page.evaluate(check("written"), [lang, Words(lang).plain("app.name")])
                if faults:
                    wrong[f"{lang} {theme} {template} ({opened.path})"] = faults
        context.close()

    assert wrong == {}, "\n".join(f"{page}\n    " + "\n    ".join(faults) for page, faults in wrong.items())


MAIN = {
    "visitor": ("/", "/categories/{slug:str}"),
    "entrant": ("/entries", "/entries/{number:str}", "/entries/{number:str}/files"),
    "judge": ("/judging", "/judging/{code:str}", "/judging/review", "/judging/offline-sheet"),
}


@pytest.mark.parametrize("area", MAIN)
def test_main_pages_keep_less_motion_few_colours_and_paper_in_mind(chromium: Browser, pages: Pages, area: str) -> None:
    """In dark, which paper must not be; the other pages, those of a published edition and the light are the soak's."""
    wrong = {
        template: faults
        for template in MAIN[area]
        if (faults := look_otherwise(chromium, pages.by_area[area][template], "dark"))
    }

    assert wrong == {}, "\n".join(f"{page}\n    " + "\n    ".join(faults) for page, faults in wrong.items())
