"""A real server of ours over a seeded data folder, and Chromium in front of it."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from service.fonts import ensure_fonts
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.edition import Edition
from tests.cast import PASSWORD, add_cast, add_edition
from tests.chromium import launch
from tests.conftest import FONTS
from tests.entrants import add_rules

START_WITHIN = 60
ENTRIES_A_STUDENT = 30
"""The journeys share one site and its few students; each starts entries of its own."""
ARABIC_FIRST = ("ar", pytest.param("en", marks=pytest.mark.soak))
"""Languages of a long way whose words differ and nothing else: in the soak it is gone in English too."""


@dataclass(frozen=True)
class Site:
    """A running server and the folder that it keeps its data in."""

    address: str
    data: Path

    def ask(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do something with the server's database, beside it."""
        return run_apart(lambda: _beside(self.data, work))


def run_apart(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine in a thread of its own: Playwright keeps a loop in this one."""

    async def whole() -> Any:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, whole()).result()


async def _beside(data: Path, work: Callable[[], Awaitable[Any]]) -> Any:
    engine = await open_database(sqlite_url(data / "tahkim.db"))
    bind(engine, TABLES)
    try:
        return await work()
    finally:
        await close_database(engine)


async def _seed(data: Path) -> None:
    engine = await open_database(sqlite_url(data / "tahkim.db"))
    await migrate(engine)
    bind(engine, TABLES)
    try:
        edition_id = await add_edition()
        await Edition.update({Edition.max_entries_per_student: ENTRIES_A_STUDENT}).where(Edition.id == edition_id)
        await add_cast(edition_id)
        await add_rules(edition_id)
    finally:
        await close_database(engine)


def seed(data: Path) -> None:
    """A database with the cast in an open edition."""
    run_apart(lambda: _seed(data))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(data: Path, *, port: int | None = None, **settings: str) -> Iterator[str]:
    """The program as people start it, on a free port unless one is given."""
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TAHKIM_")} | settings
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "service.cli.main", "serve", "--data", str(data), "--port", str(port)],
            stdout=log, stderr=log, env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(f"http://localhost:{port}/healthz", server)
            yield f"http://localhost:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        if server.poll() is not None:
            raise AssertionError("the server ended before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)  # a process that starts has no event to wait for
    raise AssertionError("the server did not answer in time")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    ensure_fonts(FONTS)
    (data / "fonts").symlink_to(FONTS)
    seed(data)
    with serving(data) as address:
        yield Site(address, data)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium for one file of tests: while Playwright runs, no other test can have an event loop."""
    with sync_playwright() as play:
        launched = launch(play)
        yield launched
        launched.close()


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser in which nobody is signed in."""
    context = chromium.new_context(base_url=site.address, viewport={"width": 1280, "height": 900}, locale="ar")
    context.set_default_timeout(30_000)
    yield context
    context.close()


def sign_in(page: Page, name: str, lang: str = "ar") -> None:
    """Sign a member of the cast in through the form."""
    page.goto(f"/{lang}/sign-in")
    page.fill("#f-email", f"{name}@tahkim.example")
    page.fill("#f-password", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{lang}/**")
