"""Encoded pictures inside other files, freed of what they say about themselves without being encoded again."""

# ruff: noqa: PLR2004 -- markers and lengths of the formats themselves

from __future__ import annotations

import struct

_KEPT_SEGMENTS = frozenset({0xE0, 0xEE})
"""JFIF and Adobe's colour transform; every other application segment and every comment goes."""


def clean_jpeg(data: bytes) -> bytes:
    """Give a JPEG without comments, EXIF, XMP, IPTC, thumbnails and trailing bytes; anything else unchanged."""
    if not data.startswith(b"\xff\xd8"):
        return data
    parts, at = [b"\xff\xd8"], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            end = data.rfind(b"\xff\xd9")
            return b"".join(parts) + (data[at : end + 2] if end > at else data[at:])
        if marker == 0x01 or 0xD0 <= marker <= 0xD9:
            at += 2
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        is_said = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_said or (marker in _KEPT_SEGMENTS and not data.startswith(b"JFXX", at + 4)):
            parts.append(data[at : at + 2 + length])
        at += 2 + length
    return data


def clean_jp2(data: bytes) -> bytes:
    """Give a JPEG 2000 file without its XML and UUID boxes; unchanged where it is a bare code stream."""
    if data[4:8] != b"jP  ":
        return data
    parts, at = [], 0
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if length == 1 and at + 16 <= len(data):
            length = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        if length == 0:
            length = len(data) - at
        if length < 8:
            return data
        if kind not in (b"xml ", b"uuid", b"uinf"):
            parts.append(data[at : at + length])
        at += length
    return b"".join(parts)
