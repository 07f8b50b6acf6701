"""How fast a judge's list of 40 and a student's entry page answer, as ratios to a bare route in the same run.

    python benchmarks/pages.py [--seconds 4] [--profile]

A small competition is driven through the use cases until judging has begun, with one judge who is given forty projects
and has sealed some of them. ``--profile`` says where the time of each page goes instead, in one process without a
network. Machines are noisy: read the ratios.
"""

import argparse
import asyncio
import cProfile
import importlib.util
import logging
import pstats
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx
import structlog

from service.app import create_app, load_pages
from service.clock import system_clock
from service.settings import read_settings
from service.usecases.sessions import start_session
from service.world import open_world
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from tests.competition import make_competition, make_plan

AIM = 0.03
"""The share of a bare route's rate that both pages are to reach."""
N_ENTRIES, N_MARKED = 40, 12
ROUNDS = 150


@dataclass(frozen=True)
class Built:
    """A page's address, and the secret of its reader's session."""

    name: str
    path: str
    secret: str


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
    bench = load_service_benchmark()
    port, bare_port = bench.free_port(), bench.free_port()
    serve = [sys.executable, "-m", "service.cli.main", "serve", "--data", str(data), "--port", str(port)]
    bare = [sys.executable, "-c", bench.BARE.replace("{port}", str(bare_port))]
    print(f"{'page':24} {'a second':>9} {'p50 ms':>8} {'p95 ms':>8} {'bare':>9} {'ratio':>8} faults")
    with bench.running(bare, bare_port, "/ok"), bench.running(serve, port, "/healthz"):
        ok = f"GET /ok HTTP/1.1\r\nHost: localhost:{bare_port}\r\n\r\n".encode()
        for each in pages:
            request = (
                f"GET {each.path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: tahkim={each.secret}\r\n\r\n"
            ).encode()
            base = asyncio.run(bench.ask(bare_port, lambda _, ok=ok: ok, seconds))
            mine = asyncio.run(bench.ask(port, lambda _, request=request: request, seconds, 4))
            print(
                f"{each.name:24} {mine.rate:9.1f} {mine.p50:8.1f} {mine.p95:8.1f} {base.rate:9.0f} "
                f"{mine.rate / base.rate:8.4f} {mine.faults}"
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
    parser.add_argument("--seconds", type=float, default=4)
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
