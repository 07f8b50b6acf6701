"""An object store that is slow in any one of its answers: each verb waits within bounds, and can be asked again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from storage.errors import ObjectStoreAway
from storage.objects import s3_client
from storage.objects.s3 import S3Store
from storage.objects.store import UploadRef, make_key
from tests.network import Network, network_to
from tests.s3 import get_rclone, open_s3_store, send_by_http

pytestmark = [pytest.mark.s3, pytest.mark.soak]
DATA = bytes(range(250)) * 400
ORIGIN = "https://tahkim.example"
ANSWERS_AT_MOST = 40
Ask = Callable[[S3Store], Awaitable[object]]


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with network_to(get_rclone().port) as made:
        yield made


@pytest.fixture
def slow(network: Network, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """The store at the other end of a line on which answers can be held; it is given up on after two seconds."""
    monkeypatch.setattr(s3_client, "READ_SECONDS", 2)
    return S3Store(replace(get_rclone().make_address(), endpoint=f"http://127.0.0.1:{network.port}"))


@pytest.fixture
def quick() -> S3Store:
    """The same store over a line of its own."""
    return open_s3_store("rclone")


async def begin(quick: S3Store) -> UploadRef:
    """An upload all of whose bytes have arrived."""
    upload = await quick.create_upload(make_key("original"), size=len(DATA))
    await send_by_http(await quick.sign_part(upload, 1, length=len(DATA), seconds=600), DATA)
    return upload


async def keep(quick: S3Store) -> str:
    """An object's key."""
    key = make_key("original")
    await quick.put(key, DATA)
    return key


async def read(store: S3Store, key: str, start: int, end: int) -> bytes:
    return b"".join([chunk async for chunk in await store.open_range(key, start, end)])


async def prepare(_quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    return (lambda store: store.prepare()), None


async def create_upload(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    async def ask(store: S3Store) -> object:
        return await quick.list_parts(await store.create_upload(make_key("original"), size=len(DATA)))

    return ask, ()


async def list_parts(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    upload = await begin(quick)
    return (lambda store: store.list_parts(upload)), await quick.list_parts(upload)


async def complete(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    upload = await begin(quick)

    async def ask(store: S3Store) -> object:
        return (await store.complete(upload, size=len(DATA))).size, await read(quick, upload.key, 0, len(DATA))

    return ask, (len(DATA), DATA)


async def abort(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    upload = await begin(quick)

    async def ask(store: S3Store) -> object:
        await store.abort(upload)
        return [each async for each in quick.list_uploads(older_than=tomorrow()) if each.ref == upload]

    return ask, []


async def put(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    key = make_key("original")

    async def ask(store: S3Store) -> object:
        await store.put(key, DATA)
        return await read(quick, key, 0, len(DATA))

    return ask, DATA


async def open_range(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    key = await keep(quick)
    return (lambda store: read(store, key, 100, 90_000)), DATA[100:90_000]


async def fetch(quick: S3Store, folder: Path) -> tuple[Ask, object]:
    key = await keep(quick)

    async def ask(store: S3Store) -> object:
        path = folder / uuid4().hex
        await store.fetch(key, path)
        return await asyncio.to_thread(path.read_bytes)

    return ask, DATA


async def hash_parts(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    key = await keep(quick)
    return (lambda store: store.hash_parts(key)), await quick.hash_parts(key)


async def stat(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    key = await keep(quick)
    return (lambda store: store.stat(key)), await quick.stat(key)


async def delete(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    key = await keep(quick)

    async def ask(store: S3Store) -> object:
        await store.delete(key)
        return await quick.stat(key)

    return ask, None


async def list_objects(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    key = await keep(quick)

    async def ask(store: S3Store) -> object:
        return [each.key async for each in store.list_objects(older_than=tomorrow()) if each.key == key]

    return ask, [key]


async def list_uploads(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    upload = await begin(quick)

    async def ask(store: S3Store) -> object:
        return [each.ref async for each in store.list_uploads(older_than=tomorrow()) if each.ref == upload]

    return ask, [upload]


async def lets_in(quick: S3Store, _folder: Path) -> tuple[Ask, object]:
    return (lambda store: store.lets_in(ORIGIN)), await quick.lets_in(ORIGIN)


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


VERBS = (
    prepare, create_upload, list_parts, complete, abort, put, open_range, fetch, hash_parts, stat, delete,
    list_objects, list_uploads, lets_in,
)  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
async def test_an_answer_that_comes_late_is_taken_and_one_that_never_comes_is_told_and_asked_for_again(
    verb: Callable[[S3Store, Path], Awaitable[tuple[Ask, object]]],
    quick: S3Store, slow: S3Store, network: Network, tmp_path: Path,
):  # fmt: skip
    n_told = 0
    for answered in range(ANSWERS_AT_MOST):
        ask, wanted = await verb(quick, tmp_path)
        network.hold(after=answered)
        asked = asyncio.ensure_future(ask(slow))
        await asyncio.wait({asked, holds := asyncio.create_task(network.held.wait())}, return_when="FIRST_COMPLETED")
        was_held = network.held.is_set()
        holds.cancel()
        network.release()
        assert await asked == wanted, f"late after {answered} pieces of its answers"
        if not was_held:
            assert n_told
            return

        ask, wanted = await verb(quick, tmp_path)
        network.hold(after=answered)
        try:
            found = await asyncio.wait_for(ask(slow), 60)
        except ObjectStoreAway:
            n_told += 1
        else:
            assert found == wanted, f"without what comes after {answered} pieces"  # as what only says that it goes on
        network.release()
        slow._s3.circuit.succeed()  # its ten seconds are tested with its clock
        assert await ask(slow) == wanted, f"asked again after {answered} pieces of its answers"
    raise AssertionError("it never passed")
