"""The language of a request: the first step of its address, else the reader's last choice, else the browser's."""

from service.settings import Settings
from service.text import LANGUAGES
from service.web.cookies import LANGUAGE, cookie_name

__all__ = ["BARE", "choose_language", "split_language", "with_language"]

BARE = ("/static/", "/blob/", "/object/", "/healthz", "/readyz", "/metrics", "/favicon.ico", "/robots.txt")
"""Addresses that have no language."""


def split_language(path: str) -> tuple[str | None, str]:
    """Take the language off an address: ``/ar/rules`` → ``("ar", "/rules")``."""
    for language in LANGUAGES:
        if path == f"/{language}" or path.startswith(f"/{language}/"):
            return language, path[len(language) + 1 :] or "/"
    return None, path


def with_language(path: str, language: str) -> str:
    """Put the language before one of our addresses."""
    if path.startswith(BARE) or split_language(path)[0]:
        return path
    return f"/{language}{path}"


def choose_language(cookies: dict[str, str], accepts: str, settings: Settings) -> str:
    """Choose for an address without a language: the cookie, then Accept-Language by order of weight, then Arabic."""
    chosen = cookies.get(cookie_name(LANGUAGE, settings))
    if chosen in LANGUAGES:
        return chosen
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(accepts[:512].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        wishes.append((-_weight(weight), position, tag.split("-")[0].lower()))
    for unwanted, _, tag in sorted(wishes):
        if unwanted < 0 and tag in LANGUAGES:
            return tag
    return LANGUAGES[0]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
