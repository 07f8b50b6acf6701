import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "templates" / "static" / "css"
LAYERS = ["tokens", "reset", "base", "layout", "components", "pages", "print"]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"(?<=[{;\s])(--[a-z0-9-]+|[a-z-]+)\s*:\s*([^;{}]+)(?=[;}])")


def sheet(name: str) -> str:
    return COMMENT.sub("", (CSS / f"{name}.css").read_text(encoding="utf-8"))


def declarations(text: str) -> list[tuple[str, str]]:
    return DECLARATION.findall(re.sub(r"@media[^{]*", "@media ", text))


def block(text: str, start: str) -> dict[str, str]:
    """Give the declarations of the first rule that begins so."""
    body = text[text.index(start) + len(start) :]
    return dict(declarations(body[: body.index("}") + 1]))


def test_there_is_one_sheet_a_layer_in_the_declared_order():
    assert sorted(path.stem for path in CSS.glob("*.css")) == sorted(LAYERS)
    assert f"@layer {', '.join(LAYERS)};" in sheet("tokens")


@pytest.mark.parametrize("name", LAYERS)
def test_every_rule_stands_in_its_sheet_s_layer(name):
    text = re.sub(r"@font-face\s*\{[^}]*\}", "", sheet(name).replace(f"@layer {', '.join(LAYERS)};", ""))
    depth, outside = 0, ""
    for char in text:
        depth += (char == "{") - (char == "}")
        outside += char if depth == 0 else ""
    assert re.sub(r"[\s}]", "", outside) == f"@layer{name}"


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "tokens"])
def test_only_the_tokens_name_a_colour_or_a_size(name):
    for prop, value in declarations(sheet(name)):
        assert not re.search(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|lab)a?\(", value, re.IGNORECASE), f"{prop}: {value}"
        assert not re.search(r"\d*\.?\d+rem\b", value), f"{prop}: {value}"
        if name != "print":
            assert not re.search(r"(?<![\d.])([5-9]|\d{2,})(\.\d+)?(px|pt|mm|cm)\b", value), f"{prop}: {value}"


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_says_left_or_right(name):
    for prop, value in declarations(sheet(name)):
        if prop == "--fade":
            continue  # the side to which the hero's pattern fades: gradients know no logical sides
        assert not re.search(r"\b(left|right)\b", prop), f"{prop}: {value}"
        assert not re.search(r"\b(left|right)\b", value), f"{prop}: {value}"
        assert prop not in {"width", "height", "min-width", "max-width", "top", "bottom", "margin-top", "margin-bottom"}


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_shouts_important(name):
    assert "!important" not in sheet(name)


def test_dark_by_choice_and_dark_by_the_device_are_the_same():
    text = sheet("tokens")
    by_device = block(text, ':root:not([data-theme="light"]) {')
    by_choice = block(text, ':root[data-theme="dark"] {')
    assert by_device == by_choice
    light = block(text, ":root {")
    assert set(by_choice) == set(light)


def test_every_token_that_is_used_exists_and_every_token_is_used():
    everything = "".join(sheet(name) for name in LAYERS)
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", everything))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", everything))
    assert used - defined == set()
    assert defined - used == set()


def test_arabic_is_never_spaced_out_slanted_or_set_in_capitals():
    for name in LAYERS:
        for prop, value in declarations(sheet(name)):
            assert prop not in {"font-style", "text-transform"}
            assert (prop, value.strip()) != ("text-align", "justify")
    spaced = [line for name in LAYERS for line in sheet(name).splitlines() if "letter-spacing" in line]
    assert all(".one-time" in line for line in spaced)  # a field for digits alone


def test_the_small_print_is_at_least_fourteen_pixels_in_arabic():
    arabic = block(sheet("tokens")[sheet("tokens").index("--font:") - 20 :], "--mono:") | dict(
        declarations(sheet("tokens"))
    )
    smallest = re.search(r"--fs-xs: ([\d.]+)rem", sheet("tokens"))
    assert smallest
    assert float(smallest[1]) * 16 >= 14
    assert "--fs-xs" in arabic
