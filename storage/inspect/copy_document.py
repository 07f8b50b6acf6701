"""An Office document rewritten: no properties, comments, revisions, custom XML, links or embedded objects."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from storage.inspect.copy_streams import clean_jpeg
from storage.inspect.limits import MAX_PIXELS
from storage.inspect.office_parts import local_name, parse, part_bytes, write

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DROPPED = re.compile(
    r"docProps/.*|customXml/.*|.*/customXml/.*|.*/comments?\w*\.(xml|bin)|.*/(comments|threadedComments|persons|embeddings|activeX"
    r"|externalLinks|printerSettings|notesSlides|revisions|ctrlProps|webextensions)/.*|.*people\.xml|.*commentAuthors\.xml"
    r"|.*/authors\.xml|_xmlsignatures/.*|.*/vbaData\.xml|.*/stringsUntrusted.*|.*\.(rels-extra|thmx)|.*thumbnail\.\w+"
    r"|.*/commentsDrawing.*|.*\.vml|xl/connections\.xml|xl/queryTables/.*|ppt/changesInfos/.*|ppt/revisionInfo\.xml",
    re.IGNORECASE,
)
_GONE = frozenset({"del", "moveFrom", "commentRangeStart", "commentRangeEnd", "commentReference", "rPrChange",
    "pPrChange",
                   "sectPrChange", "tblPrChange", "tcPrChange", "trPrChange", "numberingChange", "cellDel",
                   "fileSharing",
                   "modifyVerifier", "rsids", "attachedTemplate", "documentProtection", "legacyDrawing", "docVars",
                   "annotationRef", "controls", "oleObjects", "externalReferences", "moveFromRangeStart",
                   "moveFromRangeEnd",
                   "moveToRangeStart", "moveToRangeEnd", "custDataLst", "notesMasterIdLst", "mailMerge"})  # fmt: skip
_UNWRAPPED = frozenset({"ins", "moveTo", "smartTag", "customXml"})
_TELLING = frozenset({"author", "initials", "date", "userId", "providerId", "lastModifiedBy", "userName"})
_OWN_LINK = re.compile(r"https?://schemas\.|http://purl\.")
_STILL = (1980, 1, 1, 0, 0, 0)


def rewrite(archive: zipfile.ZipFile, target: Path, name: str) -> None:
    """Write every part that shows something, in its order, with one date for all."""
    kept = [part for part in archive.namelist() if not part.endswith("/") and not _DROPPED.fullmatch(part)]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as copy:
        for part in dict.fromkeys(kept):
            data = _cleaned(part, part_bytes(archive, part), set(kept), name)
            member = zipfile.ZipInfo(part, _STILL)
            member.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(member, data)


def _cleaned(part: str, data: bytes, kept: set[str], name: str) -> bytes:
    if part == "[Content_Types].xml":
        return _content_types(data, kept)
    if part.endswith(".rels"):
        return _relations(part, data, kept)
    if part.endswith(".xml"):
        return _part(data, name)
    return _picture(part, data)


def _content_types(data: bytes, kept: set[str]) -> bytes:
    root = parse(data)
    for entry in list(root):
        if entry.get("PartName", "/").lstrip("/") not in kept and local_name(entry) == "Override":
            root.remove(entry)
    return write(root)


def _relations(part: str, data: bytes, kept: set[str]) -> bytes:
    """Leave out relations to parts that are gone; links keep their place in the text and lead nowhere."""
    root = parse(data)
    folder = part.split("_rels/", maxsplit=1)[0]
    for relation in list(root):
        if relation.get("TargetMode") == "External":
            relation.set("Target", "about:blank")
        elif _resolve(folder, relation.get("Target") or "") not in kept:
            root.remove(relation)
    return write(root)


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    parts = [part for part in folder.split("/") if part]
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in (".", ""):
            parts.append(step)
    return "/".join(parts)


def _part(data: bytes, name: str) -> bytes:
    root = parse(data)
    spaces = _declared(data)
    _clean_tree(root, name)
    return _with_spaces(write(root), spaces)


def _clean_tree(root: Element, name: str) -> None:
    heap = [root]
    while heap:
        parent = heap.pop()
        for key in [key for key in parent.attrib if _is_telling(key)]:
            del parent.attrib[key]
        children: list[Element] = []
        for child in parent:
            kind = local_name(child)
            if kind in _GONE:
                continue
            if name == "docx" and kind in _UNWRAPPED:
                children.extend(each for each in child if local_name(each) not in _GONE)
            else:
                children.append(child)
        if len(children) != len(parent) or any(a is not b for a, b in zip(children, parent, strict=True)):
            parent[:] = children
        heap.extend(children)


def _is_telling(key: str) -> bool:
    local = key.rsplit("}", 1)[-1]
    return local in _TELLING or local.startswith("rsid")


def _declared(data: bytes) -> dict[str, str]:
    """Prefixes that the root declares: ``mc:Ignorable`` names them in a value, where a writer cannot see their use."""
    head = data[:16384].decode("utf-8", "replace")
    return dict(re.findall(r"xmlns:([A-Za-z][\w.-]*)=[\"']([^\"']+)[\"']", head))


def _with_spaces(data: bytes, spaces: dict[str, str]) -> bytes:
    if b"Ignorable" not in data and b"Requires" not in data:
        return data
    start = data.index(b"<", data.index(b"?>") + 2)
    end = data.index(b">", start)
    root = data[start:end]
    missing = [
        f' xmlns:{prefix}="{uri}"'.encode() for prefix, uri in spaces.items() if f"xmlns:{prefix}=".encode() not in root
    ]
    at = end - 1 if data[end - 1 : end] == b"/" else end
    return data[:at] + b"".join(missing) + data[at:]


def _picture(part: str, data: bytes) -> bytes:
    """Pictures inside a document lose their properties like pictures on their own."""
    lowered = part.lower()
    if lowered.endswith((".jpg", ".jpeg")):
        return clean_jpeg(data)
    if lowered.endswith((".png", ".gif", ".tif", ".tiff", ".webp", ".bmp")):
        return _redrawn(data)
    return data


def _redrawn(data: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415 - 40 ms that most documents do not need

    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS or not picture.format:
                return b""
            kind, sheet = picture.format, picture.copy()
    except (OSError, ValueError, SyntaxError):
        return data
    sheet.info = {key: value for key, value in sheet.info.items() if key == "transparency"}
    out = BytesIO()
    sheet.save(out, kind)
    return out.getvalue()
