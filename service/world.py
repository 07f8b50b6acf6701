"""What stands behind the program, made from its settings: database, object store, worker. Commands need no pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.clock import Clock, system_clock
from service.jobs.runner import Worker
from service.mail.delivery import make_postman
from service.settings import Settings
from storage.engine import bind, close_database, open_database
from storage.judge_role import grant_judge_role
from storage.migrations.run import migrate
from storage.objects.folder import FolderStore
from storage.objects.signing import LinkSigner
from storage.objects.store import ObjectStore
from storage.piccolo_app import TABLES

__all__ = ["make_objects", "make_worker", "open_world", "working"]

STOP_SECONDS = 10


@asynccontextmanager
async def open_world(settings: Settings, *, is_alone: bool = False) -> AsyncIterator[None]:
    """Open the database, bring it to this release's schema, and close it at the end. ``is_alone``: see the engine."""
    judge_url = settings.judge_database_url
    engine = await open_database(settings.database_url, is_alone=is_alone, judge_url=judge_url)
    try:
        bind(engine, TABLES)
        await migrate(engine)
        if judge_url:
            await grant_judge_role(engine, judge_url)
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
