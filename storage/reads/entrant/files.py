"""An entry's files as its entrants see them: what is asked, what came, what the inspection said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly
from storage.lifecycle import FileState, UploadState
from storage.tables.file import FilePage
from storage.tables.upload import Upload

__all__ = [
    "FileView",
    "IdentityView",
    "MaterialView",
    "PageView",
    "UploadView",
    "find_part_digest",
    "find_upload",
    "list_identity_findings",
    "list_materials",
    "list_pages",
]

_LIVE = "('committed', 'ready', 'refused')"
_SAME_FORMAT = {"jpg": "jpeg", "tif": "tiff"}
LINK = "url"


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file on its way in, with the inspection's findings as plain values."""

    id: UUID
    entry_id: UUID
    material_id: UUID
    file_id: UUID | None
    state: UploadState
    name: str
    object_key: str
    store_upload: str
    size: int
    part_size: int
    digests: tuple[str, ...]
    commitment: str
    sha256: str | None
    findings: tuple[dict[str, Any], ...]
    missing: tuple[int, ...]
    attempts: int
    committed_at: datetime
    completed_at: datetime | None
    inspected_at: datetime | None

    @property
    def n_parts(self) -> int:
        """How many parts the file has."""
        return len(self.digests)

    def size_of_part(self, number: int) -> int:
        """How many bytes part ``number`` (from 1) has."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of an entry beside its upload."""

    id: UUID
    state: FileState
    position: int
    media_type: str
    size: int
    sha256: str | None
    commitment: str
    object_key: str
    judge_key: str | None
    judge_media_type: str | None
    light_key: str | None
    light_media_type: str | None
    poster_key: str | None
    poster_media_type: str | None
    pages: int | None
    seconds: int | None
    width: int | None
    height: int | None
    created_at: datetime
    upload: UploadView | None

    @property
    def name(self) -> str:
        """The name that its owner gave it."""
        return self.upload.name if self.upload else ""

    @property
    def is_standing(self) -> bool:
        """Whether it counts as there: registered, or accepted."""
        return self.state in {FileState.COMMITTED, FileState.READY}

    @property
    def is_arriving(self) -> bool:
        """Whether bytes are still missing."""
        return self.state is FileState.COMMITTED and (self.upload is None or self.upload.state is UploadState.OPEN)


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A file that the category asks for, its limits, and the files sent for it (the newest last)."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str
    rule_ar: str
    rule_en: str
    formats: tuple[str, ...]
    audience: str
    is_required: bool
    max_files: int
    max_bytes: int
    min_pages: int | None
    max_pages: int | None
    min_seconds: int | None
    max_seconds: int | None
    min_words: int | None
    max_words: int | None
    min_width: int | None
    min_height: int | None
    files: tuple[FileView, ...] = ()

    @property
    def is_for_judges(self) -> bool:
        """Whether judges receive it."""
        return self.audience == "judges"

    @property
    def is_link(self) -> bool:
        """Whether it is an address, not a file."""
        return self.formats == (LINK,)

    @property
    def standing(self) -> tuple[FileView, ...]:
        """The files that count, the newest first choice: of a place with two, the one that came later."""
        files = [file for file in self.files if file.is_standing]
        return tuple({file.position: file for file in sorted(files, key=lambda each: each.created_at)}.values())

    @property
    def accepted(self) -> tuple[FileView, ...]:
        """The files that passed inspection."""
        return tuple(file for file in self.files if file.state is FileState.READY)

    @property
    def is_satisfied(self) -> bool:
        """Whether nothing is missing here before the entry may be submitted."""
        return not self.is_required or self.is_link or bool(self.standing)


@dataclass(frozen=True, slots=True)
class IdentityView:
    """A place where a name or an institution may stand."""

    id: UUID
    file_id: UUID | None
    code: str
    place: dict[str, Any]
    excerpt: str


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of a document, drawn, with its text."""

    page: int
    object_key: str
    media_type: str
    width: int
    height: int
    content: str


_FILES = f"SELECT * FROM file WHERE entry = {{}} AND state IN {_LIVE} ORDER BY position, created_at"  # noqa: S608 - our own words
_FINDINGS = f"""SELECT n.id, n.file AS file_id, n.code, n.place, n.excerpt FROM identity_finding n
    LEFT JOIN file f ON f.id = n.file
    WHERE n.entry = {{}} AND n.state <> 'dismissed' AND (n.file IS NULL OR f.state IN {_LIVE})
    ORDER BY n.found_at, n.id"""  # noqa: S608 - our own words


async def list_materials(category_id: UUID, entry_id: UUID | None = None) -> tuple[MaterialView, ...]:
    """List what a category asks for, with the files of one entry."""
    rows = await read_quickly("SELECT * FROM material WHERE category = {} ORDER BY position", category_id)
    files: dict[UUID, list[FileView]] = {}
    if entry_id is not None:
        uploads = {upload.file_id: upload for upload in await _list_uploads(entry_id)}
        for row in await read_quickly(_FILES, entry_id):
            files.setdefault(row["material"], []).append(_file(row, uploads.get(row["id"])))
    return tuple(_material(row, tuple(files.get(row["id"], ()))) for row in rows)


async def find_upload(upload_id: UUID, entry_id: UUID) -> UploadView | None:
    """Find one upload of an entry."""
    row = await Upload.select().where((Upload.id == upload_id) & (Upload.entry == entry_id)).first()
    return read_upload(row) if row else None


async def find_part_digest(store_upload: str, number: int) -> str | None:
    """Find the digest that was registered for one part of an upload, by the store's own name for it."""
    row = await Upload.select(Upload.digests).where(Upload.store_upload == store_upload).first()
    digests = from_json(row["digests"]) if row else []
    return digests[number - 1] if 0 < number <= len(digests) else None


async def list_identity_findings(entry_id: UUID) -> tuple[IdentityView, ...]:
    """List where a name may stand, in files that count and in the entry's own fields."""
    rows = await read_quickly(_FINDINGS, entry_id)
    return tuple(IdentityView(**row | {"place": from_json(row["place"])}) for row in rows)


async def list_pages(file_id: UUID) -> tuple[PageView, ...]:
    """List the page pictures of a file."""
    rows = (
        await FilePage.select(
            FilePage.page, FilePage.object_key, FilePage.media_type, FilePage.width, FilePage.height, FilePage.content
        )
        .where(FilePage.file == file_id)
        .order_by(FilePage.page)
    )
    return tuple(PageView(**row) for row in rows)


async def _list_uploads(entry_id: UUID) -> tuple[UploadView, ...]:
    rows = await read_quickly("SELECT * FROM upload WHERE entry = {} ORDER BY committed_at", entry_id)
    return tuple(read_upload(row) for row in rows)


def read_upload(row: dict[str, Any]) -> UploadView:
    """Read a row of the table of uploads."""
    return UploadView(
        id=row["id"],
        entry_id=row["entry"],
        material_id=row["material"],
        file_id=row["file"],
        state=UploadState(row["state"]),
        digests=tuple(from_json(row["digests"])),
        findings=tuple(from_json(row["findings"]) or ()),
        missing=tuple(from_json(row["missing"]) or ()),
        **{
            name: row[name]
            for name in (
                "name", "object_key", "store_upload", "size", "part_size", "commitment", "sha256", "attempts",
                "committed_at", "completed_at", "inspected_at",
            )
        },
    )  # fmt: skip


_FILE = (
    "id", "position", "media_type", "size", "sha256", "commitment", "object_key", "judge_key", "judge_media_type",
    "light_key", "light_media_type", "poster_key", "poster_media_type", "pages", "seconds", "width", "height",
    "created_at",
)  # fmt: skip


def _material(row: dict[str, Any], files: tuple[FileView, ...]) -> MaterialView:
    values = {name: value for name, value in row.items() if name not in {"category", "position"}}
    formats = dict.fromkeys(_SAME_FORMAT.get(name, name) for name in from_json(row["formats"]))
    return MaterialView(**values | {"formats": tuple(formats)}, files=files)


def _file(row: dict[str, Any], upload: UploadView | None) -> FileView:
    values = {name: row[name] for name in _FILE}
    return FileView(**values, state=FileState(row["state"]), upload=upload)
