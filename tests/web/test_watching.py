"""What whoever watches the machine sees, and who is served first when there is too much."""

import asyncio
import os
import re
import sys
import threading
from dataclasses import replace

import httpx
import pytest

from service.app import create_app, load_pages
from service.hosts import HostRule
from service.usecases.people import passwords
from service.web.gate import CHANGE, DUTY, OTHER, PAGE, PAGES_AT_WORK, Gate
from storage.engine import close_database, get_engine
from storage.errors import ObjectStoreAway
from storage.tables.job import Job
from tests.conftest import ORIGIN, World, csrf_in
from tests.program import get_program

TOKEN = "a-token-that-only-the-collector-has"


def from_here(world: World, app: object = None, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app or world.app, client=(address, 40000)), base_url=ORIGIN
    )
    world.exit.push_async_callback(client.aclose)
    return client


async def test_a_process_that_stands_whole_says_so(world: World):
    browser = world.visitor()

    alive, ready = await browser.get("/healthz"), await browser.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "schema": "ok", "objects": "ok"})


async def test_it_is_asked_under_any_name_where_pages_answer_to_their_own(world: World):
    app = await get_program(replace(world.settings, hosts=(HostRule("tahkim.example", None),)), world.clock)
    browser = from_here(world, app)

    told = {path: (await browser.get(path)).status_code for path in ("/healthz", "/readyz", "/ar")}

    assert told == {"/healthz": 200, "/readyz": 200, "/ar": 400}


async def test_without_its_store_it_is_not_ready_but_its_pages_are(world: World, monkeypatch: pytest.MonkeyPatch):
    async def away() -> None:
        raise ObjectStoreAway(reason="test")

    monkeypatch.setattr(world.app.state.objects, "prepare", away)
    browser = world.visitor()

    ready, pages = await browser.get("/readyz"), await browser.get("/readyz?pages")

    assert (ready.status_code, ready.json()["objects"]) == (503, "away")
    assert (pages.status_code, pages.json()["objects"]) == (200, "away")


async def test_without_its_database_it_is_alive_and_not_ready(world: World):
    browser = world.visitor()
    await close_database(get_engine())

    alive, ready = await browser.get("/healthz"), await browser.get("/readyz?pages")

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["database"]) == (503, "away")


async def test_figures_are_for_this_machine_and_nobody_who_comes_through_a_proxy(world: World):
    assert (await from_here(world).get("/metrics")).status_code == 200
    for client, headers in (
        (from_here(world, address="203.0.113.9"), {}),
        (from_here(world), {"x-forwarded-for": "203.0.113.9"}),
        (from_here(world), {"via": "1.1 proxy"}),
    ):
        assert (await client.get("/metrics", headers=headers)).status_code == 404


async def test_a_collector_elsewhere_brings_the_token(world: World):
    app = create_app(replace(world.settings, metrics_token=TOKEN), clock=world.clock, is_world_open=True)
    await load_pages(app, world.settings)
    elsewhere = from_here(world, app, address="203.0.113.9")

    assert (await elsewhere.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).status_code == 200
    assert (await elsewhere.get("/metrics", headers={"authorization": "Bearer other"})).status_code == 404
    assert (await from_here(world, app).get("/metrics")).status_code == 404


async def test_this_machine_collects_under_its_own_names_where_pages_answer_to_theirs(world: World):
    app = await get_program(replace(world.settings, hosts=(HostRule("tahkim.example", None),)), world.clock)
    here, elsewhere = from_here(world, app), from_here(world, app, address="203.0.113.9")

    asked = {host: await here.get("/metrics", headers={"host": host}) for host in ("127.0.0.1:8000", "[::1]:8000")}
    page = await here.get("/ar", headers={"host": "127.0.0.1:8000"})
    foreign = await here.get("/metrics", headers={"host": "rebound.example"})  # a page that points its name at us
    from_afar = await elsewhere.get("/metrics", headers={"host": "127.0.0.1:8000"})

    assert {host: answer.status_code for host, answer in asked.items()} == {"127.0.0.1:8000": 200, "[::1]:8000": 200}
    assert (page.status_code, foreign.status_code, from_afar.status_code) == (400, 400, 404)


async def test_a_collector_with_the_token_need_not_know_our_name(world: World):
    settings = replace(world.settings, hosts=(HostRule("tahkim.example", None),), metrics_token=TOKEN)
    app = await get_program(settings, world.clock)
    elsewhere = from_here(world, app, address="203.0.113.9")

    told = await elsewhere.get("/metrics", headers={"host": "10.0.0.5:8000", "authorization": f"Bearer {TOKEN}"})

    assert told.status_code == 200


async def test_figures_tell_answers_by_route_and_name_nobody(world: World):
    farah = await world.client("farah")
    for path in ("/ar/entries", "/en/entries", "/ar/nothing-1", "/ar/nothing-2"):
        await farah.get(path)
    await Job(kind="note", name="one", facts="{}", state="waiting", due_at=world.clock.now, attempts=0,
              made_at=world.clock.now).save()  # fmt: skip
    world.clock.advance(seconds=90)

    told = (await from_here(world).get("/metrics")).text

    assert re.search(r'tahkim_requests_total\{method="GET",route="/entries",status="200",process="0"\} 2\b', told)
    assert re.search(r'tahkim_requests_total\{method="GET",route="-",status="404",process="0"\} 2\b', told)
    assert re.search(r'tahkim_request_seconds_bucket\{kind="page",le="\+Inf",process="0"\} 4\b', told)
    assert re.search(r'tahkim_queue_late_seconds\{queue="job",process="0"\} 90\b', told)
    assert re.search(r'tahkim_ready\{part="objects",process="0"\} 1\b', told)
    assert "nothing-" not in told
    assert "farah" not in told.lower()
    names = [line.split("{")[0] for line in told.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"(tahkim|process)_[a-z_]+", name) for name in names)


async def test_when_too_much_comes_pages_wait_outside_and_changes_are_taken(world: World):
    world.app.state.gate.pages = 0
    farah = await world.client("farah")

    page = await farah.get("/ar/entries")
    change = await farah.post("/ar/sign-out", data={"csrf": "0" * 64})
    alive = await farah.get("/healthz")

    assert page.status_code == 503
    assert 1 <= int(page.headers["retry-after"]) <= 10
    assert 'lang="ar"' in page.text
    assert "http-equiv" in page.text
    assert "content-security-policy" in page.headers
    assert change.status_code == 403  # it was read: its token is a wrong one
    assert alive.status_code == 200
    assert world.app.state.gate.turned_away == {PAGE: 1, DUTY: 0, CHANGE: 0}


async def test_once_there_is_room_again_everybody_comes_in(world: World):
    gate: Gate = world.app.state.gate
    farah = await world.client("farah")
    gate.pages = 3

    answers = await asyncio.gather(*(farah.get("/en/entries") for _ in range(12)))
    later = await farah.get("/en/entries")

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) >= 3
    assert set(statuses) <= {200, 503}
    assert later.status_code == 200
    assert gate.in_hand == {PAGE: 0, DUTY: 0, CHANGE: 0, OTHER: 0}


async def test_the_committee_comes_in_however_many_others_read(world: World):
    gate: Gate = world.app.state.gate
    gate.pages = 0
    jamal = await world.client("jamal")

    assert (await jamal.get("/en/")).status_code == 503
    assert (await jamal.get("/en/committee")).status_code == 200
    gate.duties = 0
    assert (await jamal.get("/en/committee")).status_code == 503
    assert gate.turned_away == {PAGE: 1, DUTY: 1, CHANGE: 0}


async def test_a_change_does_not_wait_behind_pages_and_pages_are_answered_in_the_order_of_coming(world: World):
    gate: Gate = world.app.state.gate
    farah = await world.client("farah")
    for _ in range(PAGES_AT_WORK):
        await gate.at_work[PAGE].acquire()
    answered: list[str] = []

    async def ask(path: str) -> None:
        assert (await farah.get(path)).status_code == 200
        answered.append(path)

    async with asyncio.TaskGroup() as pages:
        for n, path in enumerate(("/en/entries", "/ar/entries", "/en/"), start=1):
            pages.create_task(ask(path))
            while gate.in_hand[PAGE] < n:  # noqa: ASYNC110 (a count rings no bell)
                await asyncio.sleep(0)
        change = await farah.post("/ar/sign-out", data={"csrf": "0" * 64})

        assert change.status_code == 403  # it was read: its token is a wrong one
        assert answered == []
        gate.at_work[PAGE].release()  # one at a time from now on
    assert answered == ["/en/entries", "/ar/entries", "/en/"]


async def test_a_page_whose_turn_does_not_come_is_told_to_come_again(world: World):
    gate: Gate = world.app.state.gate
    farah = await world.client("farah")
    gate.turn_within = 0.01
    for _ in range(PAGES_AT_WORK):
        await gate.at_work[PAGE].acquire()

    page = await farah.get("/en/entries")

    assert (page.status_code, "retry-after" in page.headers) == (503, True)
    assert gate.in_hand[PAGE] == 0
    gate.at_work[PAGE].release()
    assert (await farah.get("/en/entries")).status_code == 200


async def test_pages_that_wait_for_nothing_are_not_all_made_before_a_change_goes_on():
    gate, n_journeys = Gate(), 5
    done: list[str] = []

    async def make_page() -> None:
        turn = await gate.wait_for_turn(PAGE)
        assert turn
        done.append("page")
        turn.end()

    async def change() -> None:
        for _ in range(n_journeys):
            await asyncio.sleep(0)  # it waits for the database
        done.append("change")

    await asyncio.gather(*(make_page() for _ in range(40)), change())

    assert done.index("change") <= n_journeys * PAGES_AT_WORK


async def test_a_turn_ends_once_though_the_answer_is_sent_slowly():
    gate = Gate(at_work={PAGE: asyncio.Semaphore(1)})
    first = await gate.wait_for_turn(PAGE)
    assert first
    assert gate.at_work[PAGE].locked()

    first.end()  # its answer begins; what follows may take as long as the reader's line needs

    second = await gate.wait_for_turn(PAGE)
    first.end()
    assert second
    assert gate.at_work[PAGE].locked()


async def test_while_every_thread_hashes_pages_are_answered(world: World):
    browser = world.visitor()
    token = csrf_in((await browser.get("/en/sign-in")).text)
    form = {"email": "farah@example.org", "password": "not-her-password", "csrf": token}
    may_end = threading.Event()
    hashing = [passwords._THREADS.submit(may_end.wait, 120) for _ in range(os.cpu_count() or 1)]
    try:
        signing_in = asyncio.create_task(browser.post("/en/sign-in", data=form))
        while not passwords._THREADS._work_queue.qsize():  # noqa: ASYNC110 (a thread's queue rings no bell)
            await asyncio.sleep(0)
        page = await browser.get("/en/sign-in")

        assert page.status_code == 200
        assert not signing_in.done()
    finally:
        may_end.set()
    assert (await signing_in).status_code in {401, 422}
    assert all(each.result() for each in hashing)


@pytest.mark.skipif(sys.platform != "linux", reason="only there has a thread a niceness of its own")
def test_a_hash_stands_behind_the_pages():
    def own() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert passwords._THREADS.submit(own).result() == min(19, own() + passwords._BEHIND_PAGES)
