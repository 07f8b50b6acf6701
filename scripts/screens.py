"""Take the pictures of docs/screens: run the demonstration, sign in as each role, photograph its pages.

Each picture is taken from the pages as they are served, in a browser window of a stated size. overview.png, the picture
of the README, sets two of them side by side.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SCREENS = ROOT / "docs" / "screens"
WORK = ROOT / "build" / "screens"
PORT = 8765
BASE = f"http://localhost:{PORT}"
TAHKIM = (sys.executable, "-m", "service.cli.main")
READY_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Shot:
    """One picture: who looks (nobody for the public), at which page, through how large a window.

    ``follow`` is a link on that page to the one that is photographed; ``is_whole``: the page to its end.
    """

    name: str
    role: str
    path: str
    width: int = 1280
    height: int = 860
    follow: str = ""
    is_whole: bool = False


SHOTS = (
    Shot("winners-ar", "", "/ar/winners"),
    Shot("winners-en", "", "/en/winners"),
    Shot("home-ar", "", "/ar"),
    Shot("home-narrow", "", "/ar", 390, 844),
    Shot("entries", "entrant", "/ar/entries"),
    Shot("judging-ar", "judge", "/ar/judging", follow="a.cover"),
    Shot("judging-narrow", "judge", "/en/judging", 390, 844, follow="a.cover"),
    *(
        Shot(f"patterns-{lang}-{theme}", "", f"/{lang}/patterns?theme={theme}", is_whole=True)
        for lang in ("ar", "en")
        for theme in ("light", "dark")
    ),
    Shot("assignments-ar", "chair", "/ar/committee/assignments"),
    Shot("ranking-ar", "chair", "/ar/committee/ranking/documentary"),
    Shot("ranking-en", "chair", "/en/committee/ranking/documentary"),
)
OVERVIEW = ("ranking-en", "winners-ar")


def main() -> None:
    """Build the demonstration once, serve it, and take every picture, or only those named on the command line."""
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS}
    WORK.mkdir(parents=True, exist_ok=True)
    SCREENS.mkdir(parents=True, exist_ok=True)
    facts = WORK / "demo.json"
    data = WORK / "data"
    subprocess.run([*TAHKIM, "demo", "--headless", "--data", data, "--json", facts], check=True)
    sign_in = json.loads(facts.read_text(encoding="utf-8"))["sign_in"]
    server = subprocess.Popen(
        [*TAHKIM, "serve", "--data", data, "--port", str(PORT)],
        env=os.environ | {"TAHKIM_DEVELOPMENT": "yes"},  # the page of components
        start_new_session=True,
    )
    try:
        _wait_until_ready()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for shot in SHOTS:
                if shot.name in wanted:
                    _take(browser, shot, sign_in)
            browser.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    _set_side_by_side()


def _take(browser: Browser, shot: Shot, sign_in: dict[str, dict[str, Any]]) -> None:
    size = {"width": shot.width, "height": shot.height}
    context = browser.new_context(viewport=size, device_scale_factor=1 if shot.is_whole else 2, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    if shot.role:
        page.goto(f"{BASE}/en/sign-in")
        page.fill("[name=email]", sign_in[shot.role]["email"])
        page.fill("[name=password]", sign_in[shot.role]["password"])
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
    page.goto(BASE + shot.path)
    if shot.follow:
        page.locator(shot.follow).first.click()
    page.wait_for_load_state("networkidle")
    part = WORK / f"{shot.name}.png"
    page.screenshot(path=part, full_page=shot.is_whole)
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
