"""How fast the log is checked: rows a second of processor time, beside what bare hashing of such rows costs.

    python -m benchmarks.log [--rows 40000]

The aim is 20,000 rows a second: a national edition leaves some 200,000.
"""

import argparse
import asyncio
import hashlib
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from service.audit_check import verify
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from tests.chained import add_chained

AIM = 20_000
ROW_BYTES = 420


async def measure(url: str, n_rows: int) -> float:
    """Fill a log and walk it: rows a second of processor time."""
    engine = await open_database(url, is_alone=True)
    try:
        bind(engine, TABLES)
        await migrate(engine)
        await add_chained(n_rows)
        begun = time.process_time()
        verdict = await verify()
        took = time.process_time() - begun
    finally:
        await close_database(engine)
    if verdict.broken or verdict.rows != n_rows:
        raise AssertionError(verdict)
    return n_rows / took


def hashes_a_second(n: int) -> float:
    """Count rows of this length that are hashed twice a second, the row and the value that it committed to."""
    row, begun = b"x" * ROW_BYTES, time.process_time()
    for _ in range(n):
        hashlib.sha256(row).hexdigest()
        hashlib.sha256(row[:60]).hexdigest()
    return n / (time.process_time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    n_rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        rate = asyncio.run(measure(sqlite_url(Path(folder) / "tahkim.db"), n_rows))
    bare = hashes_a_second(n_rows)
    print(f"{rate:,.0f} rows a second (aim {AIM:,}), {rate / bare:.3f} of the hashing alone ({bare:,.0f})")


if __name__ == "__main__":
    main()
