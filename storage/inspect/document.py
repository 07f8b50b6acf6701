"""Office documents: text by part, hidden matter, and whatever reaches outside the file."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from storage.inspect.archive import check_members
from storage.inspect.copy_document import rewrite
from storage.inspect.limits import MIB
from storage.inspect.office_parts import UnsafeXml, local_name, parse, part_bytes
from storage.inspect.prose import measure_words
from storage.inspect.report import Place, PlaceKind

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

MAX_UNPACKED = 400 * MIB
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_BODY = {
    "docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml"),
    "pptx": re.compile(
        r"ppt/(slides/slide|slideMasters/slideMaster|slideLayouts/slideLayout|charts/chart|diagrams/data)\d*\.xml"
    ),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/sheet\d*|workbook|drawings/drawing\d*|charts/chart\d*)\.xml"),
}
_HIDDEN = re.compile(
    r"docProps/.*\.xml|customXml/.*\.xml|.*/comments?\w*\.xml|.*/(comments|threadedComments|persons)/.*\.xml"
    r"|.*people\.xml|.*commentAuthors\.xml|ppt/notesSlides/.*\.xml|.*/_rels/.*\.rels"
)
_TEXT = frozenset({"t", "v", "instrText"})
_TAKEN_OUT = frozenset({"delText", "delInstrText"})
_BREAK = frozenset({"p", "br", "tab", "row", "si", "tr", "cr"})


def inspect_document(examination: Examination, name: str) -> None:
    """Read text and properties of a Word, PowerPoint or Excel file and rewrite it without what judges need not see."""
    try:
        with zipfile.ZipFile(examination.path) as archive:
            check_members(examination, archive.infolist())
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                examination.refuse("archive.bomb", unpacked=MAX_UNPACKED // MIB)
            if examination.is_refused:
                return
            _read_parts(archive, examination, name)
            if examination.copy_to is not None and not examination.is_refused:
                rewrite(archive, examination.copy_to, name)
    except UnsafeXml:
        examination.refuse("document.entities")
    except (
        zipfile.BadZipFile,
        ParseError,
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
        EOFError,
        zipfile.LargeZipFile,
    ):
        examination.refuse("document.damaged")
    except Exception as error:  # zlib.error has no base of its own worth importing
        if type(error).__name__ != "error":
            raise
        examination.refuse("document.damaged")


def _read_parts(archive: zipfile.ZipFile, examination: Examination, name: str) -> None:
    names = archive.namelist()
    shown: list[str] = []
    for part in names:
        if _BODY[name].fullmatch(part):
            root = parse(part_bytes(archive, part))
            text = _text_of(root)
            examination.read_hidden(_taken_out(root), "revision")
            shown.append(text)
            examination.read(text, _place(part))
        elif _HIDDEN.fullmatch(part):
            _read_hidden(archive, part, examination)
        elif re.search(r"/(embeddings|activeX|externalLinks)/", part):
            examination.ask("document.embedded", Place(PlaceKind.MEMBER, name=part))
    if any(part.startswith("docProps/") for part in names):
        examination.note("metadata.removed")
    if name == "pptx":
        examination.facts["pages"] = sum(1 for part in names if _SLIDE.fullmatch(part))
        _check_slides(examination)
    measure_words(shown, examination)


def _check_slides(examination: Examination) -> None:
    rules, n_slides = examination.rules, int(examination.facts["pages"])
    if rules.max_pages is not None and n_slides > rules.max_pages:
        examination.refuse("pages.too-many", pages=n_slides, limit=rules.max_pages)
    if rules.min_pages is not None and n_slides < rules.min_pages:
        examination.refuse("pages.too-few", pages=n_slides, limit=rules.min_pages)


def _place(part: str) -> Place:
    if match := _SLIDE.fullmatch(part):
        return Place(PlaceKind.SLIDE, int(match[1]))
    if match := _SHEET.fullmatch(part):
        return Place(PlaceKind.SHEET, int(match[1]))
    return Place()


def _read_hidden(archive: zipfile.ZipFile, part: str, examination: Examination) -> None:
    root = parse(part_bytes(archive, part))
    if not part.endswith(".rels"):
        values = [value for each in root.iter() for value in each.attrib.values()]
        examination.read_hidden(_all_text(root) + "\n" + "\n".join(values), part)
        if "comment" in part.lower() and len(root):
            examination.note("document.comments")
        return
    n_links = 0
    for relation in root:
        if relation.get("TargetMode") != "External":
            continue
        examination.read_hidden(relation.get("Target") or "", "link")
        if (relation.get("Type") or "").endswith("/hyperlink"):
            n_links += 1
        else:
            examination.refuse("document.remote", target=(relation.get("Target") or "")[:120])
    if n_links:
        examination.note("document.links", links=n_links)


def _text_of(root: Element) -> str:
    """Give the text in reading order, paragraphs on lines of their own; runs of one word stay together."""
    parts: list[str] = []
    for element in root.iter():
        kind = local_name(element)
        if kind in _BREAK:
            parts.append("\n" if kind != "tab" else "\t")
        if kind in _TEXT and element.text:
            parts.append(element.text if kind == "t" else f"\n{element.text}\n")
        elif kind in ("docPr", "cNvPr"):
            parts.extend(f"\n{element.get(key)}\n" for key in ("descr", "title") if element.get(key))
    return "".join(parts)


def _taken_out(root: Element) -> str:
    """Give deleted text and the authors of changes, which the copy leaves out."""
    gone = [element.text or "" for element in root.iter() if local_name(element) in _TAKEN_OUT]
    authors = [value for element in root.iter() for key, value in element.attrib.items() if key.endswith("}author")]
    return "\n".join(dict.fromkeys([*gone, *authors]))


def _all_text(root: Element) -> str:
    return "\n".join(text for text in root.itertext() if text.strip())
