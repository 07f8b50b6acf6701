"""``tahkim`` as it is, on a machine whose clock a test sets: ``python -m tests.faults.clocked CLOCK STOP COMMAND …``.

CLOCK is a file with the seconds by which the clock is off the machine's: the test writes it anew, the process reads it
at each look. STOP, unless empty, tells the beginning of a statement (a pattern) at which the process says so and never
goes on.
"""

import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.cli.main import main
from service.clock import CheckedClock, system_clock
from storage.engines.transactions import TahkimEngine

STOPPED = "stopped as asked"


class _Stop:
    """Stands among the engine's counters, which are told of each statement before it is sent."""

    def __init__(self, beginning: str) -> None:
        self._beginning = re.compile(beginning)
        self.statements = self

    def append(self, sql: str) -> None:
        if self._beginning.match(sql):
            os.write(1, f"{STOPPED}\n".encode())
            while True:
                signal.pause()


def _stop_at(beginning: str) -> None:
    make: Callable[..., None] = TahkimEngine.__init__

    def make_with_stop(engine: TahkimEngine, name: str) -> None:
        make(engine, name)
        engine.counters.append(_Stop(beginning))  # type: ignore[arg-type]

    TahkimEngine.__init__ = make_with_stop  # type: ignore[method-assign]


def _follow(path: Path) -> None:
    def read() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(path.read_text()))

    CheckedClock.__init__(system_clock, read)  # the one clock that the whole program was given when it was imported


if __name__ == "__main__":
    clock, stop, *command = sys.argv[1:]
    _follow(Path(clock))
    if stop:
        _stop_at(stop)
    sys.exit(main(command))
