"""What all files of the corpus are made with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pypdf import PdfReader

SECRET = "Zahran Alqutaiti"
SECRET_AR = "زهران القطيطي"


@dataclass(frozen=True, slots=True)
class Row:
    """One file: how it is made, the verdict, and a finding that must be among the others (or ``None``)."""

    name: str
    make: Callable[[Path], None]
    verdict: str
    code: str | None = None


def after(build: Callable[[Path], None], tail: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        build(path)
        path.write_bytes(path.read_bytes() + tail)

    return make


def before(head: bytes, build: Callable[[Path], None]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        build(path)
        path.write_bytes(head + path.read_bytes())

    return make


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member.replace("__", "/"), data)
    return made.getvalue()


def holding(data: bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    """``data``: the bytes, or what makes them where that takes long: only the test of that file waits for it."""

    def make(path: Path) -> None:
        path.write_bytes(data() if callable(data) else data)

    return make


def said_inside(data: bytes) -> bytes:
    """A file's bytes, and what can be unpacked from them: parts of an archive, streams of a PDF, chunks of a PNG."""
    inside = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside += [archive.read(each) for each in archive.namelist()]
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        for number in reader.xref[0]:
            found = reader.get_object(number)
            inside.append(repr(found).encode())
            if hasattr(found, "get_data"):
                inside += [found.get_data() if "/Image" not in repr(found.get("/Subtype")) else found._data]
    if data.startswith(b"\x89PNG"):
        inside.append(repr(Image.open(io.BytesIO(data)).info).encode())
    return b"\n".join(inside)
