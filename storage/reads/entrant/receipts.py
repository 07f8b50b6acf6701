"""The receipt of what counts: its files with their digests, and where the log keeps it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import among
from storage.lifecycle import FileState
from storage.reads.entrant.versions import list_versions
from storage.tables.audit import AuditEvent
from storage.tables.edition import Material
from storage.tables.file import File
from storage.tables.upload import Upload

__all__ = ["ReceiptFile", "ReceiptView", "find_receipt"]


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A file of a receipt. ``sha256`` is there once its bytes have arrived."""

    name: str
    label_ar: str
    label_en: str
    size: int
    commitment: str
    sha256: str | None
    is_here: bool


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What was submitted and counts. ``has_later``: a later version exists whose files did not arrive in time."""

    ordinal: int
    digest: str
    submitted_at: datetime
    complete_at: datetime | None
    files: tuple[ReceiptFile, ...]
    n_arriving: int
    sequence: int
    log_hash: str
    has_later: bool


async def find_receipt(entry_id: UUID) -> ReceiptView | None:
    """Find the receipt of the version that counts."""
    versions = await list_versions(entry_id)
    current = next((version for version in versions if version.is_current), None)
    if current is None:
        return None
    ids = [file.id for file in current.files]
    rows = {
        row["id"]: row
        for row in await File.select(File.id, File.sha256, File.state, File.material).where(among(File.id, ids))
    }
    names = {
        row["file"]: row["name"] for row in await Upload.select(Upload.file, Upload.name).where(among(Upload.file, ids))
    }
    labels = {
        row["id"]: row
        for row in await Material.select(Material.id, Material.name_ar, Material.name_en).where(
            among(Material.id, [row["material"] for row in rows.values()])
        )
    }
    here = {FileState.READY.value, FileState.REPLACED.value}
    files = tuple(
        ReceiptFile(
            name=names.get(file.id, ""),
            label_ar=labels[rows[file.id]["material"]]["name_ar"],
            label_en=labels[rows[file.id]["material"]]["name_en"],
            size=file.size,
            commitment=file.commitment,
            sha256=rows[file.id]["sha256"],
            is_here=rows[file.id]["state"] in here,
        )
        for file in current.files
    )
    event = (
        await AuditEvent.select(AuditEvent.sequence, AuditEvent.hash)
        .where(AuditEvent.subject_id == str(current.id))
        .order_by(AuditEvent.sequence)
        .first()
    )
    return ReceiptView(
        ordinal=current.ordinal,
        digest=current.digest,
        submitted_at=current.submitted_at,
        complete_at=current.complete_at,
        files=files,
        n_arriving=sum(not file.is_here for file in files) if current.complete_at is None else 0,
        sequence=event["sequence"] if event else 0,
        log_hash=event["hash"] if event else "",
        has_later=current.ordinal < versions[0].ordinal and current.complete_at is not None,
    )
