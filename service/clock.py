"""The one clock: passed to whoever needs the time, so that tests and the demonstration can set it.

The machine's own is held against a count that nobody can set. It is followed all the same, since a machine that slept
or began with a wrong time is right only afterwards; what a step could spoil is held by the order of rows and by states
that are never left again. But whoever runs it must hear of it: deadlines go by this clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.logging import get_logger

__all__ = ["CheckedClock", "Clock", "Step", "find_last_step", "system_clock"]

Clock = Callable[[], datetime]

A_STEP = 1.0
"""Seconds by which the clock must be off what was counted before it counts as set."""

SLEW = 0.001
"""Seconds a second by which time servers may draw a clock along (NTP: at most half of it), which is no step."""

LONGEST_LOOK = 0.25
"""Seconds. Who was held up for longer between the two readings compares nothing."""

_COUNTED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""What Linux counts while the machine sleeps, too."""


@dataclass(frozen=True, slots=True)
class Step:
    """The machine's clock was set: when, by the time that holds since, and by how much (positive: forward)."""

    at: datetime
    by: timedelta


class CheckedClock:
    """Tells the machine's time, and notes when it was set while this process ran."""

    def __init__(
        self,
        read: Callable[[], datetime] = lambda: datetime.now(UTC),
        count: Callable[[], float] = lambda: time.clock_gettime(_COUNTED),
    ) -> None:
        self._read, self._count = read, count
        self._last = (read(), count())
        self.last_step: Step | None = None
        self.n_steps = 0

    def __call__(self) -> datetime:
        """Return the time now, with its zone."""
        begun, now, counted = self._count(), self._read(), self._count()
        if counted - begun > LONGEST_LOOK:
            return now
        before, counted_before = self._last
        self._last = (now, counted)
        elapsed = counted - counted_before
        by = now - before - timedelta(seconds=elapsed)
        if abs(by.total_seconds()) > A_STEP + SLEW * elapsed:
            self.n_steps += 1
            self.last_step = Step(at=now, by=by)
            get_logger().warning("clock-was-set", seconds=round(by.total_seconds(), 3))
        return now


system_clock = CheckedClock()


def find_last_step(clock: Clock) -> Step | None:
    """Find when the machine's clock was last set; None for one that was not, and for a test's."""
    return clock.last_step if isinstance(clock, CheckedClock) else None
