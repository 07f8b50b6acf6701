"""The formats Tahkim knows, what a category asks of a file, and what the inspection of one file may cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

MIB = 1024 * 1024


class Family(StrEnum):
    """Which inspector reads a format."""

    PDF = "pdf"
    IMAGE = "image"
    MEDIA = "media"
    OFFICE = "office"
    SUBTITLES = "subtitles"
    TEXT = "text"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: our name for it, the type we serve it with and the extension of a copy."""

    name: str
    media_type: str
    family: Family


def _office(kind: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.{kind}"


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("pdf", "application/pdf", Family.PDF),
        Format("jpeg", "image/jpeg", Family.IMAGE),
        Format("png", "image/png", Family.IMAGE),
        Format("webp", "image/webp", Family.IMAGE),
        Format("gif", "image/gif", Family.IMAGE),
        Format("tiff", "image/tiff", Family.IMAGE),
        Format("mp4", "video/mp4", Family.MEDIA),
        Format("mov", "video/quicktime", Family.MEDIA),
        Format("webm", "video/webm", Family.MEDIA),
        Format("mkv", "video/x-matroska", Family.MEDIA),
        Format("mp3", "audio/mpeg", Family.MEDIA),
        Format("m4a", "audio/mp4", Family.MEDIA),
        Format("wav", "audio/wav", Family.MEDIA),
        Format("ogg", "audio/ogg", Family.MEDIA),
        Format("flac", "audio/flac", Family.MEDIA),
        Format("srt", "application/x-subrip", Family.SUBTITLES),
        Format("vtt", "text/vtt", Family.SUBTITLES),
        Format("txt", "text/plain", Family.TEXT),
        Format("csv", "text/csv", Family.TEXT),
        Format("docx", _office("wordprocessingml.document"), Family.OFFICE),
        Format("pptx", _office("presentationml.presentation"), Family.OFFICE),
        Format("xlsx", _office("spreadsheetml.sheet"), Family.OFFICE),
        Format("zip", "application/zip", Family.ARCHIVE),
    )
}

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a category asks of one file. ``None`` means that nothing is asked."""

    formats: frozenset[str] = frozenset(FORMATS)
    max_bytes: int = 5 * 1024 * MIB
    min_pages: int | None = None
    max_pages: int | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    min_words: int | None = None
    max_words: int | None = None
    min_width: int | None = None
    min_height: int | None = None
    credits_start: float | None = None
    is_for_judges: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the limited process."""
        return {**asdict(self), "formats": sorted(self.formats)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> FileRules:
        """Rebuild what ``to_json`` gave."""
        return cls(**{**values, "formats": frozenset(values["formats"])})


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What one inspection may use before it is ended. ``wall_seconds``: how long it may stand still."""

    cpu_seconds: int = 20
    wall_seconds: float = 120.0
    memory_bytes: int = 1024 * MIB
    open_files: int = 64
    written_bytes: int = 256 * MIB

    @classmethod
    def for_size(cls, size: int) -> ProcessLimits:
        """Bytes must be read, hashed and written once more: time and disk grow with them, memory does not."""
        gibibytes = size / (1024 * MIB)
        return cls(
            cpu_seconds=20 + int(30 * gibibytes),
            wall_seconds=120.0 + 240.0 * gibibytes,
            written_bytes=256 * MIB + 2 * size,
        )


MAX_PIXELS = 60_000_000
"""An image of more points than this is not opened (a 60-megapixel camera's picture is)."""

MAX_PICTURES = 400
"""Pages drawn for the viewer; a longer document is read to its end but drawn to here."""

PICTURE_WIDTH = 1240
"""Points across a page picture: A4 at 150 to the inch."""

MAX_TEXT = 4_000_000
"""Characters of text kept from one file."""
