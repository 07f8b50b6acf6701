"""Signed links of the stores that we serve ourselves: what may be done, with what, until when."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode

from storage.errors import LinkRefused
from storage.objects.store import ReadAs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class LinkSigner:
    """Signs and checks links with one secret. The clock is the machine's: links live minutes."""

    def __init__(self, secret: bytes, *, base_url: str = "", clock: Callable[[], float] = time.time) -> None:
        self._secret = hmac.digest(secret, b"object links", hashlib.sha256)
        self._base_url = base_url
        self._clock = clock

    def sign_part(self, upload: str, number: int, *, length: int, seconds: int) -> str:
        """Give the address that takes one part of exactly this length."""
        expires = int(self._clock()) + seconds
        signature = self._sign("part", upload, number, expires, length)
        query = urlencode({"exp": expires, "len": length, "sig": signature})
        return f"{self._base_url}/blob/{quote(upload)}/{number}?{query}"

    def check_part(self, upload: str, number: int, query: Mapping[str, str]) -> int:
        """Give the length that the link was signed for. Raises LinkRefused."""
        expires, length = _read_number(query, "exp"), _read_number(query, "len")
        self._check(query, expires, "part", upload, number, expires, length)
        return length

    def sign_get(self, key: str, read_as: ReadAs, *, seconds: int) -> str:
        """Give the address that reads one object, with the type and name it is read as."""
        expires = int(self._clock()) + seconds
        how = "attachment" if read_as.is_download else "inline"
        signature = self._sign("get", key, expires, read_as.media_type, read_as.file_name, how)
        fields = {"exp": expires, "type": read_as.media_type, "name": read_as.file_name, "how": how, "sig": signature}
        return f"{self._base_url}/object/{quote(key)}?{urlencode(fields)}"

    def check_get(self, key: str, query: Mapping[str, str]) -> ReadAs:
        """Give what the bytes are to be read as. Raises LinkRefused."""
        expires = _read_number(query, "exp")
        media_type, name, how = query.get("type", ""), query.get("name", ""), query.get("how", "")
        self._check(query, expires, "get", key, expires, media_type, name, how)
        return ReadAs(media_type=media_type, file_name=name, is_download=how == "attachment")

    def _sign(self, *fields: object) -> str:
        """Each field goes in with its length, so that no two lists of fields read alike."""
        text = "".join(f"{len(part)}:{part}" for part in map(str, fields))
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _check(self, query: Mapping[str, str], expires: int, *fields: object) -> None:
        if not hmac.compare_digest(self._sign(*fields).encode(), query.get("sig", "").encode()):
            raise LinkRefused(reason="forged")
        if self._clock() >= expires:
            raise LinkRefused(reason="expired")


def _read_number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):  # noqa: PLR2004 (more digits than any size or time)
        raise LinkRefused(reason="forged")
    return int(text)


def read_query(query: str) -> dict[str, str]:
    """Read a query string; a name given twice is refused, so that nobody reads the other one."""
    found = parse_qs(query, keep_blank_values=True)
    if any(len(values) > 1 for values in found.values()):
        raise LinkRefused(reason="forged")
    return {name: values[0] for name, values in found.items()}


def write_disposition(read_as: ReadAs) -> str:
    """Write a Content-Disposition that any browser reads, with the name also in plain ASCII (RFC 6266, RFC 8187)."""
    kept = "".join(letter for letter in read_as.file_name if letter.isprintable())
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in kept)
    how = "attachment" if read_as.is_download else "inline"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(kept, safe='')}"
