"""The program in processes of its own, from one folder: servers and workers begun, killed and ended."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from service.settings import Settings, read_settings
from tests.s3 import find_port

ROOT = Path(__file__).parents[1]
_WITHIN_SECONDS = 400.0


class Site:
    """Parts of the program in processes of their own, by name: begun, killed and ended."""

    are_apart = False
    """Whether servers stand for machines of their own, which share no folder."""

    def __init__(self, folder: Path, *, n_servers: int) -> None:
        self.folder = folder
        self.server_ports = [find_port() for _ in range(n_servers)]
        self.address = f"http://localhost:{self.server_ports[0]}"
        self.environment: dict[str, str] = clean_environment()
        self._parts: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str, within: float = 600) -> str:
        """Run one of the program's commands to its end; what it printed."""
        done = subprocess.run(
            self._command(*command), env=self.environment, cwd=ROOT, timeout=within,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"tahkim {' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    @property
    def settings(self) -> Settings:
        ours = {name: value for name, value in self.environment.items() if name.startswith("TAHKIM_")}
        return read_settings(ours, data=self.folder / "data", base_url=self.address)

    def begin_servers(self, *, processes: int = 1) -> None:
        for number in range(len(self.server_ports)):
            self.begin_server(number, processes=processes)
        for number in range(len(self.server_ports)):
            self.wait_for_server(number)

    def begin_server(self, number: int, *, processes: int = 1) -> None:
        more = ["--workers", str(processes)] if processes > 1 else []
        where = ["--data", str(self.folder / f"server{number}")] if self.are_apart else []
        port = str(self.server_ports[number])
        self._begin(f"server{number}", *self._command("serve", "--port", port, *more, *where))

    def begin_worker(self, number: int = 0) -> None:
        self._begin(f"worker{number}", *self._command("worker"))

    def wait_for_server(self, number: int) -> None:
        address = f"http://127.0.0.1:{self.server_ports[number]}/readyz"
        process = self._parts[f"server{number}"]

        def is_ready() -> bool:
            assert process.poll() is None, self.log(f"server{number}")
            return httpx.get(address, timeout=5).status_code == httpx.codes.OK

        wait_until(is_ready, f"server {number}")

    def kill(self, name: str) -> None:
        """End a part at once, as a power failure would."""
        process = self._parts.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def read_memory(self, name: str) -> int:
        """MiB that a part holds now (Linux)."""
        told = Path(f"/proc/{self._parts[name].pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", told)[1]) // 1024  # type: ignore[index]

    def fail(self) -> None:
        """Kill what one machine has not, and begin it again: nothing here."""

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def trust(self) -> ssl.SSLContext | None:
        """Whose certificates its visitors believe."""
        return None

    def close(self) -> None:
        for process in self._parts.values():
            if process.poll() is None:
                process.terminate()
        for process in self._parts.values():
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, verb: str, *arguments: str) -> list[str]:
        where = [] if "--data" in arguments or verb == "verify" else ["--data", str(self.folder / "data")]
        return [sys.executable, "-m", "service.cli.main", verb, *arguments, *where]

    def _begin(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._parts[name] = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)


def clean_environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TAHKIM_")}
    return clean | {"LC_ALL": "C.UTF-8"}


def wait_until(is_there, what: str) -> None:
    end = time.monotonic() + _WITHIN_SECONDS
    while True:
        try:
            if is_there():
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come")
        time.sleep(0.05)  # another program's start has no event to wait for
