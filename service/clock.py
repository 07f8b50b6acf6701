"""The one clock: passed to whoever needs the time, so that tests and the demonstration can set it."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "system_clock"]

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time now, with its zone."""
    return datetime.now(UTC)
