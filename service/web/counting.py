"""What one process has answered, in numbers that a collector can keep: few names, and labels with few values."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from litestar.types import HTTPScope

__all__ = ["Counting", "Figure", "write_figures", "write_labels"]

BUCKETS = (0.025, 0.05, 0.1, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the promised .3 for a page, .5 for a save and 5 for a sign-in are among them."""

_UNKNOWN = "-"
Labels = tuple[tuple[str, str], ...]


class _Answering(Protocol):
    status: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One name with its values by labels. ``kind`` is counter or gauge."""

    name: str
    kind: str
    help: str
    values: Mapping[Labels, float]


class Counting:
    """Counts answers by route (its template, never an address) and how long each kind of request took."""

    def __init__(self) -> None:
        self._started_at = time.time()
        self._answers: Counter[tuple[str, str, str]] = Counter()
        self._within: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    @contextmanager
    def timing(self, kind: str, scope: HTTPScope, answer: _Answering) -> Iterator[None]:
        """Count what is answered in the block. A clock that is stepped changes nothing."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - begun
            route = scope.get("path_template") or _UNKNOWN
            self._answers[scope["method"], str(route), str(answer.status or 0)] += 1
            within = self._within.setdefault(kind, [0] * (len(BUCKETS) + 1))
            within[sum(seconds > bound for bound in BUCKETS)] += 1
            self._seconds[kind] += seconds  # type: ignore[assignment]  # a Counter adds up seconds as well

    def list_figures(self) -> Iterator[Figure]:
        """Give everything counted since the process began."""
        answers = {write_labels(method=m, route=r, status=s): n for (m, r, s), n in self._answers.items()}
        yield Figure("tahkim_requests_total", "counter", "Requests answered.", answers)
        buckets: dict[Labels, float] = {}
        for kind, within in self._within.items():
            total = 0
            for bound, n in zip([*map(str, BUCKETS), "+Inf"], within, strict=True):
                total += n
                buckets[write_labels(kind=kind, le=bound)] = total
        yield Figure("tahkim_request_seconds_bucket", "histogram", "Time from the request to its answer.", buckets)
        sums = {write_labels(kind=kind): seconds for kind, seconds in self._seconds.items()}
        yield Figure("tahkim_request_seconds_sum", "", "", sums)
        counts = {write_labels(kind=kind): sum(within) for kind, within in self._within.items()}
        yield Figure("tahkim_request_seconds_count", "", "", counts)
        yield from self._list_process()

    def _list_process(self) -> Iterator[Figure]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime
        yield Figure("process_cpu_seconds_total", "counter", "Processor time of this process.", {(): cpu})
        yield Figure("process_start_time_seconds", "gauge", "When this process began.", {(): self._started_at})
        yield Figure("process_resident_memory_bytes", "gauge", "Memory of this process.", {(): _read_memory()})


def write_figures(figures: Iterable[Figure], *, process: str) -> str:
    """Write figures in Prometheus' text format, each with the name of the process that counted it."""
    lines = []
    for figure in figures:
        if figure.kind:
            family = figure.name.removesuffix("_bucket")
            lines += [f"# HELP {family} {figure.help}", f"# TYPE {family} {figure.kind}"]
        for labels, value in sorted(figure.values.items()):
            inner = ",".join(f'{name}="{_escape(text)}"' for name, text in (*labels, ("process", process)))
            lines.append(f"{figure.name}{{{inner}}} {value:.10g}")
    return "\n".join([*lines, ""])


def write_labels(**labels: str) -> Labels:
    """Give labels in the order in which they are written."""
    return tuple(labels.items())


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _read_memory() -> float:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 (a page of the kernel's)
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux: what it was at most
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
