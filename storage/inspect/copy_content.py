"""The drawing instructions of a page without what draws nothing: comments, and properties of marked content."""

from __future__ import annotations

import re

_HEX = rb"[0-9A-Fa-f\s]*>"
_IN_BRACKETS = rb"(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)"
_PLAIN = (
    rb"[%(<](?:(?<=\()" + _IN_BRACKETS  # strings stay, with one level of brackets in them,
    + rb"|(?<=<)" + _HEX  # and those in hexadecimal
    + rb"|(?<=<)<(?:[^<>()%]|<" + _HEX + rb"|\(" + _IN_BRACKETS + rb")*>>()"  # 1: properties without others in them
    + rb"|())"  # 2: what must be looked at letter by letter
)  # fmt: skip
_START = re.compile(_PLAIN, re.DOTALL)
"""Begins with one set of letters: what comes before them is passed over without trying."""
_START_OR_PICTURE = re.compile(_PLAIN + rb"|(?<![^\s\]>)])BI(?=[\s/])()", re.DOTALL)
_PROPERTIES = 1
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
    at: int | None = 0
    while at is not None:
        at = _clean_from(data, at, parts)
    return b"".join(parts)


def _clean_from(data: bytes, start: int, parts: list[bytes]) -> int | None:
    """Clean from here to the end, or to behind the first thing that no pattern takes in whole: it is told where."""
    done = start
    pattern = _START_OR_PICTURE if b"BI" in data else _START
    for match in pattern.finditer(data, start):
        if match.lastindex is None:
            continue
        parts.append(data[done : match.start()])
        if match.lastindex != _PROPERTIES:
            after, kept = _past(data, match.start(), match[0])
            parts.append(kept)
            return after
        parts.append(_spoken(match[0]))
        done = match.end()
    parts.append(data[done:])
    return None


def _spoken(properties: bytes) -> bytes:
    """Of properties, what marked content reads as."""
    return b"<<" + b" ".join(_SPOKEN.findall(properties)) + b">>" if b"/ActualText" in properties else b"<<>>"


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
    return after, _spoken(data[start:after])


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
