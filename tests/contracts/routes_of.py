"""The routes of the program as tests walk them: method, a sample address, and the action that each names."""

import re
from dataclasses import dataclass
from uuid import UUID

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from service.permissions import Action
from service.web.language import BARE

UNKNOWN_ID = UUID("00000000-0000-4000-8000-000000000001")
_SAMPLES = {"uuid": str(UNKNOWN_ID), "int": "1", "str": "unknown", "path": "unknown.css"}


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path. ``address`` has something unknown in each place."""

    method: str
    path: str
    address: str
    action: Action
    is_free_of_csrf: bool


def list_routes(app: Litestar) -> list[Route]:
    """Every route but the answers to OPTIONS that Litestar adds and the envelope never lets through."""
    found = []
    for route in app.routes:
        assert isinstance(route, HTTPRoute), route.path
        for handler in route.route_handlers:
            assert isinstance(handler, HTTPRouteHandler)
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                filled = re.sub(r"\{\w+:(\w+)\}", lambda match: _SAMPLES[match[1]], route.path)
                address = filled if filled.startswith(BARE) else f"/en{filled}"
                is_free = handler.opt.get("csrf") == "none"
                found.append(Route(str(method), route.path, address, handler.opt["action"], is_free))
    return sorted(found, key=lambda route: (route.path, route.method))
