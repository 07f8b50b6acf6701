"""Visits every address that a page leads to, and looks for marked words in all that comes back."""

import base64
import html
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpx
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import StreamObject

from tests.conftest import ORIGIN

__all__ = ["MOST_PAGES", "Answer", "crawl", "find_markers"]

MOST_PAGES = 600
_LINKS = re.compile(
    r"""\b(?:href|src|action|poster|srcset|formaction)=["']([^"']+)["']|\b(?:content|data-[a-z-]+)=["']((?:/|\?|http)[^"']*)["']"""
)
_SIGNS = re.compile(r"[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
"""What is written over and under letters, and the stretch between them."""
_FREE = {"theme", "language", "next"}
"""Parts of a query that change no fact on the page."""


@dataclass(frozen=True)
class Answer:
    """What one address gave."""

    url: str
    status: int
    headers: str
    body: bytes
    media_type: str

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


async def crawl(client: httpx.AsyncClient, *starts: str, with_static: bool = False) -> dict[str, Answer]:
    """Follow every link, form, picture, file and redirect from these paths, as this browser.

    Static files, the same for everybody, are read when asked for.
    """
    waiting, answers = list(starts), {}
    while waiting:
        path = waiting.pop()
        if path in answers:
            continue
        assert len(answers) < MOST_PAGES, "the site has no end"
        given = await client.get(path)
        assert given.status_code < httpx.codes.INTERNAL_SERVER_ERROR, path
        headers = "\n".join(f"{name}: {value}" for name, value in given.headers.items())
        kind = given.headers.get("content-type", "").partition(";")[0]
        answers[path] = Answer(path, given.status_code, headers, given.content, kind)
        found = _leads(path, given, kind) - answers.keys()
        waiting.extend(each for each in found if with_static or not each.startswith("/static/"))
    return answers


def _leads(path: str, given: httpx.Response, kind: str) -> set[str]:
    found = {given.headers["location"]} if "location" in given.headers else set()
    if kind == "text/html":
        found |= {html.unescape(one or other) for one, other in _LINKS.findall(given.text)}
    elif kind == "text/css":
        found |= {each.strip("'\"") for each in re.findall(r"url\(([^)]+)\)", given.text)}
    elif kind in {"application/json", "application/xml", "text/xml", "text/plain"}:
        found |= set(re.findall(r"""["'>\s](/[a-z][^"'<\s]+)""", given.text))
    return {target for each in found if (target := _own(path, each)) is not None}


def _own(path: str, link: str) -> str | None:
    """Give the path of an address of our own, without what does not matter; None for any other."""
    parts = urlsplit(urljoin(ORIGIN + path, link.split(maxsplit=1)[0] if link.strip() else "#"))
    if f"{parts.scheme}://{parts.netloc}" != ORIGIN or "{" in parts.path:
        return None
    query = "&".join(each for each in parts.query.split("&") if each.partition("=")[0] not in _FREE)
    return urlunsplit(("", "", parts.path, query, ""))


def find_markers(answers: Iterable[Answer], markers: Mapping[str, str]) -> dict[str, set[str]]:
    """Find where markers stand: plain, folded, reversed, percent-encoded, in base64, and within files. By name."""
    wanted = {name: _forms(marker) for name, marker in markers.items()}
    found: dict[str, set[str]] = {}
    for answer in answers:
        for content in _contents(answer):
            folded = _fold(content.decode("utf-8", "replace")).encode()
            for name, (sought, coded) in wanted.items():
                if any(form in folded for form in sought) or any(form in content for form in coded):
                    found.setdefault(name, set()).add(answer.url)
    return found


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", html.unescape(text)).casefold()
    return _SIGNS.sub("", plain)


def _forms(marker: str) -> tuple[set[bytes], set[bytes]]:
    """Give what to look for in folded text, and in bytes as they are."""
    folded = _fold(marker)
    escaped = "".join(f"\\u{ord(char):04x}" if ord(char) > 127 else char for char in folded)
    sought = {each.encode() for each in (folded, folded[::-1], quote(folded).casefold(), escaped)}
    coded = {marker.encode("utf-16-be"), marker.encode("utf-16-le")}
    for shift in range(3):
        written = base64.b64encode(b"\0" * shift + marker.encode())
        coded.add(written[4 if shift else 0 : -4])
        coded.add(base64.urlsafe_b64encode(b"\0" * shift + marker.encode())[4 if shift else 0 : -4])
    return sought, coded


def _contents(answer: Answer) -> list[bytes]:
    """Give an answer's bytes, its headers, and what lies compressed in a document or beside a picture."""
    found = [answer.body, answer.headers.encode(), answer.url.encode()]
    if answer.body.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(answer.body))
        found.append(repr(dict(reader.metadata or {})).encode())
        found.extend(page.extract_text().encode() for page in reader.pages)
        for number in range(1, len(reader.xref_objStm) + sum(len(each) for each in reader.xref.values()) + 1):
            held = reader.get_object(number)
            found.append(held.get_data() if isinstance(held, StreamObject) else repr(held).encode())
    elif answer.media_type.startswith("image/") and "svg" not in answer.media_type:
        with Image.open(io.BytesIO(answer.body)) as picture:
            found.append(repr({**picture.info, **picture.getexif()}).encode())
    return found
