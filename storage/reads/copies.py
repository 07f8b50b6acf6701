"""The judge's copies of an edition, for writing them again under fresh keys."""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import among, from_json
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File, FilePage

__all__ = ["CopyRow", "list_judge_copies"]


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One stored object that judges are shown: ``kind`` is copy, light, poster or page; ``id`` its row."""

    kind: str
    id: UUID
    key: str


async def list_judge_copies(edition_id: UUID) -> tuple[CopyRow, ...]:
    """Read the judge's copies of the admitted entries, by code name, then by file id: an order that carries no time."""
    codes = {
        row["id"]: row["code_name"]
        for row in await Entry.select(Entry.id, Entry.code_name).where(
            (Entry.edition == edition_id) & (Entry.state == "admitted") & Entry.code_name.is_not_null()
        )
    }
    if not codes:
        return ()
    versions = await EntryVersion.select(EntryVersion.entry, EntryVersion.files).where(
        EntryVersion.entry.is_in(list(codes)) & EntryVersion.is_current.eq(True)
    )
    submitted = {UUID(each["id"]) for row in versions for each in from_json(row["files"])}
    files = await File.select(File.id, File.entry, File.judge_key, File.light_key, File.poster_key).where(
        among(File.id, submitted)
    )
    files.sort(key=lambda row: (codes[row["entry"]], str(row["id"])))
    pages: dict[UUID, list[CopyRow]] = {}
    for row in await FilePage.select(FilePage.id, FilePage.file, FilePage.object_key).where(
        among(FilePage.file, [each["id"] for each in files])
    ).order_by(FilePage.page):  # fmt: skip
        pages.setdefault(row["file"], []).append(CopyRow("page", row["id"], row["object_key"]))
    found: list[CopyRow] = []
    for row in files:
        if row["judge_key"]:
            found.append(CopyRow("copy", row["id"], row["judge_key"]))
        if row["light_key"]:
            found.append(CopyRow("light", row["id"], row["light_key"]))
        if row["poster_key"]:
            found.append(CopyRow("poster", row["id"], row["poster_key"]))
        found.extend(pages.get(row["id"], []))
    return tuple(found)
