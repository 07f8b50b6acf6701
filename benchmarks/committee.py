"""How fast the committee's pages answer with many entries, as ratios to a bare route on the same server, in one run.

    python -m benchmarks.committee [--seconds 4] [--entries 400 2000]

A small competition is driven through the use cases until its round has closed; its entries, sheets and marks are then
multiplied row by row, and the round is ranked as always. Both servers are asked in turns; the last ratio is that of
their processor time an answer, which other work on the machine changes little.

Two cores and nothing else, four seconds a page, November 2026; the ranking is of one of two categories, a hundred
entries a part, and the list was of 500 a part then, as it is now where all are asked for on one page:

    entries  page                       a second  p50 ms  p95 ms   ratio
        400  list of entries with totals    32.3     117     225   .0051   (aim .006)
        400  ranking of a category          21.3     172     404   .0029
        400  progress, all categories       46.0      89     135   .0062
      2,000  list of entries, 500 a part    10.5     359     725   .0015
      2,000  ranking of a category           8.2     429   1,157   .0012
      2,000  progress, 100 columns a part   11.8     329     569   .0017

By processor time, with other work on both cores, the list of 400 stood at .0082 (25.6 ms an answer against .209) and
.0064 (42.6 ms against .275) in two runs, the list of 2,000 at .0027. As it opens now, fifty a part, it took 15.7 ms an
answer (.0152; all 400 on one page .0055 in the same run), and 40.9 ms of 2,000 (.0050).
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.pages import TURNS, Asked, load_service_benchmark
from service.usecases.people.sessions import start_session
from storage.engine import bind, close_database, insert_many, open_database, sqlite_url, transaction
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.assignment import Assignment
from storage.tables.entrant import EntryOwner
from storage.tables.entry import Entry, EntryVersion
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.competition import JUDGED, make_competition

AIM = 0.006
"""The share of a bare route's rate that the list of 400 entries with totals is to reach."""
PAGES = {
    "list of entries with totals": "/en/committee/entries?part=all",
    "the same, fifty a part": "/en/committee/entries",
    "ranking of a category": "/en/committee/ranking/documentary",
    "progress, all categories": "/en/committee/progress",
}


def copies(table: Any, rows: Iterable[dict[str, Any]], **changes: Any) -> list[Any]:
    """Give rows again under new ids, with changes; a change that is a function is asked for each row."""
    return [
        table(**row | {"id": uuid4()} | {name: to(row) if callable(to) else to for name, to in changes.items()})
        for row in rows
    ]


async def multiply(n_entries: int) -> None:
    """Make the entries that there are into so many, each with the sheets and marks of the one it was copied from."""
    sources = await Entry.select().order_by(Entry.entry_number)
    for at in range(n_entries - len(sources)):
        source = sources[at % len(sources)]
        prefix = str(source["code_name"]).split("-")[0]
        (entry,) = copies(Entry, [source], entry_number=f"2027-B{at:04}", code_name=f"{prefix}-{1000 + at}")
        versions = await EntryVersion.select().where(EntryVersion.entry == source["id"])
        owners = await EntryOwner.select().where(EntryOwner.entry == source["id"])
        pairs = await Assignment.select().where(Assignment.entry == source["id"])
        new_pairs = copies(Assignment, pairs, entry=entry.id)
        async with transaction():
            await insert_many([entry])
            await insert_many(copies(EntryVersion, versions, entry=entry.id, title_en=f"The work {at}"))
            await insert_many(copies(EntryOwner, owners, entry=entry.id))
            await insert_many(new_pairs)
            for pair, made in zip(pairs, new_pairs, strict=True):
                for sheet in await ScoreSheet.select().where(ScoreSheet.assignment == pair["id"]):
                    (new_sheet,) = copies(ScoreSheet, [sheet], assignment=made.id)
                    marks = await Mark.select().where(Mark.sheet == sheet["id"])
                    await insert_many([new_sheet])
                    await insert_many(copies(Mark, marks, sheet=new_sheet.id))


async def build(data: Path, n_entries: int) -> str:
    """Make the competition in a folder; return the secret of the chair's session."""
    engine = await open_database(sqlite_url(data / "tahkim.db"))
    await migrate(engine)
    bind(engine, TABLES)
    competition = await make_competition()
    await competition.reach_judging()
    await competition.judge_all()
    await competition.end_judging()
    await multiply(n_entries)
    competition.judged = JUDGED + timedelta(hours=1)
    await competition.rank()
    secret = await start_session(competition.chair.person_id, device="benchmark", now=datetime.now(UTC))
    await close_database(engine)
    return secret


def measure(data: Path, secret: str, n_entries: int, seconds: float) -> None:
    bench = load_service_benchmark()
    port, bare_port = bench.free_port(), bench.free_port()
    serve = [sys.executable, "-m", "service.cli.main", "serve", "--data", str(data), "--port", str(port)]
    bare = [sys.executable, "-c", bench.BARE.replace("{port}", str(bare_port))]
    with bench.running(bare, bare_port, "/ok") as bare_server, bench.running(serve, port, "/healthz") as server:
        for name, path in PAGES.items():
            base = Asked(bench, bare_server, bare_port, "/ok")
            mine = Asked(bench, server, port, path, f"Cookie: tahkim={secret}\r\n")
            for _ in range(TURNS):
                base.ask(seconds / TURNS)
                mine.ask(seconds / TURNS)
            assert mine.faults == base.faults == 0
            print(
                f"{n_entries:7} {name:28} {mine.rate:9.1f} {mine.p50:7.0f} {mine.cpu:7.1f} {base.rate:7.0f} "
                f"{base.cpu:7.3f} {mine.rate / base.rate:7.4f} {base.cpu / mine.cpu:7.4f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--entries", type=int, nargs="+", default=[400, 2000])
    options = parser.parse_args()
    heads = ("a second", "p50 ms", "CPU ms", "bare", "CPU ms", "ratio", "by CPU")
    print(f"{'entries':>7} {'page':28} {heads[0]:>9} {' '.join(f'{each:>7}' for each in heads[1:])}")
    for n_entries in options.entries:
        with tempfile.TemporaryDirectory() as folder:
            secret = asyncio.run(build(Path(folder), n_entries))
            measure(Path(folder), secret, n_entries, options.seconds)
    print(f"aim for the list of 400 entries: {AIM}")


if __name__ == "__main__":
    main()
