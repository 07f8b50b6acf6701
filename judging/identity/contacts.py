"""Addresses, numbers and handles in text: found whatever digits, spaces or disguises they are written with."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BRACKETED_AT = re.compile(r"\s?[(\[{<]\s?at\s?[)\]}>]\s?")
_SPOKEN_AT = re.compile(r" at (?=[\w-]+(?:\.|\s?[(\[]?\s?dot\b))")
_SPOKEN_DOT = re.compile(r"\s?[(\[{<]\s?dot\s?[)\]}>]\s?|(?<=\w) dot (?=\w)")
_SPACED_AT = re.compile(r" ?@ ?")
_NUMBER = re.compile(r"\d(?:[ \t\u00a0().\-–/+]{0,3}\d){5,}")
_NOT_DIGIT = re.compile(r"\D")
PHONE_DIGITS = 8
"""The last digits of a telephone number that must agree: a number in Oman has eight, country codes come and go."""
LEAST_NUMBER = 5
LEAST_HANDLE = 3
LEAST_BARE_HANDLE = 6
_NETWORKS = "instagram|twitter|x|snapchat|tiktok|youtube|telegram|linkedin|github|facebook|انستغرام|تويتر|سناب"
_PLACES = rf"(?:@|/|\b(?:{_NETWORKS})\s*[:：]\s*@?)"

Span = tuple[int, int]


def plain_addresses(text: str) -> str:
    """Write disguised at-signs and dots as such; each search is made only where it can find something."""
    text = text.casefold().replace("＠", "@")
    if "dot" in text:
        text = _SPOKEN_DOT.sub(".", text)
    text = _SPOKEN_AT.sub("@", text)
    if "at" in text and not {"(", "[", "{", "<"}.isdisjoint(text):
        text = _BRACKETED_AT.sub("@", text)
    return _SPACED_AT.sub("@", text) if "@" in text else text


def find_email(address: str, plain: str) -> Span | None:
    """Give an address in text from ``plain_addresses``, also with spaces inside."""
    wanted = address.strip().casefold()
    if "@" not in wanted:
        return None
    start = plain.find(wanted)
    if start >= 0:
        return start, start + len(wanted)
    loose = r"\s*".join(map(re.escape, wanted))
    match = re.search(rf"(?<![\w.]){loose}(?![\w])", plain) if wanted[0] in plain and "@" in plain else None
    return match.span() if match else None


def find_domain(domain: str, plain: str) -> Span | None:
    """Give an institution's domain in an address or a link."""
    match = re.search(rf"(?<![\w-]){re.escape(domain.strip().casefold().lstrip('@.'))}(?![\w-])", plain)
    return match.span() if match else None


def find_phone(phone: str, text: str) -> Span | None:
    """Give a telephone number among the numbers of a tidy text, forwards or mirrored."""
    digits = _NOT_DIGIT.sub("", phone)[-PHONE_DIGITS:]
    return _find_digits(digits, text, is_whole=False) if len(digits) >= PHONE_DIGITS - 1 else None


def find_number(number: str, text: str) -> Span | None:
    """Give a student's number: as it is, in either case, with spaces between, or its digits mirrored."""
    wanted = re.sub(r"[^\w]", "", number).casefold()
    if len(wanted) < LEAST_NUMBER:
        return None
    loose = r"[ \-./]?".join(map(re.escape, wanted))
    match = re.search(rf"(?<![^\W_]){loose}(?![^\W_])", text.casefold())
    if match:
        return match.span()
    return _find_digits(wanted, text, is_whole=True) if wanted.isdigit() else None


def _find_digits(digits: str, text: str, *, is_whole: bool) -> Span | None:
    for match in _NUMBER.finditer(text):
        run = _NOT_DIGIT.sub("", match[0])
        if run in (digits, digits[::-1]) or (not is_whole and _ends(run, digits)):
            return match.span()
    return None


def _ends(run: str, digits: str) -> bool:
    """Accept the number with a country code, or that mirrored; not a longer number that happens to hold it."""
    return len(run) <= len(digits) + 6 and (run.endswith(digits) or run.startswith(digits[::-1]))


def find_handle(handle: str, plain: str) -> Span | None:
    """Give a handle after an at-sign, in a link, after a network's name; alone only if it could not be a word."""
    wanted = handle.strip().lstrip("@").casefold()
    if "/" in wanted:
        wanted = wanted.rstrip("/").rsplit("/", 1)[-1].lstrip("@")
    if len(wanted) < LEAST_HANDLE:
        return None
    could_be_word = wanted.isalpha() or len(wanted) < LEAST_BARE_HANDLE
    before = _PLACES if could_be_word else r"(?<![\w.])"
    match = re.search(rf"{before}{re.escape(wanted)}(?![\w])", plain)
    return match.span() if match else None


def spans(found: Iterator[Span | None]) -> Span | None:
    """Give the first that is there."""
    return next((span for span in found if span is not None), None)
