"""The only place where things are plugged together: settings and a clock in, the whole program out."""

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
from service.jobs.runner import Worker
from service.mail.delivery import make_postman
from service.permissions import Action
from service.settings import Settings
from service.web.deps import DEPENDENCIES
from service.web.envelope import Envelope
from service.web.guards import check_action
from service.web.pages import make_environments
from service.web.refusals import EXCEPTION_HANDLERS
from service.web.routes import ROUTES
from service.web.static import load_static
from storage.engine import bind, close_database, open_database
from storage.migrations.run import migrate
from storage.objects.folder import FolderStore
from storage.objects.signing import LinkSigner
from storage.objects.store import ObjectStore
from storage.piccolo_app import TABLES

__all__ = [
    "RouteWithoutAction",
    "create_app",
    "load_pages",
    "make_objects",
    "make_worker",
    "open_world",
    "working",
]

SMALL_BODY = 256 * 1024
STOP_SECONDS = 10


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


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncIterator[None]:
    """Open the database, bring it to this release's schema, and close it at the end."""
    engine = await open_database(settings.database_url)
    try:
        bind(engine, TABLES)
        await migrate(engine)
        yield
    finally:
        await close_database(engine)


def make_objects(settings: Settings) -> ObjectStore:
    """Make the object store of the settings: a folder of our own, or a bucket."""
    if settings.bucket is None:
        return FolderStore(settings.objects_folder, LinkSigner(settings.secret))
    from storage.objects.s3 import S3Store  # noqa: PLC0415 (only installations with a bucket need it)
    from storage.objects.s3_client import S3Address  # noqa: PLC0415 (as above)

    bucket = settings.bucket
    return S3Store(
        S3Address(
            bucket=bucket.name,
            access_key=bucket.access_key,
            secret_key=bucket.secret_key,
            endpoint=bucket.endpoint,
            region=bucket.region,
            is_path_style=bucket.is_path_style,
            prefix=bucket.prefix,
        )
    )


def make_worker(settings: Settings, objects: ObjectStore, *, clock: Clock = system_clock) -> Worker:
    """Make a worker that does jobs and sends letters as the settings say."""
    return Worker(settings=settings, objects=objects, clock=clock, postman=make_postman(settings))


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """Let a worker run beside the block; at its end it stops, and what takes too long comes back with its lease."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        done, _ = await asyncio.wait({task}, timeout=STOP_SECONDS)
        if not done:
            task.cancel()
            await asyncio.wait({task})


def create_app(
    settings: Settings, *, clock: Clock = system_clock, objects: ObjectStore | None = None, is_world_open: bool = False
) -> Litestar:
    """Plug the program together. ``is_world_open``: the caller opens and closes the database, and does the jobs."""
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
    app.state.settings, app.state.clock = settings, clock
    app.state.objects = store
    app.asgi_handler = Envelope(app.asgi_handler, settings, clock, object_origin=settings.object_origin)
    return app


async def load_pages(app: Litestar, settings: Settings) -> None:
    """Load fonts, styles, scripts and templates: what every page needs before the first request."""
    fonts = await asyncio.to_thread(ensure_fonts, settings.fonts_folder)
    app.state.static = await asyncio.to_thread(load_static, fonts=fonts)
    app.state.environments = make_environments(app.state.static.url)


def _check_routes(app: Litestar) -> None:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            is_made_by_litestar = handler.http_methods == {"OPTIONS"}  # the envelope lets no such request pass
            if not is_made_by_litestar and not isinstance(handler.opt.get("action"), Action):
                raise RouteWithoutAction(route.path)
