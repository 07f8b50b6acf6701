"""One JSON line an event, with the request's id; never a body, a cookie, or a query."""

import io
import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor

__all__ = ["get_logger", "set_up_logging"]


class _StandardError(io.TextIOBase):
    """Standard error as it is when a line is written: whoever runs the program may have put another in its place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STANDARD_ERROR = cast("TextIO", _StandardError())


def set_up_logging(*, stream: TextIO | None = None, is_quiet: bool = False) -> None:
    """Send structured lines to standard error (or ``stream``); quiet keeps warnings and worse."""
    steps: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=steps,
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if is_quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or _STANDARD_ERROR),
        cache_logger_on_first_use=stream is None,
    )


def get_logger() -> FilteringBoundLogger:
    """Give the program's logger."""
    return cast("FilteringBoundLogger", structlog.get_logger())
