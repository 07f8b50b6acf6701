"""Pictures of the page of components: how they are taken, kept in docs/screens, and compared with what is there now."""

from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser

SCREENS = Path(__file__).parents[1] / "docs" / "screens"
PATTERNS = frozenset(f"patterns-{lang}-{theme}" for lang in ("ar", "en") for theme in ("light", "dark"))
BLOCK = 8
"""Pixels: the mean of a block of this size hardly knows how the edges of letters were smoothed."""
MOST_OFF = 12.0
"""Of 255, how far the mean colour of a block may be off."""
COLOURS = 256
FEW = 6
"""Blocks that may differ in a whole page: less than one letter."""


def take_picture(browser: Browser, address: str, name: str, path: Path) -> Image.Image:
    """Photograph the page of components to its end: ``name`` is ``patterns-<language>-<theme>``."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"{address}/{name.removeprefix('patterns-')}.html")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path, full_page=True, animations="disabled")
    page.close()
    return flatten(Image.open(path))


def flatten(picture: Image.Image) -> Image.Image:
    """Give a picture the flat colours that it is kept with: a fifth of the bytes, and what one sees."""
    return picture.convert("RGB").quantize(COLOURS)


def keep_picture(browser: Browser, address: str, name: str, folder: Path) -> None:
    """Take a picture and keep it."""
    path = folder / f"{name}.png"
    take_picture(browser, address, name, path).save(path, optimize=True)


def find_changes(kept: Image.Image, taken: Image.Image) -> list[tuple[int, int]]:
    """Where two flat pictures differ: corners of blocks, from the top; the whole height where their sizes differ."""
    if kept.size != taken.size:
        return [(0, at) for at in range(0, max(kept.height, taken.height), BLOCK)]
    far = np.abs(_means(kept) - _means(taken)).max(axis=2)
    return [(int(x) * BLOCK, int(y) * BLOCK) for y, x in np.argwhere(far > MOST_OFF)]


def _means(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32)
    height, width = (each // BLOCK * BLOCK for each in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
    return blocks.mean(axis=(1, 3))
