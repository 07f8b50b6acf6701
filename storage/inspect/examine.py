"""One file from its first byte to its judge's copy. Runs inside the limited process."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from storage.inspect.examination import Examination
from storage.inspect.limits import FORMATS, MIB, UNKNOWN_TYPE, Family, FileRules
from storage.inspect.report import CleanCopy, Facts, Piece, Report
from storage.inspect.sniff import find_second_nature, sniff

_KIND_WORDS = frozenset({"empty", "html", "playlist", "program", "legacy-office", "office-macros", "photo-heif"})
_ALIKE = {"csv": "txt", "txt": "csv", "mov": "mp4", "mp4": "mov", "webm": "mkv", "m4a": "mp4"}
"""A format that may also pass as another: tables as text, and containers of one family."""


def examine(
    path: Path, rules: FileRules, *, copy_to: Path | None, pages_to: Path | None, may_read: bool = False
) -> tuple[Report, tuple[Piece, ...]]:
    """Inspect one file; write its copy to ``copy_to`` and page pictures into the folder ``pages_to`` if given.

    ``may_read``: whether a reader of printed text may be started.
    Also returns the text with its places, which the report does not hold. A refused file has no copy.
    """
    examination = Examination(path, path.stat().st_size, rules, copy_to, pages_to, may_read=may_read)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # A film is hashed while its frames are decoded: both leave the interpreter to others, and each takes as long.
        sha256 = beside.submit(digest, path)
        name = sniff(path)
        if _is_wanted(name, examination):
            _inspect(examination, name)
        if examination.is_refused:
            _take_back(examination)
        return _report(examination, name, sha256.result()), tuple(examination.pieces)


def _is_wanted(name: str, examination: Examination) -> bool:
    rules = examination.rules
    if name == "empty":
        examination.refuse("file.empty")
    elif examination.size > rules.max_bytes:
        examination.refuse("file.too-large", size=-(-examination.size // MIB), limit=rules.max_bytes // MIB)
    elif name not in FORMATS:
        examination.refuse(f"file.{name}" if name in _KIND_WORDS else "file.unknown")
    elif name not in rules.formats and _ALIKE.get(name) not in rules.formats:
        examination.refuse("file.format", format=name, allowed=", ".join(sorted(rules.formats)))
    else:
        other = find_second_nature(examination.path, name)
        if other is not None:
            examination.refuse("file.second-nature", format=name, other=other)
    return not examination.is_refused


def _inspect(examination: Examination, name: str) -> None:
    """Each family's inspector is imported when a file needs it: the process lives for one file."""
    family = FORMATS[name].family
    if family is Family.PDF:
        from storage.inspect.pdf import inspect_pdf  # noqa: PLC0415

        inspect_pdf(examination)
    elif family is Family.IMAGE:
        from storage.inspect.image import inspect_image  # noqa: PLC0415

        inspect_image(examination, name)
    elif family is Family.MEDIA:
        from storage.inspect.media import inspect_media  # noqa: PLC0415

        inspect_media(examination, name)
    elif family is Family.OFFICE:
        from storage.inspect.document import inspect_document  # noqa: PLC0415

        inspect_document(examination, name)
    elif family is Family.SUBTITLES:
        from storage.inspect.subtitles import inspect_subtitles  # noqa: PLC0415

        inspect_subtitles(examination, name)
    elif family is Family.TEXT:
        from storage.inspect.text import inspect_text  # noqa: PLC0415

        inspect_text(examination, name)
    else:
        from storage.inspect.archive import inspect_archive  # noqa: PLC0415

        inspect_archive(examination)


def _take_back(examination: Examination) -> None:
    """Leave nothing of a refused file for judges."""
    if examination.copy_to is not None:
        examination.copy_to.unlink(missing_ok=True)
    for picture in (*examination.pages, *filter(None, [examination.poster])):
        Path(picture.path).unlink(missing_ok=True)
    examination.pages.clear()
    examination.poster = None


def _report(examination: Examination, name: str, sha256: str) -> Report:
    form = FORMATS.get(name)
    clean = None
    if examination.copy_to is not None and examination.copy_to.exists():
        clean = CleanCopy(
            path=str(examination.copy_to),
            sha256=digest(examination.copy_to),
            size=examination.copy_to.stat().st_size,
            media_type=examination.media_type or (form.media_type if form else UNKNOWN_TYPE),
        )
    return Report(
        type=name,
        media_type=form.media_type if form else UNKNOWN_TYPE,
        sha256=sha256,
        size=examination.size,
        findings=tuple(examination.findings),
        facts=Facts(**examination.facts),
        clean=clean,
        pages=tuple(examination.pages),
        poster=examination.poster,
    )


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        total = hashlib.sha256()
        while block := file.read(MIB):
            total.update(block)
    return total.hexdigest()
