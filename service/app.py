"""The program plugged together: settings and a clock in, everything that answers requests out."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar, Router
from litestar.exceptions.base_exceptions import LitestarDeprecationWarning
from litestar.routes import HTTPRoute
from litestar.types import RouteHandlerType
from litestar.types.internal_types import RouteHandlerMapItem

from service.clock import Clock, system_clock
from service.fonts import ensure_fonts
from service.permissions import Action
from service.settings import Settings
from service.web.deps import DEPENDENCIES
from service.web.envelope import Envelope
from service.web.environment import make_environments
from service.web.guards import check_action
from service.web.refusals import EXCEPTION_HANDLERS
from service.web.routes import ROUTES
from service.web.static import load_static
from service.world import make_objects, make_worker, open_world, working
from storage.objects.store import ObjectStore

__all__ = ["Program", "RouteWithoutAction", "create_app", "load_pages"]

SMALL_BODY = 256 * 1024


class RouteWithoutAction(Exception):
    """A route does not say which action it is: the guard could not judge it."""


class Program(Litestar):
    """Litestar, but two controllers may share a path: the answers to OPTIONS that it adds to each would collide."""

    @classmethod
    def get_route_handler_map(cls, value: "RouteHandlerType | Router") -> "dict[str, RouteHandlerMapItem]":
        """Give the handlers by path and method, without the answers to OPTIONS that were made for each controller."""
        found = super().get_route_handler_map(value)
        return {
            path: {method: handler for method, handler in handlers.items() if method != "OPTIONS"}
            for path, handlers in found.items()
        }

    def answer_from(self, settings: Settings, clock: Clock, objects: ObjectStore) -> None:
        """Answer from these settings, clock and files from now on; the routes stay as they are."""
        if not hasattr(self, "_routed"):
            self._routed = self.asgi_handler
        self.state.settings, self.state.clock, self.state.objects = settings, clock, objects
        envelope = Envelope(self._routed, settings, clock, object_origin=settings.object_origin)
        self.state.gate, self.state.counting = envelope.gate, envelope.counting
        self.asgi_handler = envelope


def create_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    objects: ObjectStore | None = None,
    is_world_open: bool = False,
    process: str = "0",
) -> Program:
    """Plug the program together. ``is_world_open``: the caller opens and closes the database, and does the jobs.

    ``process`` names this one among those of ``--workers`` in its figures.
    """
    store = objects or make_objects(settings)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await load_pages(app, settings)
        async with AsyncExitStack() as stack:
            if not is_world_open:
                await stack.enter_async_context(open_world(settings))
                await store.prepare()
                if settings.has_own_worker:
                    await stack.enter_async_context(working(make_worker(settings, store, clock=clock)))
            yield

    with warnings.catch_warnings():
        # Dependencies are known by their names (service/web/deps.py); Litestar 3 wants them marked, and we pin 2.25.
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        app = Program(
            route_handlers=ROUTES,
            guards=[check_action],
            dependencies=DEPENDENCIES,
            exception_handlers=EXCEPTION_HANDLERS,
            lifespan=[lifespan],
            request_max_body_size=SMALL_BODY,
            openapi_config=None,
            logging_config=None,
            debug=False,
        )
    _check_routes(app)
    _ask_in_turn(app)
    app.state.process = process
    app.answer_from(settings, clock, store)
    return app


async def load_pages(app: Litestar, settings: Settings) -> None:
    """Load fonts, styles, scripts and templates: what every page needs before the first request."""
    fonts = await asyncio.to_thread(ensure_fonts, settings.fonts_folder)
    app.state.static = await asyncio.to_thread(load_static, fonts=fonts)
    app.state.environments = make_environments(app.state.static.url)


def _ask_in_turn(app: Litestar) -> None:
    """Have each handler's dependencies come one after the other: ours hardly wait, and a task for each costs more."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for _, model in route.route_handler_map.values():
                model.dependency_batches = [{each} for batch in model.dependency_batches for each in batch]


def _check_routes(app: Litestar) -> None:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            is_made_by_litestar = handler.http_methods == {"OPTIONS"}  # the envelope lets no such request pass
            if not is_made_by_litestar and not isinstance(handler.opt.get("action"), Action):
                raise RouteWithoutAction(route.path)
