"""A PDF rebuilt with nothing but its pages."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from pypdf import PdfReader, PdfWriter
from pypdf.errors import LimitReachedError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from storage.inspect.copy_content import clean_content, needs_cleaning
from storage.inspect.copy_streams import clean_jp2, clean_jpeg
from storage.inspect.limits import MAX_PICTURES, MIB, PICTURE_WIDTH

MAX_CONTENT = 40 * MIB
"""Drawing instructions of one page: a large map has ten; a bomb has hundreds."""

_PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit"}
)
_NEVER = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/A", "/OPI", "/AF", "/StructParent", "/StructParents",
    "/PtData",
          "/Measure", "/Alternates", "/Ref", "/Annots", "/B", "/Thumb", "/JS", "/SourceModified",
          "/CreatorInfo")  # fmt: skip
_QUIET_REMARKS = frozenset({"/Link", "/Popup"})


def flatten_remarks(reader: PdfReader, source: Path, beside: Path) -> Path | None:
    """Draw visible remarks and form fields into their pages, in a file beside the copy; ``None`` if there are none.

    Their authors and dates go with the remark; what a judge would have seen stays.
    """
    if not any(_has_visible_remark(page) for page in reader.pages):
        return None
    flat = beside.with_name(beside.name + ".flat")
    document = pypdfium2.PdfDocument(source)
    if document.get_formtype():
        document.init_forms()
    for index in range(len(document)):
        page = document[index]
        pypdfium2.raw.FPDFPage_Flatten(page.raw, 0)
        page.close()
    document.save(flat)
    document.close()
    return flat


def _has_visible_remark(page: DictionaryObject) -> bool:
    remarks = page.get("/Annots")
    remarks = remarks.get_object() if remarks is not None else None
    if not isinstance(remarks, ArrayObject):
        return False
    found = (remark.get_object() for remark in remarks)
    return any(isinstance(each, DictionaryObject) and each.get("/Subtype") not in _QUIET_REMARKS for each in found)


def rebuild(reader: PdfReader, target: Path) -> None:
    """Write only the pages into a new document: no properties, revisions, attachments, actions or links."""
    seen: set[int] = set()
    writer = PdfWriter()
    writer.metadata = None
    for page in reader.pages:
        _strip_page(page, seen)
        writer.add_page(page)
    _keep_layers(reader, writer, seen)
    writer.metadata = None
    writer.xmp_metadata = None
    root = writer.root_object
    for key in set(root) - {"/Type", "/Pages", "/OCProperties"}:
        del root[key]
    with target.open("wb") as file:
        writer.write(file)


def _strip_page(page: DictionaryObject, seen: set[int]) -> None:
    for key in ("/Resources", "/MediaBox", "/CropBox", "/Rotate"):
        _inherit(page, key)
    for key in set(page) - _PAGE_KEYS:
        del page[key]
    _strip_contents(page)
    for key in ("/Resources", "/Group"):
        if key in page:
            _strip(page[key], seen)


def _strip_contents(page: DictionaryObject) -> None:
    """Join a page's streams, and write them again where they say more than they draw."""
    contents = page.get("/Contents")
    contents = contents.get_object() if contents is not None else None
    streams = contents if isinstance(contents, ArrayObject) else [contents]
    found = [each.get_object() for each in streams if each is not None]
    data = [each.get_data() for each in found if isinstance(each, StreamObject)]
    if sum(map(len, data)) > MAX_CONTENT:
        raise LimitReachedError
    if any(map(needs_cleaning, data)):
        page[NameObject("/Contents")] = _stream_of(clean_content(b"\n".join(data)))


def _stream_of(data: bytes) -> StreamObject:
    plain = DecodedStreamObject()
    plain.set_data(data)
    return plain.flate_encode()


def _inherit(page: DictionaryObject, key: str) -> None:
    """Bring down what a page has from its parents, before its parents are left behind."""
    node: Any = page
    for _ in range(64):
        if key in node:
            if node is not page:
                page[NameObject(key)] = node.raw_get(key)
            return
        parent = node.get("/Parent")
        node = parent.get_object() if parent is not None else None
        if not isinstance(node, DictionaryObject):
            return


def _strip(start: Any, seen: set[int]) -> None:
    """Take out of everything reachable what no drawing needs, and what pictures say about themselves."""
    heap: list[Any] = [start]
    while heap:
        value = heap.pop()
        if isinstance(value, IndirectObject):
            value = value.get_object()
        if not isinstance(value, (DictionaryObject, ArrayObject)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, ArrayObject):
            heap.extend(value)
            continue
        for key in _NEVER:
            value.pop(key, None)
        if isinstance(value, StreamObject):
            _strip_stream(value)
        _strip_properties(value)
        heap.extend(value.values())


def _strip_stream(stream: StreamObject) -> None:
    kind = stream.get("/Filter")
    if isinstance(kind, ArrayObject) and len(kind) == 1:
        kind = kind[0]
    if kind == "/DCTDecode":
        stream._data = clean_jpeg(stream._data)  # noqa: SLF001 - the encoded bytes have no public door
    elif kind == "/JPXDecode":
        stream._data = clean_jp2(stream._data)  # noqa: SLF001
    elif stream.get("/Subtype") == "/Form" or "/PatternType" in stream:
        data = stream.get_data()
        if needs_cleaning(data):
            stream._data = zlib.compress(clean_content(data))  # noqa: SLF001
            stream[NameObject("/Filter")] = NameObject("/FlateDecode")
            stream.pop("/DecodeParms", None)


def _strip_properties(dictionary: DictionaryObject) -> None:
    """Of properties that content refers to by name, keep what a layer needs and what text reads as."""
    named = dictionary.get("/Properties")
    named = named.get_object() if named is not None else None
    if not isinstance(named, DictionaryObject):
        return
    for key in named:
        entry = named[key].get_object()
        if not isinstance(entry, DictionaryObject) or entry.get("/Type") == "/OCMD":
            continue
        kept = {"/Type", "/Name"} if entry.get("/Type") == "/OCG" else {"/ActualText"}
        for other in set(entry) - kept:
            del entry[other]
        if "/Name" in entry:
            entry[NameObject("/Name")] = TextStringObject("layer")


def _keep_layers(reader: PdfReader, writer: PdfWriter, seen: set[int]) -> None:
    """Keep which layers are switched off (else hidden ones would show), without what they are called."""
    layers = reader.root_object.get("/OCProperties")
    layers = layers.get_object() if layers is not None else None
    if not isinstance(layers, DictionaryObject):
        return
    for key in set(layers) - {"/OCGs", "/D"}:
        del layers[key]
    groups = layers.get("/OCGs")
    for group in groups.get_object() if groups is not None else ():
        entry = group.get_object()
        if isinstance(entry, DictionaryObject):
            entry[NameObject("/Name")] = TextStringObject("layer")
            entry.pop("/Usage", None)
    default = layers.get("/D")
    default = default.get_object() if default is not None else None
    if isinstance(default, DictionaryObject):
        for key in set(default) & {"/Name", "/Creator", "/Order"}:
            del default[key]
    _strip(layers, seen)
    writer.root_object[NameObject("/OCProperties")] = layers.clone(writer)


def copy_as_pictures(source: Path, target: Path) -> None:
    """Where pages cannot be rebuilt: a document of pictures of them."""
    document = pypdfium2.PdfDocument(source)
    writer = PdfWriter()
    for index in range(min(len(document), MAX_PICTURES)):
        page = document[index]
        width, height = max(page.get_width(), 1.0), max(page.get_height(), 1.0)
        bitmap = page.render(scale=min(PICTURE_WIDTH / width, 4000 / height), prefer_bgrx=True).to_pil().convert("RGB")
        body = BytesIO()
        bitmap.save(body, "JPEG", quality=85)
        page.close()
        _add_picture(writer, body.getvalue(), bitmap.size, (width, height))
    document.close()
    writer.metadata = None
    with target.open("wb") as file:
        writer.write(file)


def _add_picture(writer: PdfWriter, data: bytes, points: tuple[int, int], size: tuple[float, float]) -> None:
    picture = StreamObject()
    picture._data = data  # noqa: SLF001
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(points[0]),
            NameObject("/Height"): NumberObject(points[1]),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    page = writer.add_blank_page(*size)
    pictures = DictionaryObject({NameObject("/Im0"): writer._add_object(picture)})  # noqa: SLF001
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
    page[NameObject("/Contents")] = _stream_of(f"q {size[0]:.3f} 0 0 {size[1]:.3f} 0 0 cm /Im0 Do Q".encode())
