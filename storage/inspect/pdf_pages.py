"""Pages of a PDF drawn as pictures, each with the text on it: what the judge's viewer shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
from PIL import Image, ImageChops

from storage.inspect.limits import MAX_PICTURES, PICTURE_WIDTH
from storage.inspect.report import PagePicture

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

MAX_HEIGHT = 4000
PAPER, MOSTLY = 232, 0.5
COLOURLESS = 12
"""Of 255: how far the colours of a point may lie apart in what is still grey."""

_TO_SIXTEEN = [(value * 15 + 127) // 255 for value in range(256)]


class ClosedDocument(Exception):
    """The drawing library cannot open the document at all."""


def n_drawable(path: Path) -> int:
    """How many pages the drawing library sees; none where it cannot open the file."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return 0
    n_pages = len(document)
    document.close()
    return n_pages


def draw_pages(source: Path, examination: Examination) -> list[str]:
    """Write a picture of each page into ``pages_to`` (if given); return the text of every page."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise ClosedDocument from error
    texts: list[str] = []
    for index in range(min(len(document), 10 * MAX_PICTURES)):
        try:
            page = document[index]
            text = _text_of(page)
        except pypdfium2.PdfiumError:
            texts.append("")
            continue
        texts.append(text)
        if examination.pages_to is not None and index < MAX_PICTURES:
            examination.pages.append(_draw(page, index + 1, text, examination.pages_to))
        page.close()
    document.close()
    return texts


def draw_page(source: Path, number: int) -> Image.Image | None:
    """Draw one page for reading, when none was drawn for the viewer; ``None`` where that cannot be done."""
    try:
        document = pypdfium2.PdfDocument(source)
        page = document[number - 1]
        picture = _drawn(page, _scale(page), grayscale=True)
        page.close()
        document.close()
    except pypdfium2.PdfiumError:
        return None
    return picture


def _scale(page: Any) -> float:
    width, height = max(float(page.get_width()), 1.0), max(float(page.get_height()), 1.0)
    return min(PICTURE_WIDTH / width, MAX_HEIGHT / height)


def _text_of(page: Any) -> str:
    text_page = page.get_textpage()
    text: str = text_page.get_text_range(errors="ignore")
    text_page.close()
    return text.replace("\r\n", "\n").replace("\x00", "").replace("\ufffe", "")


def _draw(page: Any, number: int, text: str, folder: Path) -> PagePicture:
    """Draw writing in sixteen greys as PNG, and what has colours or many greys as JPEG.

    Sixteen greys take 9 ms to pack and half the bytes that 256 take 23 ms for; writing looks the same.
    """
    scale = _scale(page)
    small = _drawn(page, scale / 4, grayscale=False)
    picture = _drawn(page, scale, grayscale=_is_grey(small))
    if picture.mode == "L" and _is_writing(small):
        path, media_type = folder / f"page-{number:04d}.png", "image/png"
        _in_few_greys(picture).save(path, format="PNG", compress_level=1, bits=4)
    else:
        path, media_type = folder / f"page-{number:04d}.jpg", "image/jpeg"
        picture.save(path, format="JPEG", quality=84)
    return PagePicture(number, str(path), media_type, picture.width, picture.height, path.stat().st_size, text)


def _in_few_greys(picture: Image.Image) -> Image.Image:
    few = picture.point(_TO_SIXTEEN)
    few.putpalette([level * 17 for level in range(16) for _ in range(3)])
    return few


def _is_writing(picture: Image.Image) -> bool:
    """Whether most of a small drawing is as light as paper: a photograph or a shaded picture would show steps."""
    greys = picture.convert("L").histogram()
    return sum(greys[PAPER:]) >= MOSTLY * sum(greys)


def _drawn(page: Any, scale: float, *, grayscale: bool) -> Image.Image:
    bitmap = page.render(scale=scale, may_draw_forms=False, grayscale=grayscale, rev_byteorder=True)
    picture: Image.Image = bitmap.to_pil()
    return picture


def _is_grey(picture: Image.Image) -> bool:
    """Look at a small drawing: a coloured spot too small to be in it is not worth its bytes."""
    if picture.mode == "L":
        return True
    red, green, blue = picture.convert("RGB").split()
    difference = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return difference.getextrema()[1] <= COLOURLESS  # type: ignore[operator]
