"""Parts sent to the store that we serve ourselves, beside a bare route that streams a body to disk and syncs it.

Used by ``benchmarks.files``: the same client, the same connections, the same machine; read the ratio.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.service import free_port, running
from service.settings import read_settings
from service.world import make_objects
from storage.objects.store import PART_SIZE, make_key

CONNECTIONS, ROUNDS, PARTS_A_ROUND = 4, 3, 32
PASSING_BYTES = 3 * 1024**3
GOAL_RATE, GOAL_MEMORY = 0.5, 32
MIB = 1024 * 1024
BARE = """
import asyncio, os, secrets, sys
from granian.constants import Interfaces
from granian.server.embed import Server

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["method"] == "PUT":
        path = os.path.join(sys.argv[2], secrets.token_hex(8))
        opened = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        loop = asyncio.get_running_loop()
        batch, waiting, more = [], 0, True
        while more:
            event = await receive()
            batch.append(event.get("body", b""))
            waiting += len(batch[-1])
            more = event.get("more_body", False)
            if waiting >= 1 << 20 or not more:
                await loop.run_in_executor(None, os.write, opened, b"".join(batch))
                batch, waiting = [], 0
        await loop.run_in_executor(None, os.fsync, opened)
        os.close(opened)
        os.unlink(path)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})

asyncio.run(Server(app, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI, websockets=False,
                   log_enabled=False).serve())
"""


def upload() -> None:
    """Send parts to a served folder store and to the bare route, turn about, and compare the rates."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({}, data=Path(folder) / "data")
        ours, bare = free_port(), free_port()
        scratch = Path(folder) / "bare"
        scratch.mkdir()
        with (
            running(serving(ours, settings.data), ours, "/healthz"),
            running([sys.executable, "-c", BARE, str(bare), str(scratch)], bare, "/"),
        ):
            links = asyncio.run(sign(settings.data, PARTS_A_ROUND))
            plain, kept = [], []
            for _ in range(ROUNDS):
                plain.append(asyncio.run(send(bare, ["/put"] * PARTS_A_ROUND)))
                kept.append(asyncio.run(send(ours, links)))
    rate, base = statistics.median(kept), statistics.median(plain)
    print(f"parts of {PART_SIZE // MIB} MiB over {CONNECTIONS} connections: bare PUT with fsync {base:.0f} MiB/s")
    print(f"folder store: {rate:.0f} MiB/s, {rate / base:.2f} of it (goal {GOAL_RATE})")


def memory() -> None:
    """Let 3 GB pass through the served folder store and watch the memory of its process."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({}, data=Path(folder) / "data")
        port = free_port()
        with running(serving(port, settings.data), port, "/healthz"):
            links = asyncio.run(sign(settings.data, PARTS_A_ROUND))
            asyncio.run(send(port, links))
            server = find_server(port)
            first, seen, passed = resident(server), [], 0
            while passed < PASSING_BYTES:
                asyncio.run(send(port, links))
                passed += PART_SIZE * len(links)
                seen.append(resident(server))
    least, most = min(seen) - first, max(seen) - first
    print(
        f"{passed / 1024**3:.1f} GiB through the application: memory {first:.0f} MiB, from {least:+.1f} to {most:+.1f}"
    )
    print(f"(goal within {GOAL_MEMORY} MiB)")


def serving(port: int, data: Path) -> list[str]:
    return [sys.executable, "-m", "service.cli.main", "serve", "--port", str(port), "--data", str(data)]


async def sign(data: Path, n_parts: int) -> list[str]:
    """Begin an upload in the served store, and sign its parts. Sent again, a part takes the place of the last."""
    objects = make_objects(read_settings({}, data=data))
    ref = await objects.create_upload(make_key("original"), size=n_parts * PART_SIZE)
    return [
        (await objects.sign_part(ref, number, length=PART_SIZE, seconds=3600)).url for number in range(1, n_parts + 1)
    ]


async def send(port: int, paths: Sequence[str]) -> float:
    """Put one part to each address over a few kept connections; return MiB a second."""
    body = os.urandom(MIB)
    waiting = list(paths)
    begun = time.perf_counter()

    async def keep() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            path = waiting.pop()
            head = f"PUT {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {PART_SIZE}\r\n\r\n"
            writer.write(head.encode())
            for _ in range(PART_SIZE // MIB):
                writer.write(body)
                await writer.drain()
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            length = re.search(rb"content-length: (\d+)", answer.lower())
            await reader.readexactly(int(length[1]) if length else 0)
        writer.close()

    await asyncio.gather(*(keep() for _ in range(CONNECTIONS)))
    return len(paths) * PART_SIZE / MIB / (time.perf_counter() - begun)


def find_server(port: int) -> int:
    """Find the process that listens on a port of ours, among our own children."""
    inode = next(
        fields[9]
        for fields in (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
        if fields[1].endswith(f":{port:04X}") and fields[3] == "0A"
    )
    for folder in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if folder.readlink().name == f"socket:[{inode}]":
                return int(folder.parts[2])
        except OSError:
            continue
    raise LookupError(port)


def resident(process: int) -> float:
    """MiB of memory that a process holds itself; pages of files do not count."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.split("RssAnon:")[1].split()[0]) / 1024
