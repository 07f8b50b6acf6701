"""Take the pictures of docs/screens: run the demonstration, sign in as each role, photograph its pages.

Each picture is taken from the pages as they are served, in a browser window of a stated size; the page of components
stands still, so that a test can compare it (tests/pictures.py). overview.png, the picture of the README, sets two of
them side by side.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.chromium import launch  # noqa: E402 (as below)
from tests.patterns import lay_out, serve  # noqa: E402 (this repository is no installed package)
from tests.pictures import PATTERNS, keep_picture  # noqa: E402

SCREENS = ROOT / "docs" / "screens"
WORK = ROOT / "build" / "screens"
PORT = 8765
BASE = f"http://localhost:{PORT}"
TAHKIM = (sys.executable, "-m", "service.cli.main")
READY_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Shot:
    """One picture: who looks (nobody for the public), at which page, through how large a window.

    ``press``: what is pressed in turn before the picture is taken, where it is there; ``phase``: of the demonstration.
    """

    name: str
    role: str
    path: str
    width: int = 1280
    height: int = 860
    press: tuple[str, ...] = ()
    phase: str = "published"


OPEN_SHEET = (
    ".pagehead a.btn",
    "input[name=answer][value=no]",
    "main:has(input[name=answer]) form button[type=submit]",
    "[data-criterion]:nth-of-type(1) label.step:has(input[value='6'])",
)
"""The judge goes on with the next project, says that there is no tie, and gives a first mark."""
SHOTS = (
    Shot("winners-ar", "", "/ar/winners"),
    Shot("winners-en", "", "/en/winners"),
    Shot("home-ar", "", "/ar"),
    Shot("home-narrow", "", "/ar", 390, 844),
    Shot("entries", "entrant", "/ar/entries"),
    Shot("judging-ar", "judge", "/ar/judging", press=OPEN_SHEET, phase="judging"),
    Shot("judging-narrow", "judge", "/en/judging", 390, 844, press=OPEN_SHEET, phase="judging"),
    Shot("assignments-ar", "chair", "/ar/committee/assignments"),
    Shot("ranking-ar", "chair", "/ar/committee/ranking/documentary"),
    Shot("ranking-en", "chair", "/en/committee/ranking/documentary"),
)
OVERVIEW = ("ranking-en", "winners-ar")


def main() -> None:
    """Build the demonstrations, serve them, and take every picture, or only those named on the command line."""
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS} | PATTERNS
    WORK.mkdir(parents=True, exist_ok=True)
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for phase in ("published", "judging"):
            shots = [shot for shot in SHOTS if shot.name in wanted and shot.phase == phase]
            if shots:
                with _demonstration(phase) as sign_in:
                    for shot in shots:
                        _take(browser, shot, sign_in)
        if wanted & PATTERNS:
            lay_out(WORK / "patterns")
            with serve(WORK / "patterns") as address:
                for name in sorted(wanted & PATTERNS):
                    keep_picture(browser, address, name, SCREENS)
        browser.close()
    _set_side_by_side()


@contextmanager
def _demonstration(phase: str) -> Iterator[dict[str, dict[str, Any]]]:
    """Build and serve the demonstration in a phase; who signs in how."""
    facts, data = WORK / f"{phase}.json", WORK / phase
    build = ["demo", "--headless", "--phase", phase, "--data", data, "--json", facts]
    subprocess.run([*TAHKIM, *build], check=True)
    server = subprocess.Popen([*TAHKIM, "serve", "--data", data, "--port", str(PORT)], start_new_session=True)
    try:
        _wait_until_ready()
        yield json.loads(facts.read_text(encoding="utf-8"))["sign_in"]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _take(browser: Browser, shot: Shot, sign_in: dict[str, dict[str, Any]]) -> None:
    size = {"width": shot.width, "height": shot.height}
    context = browser.new_context(viewport=size, device_scale_factor=2, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    if shot.role:
        page.goto(f"{BASE}/en/sign-in")
        page.fill("[name=email]", sign_in[shot.role]["email"])
        page.fill("[name=password]", sign_in[shot.role]["password"])
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
    page.goto(BASE + shot.path)
    for selector in shot.press:
        page.wait_for_load_state("networkidle")
        if page.locator(selector).first.is_visible():
            page.locator(selector).first.click()
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    part = WORK / f"{shot.name}.png"
    page.screenshot(path=part)
    # Flat colours: a palette keeps what one sees and a fifth of the bytes.
    Image.open(part).convert("RGB").quantize(256).save(SCREENS / part.name, optimize=True)
    print(f"docs/screens/{shot.name}.png")
    context.close()


def _wait_until_ready() -> None:
    until = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{BASE}/ar"):  # noqa: S310 (our own server)
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    sys.exit("the server did not answer")


def _set_side_by_side() -> None:
    pictures = [SCREENS / f"{name}.png" for name in OVERVIEW]
    if not all(path.exists() for path in pictures):
        return
    opened = [Image.open(path).convert("RGB") for path in pictures]
    gap = 32
    whole = Image.new("RGB", (sum(each.width for each in opened) + gap, max(each.height for each in opened)), "#f7f5f0")
    at = 0
    for each in opened:
        whole.paste(each, (at, 0))
        at += each.width + gap
    whole.thumbnail((2000, 2000))
    whole.quantize(256).save(SCREENS / "overview.png", optimize=True)


if __name__ == "__main__":
    main()
