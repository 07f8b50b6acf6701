"""S3 servers for tests, on loopback: rclone's, which checks signatures; and what each of them does otherwise."""

from __future__ import annotations

import asyncio
import atexit
import functools
import http.client
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from storage.errors import ObjectStoreAway
from storage.objects.s3 import S3Store
from storage.objects.s3_client import S3Address

S3_SERVERS = ("rclone", "swift")
BUCKET = "tahkim-test"
_START_SECONDS = 120.0

DEVIATIONS = {
    "rclone": {"test_a_part_sent_again_replaces_the_first": "501: a part is refused when sent again with other bytes"},
    "swift": {"test_after_completion_no_part_is_taken": "it is taken, and if its bytes differ the object breaks"},
}
"""By server and test: what it does otherwise. docs/adr/0003 has the table for people."""


class RcloneServer:
    """``rclone serve s3`` over a folder. It verifies signatures; it needs no set-up but its package."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tahkim-rclone-"))
        (self.folder / BUCKET).mkdir()
        self.access_key = secrets.token_hex(8)
        self.secret_key = secrets.token_hex(16)
        self.port = find_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("rclone")
        if not program.exists():
            pytest.fail("rclone is not installed. Run: make install")
        log = (self.folder.parent / f"{self.folder.name}.log").open("wb")
        self._process = subprocess.Popen(
            [
                program, "serve", "s3", str(self.folder), "--config", "/dev/null",
                "--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{self.access_key},{self.secret_key}",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        wait_for_port(self.port)

    def lose(self) -> None:
        """Kill it, lose everything that was in it, and let an empty one stand in its place."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder / BUCKET)
        (self.folder / BUCKET).mkdir()
        self.start()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)

    def make_address(self, **changes: str) -> S3Address:
        values = {"access_key": self.access_key, "secret_key": self.secret_key} | changes
        return S3Address(bucket=BUCKET, endpoint=f"http://127.0.0.1:{self.port}", **values)


def wait_for_port(port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                pytest.fail(f"the S3 server did not open port {port}")
            time.sleep(0.02)  # another program's start has no event to wait for
        else:
            return


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@functools.cache
def get_rclone() -> RcloneServer:
    """Start the one rclone of this test run, at the first need of it."""
    server = RcloneServer()
    atexit.register(server.stop)
    server.start()
    return server


@functools.cache
def open_s3_store(name: str) -> S3Store:
    """Give the one store of a server: building its client takes longer than a test."""
    if name == "rclone":
        return S3Store(get_rclone().make_address())
    from tests.swift import get_swift  # noqa: PLC0415 (it is built on this module)

    return S3Store(get_swift().make_address())


async def send_by_http(link, data: bytes) -> str:
    """PUT one part as a browser does. A refusal is raised, so that every store's sender behaves alike."""
    status, headers, body = await asyncio.to_thread(_request, "PUT", link.url, data, dict(link.headers))
    if status != 200:
        raise ObjectStoreAway(reason=body.decode(errors="replace"), status=status)
    return headers["ETag"]


def _request(method: str, url: str, data: bytes | None, headers: dict[str, str]):
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        connection.request(method, f"{address.path}?{address.query}", body=data, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
