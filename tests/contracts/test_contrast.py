"""The contrast of every pair of colours that meets, by the formula of WCAG 2.2, in both themes."""

import re
from pathlib import Path

import pytest

from tests.contracts.test_css import block, sheet

TEXT, GRAPHIC = 4.5, 3.0
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2") for ground in ("bg", "surface", "surface-2", "surface-3")),
    *(("primary-ink", ground, TEXT) for ground in ("surface", "bg", "primary-soft", "surface-2")),
    *(("on-primary", ground, TEXT) for ground in ("primary", "primary-hover")),
    *(("accent", ground, TEXT) for ground in ("surface", "bg", "accent-soft")),
    ("surface", "plot-line", TEXT),
    *((tone, ground, TEXT) for tone in ("success", "warning", "danger", "info") for ground in ("surface", "bg")),
    *((tone, f"{tone}-soft", TEXT) for tone in ("success", "warning", "danger", "info")),
    *(("ink", f"{tone}-soft", TEXT) for tone in ("success", "warning", "danger", "info", "accent", "primary")),
    *(("ink-2", ground, TEXT) for ground in ("primary-soft", "warning-soft")),
    *(("primary-ink", f"{tone}-soft", TEXT) for tone in ("info", "warning", "danger", "success")),
    ("ink", "lvl-1", TEXT),
    ("on-halo", "focus-halo", TEXT),
    *(("line-strong", ground, GRAPHIC) for ground in ("surface", "bg")),
    *((part, "surface", GRAPHIC) for part in ("plot-dot", "plot-core", "plot-line", "plot-range")),
    ("focus", "bg", GRAPHIC),
    ("focus", "surface", GRAPHIC),
    ("focus", "focus-halo", GRAPHIC),
    ("primary", "surface-3", GRAPHIC),
    ("primary", "surface", GRAPHIC),
]
ALWAYS_DARK = [
    ("hero-ink", "hero", TEXT),
    ("hero-soft", "hero", TEXT),
    ("hero-quiet", "hero", TEXT),
    ("hero-gold", "hero", TEXT),
    ("hero", "hero-ink", TEXT),
    ("hero", "hero-soft", TEXT),
    ("screen-ink", "screen", TEXT),
    ("screen-mark", "screen", GRAPHIC),
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TOKENS = sheet("tokens")
LIGHT = block(TOKENS, ":root {")
DARK = block(TOKENS, ':root[data-theme="dark"] {')
FIXED = dict(re.findall(r"--((?:hero|screen)[a-z-]*): (#[0-9a-f]{6});", TOKENS))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS, ids=str)
def test_what_stands_on_a_ground_can_be_seen(theme, front, ground, least):
    assert contrast(theme[f"--{front}"], theme[f"--{ground}"]) >= least


@pytest.mark.parametrize(("front", "ground", "least"), ALWAYS_DARK)
def test_the_hero_and_the_screen_can_be_read(front, ground, least):
    assert contrast(FIXED[front], FIXED[ground]) >= least


def test_the_formula_agrees_with_its_published_ends():
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_mark_is_drawn_in_the_tokens_colours():
    mark = (Path(__file__).parents[2] / "templates/static/img/mark.svg").read_text()
    assert set(re.findall(r"#[0-9a-f]{6}", mark)) == {LIGHT["--primary"], LIGHT["--accent"]}
