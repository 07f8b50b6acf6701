"""How fast the service answers, as ratios to a bare route of the same framework on the same server, in one run.

    python benchmarks/service.py [--seconds 4] [--data DIR]

A demonstration in its judging phase is built in a temporary folder (or found in DIR), served as ``tahkim serve`` serves
it, and asked over kept connections by one asynchronous client that reads whole answers. Beside it stands a server with
one route that says "ok". Machines are noisy: read the ratios.
"""

import argparse
import asyncio
import http.cookiejar
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BARE = """
import asyncio
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, get

@get("/ok", sync_to_thread=False)
def ok() -> str:
    return "ok"

asyncio.run(Server(Litestar([ok], openapi_config=None), address="127.0.0.1", port={port}, interface=Interfaces.ASGI,
                   websockets=False, log_enabled=False).serve())
"""
CONNECTIONS = 16


@dataclass(frozen=True)
class Answered:
    """What one load got: answers a second, and the middle and slow ends of their times in milliseconds."""

    rate: float
    p50: float
    p95: float
    faults: int


@dataclass(frozen=True)
class Server:
    """A server that runs: how long its first good answer took, and its process."""

    seconds: float
    pid: int

    def read_cpu(self) -> float:
        """Give the processor seconds that it has used since it began (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator[Server]:
    """Start a server, wait for its first good answer, and stop it in the end."""
    begun = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (our own commands)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                    break
            except OSError:
                if server.poll() is not None or time.perf_counter() - begun > 300:
                    raise
                time.sleep(0.02)
        yield Server(time.perf_counter() - begun, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


async def ask(
    port: int, make: Callable[[int], bytes], seconds: float, connections: int = CONNECTIONS, *, pause: float = 0
) -> Answered:
    """Keep connections busy for some seconds. ``make(connection)`` gives the bytes of the next request.

    ``pause``: so many seconds pass between an answer and the next request of a connection, as somebody reads.
    """
    times: list[float] = []
    faults = 0
    end = time.perf_counter() + seconds

    async def keep(connection: int) -> None:
        nonlocal faults
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            writer.write(make(connection))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
            await reader.readexactly(length)
            times.append(time.perf_counter() - begun)
            faults += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303", b"HTTP/1.1 304"))
            if pause:
                await asyncio.sleep(pause)
        writer.close()

    await asyncio.gather(*(keep(each) for each in range(connections)))
    cut = statistics.quantiles(times, n=20)
    return Answered(len(times) / seconds, 1000 * statistics.median(times), 1000 * cut[-1], faults)


class Browser:
    """One signed-in judge: cookies, and the token that scripts send."""

    def __init__(self, port: int, email: str, password: str) -> None:
        self.base = f"http://localhost:{port}"
        self.port = port
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.send("/en/sign-in", self.read("/en/sign-in"), email=email, password=password)

    def send(self, path: str, page: str, **fields: str) -> None:
        token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        typed = urllib.parse.urlencode({"csrf": token, **fields}).encode()
        request = urllib.request.Request(self.base + path, typed, {"Origin": self.base})  # noqa: S310 (loopback)
        self.opener.open(request).read()

    def read(self, path: str) -> str:
        return self.opener.open(self.base + path).read().decode()

    @property
    def cookies(self) -> str:
        return "; ".join(f"{each.name}={each.value}" for each in self.jar)

    def get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookies}\r\n\r\n".encode()

    def put(self, path: str, token: str, body: dict[str, object]) -> bytes:
        text = json.dumps(body)
        return (
            f"PUT {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookies}\r\nX-CSRF-Token: {token}\r\n"
            f"Origin: {self.base}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
        ).encode()


def autosaver(browser: Browser) -> Callable[[int], bytes]:
    """Give requests that each change one mark of the judge's first open sheet, at the revision that it has then."""
    listed = browser.read("/en/judging")
    for code in re.findall(r'href="/en/judging/([A-Z]+-\d+)', listed):
        page = browser.read(f"/en/judging/{code}")
        if 'name="answer"' in page:
            browser.send(f"/en/judging/{code}/conflict", page, answer="no")
            page = browser.read(f"/en/judging/{code}")
        found = re.search(r'data-revision="(\d+)"', page)
        if found:
            break
    else:
        raise LookupError("no open sheet")
    token = re.search(r'<meta name="csrf" content="([^"]+)"', page)[1]
    criterion = re.search(r'data-criterion="([^"]+)"', page)[1]
    held = json.loads(browser.read(f"/en/judging/{code}/marks"))
    state = {"revision": held["revision"], "step": held["marks"].get(criterion, 0)}  # the same again would be no change

    def make(_connection: int) -> bytes:
        state["step"] = state["step"] % 8 + 1
        body = {"criterion": criterion, "step": state["step"], "revision": state["revision"]}
        state["revision"] += 1
        return browser.put(f"/en/judging/{code}/marks", token, body)

    return make


def import_time() -> float:
    """Give the seconds in which a fresh interpreter imports the application."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import service.app"], check=True)
    return time.perf_counter() - begun


def measure(data: Path, told: dict[str, object], seconds: float) -> None:
    port, bare_port = free_port(), free_port()
    judge = told["sign_in"]["judge"]
    serve = [sys.executable, "-m", "service.cli.main", "serve", "--data", str(data), "--port", str(port)]
    bare = [sys.executable, "-c", BARE.replace("{port}", str(bare_port))]
    print(f"import of the application            {import_time():8.2f} s")
    with running(bare, bare_port, "/ok") as bare_start, running(serve, port, "/healthz") as start:
        print(f"start to first answer                {start.seconds:8.2f} s   (bare route {bare_start.seconds:.2f} s)")
        browser = Browser(port, judge["email"], judge["password"])
        pages = {"home page": "/en/", "judge's list": "/en/judging", "a category": "/en/categories/documentary"}
        rows: list[tuple[str, Answered, Answered]] = []
        ok = f"GET /ok HTTP/1.1\r\nHost: localhost:{bare_port}\r\n\r\n".encode()
        for name, path in pages.items():
            request = browser.get(path)
            base = asyncio.run(ask(bare_port, lambda _, ok=ok: ok, seconds))
            rows.append((name, asyncio.run(ask(port, lambda _, r=request: r, seconds)), base))
        base = asyncio.run(ask(bare_port, lambda _: ok, seconds))
        rows.append(("autosave, with its row in the log", asyncio.run(ask(port, autosaver(browser), seconds, 1)), base))
        print(f"{'':36} {'a second':>9} {'p50 ms':>8} {'p95 ms':>8} {'bare':>9} {'ratio':>7} faults")
        for name, mine, base in rows:
            print(
                f"{name:36} {mine.rate:9.0f} {mine.p50:8.1f} {mine.p95:8.1f} {base.rate:9.0f} "
                f"{mine.rate / base.rate:7.3f} {mine.faults}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder) / "demo"
        told = Path(folder) / "told.json"
        build = ["demo", "--phase", "judging", "--headless", "--data", str(data), "--json", str(told)]
        subprocess.run([sys.executable, "-m", "service.cli.main", *build], check=True, env=os.environ | {"LANG": "C"},  # noqa: S603 (our own)
                       stdout=subprocess.DEVNULL)  # fmt: skip
        measure(data, json.loads(told.read_text(encoding="utf-8")), options.seconds)


if __name__ == "__main__":
    main()
