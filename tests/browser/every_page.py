"""Every page of the program, found by itself: the routes' own table, and links followed as each role.

A page that is linked from nowhere is asked for with the values that other addresses gave its places, so a new page is
found without being named here.
"""

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from service.web.language import BARE

LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
PLACE = re.compile(r"\{(\w+):(\w+)\}")
PATTERNS = {"uuid": "[0-9a-f-]{36}", "int": r"\d+", "str": "[^/]+"}
PAGES_AT_MOST = 400
CHECKS = Path(__file__).parent / "checks"
ALIKE_AT_MOST = 3
"""Addresses of one route that are opened while looking for others: a list of forty leads to forty pages alike."""


def check(name: str) -> str:
    """A function of script that looks at a page in a browser; its first line says at what."""
    return (CHECKS / f"{name}.js").read_text(encoding="utf-8").split("\n", 1)[1]


@dataclass(frozen=True)
class Template:
    """A route that gives pages: its path with places, and the expression that its addresses match."""

    path: str
    expression: re.Pattern[str]

    def read(self, path: str) -> Mapping[str, str] | None:
        """The values in the places of an address of this route."""
        found = self.expression.fullmatch(path)
        return found.groupdict() if found else None


@dataclass
class Found:
    """Where each route's page was found, without its language, and all values that places were seen with."""

    pages: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)


def list_templates(app: Litestar) -> list[Template]:
    """Every route that a person opens with GET, those with the fewest places first."""
    found = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path.startswith(BARE):
            continue
        for handler in route.route_handlers:
            assert isinstance(handler, HTTPRouteHandler)
            if "GET" not in handler.http_methods or handler.opt.get("json"):
                continue
            pattern = PLACE.sub(lambda place: f"(?P<{place[1]}>{PATTERNS.get(place[2], '.+')})", route.path)
            found.append(Template(route.path, re.compile(pattern.rstrip("/") or "/")))
    return sorted(found, key=lambda each: (each.path.count("{"), each.path))


def find_pages(
    address: str, cookies: Mapping[str, str], templates: Iterable[Template], home: str, met: Collection[str] = ()
) -> Found:
    """Walk from ``home`` as whoever these cookies sign in; then ask for what no link led to and nobody has ``met``."""
    templates = list(templates)
    found = Found()
    with httpx.Client(base_url=address, cookies=dict(cookies), timeout=60) as client:
        for template, path in _walk(client, templates, home):
            _keep_values(template, path, found)
            found.pages.setdefault(template.path, path)
        for template in templates:
            if template.path not in found.pages and template.path not in met:
                for path in _guess(template, found):
                    if _open(client, template, path, found):
                        break
    return found


def _walk(client: httpx.Client, templates: list[Template], home: str) -> Iterator[tuple[Template, str]]:
    """Every page that links lead to from ``home``, with its route."""
    waiting, seen, alike = [home], {home}, dict[str, int]()
    while waiting and len(seen) < PAGES_AT_MOST:
        path = waiting.pop(0)
        template = _template_of(path, templates)
        if template is None or alike.get(template.path, 0) >= ALIKE_AT_MOST:
            continue
        alike[template.path] = alike.get(template.path, 0) + 1
        answer = client.get(f"/en{path}")
        if answer.is_redirect:
            there = _own(str(answer.headers["location"]))
            if there and there not in seen:
                seen.add(there)
                waiting.append(there)
            continue
        if answer.status_code != httpx.codes.OK or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield template, path
        for link in LINK.findall(answer.text):
            there = _own(urljoin(f"/en{path}", html.unescape(link)))
            if there and there not in seen:
                seen.add(there)
                waiting.append(there)


def _own(link: str) -> str | None:
    """The path of a link of our own, without its language; None for one that changes a choice or leads away."""
    parts = urlsplit(link)
    path = re.sub(r"^/(ar|en)(?=/|$)", "", parts.path) or "/"
    is_choice = any(each.split("=")[0] in {"theme", "language"} for each in parts.query.split("&"))
    if parts.netloc or is_choice or path.startswith(BARE) or not parts.path.startswith(("/ar", "/en")):
        return None
    return path + (f"?{parts.query}" if parts.query else "")


def _template_of(path: str, templates: list[Template]) -> Template | None:
    bare = path.split("?", maxsplit=1)[0]
    return next((each for each in templates if each.read(bare.rstrip("/") or "/") is not None), None)


def _keep_values(template: Template, path: str, found: Found) -> None:
    """Keep what stands in the places of an address."""
    for name, value in (template.read(path.split("?", maxsplit=1)[0].rstrip("/") or "/") or {}).items():
        values = found.values.setdefault(name, [])
        if value not in values:
            values.append(value)


def _open(client: httpx.Client, template: Template, path: str, found: Found) -> bool:
    """Keep an address as its route's page where it shows one."""
    _keep_values(template, path, found)
    answer = client.get(f"/en{path}")
    is_page = answer.status_code == httpx.codes.OK and "text/html" in answer.headers.get("content-type", "")
    if is_page:
        found.pages[template.path] = path
    return is_page


def _guess(template: Template, found: Found) -> Iterator[str]:
    """Addresses of a route with values that its places were seen with elsewhere, a few of each."""
    names = [name for name, _ in PLACE.findall(template.path)]
    if not all(found.values.get(name) for name in names):
        return
    tried = set()
    for at in range(ALIKE_AT_MOST):
        values = {name: found.values[name][min(at, len(found.values[name]) - 1)] for name in names}
        address = PLACE.sub(lambda place: values[place[1]], template.path)  # noqa: B023 (used at once)
        if address not in tried:
            tried.add(address)
            yield address
