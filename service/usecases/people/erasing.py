"""Taking a person out of what is kept: the account goes, drafts and withdrawn projects go, the record of results stays.

What stays, and why: a submitted project with its marks and decision, because places were given by them; a published
honour and its certificate, which others can verify; and the log, whose lines hold ids and no names. What would open a
commitment of the log about the person is deleted, so that its values are gone and its chain stands.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from service.usecases.files.sweeping import give_up, queue_sweep
from storage.columns import among
from storage.engine import run_sql
from storage.lifecycle import ENTRY_MOVES, FILE_MOVES, EntryState, FileState, MoveLost, UploadState, move
from storage.reads.administration.retention import GONE
from storage.tables.appeal import Appeal, Question
from storage.tables.audit import AuditEvent, AuditNonce
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File, IdentityFinding
from storage.tables.message import Message
from storage.tables.panel import Judge
from storage.tables.person import Person, RecoveryCode, RoleGrant, SecondFactor, Token
from storage.tables.session import WebSession
from storage.tables.upload import Upload

__all__ = ["GONE", "erase_entry", "erase_person", "erase_team"]


async def erase_person(person_id: UUID, email: str, *, now: datetime) -> None:
    """Delete what may be deleted about a person, in the caller's transaction. Files' bytes go with the next sweep."""
    for entry_id in await _own_unjudged(person_id):
        await erase_entry(entry_id, now=now)
    await _blank_parts(person_id, email)
    await _blank_judge(person_id)
    await _blank_account(person_id, email, now=now)


async def _own_unjudged(person_id: UUID) -> list[UUID]:
    """List the person's own projects that nobody judged: drafts, withdrawn ones and those that were never admitted."""
    rows = await run_sql(
        "SELECT e.id FROM entry e JOIN entry_owner o ON o.entry = e.id WHERE o.lead = {} "
        "AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.entry = e.id) "
        "AND NOT EXISTS (SELECT 1 FROM appeal p WHERE p.entry = e.id) AND e.state IN ('draft', 'withdrawn')",
        person_id,
    )
    return [row["id"] for row in rows]


async def erase_entry(entry_id: UUID, *, now: datetime) -> None:
    """Erase a project that nobody judged, in the caller's transaction. Its files' bytes go with the next sweep."""
    await queue_sweep(now=now)
    row = await Entry.select(Entry.state).where(Entry.id == entry_id).first()
    if row and row["state"] != EntryState.WITHDRAWN.value:
        await move(Entry, entry_id, "withdraw-draft", ENTRY_MOVES)
    await _let_files_go(entry_id)
    await EntryVersion.delete().where(EntryVersion.entry == entry_id)
    await Entry.update(
        {
            Entry.title_ar: GONE, Entry.title_en: GONE, Entry.abstract_ar: "", Entry.abstract_en: "", Entry.tags: "[]",
            Entry.rights: None, Entry.ai_text: None, Entry.saved_at: now,
        }
    ).where(Entry.id == entry_id)  # fmt: skip
    await erase_team(entry_id)


async def erase_team(entry_id: UUID) -> tuple[str, ...]:
    """Take the people out of a project whatever became of it, in the caller's transaction.

    Returns keys of objects to delete after it. A published honour and its certificates keep their names.
    """
    await TeamMember.update(_no_names(TeamMember)).where(TeamMember.entry == entry_id)
    await Supervision.update({**_no_names(Supervision), Supervision.note: ""}).where(Supervision.entry == entry_id)
    await EntryOwner.update({EntryOwner.department: GONE, EntryOwner.academic_year: GONE}).where(
        EntryOwner.entry == entry_id
    )
    await Question.update({Question.content: GONE}).where(Question.entry == entry_id)
    await Upload.update({Upload.name: GONE, Upload.findings: None}).where(Upload.entry == entry_id)
    await IdentityFinding.delete().where(IdentityFinding.entry == entry_id)
    sent = await Appeal.select(Appeal.object_key).where(Appeal.entry == entry_id)
    await Appeal.update({Appeal.content: GONE, Appeal.file_name: None, Appeal.object_key: None}).where(
        Appeal.entry == entry_id
    )
    return tuple(row["object_key"] for row in sent if row["object_key"])


async def _let_files_go(entry_id: UUID) -> None:
    """Give up what is on its way and what arrived; with no version to name them, the sweep returns their bytes."""
    uploads = await Upload.select(Upload.id, Upload.file).where(
        (Upload.entry == entry_id) & (Upload.state == UploadState.OPEN.value)
    )
    for upload in uploads:
        try:
            await give_up(upload["id"], upload["file"])
        except MoveLost:
            continue  # its last part came this moment: it stands among the files below once inspected
    standing = [FileState.COMMITTED.value, FileState.READY.value, FileState.REFUSED.value]
    for file in await File.select(File.id).where((File.entry == entry_id) & File.state.is_in(standing)):
        await move(File, file["id"], "give-up", FILE_MOVES)


async def _blank_parts(person_id: UUID, email: str) -> None:
    """Take the person's names out of teams, supervision, files and questions of projects that stay."""
    await EntryOwner.update({EntryOwner.department: GONE, EntryOwner.academic_year: GONE}).where(
        EntryOwner.lead == person_id
    )
    await TeamMember.update(_no_names(TeamMember)).where((TeamMember.person == person_id) | (TeamMember.email == email))
    await Supervision.update({**_no_names(Supervision), Supervision.note: ""}).where(
        (Supervision.person == person_id) | (Supervision.email == email)
    )
    await Upload.update({Upload.name: GONE, Upload.findings: None}).where(Upload.person == person_id)
    await Question.update({Question.content: GONE}).where(Question.person == person_id)


async def _blank_judge(person_id: UUID) -> None:
    """Take out what describes a judge; marks and comments stay, since results rest on them."""
    await Judge.update(
        {
            Judge.title_ar: "", Judge.title_en: "", Judge.employer_ar: "", Judge.employer_en: "",
            Judge.department: None, Judge.past: "[]", Judge.is_active: False,
        }
    ).where(Judge.person == person_id)  # fmt: skip
    await run_sql("UPDATE conflict SET note = '' WHERE judge IN (SELECT id FROM judge WHERE person = {})", person_id)
    await run_sql(
        "DELETE FROM private_note WHERE sheet IN (SELECT s.id FROM score_sheet s "
        "JOIN assignment a ON a.id = s.assignment JOIN judge j ON j.id = a.judge WHERE j.person = {})",
        person_id,
    )


async def _blank_account(person_id: UUID, email: str, *, now: datetime) -> None:
    await queue_sweep(now=now)  # for letters that lie as files
    await WebSession.delete().where(WebSession.person == person_id)
    await Token.delete().where((Token.person == person_id) | (Token.email == email))
    await SecondFactor.delete().where(SecondFactor.person == person_id)
    await RecoveryCode.delete().where(RecoveryCode.person == person_id)
    await Message.delete().where((Message.email == email) & (Message.state != "sending"))
    await RoleGrant.update({RoleGrant.revoked_at: now}).where(
        (RoleGrant.person == person_id) & RoleGrant.revoked_at.is_null()
    )
    told = await AuditEvent.select(AuditEvent.sequence).where(
        (AuditEvent.subject == "person") & (AuditEvent.subject_id == str(person_id))
    )
    await AuditNonce.delete().where(among(AuditNonce.sequence, [event["sequence"] for event in told]))
    await Person.update(
        {
            Person.email: f"{person_id}@deleted.invalid", Person.name_ar: GONE, Person.name_en: GONE,
            Person.password_hash: None, Person.is_confirmed: False, Person.second_factor_at: None,
        }
    ).where(Person.id == person_id)  # fmt: skip


def _no_names(table: Any) -> dict[Any, Any]:
    return {table.name_ar: GONE, table.name_en: GONE, table.email: ""}
