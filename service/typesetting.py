"""Setting documents in type with our own fonts: a template of ``templates/certificates`` and values as data.

Words arrive as data and are never read as source; the same data give the same bytes, for no date is written in.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

__all__ = ["set_pages", "set_pdf"]

_POINTS_PER_INCH = 72.0


def set_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Set ``<template>.typ`` as PDF. Takes tens of milliseconds a page: call it in a thread."""
    return bytes(_compile(template, data, format="pdf"))


def set_pages(template: str, data: dict[str, Any], *, scale: float = 1.0) -> list[bytes]:
    """Set the same as PNG pictures, one a page; at scale 1 a point is a pixel."""
    found = _compile(template, data, format="png", ppi=_POINTS_PER_INCH * scale)
    return [bytes(each) for each in found] if isinstance(found, list) else [bytes(found)]


def _compile(template: str, data: dict[str, Any], **options: Any) -> Any:
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    return _compiler().compile(input=_templates() / f"{template}.typ", sys_inputs=inputs, **options)


def _templates() -> Path:
    return Path(str(files("templates"))) / "certificates"


@cache
def _compiler() -> Any:
    import typst  # noqa: PLC0415 (81 MB that only printing needs)

    fonts = [str(files(f"fontpkg_ibm_plex_{name}") / "files") for name in ("sans_arabic", "mono")]
    return typst.Compiler(root=_templates(), font_paths=fonts, ignore_system_fonts=True)
