"""The pattern page in Chromium: nothing wider than its window or too small to touch, nothing that axe objects to."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.chromium import launch
from tests.patterns import lay_out, serve
from tests.pictures import FEW, PATTERNS, SCREENS, find_changes, flatten, take_picture

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOO_SMALL = """() => [...document.querySelectorAll("a, button, summary, input, select, textarea")].filter((element) => {
  const box = element.getBoundingClientRect();
  if (!box.width || !box.height || element.closest("p, .vh, .skip")) return false;
  return box.width < 24 || box.height < 24;
}).map((element) => element.outerHTML.slice(0, 120))"""
SPACED = "* { line-height: 1.5; word-spacing: .16em !important } p { margin-block-end: 2em !important }"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("patterns")
    lay_out(folder)
    with serve(folder) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        launched = launch(play)
        yield launched
        launched.close()


def opened(browser, address, lang, theme="light", width=1440) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}/{lang}-{theme}.html")
    page.evaluate("document.fonts.ready")
    return page


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("width", [320, 390, 834, 1088, 1440])
def test_no_window_is_too_narrow(browser, address, lang, width):
    page = opened(browser, address, lang, width=width)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("width", [320, 1440])
def test_what_the_strictness_plot_s_ends_mean_is_said_in_every_window(browser, address, lang, width):
    page = opened(browser, address, lang, width=width)
    boxes = [text.bounding_box() for text in page.locator(".severity thead text").all()]
    assert len(boxes) == 3
    assert all(box is not None and box["width"] > 0 for box in boxes)
    ends = [0, *(end for box in boxes for end in (box["x"], box["x"] + box["width"])), width]
    assert ends == sorted(ends)  # inside the window, and none over another
    page.close()


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_more_space_between_words_breaks_nothing(browser, address, lang):
    page = opened(browser, address, lang, width=390)
    page.add_style_tag(content=SPACED)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_everything_to_press_is_large_enough(browser, address, width):
    page = opened(browser, address, "ar", width=width)
    assert page.evaluate(TOO_SMALL) == []
    page.close()


@pytest.mark.parametrize(
    ("lang", "theme"),
    [
        ("ar", "light"),
        ("en", "dark"),
        pytest.param("ar", "dark", marks=pytest.mark.soak),
        pytest.param("en", "light", marks=pytest.mark.soak),
    ],
)
def test_axe_finds_nothing(browser, address, lang, theme):
    page = opened(browser, address, lang, theme)
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    page.close()


IN_SOAK = frozenset({"patterns-ar-dark", "patterns-en-light"})
"""The other two show both directions and both themes on every change."""


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=pytest.mark.soak) if each in IN_SOAK else each for each in sorted(PATTERNS)]
)
def test_the_components_look_as_in_the_kept_pictures(browser, address, tmp_path, name):
    """Where a change is meant, ``make screens ARGS="..."`` takes these pictures again: look at them."""
    taken = take_picture(browser, address, name, tmp_path / "taken.png")

    changes = find_changes(Image.open(SCREENS / f"{name}.png"), taken)

    assert len(changes) <= FEW, f"{name} changed at {changes[:20]}"


def test_one_word_and_one_tint_are_seen_as_changes(browser, address, tmp_path):
    page = opened(browser, address, "ar", width=1280)
    page.wait_for_load_state("networkidle")

    def look() -> Image.Image:
        page.screenshot(path=tmp_path / "now.png", clip={"x": 0, "y": 0, "width": 1280, "height": 900})
        return flatten(Image.open(tmp_path / "now.png"))

    before = look()
    assert find_changes(before, look()) == []
    page.locator("h1").first.evaluate("element => { element.textContent += ' س' }")
    assert len(find_changes(before, look())) > FEW
    page.reload()
    page.locator(".btn").first.evaluate("element => { element.style.setProperty('background', 'rgb(20, 90, 90)') }")
    assert len(find_changes(before, look())) > FEW
    page.close()


def test_the_fonts_are_ours_and_arrive(browser, address):
    page = opened(browser, address, "ar")
    loaded = page.evaluate(
        "[...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family + face.weight)"
    )
    assert {"Plex Arabic400", "Plex Arabic600 700"} <= {name.replace('"', "") for name in loaded}
    page.close()


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_script_that_did_not_arrive_is_said_and_the_page_can_be_loaded_again(browser, address, lang):
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.route("**/js/menu*.js", lambda route: route.abort())
    page.goto(f"{address}/{lang}-light.html")
    said = page.locator("[data-unloaded]")
    said.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.unroute("**/js/menu*.js")
    said.get_by_role("link").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("details[data-attached~='menu']").count() > 0
    assert said.is_hidden()
    page.close()


def test_a_menu_opens_without_a_mouse_and_closes_on_escape(browser, address):
    page = opened(browser, address, "ar")
    menu = page.locator("header details.menu:visible").first
    menu.locator("summary").press("Enter")
    assert menu.evaluate("(element) => element.open")
    page.keyboard.press("Escape")
    assert not menu.evaluate("(element) => element.open")
    assert menu.locator("summary").evaluate("(element) => element === document.activeElement")
    page.close()


def test_arrow_keys_move_one_step_up_and_down_the_scale(browser, address):
    page = opened(browser, address, "ar")
    page.locator("input[name='mark-story'][value='6']").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name='mark-story']:checked").get_attribute("value") == "5"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.locator("input[name='mark-story']:checked").get_attribute("value") == "7"
    page.close()


def test_the_theme_changes_at_once_and_keeps_what_was_typed(browser, address):
    page = opened(browser, address, "ar")
    page.locator("#f-title_ar").fill("سوق الخميس")
    page.locator("header details.menu:visible summary").first.click()
    page.locator("header [data-theme-choice='dark']:visible").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("#f-title_ar").input_value() == "سوق الخميس"
    page.close()


def test_without_script_nothing_is_lost_from_sight(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/ar-light.html")
    assert page.locator("main").is_visible()
    assert page.locator("[data-module='password'] button").is_hidden()
    page.locator("header details.menu:visible summary").first.click()
    assert page.locator("header [data-theme-choice='dark']:visible").count() == 1
    context.close()
