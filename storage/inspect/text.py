"""Plain text and tables: decoded, read line by line, written again in UTF-8."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from storage.inspect.prose import measure_words
from storage.inspect.report import Place, PlaceKind
from storage.inspect.sniff import decode

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

LINES_A_PIECE = 40
_UNSEEN = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x2060, 0xFEFF])
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def inspect_text(examination: Examination, name: str) -> None:
    """Keep the text with its lines; the copy is UTF-8 without control characters."""
    text = decode(examination.path.read_bytes())
    if text is None:
        examination.refuse("text.damaged")
        return
    lines = text.splitlines()
    for start in range(0, len(lines), LINES_A_PIECE):
        examination.read("\n".join(lines[start : start + LINES_A_PIECE]), Place(PlaceKind.LINE, start + 1))
    measure_words([text], examination)
    if name == "csv" and any(_is_formula(cell) for line in lines for cell in line.split(",")):
        examination.ask("text.formula")
    if examination.copy_to is not None:
        examination.copy_to.write_text("\n".join(_plain(line) for line in lines) + "\n", encoding="utf-8")


def _is_formula(cell: str) -> bool:
    cell = cell.strip().strip('"')
    if not cell.startswith(_FORMULA):
        return False
    return cell[0] in "=@" or "(" in cell


def _plain(line: str) -> str:
    shown = line.translate(_UNSEEN)
    return "".join(each for each in shown if each == "\t" or unicodedata.category(each) != "Cc")
