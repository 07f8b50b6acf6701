"""The drawing instructions of a page without what draws nothing: comments, and properties of marked content."""

from __future__ import annotations

import re

_START = re.compile(rb"[%(<]|(?<![^\s\]>)])BI(?=[\s/])")
_IN_STRING = re.compile(rb"[()]|\\.", re.DOTALL)
_IN_PROPERTIES = re.compile(rb"<<|>>|\((?:[^()\\]|\\.)*\)", re.DOTALL)
_SPOKEN = re.compile(rb"/ActualText\s*(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_END_OF_LINE = re.compile(rb"[\r\n]")
_END_OF_PICTURE = re.compile(rb"\sEI(?=[\s]|$)")


def needs_cleaning(data: bytes) -> bool:
    """Whether there is anything that ``clean_content`` might take out."""
    return b"%" in data or b"<<" in data


def clean_content(data: bytes) -> bytes:
    """Drop comments; keep of properties only what marked content reads as (``/ActualText``)."""
    parts: list[bytes] = []
    at = 0
    while match := _START.search(data, at):
        start = match.start()
        parts.append(data[at:start])
        at, kept = _past(data, start, match[0])
        parts.append(kept)
    parts.append(data[at:])
    return b"".join(parts)


def _past(data: bytes, start: int, opening: bytes) -> tuple[int, bytes]:
    """Where the thing that begins here ends, and what is kept of it."""
    if opening == b"%":
        end = _END_OF_LINE.search(data, start)
        return (end.start() if end else len(data)), b" "
    if opening == b"(":
        after = _after_string(data, start)
        return after, data[start:after]
    if opening == b"BI":
        end = _END_OF_PICTURE.search(data, start)
        after = end.end() if end else len(data)
        return after, data[start:after]
    if not data.startswith(b"<<", start):
        end_of_hex = data.find(b">", start)
        after = end_of_hex + 1 if end_of_hex >= 0 else len(data)
        return after, data[start:after]
    after = _after_properties(data, start)
    return after, b"<<" + b" ".join(_SPOKEN.findall(data[start:after])) + b">>"


def _after_string(data: bytes, start: int) -> int:
    depth = 0
    for match in _IN_STRING.finditer(data, start):
        if match[0] in (b"(", b")"):
            depth += 1 if match[0] == b"(" else -1
        if depth == 0:
            return match.end()
    return len(data)


def _after_properties(data: bytes, start: int) -> int:
    depth = 0
    for match in _IN_PROPERTIES.finditer(data, start):
        if match[0] in (b"<<", b">>"):
            depth += 1 if match[0] == b"<<" else -1
        if depth == 0:
            return match.end()
    return len(data)
