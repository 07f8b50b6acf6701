"""A last look at a judge's copy: whether strings that must not be in it stand where no reader shows them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from storage.inspect.limits import FORMATS, MIB, Family

_ENDS = 4 * MIB
_LEAST = 5
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1256")


def find_leftovers(copy: Path, name: str, sought: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Keys of ``sought`` of which one string stands in the copy, in any usual encoding, in streams and members too.

    Pictures are drawn anew and text is text, so only files with an inside are opened. Of films both ends are read,
    where
    containers keep what they say about themselves.
    """
    family = FORMATS[name].family
    if family in (Family.IMAGE, Family.TEXT, Family.SUBTITLES):
        return ()
    needles = {key: _encoded(strings) for key, strings in sought.items()}
    found: dict[str, None] = {}
    for block in _blocks(copy, family):
        for key, encoded in needles.items():
            if key not in found and any(needle in block for needle in encoded):
                found[key] = None
    return tuple(found)


def _encoded(strings: tuple[str, ...]) -> frozenset[bytes]:
    long_enough = [each for each in strings if len(each) >= _LEAST]
    return frozenset(each.encode(encoding, "ignore") for each in long_enough for encoding in _ENCODINGS) - {b""}


def _blocks(copy: Path, family: Family) -> Iterator[bytes]:
    if family is Family.PDF:
        yield from _of_pdf(copy)
    elif family is Family.OFFICE:
        with zipfile.ZipFile(copy) as archive:
            for member in archive.namelist():
                yield archive.read(member)
    else:
        with copy.open("rb") as file:
            yield file.read(_ENDS)
            if copy.stat().st_size > _ENDS:
                file.seek(max(_ENDS, copy.stat().st_size - _ENDS))
                yield file.read()


def _of_pdf(copy: Path) -> Iterator[bytes]:
    from pypdf import PdfReader  # noqa: PLC0415 - loaded already where there is a PDF
    from pypdf.generic import StreamObject  # noqa: PLC0415

    yield copy.read_bytes()
    reader = PdfReader(copy, strict=False)
    for number in list(reader.xref.get(0, ())) + list(reader.xref_objStm):
        try:
            entry = reader.get_object(number)
            is_text = isinstance(entry, StreamObject) and entry.get("/Subtype") != "/Image"
            data = entry.get_data() if is_text else b""  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001, S112 - what cannot be unpacked cannot be read by a judge either
            continue
        yield data
        yield repr(entry).encode("utf-8", "replace")
