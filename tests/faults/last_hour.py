"""The last hour before a deadline: who comes, what each was promised (the ledger), and whether it is all there."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from service.actors import Actor, Role
from service.clock import system_clock
from service.usecases.people.sessions import start_session
from service.usecases.setup.edition_plan import create_edition
from service.usecases.setup.editions import open_edition
from storage.engine import run_sql, transaction
from storage.tables.person import Person
from tests.cast import PASSWORD, password_hash
from tests.competition import OPENS, Competition, add_person, make_competition, make_plan
from tests.entrants import write_pdf
from tests.people_online import Person as Browser
from tests.people_online import come, csrf_in, expect

JUDGES, STUDENTS = 6, 4
EACH_SECONDS = 10.0
"""Everybody who is signed in looks at a page so often: 1,200 people ask for 120 a second."""
CONNECTIONS = 200
"""So many of those who only look are answered at once."""
SAVE_PAUSE = 0.4
"""Between a judge's marks: six ask for the twelve saves a second of sixty who mark every five seconds."""
PAGES = ("/en/entries", "/en/", "/ar/entries", "/en/categories/documentary")
MATERIAL = {
    "category": "documentary", "slug": "dossier", "position": 0, "name_ar": "الملف", "name_en": "Dossier",
    "rule_ar": "ملف", "rule_en": "A file", "formats": ("pdf",), "audience": "judges", "is_required": True,
    "max_files": 1, "max_bytes": 8 * 1024 * 1024,
}  # fmt: skip
_WAIT = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), 60.0)}
MANY_MATERIAL_BOUNDS = ("pages", "seconds", "words")


@dataclass(slots=True)
class Ledger:
    """What was acknowledged, and how everything was answered."""

    marks: dict[tuple[str, str, int], int] = field(default_factory=dict)
    uploads: set[str] = field(default_factory=set)
    submitted: set[str] = field(default_factory=set)
    part: str = "P1"
    answers: Counter[tuple[str, str, int | str]] = field(default_factory=Counter)
    """By part of the hour, kind and status; what got no answer by the name of what cut it."""
    times: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """Seconds, of those who were let in, by part and kind."""
    without_retry_after: list[str] = field(default_factory=list)

    def note(self, kind: str, answer: httpx.Response, seconds: float) -> None:
        self.answers[self.part, kind, answer.status_code] += 1
        if answer.status_code not in {429, 503}:
            self.times.setdefault((self.part, kind), []).append(seconds)
        elif "retry-after" not in answer.headers:
            self.without_retry_after.append(str(answer.request.url.path))

    def tell(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for part, kind in sorted({(part, kind) for part, kind, _ in self.answers}):
            n = {s: n for (p, k, s), n in self.answers.items() if (p, k) == (part, kind)}
            taken = self.times.get((part, kind), [0.0])
            cut = statistics.quantiles(taken, n=100) if len(taken) > 1 else taken * 99
            took = f"p50 {1000 * cut[49]:5.0f} p95 {1000 * cut[94]:5.0f} p99 {1000 * cut[98]:5.0f} ms"
            yield f"{part:6} {kind:8} {took}  {', '.join(f'{s}: {n[s]}' for s in sorted(n, key=str))}"


async def prepare(n_people: int) -> list[str]:
    """Bring one edition to its judging and open another, with people who have passwords, by the use cases.

    Returns the secrets of the sessions of so many others who are signed in.
    """
    competition = await make_competition()
    await competition.reach_judging(n_entries=JUDGES, n_judges=JUDGES)
    ids = [judge.actor.person_id for judge in competition.judges]
    await Person.update({Person.password_hash: await password_hash()}).where(Person.id.is_in(ids))
    edition_id, _ = await open_another(competition)
    secrets, now = [], system_clock()
    async with transaction():
        for at in range(n_people):
            visitor = await add_person(f"Visitor {at}", Role.ENTRANT, edition_id)
            assert visitor.person_id
            secrets.append(await start_session(visitor.person_id, device="a browser", now=now))
    return secrets


async def open_another(competition: Competition) -> tuple[UUID, list[Actor]]:
    """Open an edition whose projects need one file, beside one that is judged: it, and its students."""
    bounds = {f"{end}_{each}": None for end in ("min", "max") for each in MANY_MATERIAL_BOUNDS}
    plan = make_plan(slug="open-2028", materials=[MATERIAL | bounds | {"min_width": None, "min_height": None}])
    admin = competition.actors[Role.ADMINISTRATOR]
    edition_id = await create_edition(admin, plan, now=OPENS)
    chair = await add_person("Second Chair", Role.CHAIR, edition_id)
    await open_edition(chair, edition_id, now=OPENS)
    return edition_id, [await add_person(f"Late {at}", Role.ENTRANT, edition_id) for at in range(STUDENTS)]


class Rush:
    """Everybody at once, until told to stop."""

    def __init__(self, make: Callable[[], Browser], folder: Path, letters: Callable[[str], str | None]) -> None:
        self.ledger, self.over, self._make, self._folder = Ledger(), asyncio.Event(), make, folder
        self.is_overloaded = False
        self._letters = letters
        self.faults: list[str] = []
        self._marking: set[int] = set()
        self.free: asyncio.LifoQueue[httpx.AsyncHTTPTransport] = asyncio.LifoQueue()
        """Connections that nobody uses just now, each a pool of one: a pool of all goes through all at each answer."""
        self.all_mark = asyncio.Event()
        """Set once each judge has a mark acknowledged: from then on the hour is counted."""

    @property
    def is_over(self) -> bool:
        return self.over.is_set()

    async def send(self, kind: str, act: Callable[[], object]) -> httpx.Response | None:
        """Ask once; None when no answer came, as while a server is killed."""
        begun = time.perf_counter()
        try:
            answer = await act()  # type: ignore[misc]
        except httpx.TransportError as cut:
            self.ledger.answers[self.ledger.part, kind, type(cut).__name__] += 1
            return None
        self.ledger.note(kind, answer, time.perf_counter() - begun)
        if answer.status_code >= 500 and answer.status_code != 503:
            self.faults.append(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}")
        return answer

    async def judge(self, at: int) -> None:
        """Mark without end, and write down what was acknowledged; what was not is sent again as it was."""
        browser = self._make()
        await self.until_done(lambda: browser.sign_in(f"judge.{at}@judges.example", PASSWORD))
        listed = await self.until_done(lambda: browser.read("/en/judging"))
        code = re.findall(r'href="/en/judging/([A-Z]+-\d+)', listed)[0]

        async def open_sheet() -> str:
            expect(await browser.send(f"/en/judging/{code}/conflict", answer="no"), 303, 409)
            return await browser.read(f"/en/judging/{code}")

        page = await self.until_done(open_sheet)
        criteria = re.findall(r'data-criterion="([^"]+)"', page)
        revision, step = int(re.search(r'data-revision="(\d+)"', page)[1]), 0  # type: ignore[index]
        token = re.search(r'<meta name="csrf" content="([^"]+)"', page)[1]  # type: ignore[index]
        headers = {"X-CSRF-Token": token, "Accept": "application/json"}
        while not self.is_over:
            step += 1
            body = {"criterion": criteria[step % len(criteria)], "step": step % 8 + 1, "revision": revision}
            while True:
                put = lambda: browser.client.put(f"/en/judging/{code}/marks", json=body, headers=headers)  # noqa: B023, E731
                answer = await self.send("save", put)
                if answer is not None and answer.status_code == httpx.codes.OK:
                    break
                assert answer is None or answer.status_code == 503, answer.text
                await asyncio.sleep(0.2)  # as the device does before it sends again
            revision = answer.json()["revision"]
            self.ledger.marks[code, body["criterion"], revision] = body["step"]
            self._marking.add(at)
            if len(self._marking) == JUDGES:
                self.all_mark.set()
            await asyncio.sleep(SAVE_PAUSE)
        await browser.close()

    async def student(self, at: int) -> None:
        """Enter a project with a file, and submit it; what gets no answer is looked up and gone on with."""
        browser = self._make()
        await self.until_done(lambda: browser.sign_in(f"late.{at}@people.example", PASSWORD))
        base = await self.until_done(lambda: browser.start_entry("documentary", f"Late work {at}"))
        supervisor = f"supervisor{at}@squ.example"
        await self.until_done(
            lambda: browser.fill_in(
                base, category="documentary", title=f"Late work {at}", supervisor=supervisor, institution="squ"
            )
        )
        file = write_pdf(self._folder / f"late{at}.pdf", text=f"Work {at} {uuid4()}")
        self.ledger.uploads.add(await self.until_done(lambda: browser.upload(base, "dossier", file)))
        link = await come(lambda: self._letters(supervisor))
        path, _, key = link.partition("?key=")
        other = self._make()
        await self.until_done(lambda: self._approve(other, path, link, key))
        await other.close()

        async def submit() -> None:
            answer = expect(await browser.submit(base), 303, 409)
            if answer.status_code == 409:
                assert "receipt" in await browser.read(base)

        await self.until_done(submit)
        self.ledger.submitted.add(base.rpartition("/")[2])
        await browser.close()

    async def _approve(self, other: Browser, path: str, link: str, key: str) -> None:
        expect(await other.send(path, page=link, key=key, answer="approve"), 200, 303, 409)

    async def until_done(self, act: Callable[[], object]) -> str:
        """Do again what was cut off by a kill or turned away, as somebody would who sees the page that says so."""
        for _ in range(100):
            try:
                return await act()  # type: ignore[misc, no-any-return]
            except (httpx.TransportError, AssertionError) as cut:
                if isinstance(cut, AssertionError) and ": 503" not in str(cut):
                    raise
                await asyncio.sleep(0.3)
        raise AssertionError("it was never let through")

    async def read(self, *, pause: float) -> None:
        """Read pages as somebody who keeps coming back, while there is overload."""
        browser = self._make()
        paths = ("/en/", "/en/categories/documentary", "/ar/")
        at = 0
        while self.is_overloaded:
            at += 1
            await self.send("page", lambda: browser.client.get(paths[at % 3]))  # noqa: B023
            await asyncio.sleep(pause)
        await browser.close()

    async def visit(self, address: str, cookie: str, *, after: float) -> None:
        """Look at a page again and again as somebody who is signed in. All share connections, as behind a proxy."""
        at = 0
        with suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), after)
        while not self.is_over:
            at += 1
            request = httpx.Request(
                "GET", address + PAGES[at % len(PAGES)], headers={"Cookie": cookie}, extensions=_WAIT
            )
            transport = await self.free.get()
            await self.send("visit", partial(_fetch, transport, request))
            self.free.put_nowait(transport)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), EACH_SECONDS)

    async def keep_signing_in(self) -> None:
        """People sign in by password, one after the other, each in a new browser."""
        at = 0
        while not self.is_over:
            at += 1
            browser = self._make()
            email = f"judge.{at % JUDGES}@judges.example"
            page = await self.send("page", lambda: browser.client.get("/en/sign-in"))  # noqa: B023
            if page is not None and page.status_code == httpx.codes.OK:
                form = {"csrf": csrf_in(page.text), "email": email, "password": PASSWORD}
                await self.send("sign-in", lambda: browser.client.post("/en/sign-in", data=form))  # noqa: B023
            await browser.close()
            await asyncio.sleep(0.1)


async def _fetch(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
    answer = await transport.handle_async_request(request)
    answer.request = request
    try:
        await answer.aread()
    finally:
        await answer.aclose()
    return answer


async def find_lost(ledger: Ledger) -> list[str]:
    """Compare the ledger with the database: what was acknowledged and is not there as it was."""
    lost = []
    for (code, criterion, revision), step in ledger.marks.items():
        rows = await run_sql(
            "SELECT c.after FROM mark_change c JOIN score_sheet s ON s.id = c.sheet "
            "JOIN assignment a ON a.id = s.assignment JOIN entry e ON e.id = a.entry "
            "WHERE e.code_name = {} AND c.criterion = {} AND c.revision = {}",
            code, UUID(criterion), revision,
        )  # fmt: skip
        if str(step) not in {row["after"] for row in rows}:
            lost.append(f"mark {code} {criterion} {revision}: {step}, found {rows}")
    for upload in ledger.uploads:
        rows = await run_sql("SELECT u.state FROM upload u WHERE u.id = {}", UUID(upload))
        if not rows or rows[0]["state"] not in {"complete", "inspecting", "ready"}:
            lost.append(f"upload {upload}: {rows}")
    for number in ledger.submitted:
        rows = await run_sql(
            "SELECT v.id FROM entry_version v JOIN entry e ON e.id = v.entry "
            "WHERE e.entry_number = {} AND v.is_current",
            number,
        )  # fmt: skip
        if len(rows) != 1:
            lost.append(f"submission {number}: {len(rows)} versions that stand")
    return lost
