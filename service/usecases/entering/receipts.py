"""Letters about what was submitted: the receipt, the second receipt, what the end of the grace decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Role
from service.mail.queue import queue_letter
from storage.columns import among
from storage.reads.accounts import find_account
from storage.reads.entrant.entry import EntryView, find_entry
from storage.reads.entrant.files import FileView
from storage.reads.entrant.versions import VersionView
from storage.tables.entrant import TeamMember
from storage.tables.file import File
from storage.tables.person import RoleGrant
from storage.tables.upload import Upload

__all__ = ["queue_grace_letters", "queue_receipt", "queue_second_receipt", "queue_withdrawn"]


async def queue_receipt(
    entry: EntryView, version: VersionView, files: Sequence[FileView], *, head: str, at: datetime
) -> None:
    """Queue the receipt to every confirmed member. ``head`` is the hash of the log's row about this version."""
    told: dict[str, Any] = {
        "files": [
            {
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256 or "",
                "commitment": file.commitment,
                "is_arriving": file.is_arriving,
            }
            for file in files
        ],
        "n_arriving": sum(file.is_arriving for file in files),
        "grace_until": entry.rules.grace_until.isoformat() if entry.rules.grace_until else "",
    }
    await _to_team("receipt", entry, version, head=head, at=at, **told)


async def queue_second_receipt(entry_id: UUID, version: VersionView, *, head: str, at: datetime) -> None:
    """Queue the second receipt: every file has arrived and matches what was registered."""
    entry = await find_entry(entry_id)
    if entry is None:
        return
    ids = [file.id for file in version.files]
    names = {
        row["file"]: row["name"] for row in await Upload.select(Upload.file, Upload.name).where(among(Upload.file, ids))
    }
    hashes = {row["id"]: row["sha256"] for row in await File.select(File.id, File.sha256).where(among(File.id, ids))}
    files = [
        {
            "name": names.get(file.id, ""),
            "size": file.size,
            "sha256": hashes.get(file.id) or "",
            "commitment": file.commitment,
            "is_arriving": False,
        }
        for file in version.files
    ]
    await _to_team("receipt-complete", entry, version, head=head, at=at, files=files)


async def queue_withdrawn(entry: EntryView, *, at: datetime) -> None:
    """Tell the team that the project was withdrawn."""
    for account_id in await _members(entry.id):
        account = await find_account(account_id)
        if account is not None:
            await queue_letter(
                "withdrawn", name=f"withdrawn:{entry.id}:{account.id}", email=account.email, language=account.language,
                at=at, number=entry.number, title_ar=entry.title_ar, title_en=entry.title_en,
            )  # fmt: skip


async def queue_grace_letters(entry_id: UUID, version_id: UUID, *, complete: VersionView | None, now: datetime) -> bool:
    """Tell the team which version stands, or that there is none, and then the registrars too. False: told before."""
    entry = await find_entry(entry_id)
    if entry is None:
        return False
    template = "grace-last-complete" if complete else "grace-incomplete"
    is_new = False
    for account_id in await _members(entry_id):
        account = await find_account(account_id)
        if account is not None:
            is_new |= await queue_letter(
                template, name=f"{template}:{version_id}:{account.id}", email=account.email,
                language=account.language, at=now, path=f"/entries/{entry.number}/submitted", number=entry.number,
                title_ar=entry.title_ar, title_en=entry.title_en,
                submitted_at=complete.submitted_at.isoformat() if complete else "",
            )  # fmt: skip
    if complete is None:
        await _tell_registrars(entry, version_id, now=now)
    return is_new


async def _tell_registrars(entry: EntryView, version_id: UUID, *, now: datetime) -> None:
    rows = await RoleGrant.select(
        RoleGrant.person.email.as_alias("email"), RoleGrant.person.language.as_alias("language")
    ).where(
        (RoleGrant.role == Role.REGISTRAR.value)
        & RoleGrant.revoked_at.is_null()
        & ((RoleGrant.edition == entry.rules.id) | RoleGrant.edition.is_null())
    )
    for row in rows:
        await queue_letter(
            "grace-registrar", name=f"grace-registrar:{version_id}:{row['email']}", email=row["email"],
            language=row["language"], at=now, path=f"/committee/eligibility/{entry.number}", number=entry.number,
        )  # fmt: skip


async def _to_team(
    template: str, entry: EntryView, version: VersionView, *, head: str, at: datetime, **told: Any
) -> None:
    for account_id in await _members(entry.id):
        account = await find_account(account_id)
        if account is None:
            continue
        await queue_letter(
            template,
            name=f"{template}:{version.id}:{account.id}",
            email=account.email,
            language=account.language,
            at=at,
            path=f"/entries/{entry.number}/submitted",
            number=entry.number,
            title_ar=entry.title_ar,
            title_en=entry.title_en,
            submitted_at=version.submitted_at.isoformat(),
            complete_at=at.isoformat(),
            digest=version.digest,
            head=head,
            **told,
        )


async def _members(entry_id: UUID) -> list[UUID]:
    rows = (
        await TeamMember.select(TeamMember.person)
        .where((TeamMember.entry == entry_id) & TeamMember.confirmed_at.is_not_null() & TeamMember.person.is_not_null())
        .order_by(TeamMember.position)
    )
    return [row["person"] for row in rows]
