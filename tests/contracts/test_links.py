"""Every link on every page leads somewhere: each role walks all it can reach, in both languages."""

import re
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from storage.lifecycle import EditionState
from tests.cast import CAST
from tests.conftest import World

LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
PAGES_AT_MOST = 120


async def walk(client: httpx.AsyncClient, home: str) -> dict[str, str]:
    """Follow every link of our own from ``home``; the addresses that do not answer well, and where they stand."""
    waiting, seen, bad = [(home, "")], {home}, {}
    while waiting and len(seen) < PAGES_AT_MOST:
        address, found_on = waiting.pop(0)
        answer = await client.get(address, follow_redirects=True)
        if answer.status_code >= 400:
            bad[address] = f"{answer.status_code} on {found_on}"
            continue
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in LINK.findall(answer.text):
            there = urljoin(str(answer.url), link.replace("&amp;", "&"))
            parts = urlsplit(there)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc != urlsplit(str(answer.url)).netloc or "theme=" in path or path in seen:
                continue
            seen.add(path)
            waiting.append((path, address))
    return bad


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_a_visitor_finds_no_dead_link(world: World, lang: str) -> None:
    assert await walk(world.visitor(), f"/{lang}/") == {}


@pytest.mark.parametrize("name", sorted({role: name for name, role in reversed(CAST.items())}.values()))
async def test_no_role_finds_a_dead_link(world: World, name: str) -> None:
    await world.set_stage(EditionState.CLOSED)

    assert await walk(await world.client(name), "/ar/account") == {}
