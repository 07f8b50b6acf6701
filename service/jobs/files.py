"""Jobs of files: check and inspection of an upload, a judge's copy made anew, end of grace, sweep and retention."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from service.jobs.kinds import JobContext
from service.logging import get_logger
from service.usecases.entering.deadline import close_grace
from service.usecases.files.accepting import copy_again, inspect_upload
from service.usecases.files.sweeping import sweep
from service.usecases.letters.lying import remove_letters
from service.usecases.operating.retaining import carry_out_retention
from service.usecases.people.kept_forms import forget_old_forms

__all__ = ["copy_file", "end_grace", "erase_due", "inspect_file", "sweep_litter"]


async def inspect_file(facts: Mapping[str, Any], *, now: datetime, context: JobContext) -> None:
    """Check a complete upload against its registered digests, and inspect it."""
    scratch = await _make_scratch(context)
    await inspect_upload(
        UUID(facts["upload"]), objects=context.objects, scratch=scratch, now=now, scanner=context.settings.scanner
    )


async def copy_file(facts: Mapping[str, Any], *, now: datetime, context: JobContext) -> None:
    """Make the judge's copy of a file anew."""
    scratch = await _make_scratch(context)
    await copy_again(UUID(facts["file"]), objects=context.objects, scratch=scratch, now=now)


async def end_grace(facts: Mapping[str, Any], *, now: datetime, context: JobContext) -> None:
    """Decide what counts of the entries whose files did not all arrive."""
    del context
    await close_grace(UUID(facts["edition"]), now=now)


async def sweep_litter(facts: Mapping[str, Any], *, now: datetime, context: JobContext) -> None:
    """Return the bytes that nobody needs."""
    del facts
    await forget_old_forms(now=now)
    found = await sweep(context.objects, now=now, letters=context.settings.mail_folder)
    get_logger().info("swept", n=len(found), bytes=sum(litter.size for litter in found))


async def erase_due(facts: Mapping[str, Any], *, now: datetime, context: JobContext) -> None:
    """Erase what an administrator let go."""
    await carry_out_retention(UUID(facts["run"]), context.objects, now=now)
    await remove_letters(context.settings.mail_folder, now=now)


async def _make_scratch(context: JobContext) -> Path:
    """Make the folder for files under inspection: beside the data, where there is room for films."""
    scratch = context.settings.data / "scratch"
    await asyncio.to_thread(scratch.mkdir, parents=True, exist_ok=True)
    return scratch
