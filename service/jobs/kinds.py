"""Every kind of job and the function that does it: the one table.

A handler is ``async def handler(facts, *, now, context)``. Its effect may be asked for twice (a worker can die between
effect and mark): either the effect is a compare-and-set, or the handler calls ``await context.finish()`` as the last
statement of its own transaction, and the two stand or fall together.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast
from uuid import UUID

from service.clock import Clock
from service.jobs import claims
from service.settings import Settings
from storage.objects.store import ObjectStore

__all__ = ["KINDS", "Handler", "JobContext", "LeaseLost", "find_handler"]


class LeaseLost(Exception):
    """Another worker has the job now: the effect must not stand."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler works with."""

    settings: Settings
    objects: ObjectStore
    clock: Clock
    job_id: UUID
    owner: str

    async def finish(self) -> None:
        """Mark the job done inside the effect's own transaction. Raises LeaseLost, which rolls both back."""
        if not await claims.finish(claims.JOBS, self.job_id, owner=self.owner, now=self.clock()):
            raise LeaseLost


class Handler(Protocol):
    """Does one kind of job."""

    def __call__(self, facts: Mapping[str, Any], *, now: datetime, context: JobContext) -> Awaitable[None]:
        """Do it."""
        ...


KINDS: dict[str, str] = {
    "inspect-file": "service.jobs.files:inspect_file",
    "copy-file": "service.jobs.files:copy_file",
    "sweep": "service.jobs.files:sweep_litter",
    "retention": "service.jobs.files:erase_due",
    "close-grace": "service.jobs.files:end_grace",
    "close-edition": "service.jobs.stages:close_edition",
    "announce-honoured": "service.jobs.stages:announce_honoured",
    "publish-edition": "service.jobs.stages:publish_edition",
    "log-link": "service.jobs.stages:send_log_link",
    "remind-judges": "service.jobs.stages:remind_judges",
}
"""kind → ``module:function``, imported when the first job of the kind is done: inspection brings heavy libraries."""


def find_handler(kind: str) -> Handler:
    """Find what does a kind of job. Raises KeyError for an unknown one."""
    module, _, name = KINDS[kind].partition(":")
    return cast("Handler", getattr(import_module(module), name))
