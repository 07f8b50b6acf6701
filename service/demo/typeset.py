"""Setting the demonstration's documents in type: templates stay in service/demo/typst, words and pictures are data."""

import json
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from PIL import Image

TEMPLATES = Path(__file__).with_name("typst")
_POINTS_PER_INCH = 72.0


def typeset(template: str, data: dict[str, Any], *, picture: str = "") -> bytes:
    """Set a document as PDF. The same data give the same bytes: no date is written into it.

    data: what look.typ and the template read, as values of JSON. picture: SVG text.
    """
    return _compile(template, data, picture, format="pdf")


def still(template: str, data: dict[str, Any], *, picture: str = "", scale: float = 1.0) -> Image.Image:
    """Set one page as an image with transparency; at scale 1 a point is a pixel."""
    page = _compile(template, data, picture, format="png", ppi=_POINTS_PER_INCH * scale)
    return Image.open(BytesIO(page)).convert("RGBA")


def rasterise(svg: str, *, scale: float = 1.0) -> Image.Image:
    """Turn SVG text into an image with transparency; at scale 1 one of its units is a pixel."""
    page = _compile("raster", {}, svg, format="png", ppi=_POINTS_PER_INCH * scale)
    return Image.open(BytesIO(page)).convert("RGBA")


def _compile(template: str, data: dict[str, Any], picture: str, **options: Any) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    if picture:
        inputs["picture"] = picture
    pages: Any = _compiler().compile(input=TEMPLATES / f"{template}.typ", sys_inputs=inputs, **options)
    return bytes(pages)


@cache
def _compiler() -> typst.Compiler:
    fonts = files("fontpkg_ibm_plex_sans_arabic") / "files"
    return typst.Compiler(root=TEMPLATES, font_paths=[str(fonts)], ignore_system_fonts=True)
