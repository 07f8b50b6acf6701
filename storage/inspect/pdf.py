"""PDF: what is in it, page by page. What is hidden or active is the business of ``pdf_active``."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from pypdf import PdfReader, overwrite_configuration
from pypdf.errors import LimitReachedError

from storage.inspect.copy_pdf import copy_as_pictures, flatten_remarks, rebuild
from storage.inspect.limits import MAX_PICTURES, MIB
from storage.inspect.look import look_at_pages
from storage.inspect.pdf_active import find_active, read_hidden_text, walk
from storage.inspect.pdf_operations import ease_reading
from storage.inspect.pdf_pages import ClosedDocument, draw_page, draw_pages, n_drawable
from storage.inspect.prose import measure_words
from storage.inspect.report import Place, PlaceKind

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

FILTER_OUTPUT = 64 * MIB
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_GARBLED = re.compile("[\ue000-\uf8ff\ufffd]")
POINTS_MAX = 14_400.0
SECOND_READING_SECONDS = 0.8
TITLE_PAGES, LAST_PAGES = 2, 1
MAX_READ_TWICE = MIB
MAX_LOOKS = 20


def inspect_pdf(examination: Examination) -> None:
    """Read every page, look for what should not be there, and rebuild the judge's copy from its pages alone."""
    overwrite_configuration(zlib_maximum_output_length=FILTER_OUTPUT)
    try:
        reader = PdfReader(examination.path, strict=False)
        if not _is_open(reader, examination):
            return
        n_pages = len(reader.pages)
    except Exception:  # noqa: BLE001 - a hostile file raises anything: ValueError, TypeError, RecursionError were seen
        examination.refuse("pdf.damaged")
        return
    if n_pages == 0:
        examination.refuse("pdf.no-pages")
        return
    examination.facts["pages"] = n_pages
    _look_inside(reader, examination)
    _check_pages(reader, examination)
    if not examination.is_refused:
        _copy_and_draw(reader, examination)


def _is_open(reader: PdfReader, examination: Examination) -> bool:
    if not reader.is_encrypted:
        return True
    if not reader.decrypt(""):
        examination.refuse("pdf.locked")
        return False
    examination.note("pdf.protected")
    return True


def _look_inside(reader: PdfReader, examination: Examination) -> None:
    try:
        dictionaries = list(walk(reader))
        find_active(dictionaries, examination)
        read_hidden_text(reader, dictionaries, examination)
    except Exception:  # noqa: BLE001 - as above; a file that cannot be walked cannot be vouched for
        examination.tell_committee("pdf.unreadable-parts")


def _check_pages(reader: PdfReader, examination: Examination) -> None:
    rules, n_pages = examination.rules, int(examination.facts["pages"])
    if rules.max_pages is not None and n_pages > rules.max_pages:
        examination.refuse("pages.too-many", pages=n_pages, limit=rules.max_pages)
    if rules.min_pages is not None and n_pages < rules.min_pages:
        examination.refuse("pages.too-few", pages=n_pages, limit=rules.min_pages)
    if n_pages > MAX_PICTURES:
        examination.tell_committee("pages.not-all-drawn", pages=n_pages, limit=MAX_PICTURES)
    for number, page in enumerate(reader.pages[:MAX_PICTURES], start=1):
        try:
            width, height = float(page.mediabox.width), float(page.mediabox.height)
        except Exception:  # noqa: BLE001 - as above
            width = height = 0.0
        if not (1 <= width <= POINTS_MAX and 1 <= height <= POINTS_MAX):
            examination.ask("pdf.page-size", Place(PlaceKind.PAGE, number), width=width, height=height)


def _copy_and_draw(reader: PdfReader, examination: Examination) -> None:
    source = _copy(reader, examination)
    if examination.is_refused:
        return
    try:
        texts = draw_pages(source, examination)
    except ClosedDocument:
        examination.refuse("pdf.damaged")
        return
    _read_pages(reader, source, texts, examination)


def _copy(reader: PdfReader, examination: Examination) -> Path:
    """Write the copy; return the file to draw: the copy, so that what judges see is what was made for them."""
    source, target = examination.path, examination.copy_to
    if target is None:
        return source
    try:
        flat = flatten_remarks(reader, source, target)
        rebuild(PdfReader(flat, strict=False) if flat else reader, target)
        if n_drawable(target) == int(examination.facts["pages"]):
            return target
    except LimitReachedError:
        examination.refuse("file.too-costly")
        return source
    except Exception:  # noqa: BLE001, S110 - whatever a hostile file raises, there is the other way
        pass
    try:
        copy_as_pictures(source, target)
    except Exception:  # noqa: BLE001 - as above
        target.unlink(missing_ok=True)
        examination.refuse("pdf.damaged")
        return source
    examination.ask("copy.from-pictures")
    return target


def _read_pages(reader: PdfReader, source: Path, texts: list[str], examination: Examination) -> None:
    """Keep the text of each page as both readers give it: each garbles Arabic in its own way."""
    pictures: list[Place] = []
    end = time.process_time() + SECOND_READING_SECONDS
    for number, text in enumerate(texts, start=1):
        place = Place(PlaceKind.PAGE, number)
        examination.read(text, place)
        is_wanted = _is_worth_reading_twice(text, number, len(texts))
        second = _second_reading(reader, number) if is_wanted and time.process_time() < end else ""
        examination.read(second, place)
        if not text.strip() and not second.strip() and _shows_something(reader, number):
            pictures.append(place)
    look_at_pages(pictures[:MAX_LOOKS], lambda number: _picture_of(source, number, examination), examination)
    measure_words(texts, examination)


def _picture_of(source: Path, number: int, examination: Examination) -> Image.Image | None:
    """Give the picture drawn for the viewer, or draw the page now."""
    path = next((page.path for page in examination.pages if page.number == number), None)
    return Image.open(path) if path is not None else draw_page(source, number)


def _is_worth_reading_twice(text: str, number: int, n_pages: int) -> bool:
    """Pages without text or with signs that no alphabet has; and in Arabic, those where names stand.

    The second reader takes up to 0.4 s for a full page of Arabic; search survives what the first one garbles.
    """
    if not text.strip() or _GARBLED.search(text):
        return True
    return (number <= TITLE_PAGES or number > n_pages - LAST_PAGES) and _RIGHT_TO_LEFT.search(text) is not None


def _second_reading(reader: PdfReader, number: int) -> str:
    try:
        page = reader.pages[number - 1]
        contents = page.get_contents()
        data = contents.get_data() if contents is not None else b""
        if not data or len(data) > MAX_READ_TWICE:
            return ""
        ease_reading(reader, page, data)
        return page.extract_text()
    except Exception:  # noqa: BLE001 - the first reading stands
        return ""


def _shows_something(reader: PdfReader, number: int) -> bool:
    """Whether a page without text has any content: an empty page is no picture."""
    try:
        contents = reader.pages[number - 1].get_contents()
        return contents is not None and len(contents.get_data().strip()) > 0
    except Exception:  # noqa: BLE001 - what cannot be read must be looked at
        return True
