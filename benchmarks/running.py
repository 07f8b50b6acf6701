"""Both ways to run beside what the machine can do, with 1, 2 and 4 processes and ten times the entries.

    python -m benchmarks.running [--seconds 2] [--folder DIR] [--only-build]
        [--entries small grown] [--engines sqlite postgres] [--processes 1 2 4]

A small competition is driven to its judging on SQLite, and restored into a PostgreSQL started here. ``--only-build``
prepares DIR, so that what is measured can be run by itself on a machine that is kept quiet. All figures are of one run:
read the ratios. The one client is a process of its own: where servers and client together ask for more cores than there
are, more processes cannot show their worth.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher

from benchmarks import limits
from benchmarks.committee import multiply
from benchmarks.service import BARE, CONNECTIONS, Answered, Browser, ask, autosaver, free_port, running
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.person import Person
from tests.cast import PASSWORD, password_hash
from tests.competition import make_competition
from tests.postgres import PostgresServer, find_programs

GOALS = {"save": 0.04, "judge's list": 0.03, "project": 0.03, "sign-in": 0.7, "pages beside": 3}
"""Shares of a bare route's answers, for a save of bare commits if those are fewer; for sign-ins of hashes a core; for
pages beside sign-ins how many times as long they may take (p95) as without."""
N_ENTRIES, N_JUDGES, TIMES = 8, 8, 10
N_SIGNING_IN, N_READERS, READ_A_SECOND = 4, 4, 30
"""Readers ask for so many pages a second together: those of a college on its last evening (docs/operations.md)."""

WARM_SECONDS = 1.0
"""Asked before it is counted: each connection of a new process has each statement planned the first five times."""
ENGINES = ("sqlite", "postgres")
SIZES = ("small", "grown")
PROCESSES = (1, 2, 4)
CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Bare:
    """What the machine does in this run: answers of a bare route and commits a second, hashes a second and core.

    ``together`` is hashes a second of all cores at once: what is left of a core's own rate where cores share memory and
    units is the most that sign-ins can reach of it, whatever stands round the hash.
    """

    answers: float
    p50: float
    commits: dict[str, float]
    hashes: float
    together: float
    writes: float


@dataclass(frozen=True)
class Way:
    """One way to run, with its database's address and its data folder."""

    engine: str
    url: str
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        return {} if self.engine == "sqlite" else {"TAHKIM_DATABASE_URL": self.url}


async def build(url: str, *, is_grown: bool) -> None:
    engine = await open_database(url)
    try:
        bind(engine, TABLES)
        await migrate(engine)
        competition = await make_competition()
        await competition.reach_judging(n_entries=N_ENTRIES, n_judges=N_JUDGES)
        people = [judge.actor.person_id for judge in competition.judges]
        await Person.update({Person.password_hash: await password_hash()}).where(Person.id.is_in(people))
        if is_grown:
            await multiply(N_ENTRIES * TIMES)
    finally:
        await close_database(engine)


@contextmanager
def with_environment(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def measure_bare(url: str, seconds: float) -> Bare:
    port = free_port()
    ok = f"GET /ok HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    with running([sys.executable, "-c", BARE.replace("{port}", str(port))], port, "/ok"):
        answered = asyncio.run(ask(port, lambda _: ok, seconds))
    hasher, n, begun = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1), 0, time.process_time()
    while time.process_time() - begun < seconds / 2:
        hasher.hash(PASSWORD)
        n += 1
    commits = {"sqlite": limits.sqlite_commits(seconds / 2), "postgres": limits.postgres_commits(url, seconds / 2)}
    hashes = n / (time.process_time() - begun)
    together = hash_together(hasher, seconds / 2)
    return Bare(answered.rate, answered.p50, commits, hashes, together, limits.write_rate(seconds / 2))


def hash_together(hasher: PasswordHasher, seconds: float) -> float:
    """Count the hashes a second that threads make at once, one a core, as the service does."""
    end = time.perf_counter() + seconds

    def go_on(_: int) -> int:
        n = 0
        while time.perf_counter() < end:
            hasher.hash(PASSWORD)
            n += 1
        return n

    with ThreadPoolExecutor(CORES) as threads:
        begun = time.perf_counter()
        return sum(threads.map(go_on, range(CORES))) / (time.perf_counter() - begun)


def savers(browsers: list[Browser]) -> Callable[[int], bytes]:
    """Make requests by connection: each judge marks an own sheet."""
    each = [autosaver(browser) for browser in browsers]
    return lambda connection: each[connection](connection)


def sign_ins(port: int, email: str) -> Callable[[int], bytes]:
    browser = Browser(port, email, PASSWORD)
    browser.jar.clear()
    token = browser.read("/en/sign-in").split('name="csrf" value="')[1].split('"')[0]
    body = urllib.parse.urlencode({"csrf": token, "email": email, "password": PASSWORD})
    head = f"POST /en/sign-in HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {browser.cookies}\r\n"
    request = (
        f"{head}Origin: {browser.base}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    return lambda _: request


def measure(way: Way, bare: Bare, *, processes: int, seconds: float, name: str) -> None:
    port = free_port()
    workers = ["--workers", str(processes)] if processes > 1 else []
    command = [
        sys.executable,
        "-m",
        "service.cli.main",
        "serve",
        "--data",
        str(way.data),
        "--port",
        str(port),
        *workers,
    ]
    with with_environment(TAHKIM_WORKER="apart", **way.environment), running(command, port, "/healthz"):
        browsers = [Browser(port, f"judge.{at}@judges.example", PASSWORD) for at in range(N_JUDGES)]
        save = savers(browsers)
        listed, home = browsers[0].get("/en/judging"), browsers[0].get("/en/")
        asked = {
            "save": (save, N_JUDGES),
            "judge's list": (lambda _: listed, CONNECTIONS),
            "home": (lambda _: home, CONNECTIONS),
        }
        told = {}
        for what, (make, connections) in asked.items():
            asyncio.run(ask(port, make, WARM_SECONDS, connections))
            told[what] = asyncio.run(ask(port, make, seconds, connections))
        for what, answered in told.items():
            base = min(bare.answers, bare.commits[way.engine]) if what == "save" else bare.answers
            show(f"{way.engine:9} {name:7} {processes:9} {what:13}", answered, answered.rate / base, GOALS.get(what))
        if processes == 1:
            row = f"{way.engine:9} {name:7} {processes:9}"
            measure_sign_ins(port, bare, home, seconds, row)


def measure_sign_ins(port: int, bare: Bare, home: bytes, seconds: float, row: str) -> None:
    """Sign-ins alone, then beside people who read; and what those who read notice of them.

    Hashes stand behind pages on purpose: pages that are asked for without end would leave them what is left over, which
    is a figure of the client. So readers pause, as people do.
    """
    sign, pause = sign_ins(port, "judge.0@judges.example"), N_READERS / READ_A_SECOND
    alone = asyncio.run(ask(port, sign, seconds, N_SIGNING_IN))
    idle = asyncio.run(ask(port, lambda _: home, seconds, N_READERS, pause=pause))
    signed, beside = asyncio.run(both(port, sign, home, seconds, pause))
    hashes = bare.hashes * CORES
    show(f"{row} {'sign-in':13}", alone, alone.rate / hashes, GOALS["sign-in"])
    show(f"{row} {'... and pages':13}", signed, signed.rate / hashes, None)
    show(f"{row} {'pages beside':13}", beside, beside.p95 / idle.p95, GOALS["pages beside"])


async def both(
    port: int, sign: Callable[[int], bytes], home: bytes, seconds: float, pause: float
) -> tuple[Answered, Answered]:
    """Sign people in while others read pages."""
    signed, beside = await asyncio.gather(
        ask(port, sign, seconds, N_SIGNING_IN), ask(port, lambda _: home, seconds, N_READERS, pause=pause)
    )
    return signed, beside


def show(row: str, answered: Answered, ratio: float, goal: float | None) -> None:
    figures = f"{answered.rate:9.0f} {answered.p50:8.1f} {answered.p95:8.1f} {ratio:8.3f}"
    print(f"{row} {figures} {goal or '':>6} {answered.faults:6}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only-build", action="store_true")
    parser.add_argument("--entries", choices=SIZES, nargs="+", default=SIZES)
    parser.add_argument("--engines", choices=ENGINES, nargs="+", default=ENGINES)
    parser.add_argument("--processes", type=int, nargs="+", default=PROCESSES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = options.folder or Path(scratch)
        folder.mkdir(exist_ok=True)
        for name in SIZES:
            if not (folder / name).exists():
                (folder / name).mkdir()
                asyncio.run(build(sqlite_url(folder / name / "tahkim.db"), is_grown=name == "grown"))
        if not options.only_build:
            measure_all(folder, options)


def measure_all(folder: Path, options: argparse.Namespace) -> None:
    server = PostgresServer(find_programs())
    server.start()
    try:
        bare_url = asyncio.run(server.create_database())
        ways = []
        for name in options.entries:
            if "sqlite" in options.engines:
                ways.append((name, Way("sqlite", sqlite_url(folder / name / "tahkim.db"), folder / name)))
            if "postgres" in options.engines:
                url = asyncio.run(server.create_database())
                into_postgres(folder / name, {"TAHKIM_DATABASE_URL": url})  # a backup goes into either engine
                ways.append((name, Way("postgres", url, folder / name)))
        bare = measure_bare(bare_url, options.seconds)
        print(
            f"bare: {bare.answers:.0f} answers/s (p50 {bare.p50:.1f} ms); commits/s on SQLite "
            f"{bare.commits['sqlite']:.0f}, on PostgreSQL {bare.commits['postgres']:.0f}; "
            f"{bare.hashes:.1f} hashes/s of a core, {bare.together:.1f} of {CORES} at once: sign-ins reach at most "
            f"{bare.together / (bare.hashes * CORES):.2f}; {bare.writes:.0f} MiB/s written"
        )
        print(
            f"{'engine':9} {'entries':7} {'processes':>9} {'':13} {'a second':>9} {'p50 ms':>8} {'p95 ms':>8} "
            f"{'ratio':>8} {'goal':>6} faults"
        )
        for name, way in ways:
            for processes in options.processes:
                n = N_ENTRIES if name == "small" else N_ENTRIES * TIMES
                measure(way, bare, processes=processes, seconds=options.seconds, name=str(n))
    finally:
        server.stop()


def into_postgres(data: Path, environment: dict[str, str]) -> None:
    """Back the folder up, and restore it into the other engine."""
    command = [sys.executable, "-m", "service.cli.main"]
    with tempfile.TemporaryDirectory() as scratch:
        backup = str(Path(scratch) / "backup")
        subprocess.run([*command, "backup", backup, "--data", str(data)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own command)
        restore = [*command, "restore", backup, "--data", str(Path(scratch) / "data")]
        subprocess.run(restore, check=True, stdout=subprocess.DEVNULL, env=os.environ | environment)  # noqa: S603 (as above)


if __name__ == "__main__":
    main()
