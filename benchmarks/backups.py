"""How long a backup and its restore take on both ways to run, beside what the disk of this run can write.

    python -m benchmarks.backups [--mib 2048] [--rows 500000]

The commands are those that an operator gives, each a process of its own. Once with many bytes of files, once with many
rows. ``ratio`` is the time of the restore to that of writing what the backup holds: the goal is at most 2.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import limits
from benchmarks.running import build
from service.settings import read_settings
from service.world import make_objects
from storage.engine import bind, close_database, insert_many, open_database, run_sql, sqlite_url, transaction
from storage.objects.store import make_key
from storage.piccolo_app import TABLES
from storage.tables.edition import Category, Material
from storage.tables.entry import Entry
from storage.tables.file import File
from tests.competition import JUDGED
from tests.postgres import PostgresServer, find_programs

GOAL = 2
MIB, FILE_MIB = 1024 * 1024, 256
COMMAND = [sys.executable, "-m", "service.cli.main"]
MANY_CHANGES = """INSERT INTO mark_change (id, sheet, criterion, revision, field, before, after, made_at)
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {})
    SELECT '00000000-0000-4000-8000-' || printf('%012d', n), s.id, NULL, 1000 + n, 'mark', n % 8, (n + 3) % 8,
    s.opens_at FROM up, (SELECT score_sheet.id, opens_at FROM score_sheet, round LIMIT 1) s"""


@dataclass(frozen=True)
class Ran:
    """What a command took."""

    seconds: float
    mib: float
    """The most memory that it held."""


def run(*arguments: str, database: str | None) -> Ran:
    environment = os.environ | ({"TAHKIM_DATABASE_URL": database} if database else {})
    begun = time.perf_counter()
    process = subprocess.Popen([*COMMAND, *arguments], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 (our own command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return Ran(time.perf_counter() - begun, usage.ru_maxrss / 1024)


async def fill(data: Path, mib: int, n_rows: int) -> None:
    """Make a judged competition, with so much in files and so many changes of marks."""
    url = sqlite_url(data / "tahkim.db")
    await build(url, is_grown=False)
    engine = await open_database(url)
    bind(engine, TABLES)
    entry = (await Entry.select(Entry.id).first() or {})["id"]
    category = (await Category.select(Category.id).first() or {})["id"]
    material = Material(
        category=category, slug="film", position=0, name_ar="الفيلم", name_en="Film", rule_ar="", rule_en="",
        formats='["mp4"]', audience="judges", is_required=False, max_files=1, max_bytes=FILE_MIB * MIB,
    )  # fmt: skip
    await insert_many([material])
    objects, source = make_objects(read_settings({}, data=data)), data / "source"
    for _ in range(mib // FILE_MIB):
        key, digest = make_key("original"), hashlib.sha256()
        with source.open("wb") as file:
            for _ in range(FILE_MIB):
                digest.update(block := os.urandom(MIB))
                file.write(block)
        await objects.put(key, source)
        made = File(
            entry=entry, material=material.id, state="ready", position=0, media_type="video/mp4", size=FILE_MIB * MIB,
            sha256=digest.hexdigest(), commitment="-", object_key=key, created_at=JUDGED,
        )  # fmt: skip
        await insert_many([made])
    source.unlink(missing_ok=True)
    async with transaction():
        await run_sql(MANY_CHANGES, max(n_rows, 1))
    await close_database(engine)


def measure(folder: Path, server: PostgresServer, *, mib: int, n_rows: int) -> None:
    data, what = folder / "data", f"{n_rows:,} rows" if n_rows else f"{mib:,} MiB of files"
    data.mkdir()
    asyncio.run(fill(data, mib, n_rows))
    rate = limits.write_rate(3)
    for way in ("sqlite", "postgres"):
        databases = [asyncio.run(server.create_database()) for _ in range(2)] if way == "postgres" else [None, None]
        if databases[0]:
            run("backup", str(folder / "into"), "--data", str(data), database=None)
            run("restore", str(folder / "into"), "--data", str(data / way), database=databases[0])
        kept, again = folder / f"{way}-kept", folder / f"{way}-again"
        backup = run("backup", str(kept), "--data", str(data / way if databases[0] else data), database=databases[0])
        restore = run("restore", str(kept), "--data", str(again), database=databases[1])
        size = sum(each.stat().st_size for each in kept.rglob("*") if each.is_file()) / MIB
        print(
            f"{what:20} {way:9} {size:7.0f} {rate:8.0f} {backup.seconds:8.1f} {backup.mib:8.0f} "
            f"{restore.seconds:8.1f} {restore.mib:8.0f} {restore.seconds / (size / rate):7.2f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=2048)
    parser.add_argument("--rows", type=int, default=500_000)
    options = parser.parse_args()
    print(
        f"{'':20} {'':9} {'MiB':>7} {'MiB/s':>8} {'backup s':>8} {'held MiB':>8} {'restore':>8} {'held MiB':>8} "
        f"{'ratio':>7} (goal {GOAL})"
    )
    server = PostgresServer(find_programs())
    server.start()
    try:
        for mib, n_rows in ((options.mib, 0), (0, options.rows)):
            with tempfile.TemporaryDirectory() as folder:
                measure(Path(folder), server, mib=mib, n_rows=n_rows)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
