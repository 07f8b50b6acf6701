"""A judge's private notes, and which files the judge has opened: neither is shown to anybody else."""

from datetime import datetime
from uuid import UUID, uuid4

from service.actors import JudgeActor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action
from service.usecases.judging.sheets import lock_open_sheet
from storage.engine import run_sql, transaction
from storage.reads.judge.locks import find_sheet_lock
from storage.tables.scoresheet import FileOpening, PrivateNote

__all__ = ["delete_notes", "note_opening", "put_note", "remove_note"]

NOTE_LIMIT = 1_000


async def put_note(
    judge: JudgeActor, sheet_id: UUID, *, content: str, second: int | None, now: datetime, note_id: UUID | None = None
) -> UUID:
    """Keep a private note, at a second of the film or sound if one is given.

    ``note_id`` is the device's own name for the note: sent again, with more of it written, it is still one note.
    """
    written = content.strip()
    if not written:
        raise Invalid(FieldError("note", "err.note_empty"))
    if len(written) > NOTE_LIMIT:
        raise Invalid(FieldError("note", "err.note_too_long", max=NOTE_LIMIT, count=len(written)))
    async with transaction():
        await lock_open_sheet(judge, sheet_id, Action.SAVE_MARK, now)
        wanted = note_id or uuid4()
        row = await PrivateNote.select(PrivateNote.sheet).where(PrivateNote.id == wanted).first()
        if row is not None:
            if row["sheet"] != sheet_id:
                raise NotFound
            await PrivateNote.update({PrivateNote.content: written}).where(PrivateNote.id == wanted)
            return wanted
        at = None if second is None else max(0, second)
        await PrivateNote.insert(PrivateNote(id=wanted, sheet=sheet_id, second=at, content=written, made_at=now))
        return wanted


async def remove_note(judge: JudgeActor, sheet_id: UUID, note_id: UUID, *, now: datetime) -> None:
    """Remove a private note; removing it twice is no fault."""
    async with transaction():
        await lock_open_sheet(judge, sheet_id, Action.SAVE_MARK, now)
        await PrivateNote.delete().where((PrivateNote.id == note_id) & (PrivateNote.sheet == sheet_id))


async def delete_notes(edition_id: UUID) -> None:
    """Delete the private notes of an edition whose results are published: they were made to judge it."""
    await run_sql(
        "DELETE FROM private_note WHERE sheet IN (SELECT s.id FROM score_sheet s "
        "JOIN assignment a ON a.id = s.assignment JOIN round r ON r.id = a.round WHERE r.edition = {})",
        edition_id,
    )


async def note_opening(judge: JudgeActor, sheet_id: UUID, file_id: UUID, *, now: datetime) -> None:
    """Remember that the judge opened a file, so that unopened ones can be named before sealing."""
    async with transaction():
        known = await FileOpening.exists().where((FileOpening.sheet == sheet_id) & (FileOpening.file == file_id))
        if not known and await find_sheet_lock(judge.id, sheet_id) is not None:
            await FileOpening.insert(FileOpening(sheet=sheet_id, file=file_id, opened_at=now))
