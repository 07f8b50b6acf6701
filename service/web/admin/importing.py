"""A sheet on its way in: read from a file or a pasted text, and shown row by row before anything is added."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.errors import FieldError, Invalid
from service.text import Words
from service.usecases.setup.imports import MOST_BYTES, Row
from service.web.forms import Typed

__all__ = ["ImportPreview", "PreviewRow", "preview_of", "read_sheet"]


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it was read, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    faults: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """The rows of a sheet; ``checked`` is the same table as text, which the confirmation sends back."""

    columns: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    n_faulty: int
    checked: str


async def read_sheet(typed: Typed) -> tuple[str, bytes]:
    """Give what was pasted and the bytes of what came: the file where there is one, else the text."""
    text = typed.secret("text")
    sent = typed.file("sheet")
    content = await sent.read(MOST_BYTES + 1) if sent is not None else b""
    content = content or text.encode()
    if not content.strip():
        raise Invalid(FieldError("sheet", "import.empty"))
    return text, content


def preview_of(rows: Sequence[Row], columns: tuple[str, ...], text: str, words: Words) -> ImportPreview:
    """Make the preview of a sheet; ``text`` is kept for a sheet in which nothing could be read."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([row.values[name] for name in columns] for row in rows)
    return ImportPreview(
        columns=columns,
        rows=tuple(
            PreviewRow(
                row.number, tuple(row.values[name] for name in columns), tuple(words.say(each) for each in row.faults)
            )
            for row in rows
        ),
        n_faulty=sum(bool(row.faults) for row in rows),
        checked=written.getvalue() if rows else text,
    )
