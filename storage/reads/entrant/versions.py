"""What was submitted of an entry: its versions, and which of them still wait for a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.lifecycle import EntryState
from storage.tables.entry import EligibilityCheck, EntryVersion

__all__ = [
    "ArrivingVersion",
    "VersionFile",
    "VersionView",
    "find_last_complete",
    "list_arriving_versions",
    "list_versions",
]


@dataclass(frozen=True, slots=True)
class VersionFile:
    """A file of a version, as it was registered."""

    id: UUID
    material: str
    position: int
    size: int
    commitment: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """What was submitted, and when its last file was there."""

    id: UUID
    ordinal: int
    digest: str
    credits_start: int | None
    submitted_at: datetime
    complete_at: datetime | None
    is_current: bool
    files: tuple[VersionFile, ...]


@dataclass(frozen=True, slots=True)
class ArrivingVersion:
    """A version that counts as long as its files may still arrive. ``due_at``: a date of the entry's own."""

    id: UUID
    entry_id: UUID
    state: EntryState
    due_at: datetime | None
    file_ids: tuple[UUID, ...]


async def list_versions(entry_id: UUID) -> tuple[VersionView, ...]:
    """List an entry's versions, the last first."""
    return tuple(_version(row) for row in await read_quickly(_VERSIONS, entry_id))


_VERSIONS = """SELECT id, ordinal, digest, credits_start, submitted_at, complete_at, is_current, files
    FROM entry_version WHERE entry = {} ORDER BY ordinal DESC"""


async def find_last_complete(entry_id: UUID) -> VersionView | None:
    """Find the last version of which every file is there."""
    row = (
        await EntryVersion.select(*_COLUMNS)
        .where((EntryVersion.entry == entry_id) & EntryVersion.complete_at.is_not_null())
        .order_by(EntryVersion.ordinal, ascending=False)
        .first()
    )
    return _version(row) if row else None


async def list_arriving_versions(edition_id: UUID) -> tuple[ArrivingVersion, ...]:
    """List the versions that count now and still wait for a file, in every entry that was not withdrawn."""
    rows = (
        await EntryVersion.select(
            EntryVersion.id,
            EntryVersion.entry.as_alias("entry_id"),
            EntryVersion.entry.state.as_alias("state"),
            EntryVersion.entry.extended_to.as_alias("extended_to"),
            EntryVersion.files,
        )
        .where(
            (EntryVersion.entry.edition == edition_id)
            & (EntryVersion.is_current == True)  # noqa: E712 (Piccolo's way)
            & EntryVersion.complete_at.is_null()
            & (EntryVersion.entry.state == EntryState.SUBMITTED.value)
        )
        .order_by(EntryVersion.submitted_at, EntryVersion.id)
    )
    due = await _list_due([row["entry_id"] for row in rows])
    return tuple(
        ArrivingVersion(
            id=row["id"],
            entry_id=row["entry_id"],
            state=EntryState.RETURNED if row["entry_id"] in due else EntryState(row["state"]),
            due_at=max((each for each in (due.get(row["entry_id"]), row["extended_to"]) if each), default=None),
            file_ids=tuple(UUID(each["id"]) for each in from_json(row["files"])),
        )
        for row in rows
    )


async def _list_due(entry_ids: list[UUID]) -> dict[UUID, datetime]:
    """List until when returned entries could be completed: the last decision of each counts."""
    if not entry_ids:
        return {}
    rows = (
        await EligibilityCheck.select(
            EligibilityCheck.entry.as_alias("entry_id"), EligibilityCheck.decision, EligibilityCheck.due_at
        )
        .where(EligibilityCheck.entry.is_in(entry_ids))
        .order_by(EligibilityCheck.decided_at)
    )
    last = {row["entry_id"]: row for row in rows}
    return {entry_id: row["due_at"] for entry_id, row in last.items() if row["due_at"] is not None}


_COLUMNS = (
    EntryVersion.id, EntryVersion.ordinal, EntryVersion.digest, EntryVersion.credits_start,
    EntryVersion.submitted_at, EntryVersion.complete_at,
    EntryVersion.is_current, EntryVersion.files,
)  # fmt: skip


def _version(row: dict[str, Any]) -> VersionView:
    files = tuple(
        VersionFile(
            id=UUID(each["id"]),
            material=each["material"],
            position=each["position"],
            size=each["size"],
            commitment=each["commitment"],
        )
        for each in from_json(row["files"])
    )
    return VersionView(**row | {"files": files})
