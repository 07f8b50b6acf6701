"""The whole program as a process: it starts, stops when told, and comes back after a kill with nothing lost."""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.cli.serve import CONNECTIONS, make_room

ROOT = Path(__file__).parents[2]
IDLE = 400
FORM = {"name_ar": "ريم", "name_en": "Reem"}


class Served:
    """A served installation in a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> httpx.Client:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TAHKIM_")}
        command = [
            sys.executable,
            "-m",
            "service.cli.main",
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
            *options,
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                return httpx.Client(base_url=f"http://127.0.0.1:{self.port}")
        raise AssertionError("the server did not come up")

    def signal(self, name: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(name)
        return self.process.wait(timeout=30)


@pytest.fixture
def served(tmp_path: Path, fonts: Path) -> Iterator[Served]:
    (tmp_path / "fonts").symlink_to(fonts)
    made = Served(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.signal(signal.SIGKILL)


def sign_up(client: httpx.Client, email: str) -> int:
    page = client.get("/en/sign-up").text
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert token
    return client.post("/en/sign-up", data={**FORM, "email": email, "csrf": token[1]}).status_code


def letters(data: Path, n: int) -> list[Path]:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = list((data / "mail").glob("*.eml"))
        if len(found) >= n:
            return found
        time.sleep(0.05)
    raise AssertionError("the letters did not come")


def test_hundreds_of_idle_connections_shut_nobody_out(served: Served):
    """Browsers keep their connections between two pages; one process has to hold those of everybody who reads."""
    served.start().close()
    ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with contextlib.ExitStack() as idle:
        for _ in range(IDLE):
            held = idle.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            held.sendall(ask)
            assert held.recv(12) == b"HTTP/1.1 200"

        assert httpx.get(f"http://127.0.0.1:{served.port}/healthz", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("soft", "hard", "n"),
    [(1024, 1 << 20, CONNECTIONS), (1024, 2048, 1536), (1024, resource.RLIM_INFINITY, CONNECTIONS), (256, 256, 64)],
)
def test_as_many_files_may_be_open_as_connections_need(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, n: int):
    put: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: put.append(limits))

    assert make_room() == n

    ((now, most),) = put
    assert most == hard
    assert max(soft, n) <= now
    assert hard == resource.RLIM_INFINITY or now <= hard


def test_it_stops_cleanly_when_told(served: Served):
    with served.start() as client:
        assert client.get("/ar/").status_code == 200

    assert served.signal(signal.SIGTERM) == 0


def test_what_was_answered_is_there_after_a_kill_and_letters_go_once(served: Served):
    with served.start() as client:
        assert sign_up(client, "one@example.org") == 200
        served.signal(signal.SIGKILL)
    with served.start() as client:
        assert sign_up(client, "two@example.org") == 200
        found = letters(served.data, 2)

    assert len(found) == 2
    assert served.signal(signal.SIGTERM) == 0


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def children_of(pid: int) -> set[int]:
    return {int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def test_of_several_processes_one_may_die_and_all_end_together(served: Served):
    served.start("--workers", "2").close()
    assert served.process is not None
    first = children_of(served.process.pid)
    assert len(first) == 2
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as client:
        assert sign_up(client, "one@example.org") == 200

    os.kill(max(first), signal.SIGKILL)
    end = time.monotonic() + 60
    while len(children_of(served.process.pid) - {max(first)}) < 2 and time.monotonic() < end:
        time.sleep(0.05)

    assert len(children_of(served.process.pid) - first) == 1
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", transport=httpx.HTTPTransport(retries=5)) as client:
        assert sign_up(client, "two@example.org") == 200
    assert len(letters(served.data, 2)) == 2
    left = children_of(served.process.pid)
    assert served.signal(signal.SIGTERM) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)


def test_when_the_process_that_keeps_several_is_killed_they_end_too(served: Served):
    served.start("--workers", "2").close()
    assert served.process is not None
    left = children_of(served.process.pid)
    assert len(left) == 2

    served.signal(signal.SIGKILL)

    end = time.monotonic() + 60
    while any(map(is_running, left)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_running, left))
