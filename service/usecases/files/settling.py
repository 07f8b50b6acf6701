"""What the inspection of a file found, written: the file accepted or refused, and its copy for judges in place."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.audit import SYSTEM, Event, record
from service.inspection import Report
from service.usecases.entering.submission import complete_versions
from service.usecases.files.identities import keep_findings
from storage.columns import to_json
from storage.engine import insert_many
from storage.inspect.report import Verdict
from storage.lifecycle import FILE_MOVES, UPLOAD_MOVES, FileState, move
from storage.reads.entrant.files import UploadView
from storage.tables.file import File, FilePage
from storage.tables.upload import Upload


@dataclass(frozen=True, slots=True)
class Inspected:
    """Where the parts of a judge's copy were put."""

    report: Report
    judge_key: str | None
    poster_key: str | None
    pages: tuple[FilePage, ...]


async def settle(upload: UploadView, kept: Inspected, *, now: datetime) -> None:
    """Write what the inspection found, on the locked entry: the file is accepted or refused."""
    report = kept.report
    file_id = upload.file_id
    is_refused = report.verdict is Verdict.REJECT
    findings = to_json(report.to_json()["findings"])
    await move(
        Upload, upload.id, "refuse" if is_refused else "accept", UPLOAD_MOVES, findings=findings, inspected_at=now
    )
    if file_id is not None and await File.exists().where(
        (File.id == file_id) & (File.state == FileState.COMMITTED.value)
    ):
        if is_refused:
            await move(File, file_id, "refuse", FILE_MOVES, sha256=report.sha256, media_type=report.media_type)
        else:
            await _accept(upload, file_id, kept, now=now)
    told = {"verdict": report.verdict.value, "sha256": report.sha256}
    await record(Event.FILE_INSPECTED, by=SYSTEM, about=("upload", upload.id), at=now, after=told)


async def _accept(upload: UploadView, file_id: UUID, kept: Inspected, *, now: datetime) -> None:
    report, facts = kept.report, kept.report.facts
    await move(
        File,
        file_id,
        "accept",
        FILE_MOVES,
        sha256=report.sha256,
        media_type=report.media_type,
        pages=facts.pages,
        seconds=round(facts.seconds) if facts.seconds is not None else None,
        width=facts.width,
        height=facts.height,
        words=facts.words,
    )
    await keep_copy(upload, file_id, kept, now=now)
    await _replace_older(upload, file_id)
    await complete_versions(upload.entry_id, now=now)


async def keep_copy(upload: UploadView, file_id: UUID, kept: Inspected, *, now: datetime) -> None:
    """Write where the judge's copy and the page pictures are, in place of earlier ones."""
    clean, poster = kept.report.clean, kept.report.poster
    await File.update(
        {
            File.judge_key: kept.judge_key,
            File.judge_media_type: clean.media_type if clean else None,
            File.judge_size: clean.size if clean else None,
            File.light_key: None,  # it was made of the copy before this one
            File.light_media_type: None,
            File.light_size: None,
            File.poster_key: kept.poster_key,
            File.poster_media_type: poster.media_type if poster else None,
        }
    ).where(File.id == file_id)
    await FilePage.delete().where(FilePage.file == file_id)
    await insert_many(kept.pages)
    await keep_findings(upload.entry_id, file_id, kept.report.findings, now=now)


async def _replace_older(upload: UploadView, file_id: UUID) -> None:
    """Let the accepted file take the place of the one accepted before it, and of refused tries."""
    new = await File.select(File.position).where(File.id == file_id).first()
    if new is None:
        return
    rows = await File.select(File.id, File.state).where(
        (File.entry == upload.entry_id)
        & (File.material == upload.material_id)
        & (File.position == new["position"])
        & (File.id != file_id)
        & File.state.is_in([FileState.READY.value, FileState.REFUSED.value])
    )
    for row in rows:
        is_ready = row["state"] == FileState.READY.value
        await move(File, row["id"], "replace" if is_ready else "give-up", FILE_MOVES)
