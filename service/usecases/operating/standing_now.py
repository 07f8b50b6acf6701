"""How the installation stands, for whoever runs it: each part, whether it is well, and the facts that say so.

What watches the machine asks ``health``; what must hold between rows is ``doctor``'s. Here is what a person can see to.
"""

import asyncio
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from service.clock import CheckedClock, Clock, find_last_step
from service.settings import Settings
from service.text import Ltr, Size
from service.usecases.operating.health import OK, look_at_health
from storage.engine import Row, on_postgres, run_sql
from storage.inspect.look import is_reader_here
from storage.inspect.scanner import ScannerAway, ask
from storage.lifecycle import UploadState
from storage.objects.store import ObjectStore

__all__ = ["PARTS", "Sign", "Tone", "look_round"]

PARTS = (
    "database",
    "store",
    "worker",
    "jobs",
    "letters",
    "uploads",
    "disk",
    "backup",
    "clock",
    "scanner",
    "sandbox",
    "reader",
)
"""Everything that is looked at, in the order of the page."""
LATE_AFTER = timedelta(minutes=2)
"""A worker looks twice a second: what is due for so long says that none does, or that there is too much."""
UNFINISHED_AFTER = timedelta(days=1)
"""An upload that is open for so long was probably left."""
BACKUP_EVERY = timedelta(days=1)
STEP_TOLD_FOR = timedelta(days=1)
APART_AT_MOST = timedelta(seconds=2)
"""Between this machine's clock and the database server's, besides what the question took."""
ROOM_SHARE, ROOM_AT_LEAST = 0.1, 10 * 2**30
"""Of the disk, and in bytes: under either, somebody should see to it before files are refused."""
_WALLS = (
    "from storage.inspect.sandbox import find_walls as f; w = f(); print(int(w.is_offline), int(w.is_shut_in), end='')"
)


class Tone(StrEnum):
    """How a part stands: well, worth a look, or something does not work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Sign:
    """One part: ``health.<part>.<code>`` says it with these facts, ``health.<part>.<code>_do`` what to do."""

    part: str
    code: str
    tone: Tone = Tone.OK
    facts: Mapping[str, object] = field(default_factory=dict)


async def look_round(settings: Settings, objects: ObjectStore, *, clock: Clock, now: datetime) -> tuple[Sign, ...]:
    """Look at every part, in the order of ``PARTS``. Nothing is written and no part is waited for long."""
    health = await look_at_health(objects)
    scanner, sandbox = await asyncio.gather(_scanner(settings.scanner), asyncio.to_thread(_sandbox))
    return (
        Sign("database", "ok") if health.has_pages else Sign("database", health.schema, Tone.BAD),
        Sign("store", "ok") if health.objects == OK else Sign("store", "away", Tone.BAD),
        *await _work(now),
        await _uploads(now),
        await asyncio.to_thread(_disk, settings.data),
        await _backup(now),
        await _clock(clock, now, has_database=health.has_pages),
        scanner,
        sandbox,
        Sign("reader", "ok") if is_reader_here() else Sign("reader", "missing", Tone.WARN),
    )


async def _work(now: datetime) -> tuple[Sign, Sign, Sign]:
    """Tell of workers by what they do: none of them is registered anywhere, leases and marks are all they leave."""
    jobs, letters = Counter[str](), Counter[str]()
    for row in await run_sql(_COUNTS):
        (jobs if row["queue"] == "job" else letters)[row["state"]] = row["n"]
    held = await run_sql(_HELD)
    first = await run_sql("SELECT state, due_at FROM message WHERE state = 'waiting' ORDER BY due_at LIMIT 1")
    due = [row["due_at"] for row in (*held, *first) if row["state"] == "waiting"]
    return _worker(held, now - min(due, default=now), now), _jobs(held, jobs), _letters(letters)


_COUNTS = """SELECT 'job' AS queue, state, COUNT(*) AS n FROM job GROUP BY state
    UNION ALL SELECT 'message' AS queue, state, COUNT(*) AS n FROM message GROUP BY state"""
_HELD = """SELECT state, kind, error, owner, lease_until, due_at, done_at FROM job WHERE state IN ('running', 'failed')
    OR id = (SELECT id FROM job WHERE state = 'waiting' ORDER BY due_at LIMIT 1)
    OR id = (SELECT id FROM job WHERE state = 'done' AND done_at IS NOT NULL ORDER BY done_at DESC LIMIT 1)"""
"""What is in hand and what failed, the one that waits for longest, and the last that was done."""


def _worker(held: list[Row], late: timedelta, now: datetime) -> Sign:
    if late > LATE_AFTER:
        return Sign("worker", "late", Tone.BAD, {"late": late})
    running = {row["owner"] for row in held if row["state"] == "running" and row["lease_until"] > now}
    if running:
        return Sign("worker", "busy", facts={"n": len(running)})
    last = [row["done_at"] for row in held if row["state"] == "done"]
    return Sign("worker", "ok", facts={"at": last[0]}) if last else Sign("worker", "idle")


def _jobs(held: list[Row], rows: Mapping[str, int]) -> Sign:
    facts = {"waiting": rows.get("waiting", 0), "running": rows.get("running", 0)}
    failed = Counter((row["kind"], row["error"] or "–") for row in held if row["state"] == "failed")
    if not failed:
        return Sign("jobs", "ok", facts=facts)
    named = ", ".join(f"{kind} ({error}) × {n}" for (kind, error), n in sorted(failed.items()))
    return Sign("jobs", "failed", Tone.BAD, {**facts, "failed": failed.total(), "code": Ltr(named)})


def _letters(rows: Mapping[str, int]) -> Sign:
    waiting, failed = rows.get("waiting", 0) + rows.get("sending", 0), rows.get("failed", 0)
    if failed:
        return Sign("letters", "failed", Tone.BAD, {"waiting": waiting, "failed": failed})
    return Sign("letters", "ok", facts={"waiting": waiting})


async def _uploads(now: datetime) -> Sign:
    rows = await run_sql(
        "SELECT committed_at AS at FROM upload WHERE state = {} ORDER BY committed_at LIMIT 1", UploadState.OPEN.value
    )
    if not rows:
        return Sign("uploads", "none")
    is_old = now - rows[0]["at"] > UNFINISHED_AFTER
    return Sign("uploads", "old" if is_old else "ok", Tone.WARN if is_old else Tone.OK, {"at": rows[0]["at"]})


def _disk(folder: Path) -> Sign:
    room = shutil.disk_usage(folder)
    facts = {"free": Size(room.free), "total": Size(room.total)}
    if room.free < ROOM_AT_LEAST or room.free < room.total * ROOM_SHARE:
        return Sign("disk", "short", Tone.BAD, facts)
    return Sign("disk", "ok", facts=facts)


async def _backup(now: datetime) -> Sign:
    rows = await run_sql("SELECT at FROM audit_event WHERE event = 'backup-made' ORDER BY sequence DESC LIMIT 1")
    if not rows:
        return Sign("backup", "never", Tone.WARN)
    is_old = now - rows[0]["at"] > BACKUP_EVERY
    return Sign("backup", "old" if is_old else "ok", Tone.WARN if is_old else Tone.OK, {"at": rows[0]["at"]})


async def _clock(clock: Clock, now: datetime, *, has_database: bool) -> Sign:
    """Tell whether the clock was set lately, and if it goes with the database's; a test's clock goes its own way."""
    step = find_last_step(clock)
    if step is not None and abs(now - step.at) < STEP_TOLD_FOR:
        code = "forward" if step.by > timedelta() else "back"
        return Sign("clock", code, Tone.WARN, {"by": abs(step.by), "at": step.at})
    if isinstance(clock, CheckedClock) and on_postgres() and has_database:
        asked_at = clock()
        [row] = await run_sql("SELECT clock_timestamp() AS at")
        answered_at = clock()
        apart = max(asked_at - row["at"], row["at"] - answered_at)
        return Sign("clock", "apart", Tone.BAD, {"by": apart}) if apart > APART_AT_MOST else Sign("clock", "agrees")
    return Sign("clock", "ok")


async def _scanner(address: str | None) -> Sign:
    if address is None:
        return Sign("scanner", "none")
    try:
        await asyncio.to_thread(ask, address)
    except ScannerAway:
        return Sign("scanner", "away", Tone.BAD, {"code": Ltr(address)})
    return Sign("scanner", "ok")


@cache
def _sandbox() -> Sign:
    """Say whether one file under inspection can reach the network or other files here: asked once a process."""
    try:
        told = subprocess.run([sys.executable, "-c", _WALLS], capture_output=True, timeout=20, check=True).stdout  # noqa: S603 (our own statement)
    except (OSError, subprocess.SubprocessError):
        told = b""
    if told == b"1 1":
        return Sign("sandbox", "ok")
    return Sign("sandbox", "open", Tone.BAD)
