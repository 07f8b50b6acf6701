"""Work that failed for good: tried again, or left as it is, when somebody has looked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.permissions import Action, require
from storage.engine import transaction
from storage.tables.job import Job

__all__ = ["leave_job", "retry_job"]


async def retry_job(actor: Actor, job_id: UUID, *, now: datetime) -> None:
    """Put a job that failed back into the queue with all its tries. Raises NotFound for any other."""
    fresh: dict[Any, object] = {Job.state: "waiting", Job.attempts: 0, Job.due_at: now, Job.error: None}
    await _answer(actor, job_id, fresh, Event.JOB_RETRIED, now=now)


async def leave_job(actor: Actor, job_id: UUID, *, now: datetime) -> None:
    """Note that a failed job needs nothing more: its effect is not wanted, or came otherwise. Raises NotFound."""
    await _answer(actor, job_id, {Job.state: "left"}, Event.JOB_LEFT, now=now)


async def _answer(actor: Actor, job_id: UUID, change: dict[Any, object], event: Event, *, now: datetime) -> None:
    async with transaction():
        require(Action.MANAGE_JOBS, actor, stage=None)
        found = await Job.update(change).where((Job.id == job_id) & (Job.state == "failed")).returning(Job.kind)
        if not found:
            raise NotFound
        told = {"kind": found[0]["kind"]}
        await record(event, by=actor, about=("job", job_id), at=now, before="failed", after=told)
