"""What a server does beside the demonstration: jobs at the simulated time, and files inspected as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from service.jobs.runner import Worker

__all__ = ["Clock", "inspecting", "work"]

LOOK_AGAIN_SECONDS = 0.05


@dataclass(slots=True)
class Clock:
    """The simulated clock that the worker reads."""

    now: datetime

    def __call__(self) -> datetime:
        """Tell the simulated time."""
        return self.now


@asynccontextmanager
async def inspecting(worker: Worker) -> AsyncIterator[None]:
    """Let files be inspected beside the block; at its end every file that came is done."""
    is_over = asyncio.Event()

    async def keep_working() -> None:
        while not is_over.is_set():
            if not await worker.work_until_idle():
                with suppress(TimeoutError):
                    await asyncio.wait_for(is_over.wait(), LOOK_AGAIN_SECONDS)

    lanes = [asyncio.create_task(keep_working()) for _ in range(2)]
    try:
        yield
    finally:
        is_over.set()
        await asyncio.gather(*lanes)
    await work(worker)


async def work(worker: Worker) -> None:
    """Do the jobs that are due by the simulated clock, two at a time."""
    await asyncio.gather(worker.work_until_idle(), worker.work_until_idle())
