"""A lighter copy of a film or recording, attached by the operator, for judges on slow lines."""

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from service.audit import SYSTEM, Event, record
from service.errors import Conflicting, NotFound
from service.inspection import Report, inspect_file
from storage.columns import among, from_json
from storage.engine import transaction
from storage.inspect.limits import FORMATS, Family, FileRules
from storage.inspect.report import Verdict
from storage.lifecycle import FileState
from storage.objects.store import ObjectStore, make_key
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File

__all__ = ["NotThatWork", "attach_playback"]

MEDIA = frozenset(name for name, form in FORMATS.items() if form.family is Family.MEDIA)
SAME_LENGTH = 2.0
"""Seconds by which a copy's length may differ: encoders pad, and credits are cut at a key frame."""


class NotThatWork(Conflicting):
    """The copy cannot stand for the work: it is refused, does not play in browsers, or lasts longer or shorter."""

    code = "not-that-work"


async def attach_playback(
    number: str, material_slug: str, path: Path, *, objects: ObjectStore, now: datetime
) -> Report:
    """Attach a local file as the lighter copy of what was submitted for a material; return its report.

    It is inspected and rebuilt without properties as any file is. Raises NotFound where no accepted film or recording
    stands there, NotThatWork where this cannot be a copy of it.
    """
    entry, file = await _find(number, material_slug)
    with tempfile.TemporaryDirectory(prefix="tahkim-playback-") as folder:
        copy = Path(folder) / "copy"
        report = await inspect_file(
            path, FileRules(formats=MEDIA, credits_start=entry["credits_start"]), copy_to=copy, name=path.name
        )
        shown = _shown_seconds(file["seconds"], entry["credits_start"])
        length = _shown_seconds(report.facts.seconds, entry["credits_start"])
        plays = not any(finding.code == "media.codec-not-played" for finding in report.findings)
        if report.verdict is Verdict.REJECT or report.clean is None or not plays or abs(length - shown) > SAME_LENGTH:
            raise NotThatWork(shown=round(shown), length=round(length))
        key = make_key("judge-copy")
        await objects.put(key, copy)
    async with transaction():
        changed = (
            await File.update(
                {
                    File.light_key: key,
                    File.light_media_type: report.clean.media_type,
                    File.light_size: report.clean.size,
                }
            )
            .where((File.id == file["id"]) & (File.judge_key == file["judge_key"]))
            .returning(File.id)
        )
        if not changed:
            raise NotFound  # the judges' copy was made anew at this moment: look again
        told = {"sha256": report.clean.sha256, "size": report.clean.size}
        await record(
            Event.FILE_INSPECTED, by=SYSTEM, about=("file", file["id"]), at=now, after=told, reason="playback-attached"
        )
    if file["light_key"]:
        await asyncio.shield(objects.delete(file["light_key"]))
    return report


def _shown_seconds(seconds: float | None, credits_start: int | None) -> float:
    return min(seconds or 0.0, float(credits_start or seconds or 0.0))


async def _find(number: str, material_slug: str) -> tuple[dict[str, Any], dict[str, Any]]:
    entry = await Entry.select(Entry.id, Entry.credits_start).where(Entry.entry_number == number).first()
    if entry is None:
        raise NotFound
    version = (
        await EntryVersion.select(EntryVersion.files)
        .where((EntryVersion.entry == entry["id"]) & EntryVersion.is_current.eq(True))
        .first()
    )
    submitted = [each["id"] for each in from_json(version["files"])] if version else []
    rows = await File.select(File.id, File.judge_key, File.judge_media_type, File.light_key, File.seconds).where(
        among(File.id, submitted)
        & (File.material.slug == material_slug)
        & (File.state == FileState.READY.value)
        & File.judge_key.is_not_null()
    )
    for row in rows:
        if (row["judge_media_type"] or "").partition("/")[0] in {"video", "audio"}:
            return entry, row
    raise NotFound
