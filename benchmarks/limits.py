"""What the machine itself can do, in the same run: bare commits and writes. The service is measured against it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from pathlib import Path

import asyncpg

CLIENTS = 8
ROW = "INSERT INTO line (text) VALUES ('a mark, its change, and its row in the log')"
MIB = 1024 * 1024


def sqlite_commits(seconds: float) -> float:
    """Count commits a second of one writer that waits for the disk each time."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE line (text text)"):
            connection.execute(statement)
        n, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            connection.execute(ROW)
            n += 1
        connection.close()
    return n / seconds


def postgres_commits(url: str, seconds: float) -> float:
    """Count commits a second of eight clients together."""

    async def commit(end: float) -> int:
        connection = await asyncpg.connect(url)
        n = 0
        while time.perf_counter() < end:
            await connection.execute(ROW)
            n += 1
        await connection.close()
        return n

    async def all_of_them() -> int:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE IF NOT EXISTS line (text text)")
        await connection.close()
        end = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(commit(end) for _ in range(CLIENTS))))

    return asyncio.run(all_of_them()) / seconds


def write_rate(seconds: float) -> float:
    """Give the MiB a second written in order and synced."""
    block, n = os.urandom(4 * MIB), 0
    with tempfile.NamedTemporaryFile() as file:
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            file.write(block)
            n += 4
        file.flush()
        os.fsync(file.fileno())
        return n / (time.perf_counter() - begun)
