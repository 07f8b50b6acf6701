"""What a PDF would do, or hides: actions, scripts, attachments, remarks, properties. Every object is walked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

MAX_OBJECTS = 300_000
MAX_STRINGS = 5_000
MAX_INERT = 1 << 17
_INERT = re.compile(rb"\s*(\d{1,10})\s+(\d{1,5})\s+obj\b((?:[^()<>%#]|<<|>>)*?)\bendobj\b")
_NAME = re.compile(rb"/[^\s()<>\[\]{}/%]*")
_STRUCTURE = frozenset(
    b"/" + name
    for name in (
        b"Type StructElem MCR MCID S P K Pg Span Sect Document Part Div L LI Lbl LBody Table THead TBody TR TH TD "
        b"H H1 H2 H3 H4 H5 H6 Figure Caption Artifact NonStruct Note Reference TOC TOCI Nums Kids Limits"
    ).split()
)
_ACTIONS: dict[str, str] = {
    "/JavaScript": "pdf.script",
    "/Launch": "pdf.launch",
    "/SubmitForm": "pdf.submit",
    "/ImportData": "pdf.submit",
    "/GoToR": "pdf.remote",
    "/GoToE": "pdf.remote",
    "/Rendition": "pdf.rich-media",
    "/RichMediaExecute": "pdf.rich-media",
    "/Movie": "pdf.rich-media",
    "/Sound": "pdf.rich-media",
}
_FILE_NAMES = (TextStringObject, ByteStringObject, DictionaryObject)
_RICH_REMARKS = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_TEXT_KEYS = frozenset({"/T", "/TU", "/Contents", "/Subj", "/RC", "/Author", "/Creator", "/Producer", "/Title",
    "/Keywords",
                        "/Subject", "/Company", "/Manager", "/Desc", "/UF", "/F", "/V", "/DV", "/Name", "/NM",
                        "/ContactInfo",
                        "/Location", "/Reason", "/URI", "/Alt", "/ActualText", "/E", "/LastModified",
                        "/Dests"})  # fmt: skip


def find_active(dictionaries: list[DictionaryObject], examination: Examination) -> None:
    """Refuse what runs, opens or sends; ask about what is attached; note links. Links are left out of the copy."""
    codes: set[str] = set()
    n_links = 0
    for dictionary in dictionaries:
        codes.update(_codes(dictionary))
        n_links += isinstance(dictionary.get("/URI"), (str, bytes))
    for code in sorted(codes - {"pdf.attachment"}):
        examination.refuse(code)
    if "pdf.attachment" in codes:
        examination.ask("pdf.attachment")
    if n_links:
        examination.note("pdf.links", links=n_links)


def _codes(dictionary: DictionaryObject) -> Iterator[str]:
    """Say what one dictionary does, by the code of its finding."""
    action = dictionary.get("/S")
    if isinstance(action, str) and action in _ACTIONS and _is_action(dictionary, action):
        yield _ACTIONS[action]
    if "/JS" in dictionary and "/S" not in dictionary:
        yield "pdf.script"
    if dictionary.get("/Subtype") in _RICH_REMARKS and ("/Rect" in dictionary or "/Type" in dictionary):
        yield "pdf.rich-media"
    if "/XFA" in dictionary:
        yield "pdf.form-program"
    if dictionary.get("/Type") == "/EmbeddedFile" or "/EmbeddedFiles" in dictionary or _holds_file(dictionary):
        yield "pdf.attachment"
    if isinstance(dictionary, StreamObject) and isinstance(dictionary.get("/F"), _FILE_NAMES):
        yield "pdf.remote"
    address = str(dictionary.get("/URI", "")).strip().casefold()
    if address.startswith("javascript:"):
        yield "pdf.script"
    elif address.startswith(("file:", "\\\\")):
        yield "pdf.remote"


def _is_action(dictionary: DictionaryObject, action: str) -> bool:
    """``/S`` means other things in other dictionaries: borders, groups, structure elements named "Sound"."""
    if dictionary.get("/Type") == "/Action":
        return True
    if action in ("/Movie", "/Sound"):
        return "/Sound" in dictionary or "/Operation" in dictionary or "/Annotation" in dictionary
    return "/P" not in dictionary or "/K" not in dictionary


def _holds_file(dictionary: DictionaryObject) -> bool:
    return dictionary.get("/Type") in ("/Filespec", "/F") and "/EF" in dictionary


def walk(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of every object of the file, also of those that nothing refers to.

    Objects that are numbers, references and structure alone are passed over: in tagged documents they are most.
    """
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        msg = "too many objects"
        raise ValueError(msg)
    yield from _nested(reader.trailer)
    for number, generation in sorted(numbers):
        try:
            if _is_inert(reader, number, generation):
                continue
            yield from _nested(reader.get_object(IndirectObject(number, generation, reader)))
        except Exception:  # noqa: BLE001, S112 - a damaged object that no page needs is no reason to stop
            continue


def _is_inert(reader: PdfReader, number: int, generation: int) -> bool:
    """Whether an object's own bytes hold no string, no stream and no name but those of document structure."""
    start = reader.xref.get(generation, {}).get(number)
    if start is None or (generation == 0 and number in reader.xref_objStm):
        return False
    reader.stream.seek(start)
    data = reader.stream.read(MAX_INERT)
    whole = _INERT.match(data)
    return (
        whole is not None
        and (int(whole[1]), int(whole[2])) == (number, generation)
        and b"stream" not in whole[3]
        and _STRUCTURE.issuperset(_NAME.findall(whole[3]))
    )


def _nested(start: Any) -> Iterator[DictionaryObject]:
    heap = [start]
    while heap:
        value = heap.pop()
        if isinstance(value, DictionaryObject):
            yield value
            heap.extend(value.values())
        elif isinstance(value, ArrayObject):
            heap.extend(value)


def read_hidden_text(reader: PdfReader, dictionaries: list[DictionaryObject], examination: Examination) -> None:
    """Hand over what properties, remarks, outlines, forms and attachments say. None of it is in the copy."""
    for key, value in (reader.metadata or {}).items():
        examination.read_hidden(value, key.strip("/").lower())
    seen: set[str] = set()
    n_remarks = 0
    for dictionary in dictionaries:
        if dictionary.get("/Type") == "/Metadata" and isinstance(dictionary, StreamObject):
            examination.read_hidden(_xmp_text(dictionary), "xmp")
        if dictionary.get("/Type") == "/Annot" and dictionary.get("/Subtype") not in ("/Link", "/Widget", "/Popup"):
            n_remarks += 1
        for key in _TEXT_KEYS & dictionary.keys():
            value = dictionary.raw_get(key)
            if isinstance(value, TextStringObject) and value not in seen and len(seen) < MAX_STRINGS:
                seen.add(value)
                examination.read_hidden(value, key.strip("/").lower())
    if n_remarks:
        examination.note("pdf.remarks", remarks=n_remarks)
    if reader.metadata or "xmp" in {piece.place.name for piece in examination.pieces}:
        examination.note("metadata.removed")


def _xmp_text(stream: StreamObject) -> str:
    try:
        return stream.get_data()[:200_000].decode("utf-8", "replace")
    except Exception:  # noqa: BLE001 - a broken property is dropped with the rest
        return ""
