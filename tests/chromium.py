"""Chromium for the tests and the pictures: Debian's own, without the window and its extensions round it.

It lays out, scripts and draws as the whole browser does, for three quarters of the processor time.
"""

import shutil

from playwright.sync_api import Browser, Playwright

__all__ = ["launch"]

PROGRAM = "chromium-headless-shell"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--font-render-hinting=none"]
"""The last: letters stand where the layout puts them, as in a window, not on whole pixels."""


def launch(play: Playwright) -> Browser:
    """Start it; close it when done."""
    path = shutil.which(PROGRAM)
    if path is None:
        raise FileNotFoundError(f"Chromium is not installed: apt-get install {PROGRAM}")
    return play.chromium.launch(executable_path=path, args=ARGUMENTS)
