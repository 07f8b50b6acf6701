"""Subtitles: read cue by cue, and written anew from the cues alone, as the WebVTT that browsers show."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from storage.inspect.limits import FORMATS
from storage.inspect.prose import measure_words
from storage.inspect.report import Place, PlaceKind
from storage.inspect.sniff import decode

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

_TIMES = re.compile(
    r"(?:(\d{1,3}):)?(\d\d?):(\d\d?)[.,](\d{1,3})[ \t]*-->[ \t]*(?:(\d{1,3}):)?(\d\d?):(\d\d?)[.,](\d{1,3})"
)
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}")
_KEPT_TAG = re.compile(r"</?[biu]>")
_KEPT_OR_MARK = re.compile(r"</?[biu]>|[&<]")
_ENTITIES = {"&": "&amp;", "<": "&lt;"}

Cue = tuple[float, float, str]


def inspect_subtitles(examination: Examination, name: str) -> None:
    """Read the cues with their seconds; the copy has times and words, no notes, styles or settings.

    It is WebVTT for SubRip too: no browser shows that beside a film.
    """
    text = decode(examination.path.read_bytes())
    cues, rest = parse_cues(text or "")
    if not cues:
        examination.refuse("subtitles.damaged")
        return
    examination.facts["seconds"] = round(max(end for _, end, _ in cues), 3)
    for start, _, words in cues:
        examination.read(html.unescape(_TAG.sub("", words)), Place(PlaceKind.SECOND, int(start)))
    for words in rest:
        examination.read_hidden(words, "note")
    measure_words((words for _, _, words in cues), examination)
    if examination.copy_to is not None:
        examination.copy_to.write_text(write_cues(cues, is_escaped=name == "vtt"), encoding="utf-8")
        examination.media_type = FORMATS["vtt"].media_type


def parse_cues(text: str) -> tuple[list[Cue], list[str]]:
    """Cues as (start, end, words) in seconds, and every block that is none (notes, styles, headers)."""
    cues: list[Cue] = []
    rest: list[str] = []
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    for block in blocks:
        lines = block.strip("\n").split("\n")
        at = next((index for index, line in enumerate(lines[:3]) if _TIMES.search(line)), None)
        if at is None:
            rest.append(block)
            continue
        match = _TIMES.search(lines[at])
        assert match is not None  # noqa: S101 - just found
        rest.extend(lines[:at])
        cues.append((_seconds(*match.groups()[:4]), _seconds(*match.groups()[4:]), "\n".join(lines[at + 1 :])))
    return cues, rest


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def write_cues(cues: list[Cue], *, is_escaped: bool) -> str:
    """Write cues as WebVTT, with no mark-up but bold, italic and underlined.

    ``is_escaped``: the words write & and < as WebVTT does; in SubRip they stand for themselves.
    """
    parts = ["WEBVTT\n"]
    for number, (start, end, words) in enumerate(cues, start=1):
        plain = "\n".join(line for line in _plain(words).split("\n") if line.strip()).replace("-->", "→")
        shown = plain if is_escaped else _escape(plain)
        parts.append(f"{number}\n{_clock(start)} --> {_clock(end)}\n{shown}\n")
    return "\n".join(parts)


def _escape(words: str) -> str:
    """Write & and < as WebVTT wants them; the mark-up that is kept stays."""
    return _KEPT_OR_MARK.sub(lambda match: _ENTITIES.get(match[0], match[0]), words)


def _plain(words: str) -> str:
    return _TAG.sub(lambda match: match[0] if _KEPT_TAG.fullmatch(match[0]) else "", words)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
