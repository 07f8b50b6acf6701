"""The limited process seen from outside: two starters at most, a clock on every file, and killing as a group."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.errors import StorageError

AT_ONCE = 2
SILENCE_SECONDS = 30.0
LEAST_SHARE = 0.01
"""Of one core: what used less of it, and does not wait for its turn to use more, stands still."""


class InspectionFailed(StorageError):
    """The limited process could not be started or broke its protocol: a fault of ours, not of the file."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a limited process ended and the lines it wrote. ``is_late``: the clock ended it."""

    status: int
    lines: tuple[dict[str, Any], ...]
    is_late: bool


class Starter:
    """One starter process, kept between files; not to be shared by two threads at a time."""

    def __init__(self, module: str, root: Path) -> None:
        environment = {
            "PYTHONPATH": str(root),
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "OMP_THREAD_LIMIT": "1",
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-s", "-P", "-W", "ignore", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        assert self._process.stdout is not None  # noqa: S101
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._buffer = b""

    @property
    def is_alive(self) -> bool:
        """Whether it can take another file."""
        return self._process.poll() is None

    def run(self, request: dict[str, Any], *, seconds: float) -> Ending:
        """Have one file inspected in a fork of the starter; kill it with all it started when it stands still.

        It stands still if in ``seconds`` it hardly ran, and not for want of a processor. What works is ended by its own
        limit of processor time: on a machine busy with people it may take long, and that is no fault of the file.
        """
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            child = int(self._line(time.monotonic() + SILENCE_SECONDS))
        except (OSError, ValueError) as error:
            self.close()
            raise InspectionFailed from error
        is_late = False
        try:
            header = self._line_while_working(child, seconds)
            if header is None:
                is_late = True
                _kill(child)
                header = self._line(time.monotonic() + SILENCE_SECONDS)
            status, length = map(int, header.split())
            written = self._exactly(length, time.monotonic() + SILENCE_SECONDS)
        except (OSError, ValueError) as error:
            _kill(child)
            self.close()
            raise InspectionFailed from error
        return Ending(status, _lines(written), is_late)

    def _line_while_working(self, child: int, seconds: float) -> bytes | None:
        used = 0.0
        while True:
            try:
                return self._line(time.monotonic() + seconds)
            except TimeoutError:
                before = used
                used, is_waiting = _look_at_group(child)
                if used - before <= LEAST_SHARE * seconds and not is_waiting:
                    return None

    def _line(self, end: float) -> bytes:
        while b"\n" not in self._buffer:
            self._more(end)
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line

    def _exactly(self, length: int, end: float) -> bytes:
        while len(self._buffer) < length:
            self._more(end)
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return data

    def _more(self, end: float) -> None:
        ready, _, _ = select.select([self._answers], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError
        block = os.read(self._answers.fileno(), 1 << 20)
        if not block:
            raise BrokenPipeError
        self._buffer += block

    def close(self) -> None:
        """End it, and whatever it was doing."""
        _kill(self._process.pid)
        self._requests.close()
        self._answers.close()
        self._process.wait()


def _kill(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:
        os.kill(leader, signal.SIGKILL)


def _look_at_group(leader: int) -> tuple[float, bool]:
    """Give the processor time of a group of processes, and whether one of them runs or waits for its turn to run."""
    ticks, is_waiting = 0, False
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended while it was looked at
        if int(fields[2]) == leader:
            ticks += sum(map(int, fields[11:15]))
            is_waiting = is_waiting or fields[0] == "R"
    return ticks / os.sysconf("SC_CLK_TCK"), is_waiting


def _lines(written: bytes) -> tuple[dict[str, Any], ...]:
    found = []
    for line in written.split(b"\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return tuple(found)


class Starters:
    """At most ``AT_ONCE`` starters for the whole application; a caller in a thread waits for a free one."""

    def __init__(self, module: str, root: Path) -> None:
        self._module, self._root = module, root
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._idle: list[Starter] = []

    def run(self, request: dict[str, Any], *, seconds: float) -> Ending:
        """Run one request when a turn is free. A starter that died, even at this very moment, is replaced once."""
        with self._turns:
            starter = self._take()
            try:
                ending = starter.run(request, seconds=seconds)
            except InspectionFailed:
                starter = Starter(self._module, self._root)
                ending = starter.run(request, seconds=seconds)
            with self._lock:
                self._idle.append(starter)
            return ending

    def _take(self) -> Starter:
        with self._lock:
            while self._idle:
                starter = self._idle.pop()
                if starter.is_alive:
                    return starter
                starter.close()
        return Starter(self._module, self._root)

    def close(self) -> None:
        """End the idle ones."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()
