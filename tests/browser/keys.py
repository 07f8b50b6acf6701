"""A page used by somebody without a mouse: fields are reached with Tab, and filled in and pressed with real keys."""

from playwright.sync_api import Locator, Page

TABS_AT_MOST = 90
STEPS_AT_MOST = 40
LONG = 120
"""Letters from which a text is pasted: somebody who writes an abstract has it ready."""


def reach(page: Page, selector: str) -> None:
    """Come to a field or button with the Tab key alone."""
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached with the Tab key")


def write(page: Page, selector: str, text: str) -> None:
    """Replace what a field holds."""
    reach(page, selector)
    page.keyboard.press("ControlOrMeta+a")
    if len(text) < LONG:
        page.keyboard.type(text)
    else:
        page.keyboard.insert_text(text)


def choose(page: Page, name: str, value: str) -> None:
    """Choose one of several: Tab comes to the group, arrows go through it. A box is ticked with the space bar."""
    wanted = page.locator(f"input[name='{name}'][value='{value}']")
    if wanted.get_attribute("type") == "checkbox":
        reach(page, f"input[name='{name}'][value='{value}']")
        page.keyboard.press("Space")
        return
    reach(page, f"input[name='{name}']")
    page.keyboard.press("Space")
    for _ in range(STEPS_AT_MOST):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} cannot be set to {value} with arrow keys")


def pick(page: Page, selector: str, value: str) -> None:
    """Pick from a closed list with arrow keys."""
    reach(page, selector)
    for _ in range(STEPS_AT_MOST):
        if page.locator(selector).input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{selector} cannot be set to {value} with arrow keys")


def press(page: Page, button: Locator) -> None:
    """Come to a button or link with the Tab key and press Enter."""
    button.evaluate("element => element.setAttribute('data-wanted', '')")
    reach(page, "[data-wanted]")
    page.keyboard.press("Enter")
