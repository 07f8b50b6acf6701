"""The last hour on both ways to run: load, sign-ins, overload, server, worker and database killed; nothing is lost.

``LAST_HOUR_SECONDS=600 make soak ARGS="tests/faults/test_last_hour.py -s"`` makes P1 ten minutes long and each part
after it a sixth of that, with 1,200 people signed in (``LAST_HOUR_PEOPLE``) beside judges and students. What was
answered, how fast, and how much memory the first server held are printed to be noted with the release.
"""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from ssl import create_default_context

import httpx
import pytest

from service.web.cookies import SESSION, cookie_name
from service.world import open_world
from tests.faults.last_hour import CONNECTIONS, EACH_SECONDS, Rush, find_lost, prepare
from tests.faults.last_hour import JUDGES as N_JUDGES
from tests.faults.last_hour import STUDENTS as N_STUDENTS
from tests.people_online import Person
from tests.several import Several, several
from tests.site import Site

pytestmark = [pytest.mark.soak, pytest.mark.s3]

SECONDS = float(os.environ.get("LAST_HOUR_SECONDS", "15"))
LATER_SECONDS = max(15, SECONDS / 6)
PEOPLE = int(os.environ.get("LAST_HOUR_PEOPLE", "1200"))
OVERLOAD, OVERLOAD_PAUSE = 90, 0.15
"""With P1 five times as many pages as P1 asks for, if each is answered at once."""


@contextmanager
def embedded(folder: Path) -> Iterator[Site]:
    site = Site(folder, n_servers=1)
    try:
        yield site
    finally:
        site.close()


@pytest.mark.parametrize("way", ["embedded", "several"])
def test_in_the_last_hour_nothing_acknowledged_is_lost(way: str, tmp_path: Path):
    with embedded(tmp_path) if way == "embedded" else several(tmp_path) as site:
        secrets = asyncio.run(in_world(site, partial(prepare, PEOPLE)))
        site.begin_servers()
        if isinstance(site, Several):
            site.begin_proxy()
            site.begin_worker()
        rush = Rush(lambda: Person(site.address, site.trust()), tmp_path, lambda to: find_letter(site, to))

        asyncio.run(last_hour(site, rush, secrets))

        print(f"\n{way}, {PEOPLE} people\n{rush.ledger.tell()}\nserver0 {site.read_memory('server0')} MiB")  # noqa: T201 (figures to be noted)
        assert rush.faults == []
        assert rush.ledger.without_retry_after == []
        assert len(rush.ledger.uploads) == len(rush.ledger.submitted) == N_STUDENTS
        assert len(rush.ledger.marks) > N_JUDGES
        assert asyncio.run(in_world(site, lambda: find_lost(rush.ledger))) == []
        site.run("doctor", "--thorough")
        site.run("audit", "verify")


async def last_hour(site: Site, rush: Rush, secrets: list[str]) -> None:
    """P1; a server killed, then database and worker; P2: sign-ins beside it; P3: far more readers; and after them."""
    async with asyncio.TaskGroup() as people:
        for at in range(N_JUDGES):
            people.create_task(rush.judge(at))
        for at in range(N_STUDENTS):
            people.create_task(rush.student(at))
        one, trust = httpx.Limits(max_connections=1, keepalive_expiry=10), site.trust() or create_default_context()
        transports = [httpx.AsyncHTTPTransport(verify=trust, limits=one) for _ in range(CONNECTIONS)]
        for transport in transports:
            rush.free.put_nowait(transport)
        name = cookie_name(SESSION, site.settings)
        for at, secret in enumerate(secrets):
            after = EACH_SECONDS * at / len(secrets)
            people.create_task(rush.visit(site.address, f"{name}={secret}", after=after))
        await rush.all_mark.wait()
        await asyncio.sleep(SECONDS)
        rush.ledger.part = "faults"
        site.kill("server0")
        await asyncio.sleep(1)  # its unit begins it again after a second
        site.begin_server(0)
        await asyncio.to_thread(site.wait_for_server, 0)
        await asyncio.sleep(LATER_SECONDS / 4)
        await asyncio.to_thread(site.fail)
        await asyncio.sleep(LATER_SECONDS / 4)
        rush.ledger.part = "P2"
        for _ in range(2):
            people.create_task(rush.keep_signing_in())
        await asyncio.sleep(LATER_SECONDS)
        rush.ledger.part, rush.is_overloaded = "P3", True
        for _ in range(OVERLOAD):
            people.create_task(rush.read(pause=OVERLOAD_PAUSE))
        await asyncio.sleep(LATER_SECONDS)
        rush.ledger.part, rush.is_overloaded = "after", False
        await asyncio.sleep(LATER_SECONDS / 2)
        rush.over.set()
    for transport in transports:
        await transport.aclose()


async def in_world(site: Site, act):
    async with open_world(site.settings):
        return await act()


def find_letter(site: Site, to: str) -> str | None:
    """The supervisor's link in the newest letter to an address."""
    pattern = rf"{re.escape(site.address)}/ar/approvals/\S+"
    if isinstance(site, Several):
        return site.letters.find(to, pattern)
    for path in (site.folder / "data" / "mail").glob("supervisor-*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=default)
        body = letter.get_body(("plain",))
        found = re.search(pattern, body.get_content() if body else "")
        if letter["To"] == to and found:
            return found[0]
    return None
