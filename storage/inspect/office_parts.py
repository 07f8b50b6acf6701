"""Parts of Office documents as XML that can neither expand nor fetch anything."""

from __future__ import annotations

import re
import zipfile
from typing import cast
from xml.etree import ElementTree as ET

from storage.inspect.limits import MIB

MAX_PART = 64 * MIB
_DECLARES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class UnsafeXml(Exception):
    """A part declares a document type or entities: no office program writes these."""


def part_bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part unpacked, to a limit."""
    with archive.open(name) as part:
        data = part.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        msg = "part too large"
        raise ValueError(msg)
    return data


def parse(data: bytes) -> ET.Element:
    """Give the tree of a part, its prefixes registered so that it can be written again as it was."""
    probe = data if data[:2] not in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-16", "replace").encode()
    if _DECLARES.search(probe):
        raise UnsafeXml
    for prefix, uri in re.findall(rb"xmlns:([A-Za-z][\w.-]*)=[\"']([^\"']+)[\"']", probe[:65536]):
        if not re.fullmatch(rb"ns\d+", prefix):
            ET.register_namespace(prefix.decode(), uri.decode("utf-8", "replace"))
    return ET.fromstring(data)  # noqa: S314 - declarations were refused above


def write(root: ET.Element) -> bytes:
    """Give a part's bytes from its tree."""
    return cast("bytes", ET.tostring(root, encoding="utf-8", xml_declaration=True))


def local_name(element: ET.Element) -> str:
    """Give the name of an element without its namespace."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
