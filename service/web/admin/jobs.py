"""``/admin/jobs``: work that failed for good, why, and trying it again or leaving it."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.operating.failed_jobs import leave_job, retry_job
from service.web.committee.standing import AnyRequest
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.administration.jobs import FailedJob, list_failed_jobs

__all__ = ["JobsController"]

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class JobRow:
    """A failed job in words: what it was to do, why it could not, since when."""

    id: UUID
    what: Markup
    name: Ltr
    why: Markup
    code: Ltr
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class JobsPage:
    """Every failed job. ``answered`` is retried or left, after one was."""

    rows: tuple[JobRow, ...]
    answered: str


class JobsController(Controller):
    """Work that failed."""

    path = "/admin/jobs"

    @get("/", opt={"action": Action.MANAGE_JOBS})
    async def show(self, request: AnyRequest, words: Words) -> Page:
        """Show what failed."""
        answered = request.query_params.get("answered", "")
        rows = tuple(_row(each, words) for each in await list_failed_jobs())
        return page("admin/jobs", JobsPage(rows, answered if answered in {"retried", "left"} else ""))

    @post("/{job_id:uuid}/retry", opt={"action": Action.MANAGE_JOBS})
    async def retry(self, request: AnyRequest, job_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Try one again."""
        await read_form(request)
        await retry_job(actor, job_id, now=now)
        return go_to("/admin/jobs?answered=retried")

    @post("/{job_id:uuid}/leave", opt={"action": Action.MANAGE_JOBS})
    async def leave(self, request: AnyRequest, job_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Leave one as it is."""
        await read_form(request)
        await leave_job(actor, job_id, now=now)
        return go_to("/admin/jobs?answered=left")


def _row(job: FailedJob, words: Words) -> JobRow:
    what, why = f"jobs.kind.{job.kind}", f"jobs.why.{_CAPITAL.sub('-', job.error).lower()}"
    return JobRow(
        id=job.id,
        what=words.say(what if what in words else "jobs.kind.other"),
        name=Ltr(job.name),
        why=words.say(why if why in words else "jobs.why.other"),
        code=Ltr(job.error),
        attempts=job.attempts,
        at=job.made_at,
    )
