"""How fast a judge's list of 40 and a student's entry page answer, as ratios to a bare route in the same run.

    python -m benchmarks.pages [--seconds 5] [--profile]

A small competition is driven through the use cases until judging has begun, with one judge who is given forty projects
and has sealed some of them. Both servers are asked in turns over the same few connections; the last ratio is that of
their processor time an answer, which other work on the machine changes little. ``--profile`` says where the time of
each page goes instead, in one process without a network.

Two cores and nothing else, November 2026 (aim .03):

    page                  a second  CPU ms    bare   ratio  by CPU
    judge's list of 40         171    6.30    4703   .0364   .0375
    entry page                 205    5.81    5281   .0388   .0370
"""

import argparse
import asyncio
import cProfile
import importlib.util
import logging
import pstats
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx
import structlog

from service.app import create_app, load_pages
from service.clock import system_clock
from service.settings import read_settings
from service.usecases.people.sessions import start_session
from service.world import open_world
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from tests.competition import make_competition, make_plan

AIM = 0.03
"""The share of a bare route's rate that both pages are to reach."""
N_ENTRIES, N_MARKED = 40, 12
ROUNDS = 150
CONNECTIONS, TURNS = 4, 5


@dataclass(frozen=True)
class Built:
    """A page's address, and the secret of its reader's session."""

    name: str
    path: str
    secret: str


class Asked:
    """What one address answered in all turns. ``cpu`` is its server's processor time an answer, in milliseconds."""

    def __init__(self, bench: ModuleType, server: Any, port: int, path: str, headers: str = "") -> None:
        self._bench, self._server, self._port = bench, server, port
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n".encode()
        self._rates: list[float] = []
        self._middles: list[float] = []
        self._answers = self._cpu = 0.0
        self.faults = 0

    def ask(self, seconds: float) -> None:
        """Keep a few connections busy for some seconds."""
        before = self._server.read_cpu()
        got = asyncio.run(self._bench.ask(self._port, lambda _: self._request, seconds, CONNECTIONS))
        self._cpu += self._server.read_cpu() - before
        self._answers += got.rate * seconds
        self._rates.append(got.rate)
        self._middles.append(got.p50)
        self.faults += got.faults

    @property
    def rate(self) -> float:
        """Answers a second, in the middle turn."""
        return statistics.median(self._rates)

    @property
    def p50(self) -> float:
        """The middle answer's milliseconds, in the middle turn."""
        return statistics.median(self._middles)

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time an answer."""
        return 1000 * self._cpu / self._answers


def load_service_benchmark() -> ModuleType:
    """Take servers, browser and load from the benchmark beside this one; its name is also a package's."""
    spec = importlib.util.spec_from_file_location("service_benchmark", Path(__file__).with_name("service.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


async def build(data: Path) -> tuple[Built, ...]:
    """Make the competition in a folder."""
    engine = await open_database(sqlite_url(data / "tahkim.db"))
    await migrate(engine)
    bind(engine, TABLES)
    plan = make_plan(judges_per_entry=1, max_entries_per_judge=N_ENTRIES)
    competition = await make_competition(plan=plan)
    await competition.reach_judging(n_entries=N_ENTRIES, n_judges=1)
    judge = competition.judges[0]
    for at in range(N_MARKED):
        sheet = await competition.sheet(judge, at)
        await competition.mark(judge, sheet, [3 + (at + each) % 5 for each in range(len(sheet.criteria))])
    number, entrant = next(iter(competition.entrants.items()))
    secrets = [
        await start_session(person, device="benchmark", now=datetime.now(UTC))
        for person in (judge.actor.person_id, entrant.person_id)
    ]
    await close_database(engine)
    return (
        Built(f"judge's list of {N_ENTRIES}", "/en/judging", secrets[0]),
        Built("entry page", f"/en/entries/{number}", secrets[1]),
    )


def measure(data: Path, pages: tuple[Built, ...], seconds: float) -> None:
    """Ask both servers in turns, so that what else the machine does meets both alike."""
    bench = load_service_benchmark()
    port, bare_port = bench.free_port(), bench.free_port()
    serve = [sys.executable, "-m", "service.cli.main", "serve", "--data", str(data), "--port", str(port)]
    bare = [sys.executable, "-c", bench.BARE.replace("{port}", str(bare_port))]
    print(
        f"{'page':20} {'a second':>9} {'p50 ms':>7} {'CPU ms':>7} {'bare':>7} {'CPU ms':>7} {'ratio':>7} {'by CPU':>7}"
    )
    with bench.running(bare, bare_port, "/ok") as bare_server, bench.running(serve, port, "/healthz") as server:
        for each in pages:
            base = Asked(bench, bare_server, bare_port, "/ok")
            mine = Asked(bench, server, port, each.path, f"Cookie: tahkim={each.secret}\r\n")
            for _ in range(TURNS):
                base.ask(seconds / TURNS)
                mine.ask(seconds / TURNS)
            assert mine.faults == base.faults == 0
            print(
                f"{each.name:20} {mine.rate:9.1f} {mine.p50:7.1f} {mine.cpu:7.2f} {base.rate:7.0f} {base.cpu:7.3f} "
                f"{mine.rate / base.rate:7.4f} {base.cpu / mine.cpu:7.4f}"
            )
    print(f"aim: {AIM}")


async def profile(data: Path, pages: tuple[Built, ...]) -> None:
    """Ask for each page many times in this process, and print what took the time."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    settings = read_settings({}, data=data)
    async with open_world(settings, is_alone=True):
        app = create_app(settings, clock=system_clock, is_world_open=True)
        await load_pages(app, settings)
        for each in pages:
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000")
            client.cookies.set("tahkim", each.secret)
            assert (await client.get(each.path)).status_code == httpx.codes.OK
            begun = time.process_time()
            for _ in range(ROUNDS):
                await client.get(each.path)
            print(f"\n{each.name}: {1000 * (time.process_time() - begun) / ROUNDS:.2f} CPU ms a page with the client")
            with cProfile.Profile() as kept:
                for _ in range(ROUNDS):
                    await client.get(each.path)
            pstats.Stats(kept).sort_stats("tottime").print_stats(32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        pages = asyncio.run(build(data))
        if options.profile:
            asyncio.run(profile(data, pages))
        else:
            measure(data, pages, options.seconds)


if __name__ == "__main__":
    main()
