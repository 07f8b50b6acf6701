"""Several server processes on one port: begun, begun again when one is killed, and ended together, also by a kill.

They share nothing but the database and the store; the system hands each new connection to one of them.
"""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

__all__ = ["run_fleet"]

STOP_SECONDS = 30.0
LOOK_SECONDS = 0.2


class _Fleet:
    def __init__(self, command: list[str], size: int) -> None:
        self._command = command
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.is_stopping = False
        for place in range(size):
            self.begin(place)

    def begin(self, place: int) -> None:
        """Begin one; the first also does the jobs where the settings say ``inside``, the others only answer."""
        environment = dict(os.environ) if place == 0 else os.environ | {"TAHKIM_WORKER": "apart"}
        command = [*self._command, "--place", str(place)]
        self.processes[place] = subprocess.Popen(command, env=environment)  # noqa: S603 (our own command)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Ask all to end what they have begun, and end."""
        self.is_stopping = True
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)

    def look(self) -> int | None:
        """Begin dead ones again; give a status when there is nothing left to keep."""
        for place, process in list(self.processes.items()):
            status = process.poll()
            if status is None or self.is_stopping:
                continue
            if status > 0:  # it gave up by itself, with a reason that stays: a port taken, a setting
                self.stop(0, None)
                return status
            self.begin(place)
        if self.is_stopping and all(process.poll() is not None for process in self.processes.values()):
            # One that was still beginning ends by the signal itself, with nothing begun: that is an end as asked.
            ends = (int(process.returncode) for process in self.processes.values())
            return max(0 if end == -signal.SIGTERM else abs(end) for end in ends)
        return None

    def end(self) -> None:
        """Wait for all, and kill who does not come to an end."""
        until = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(timeout=max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def run_fleet(arguments: list[str], *, size: int) -> int:
    """Run ``tahkim serve`` with these arguments so many times, until SIGTERM or SIGINT; return the exit status."""
    command = [sys.executable, "-m", "service.cli.main", "serve", *arguments, "--parent", str(os.getpid())]
    fleet = _Fleet(command, size)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, fleet.stop)
    try:
        while (status := fleet.look()) is None:
            time.sleep(LOOK_SECONDS)
    finally:
        fleet.end()
    return status
