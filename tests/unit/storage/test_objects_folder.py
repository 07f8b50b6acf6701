import asyncio
import os
import resource

import pytest

from storage.errors import ObjectMissing, PartTooLong, PartTooShort, StorageMisuse
from storage.objects.folder import FolderStore
from storage.objects.signing import LinkSigner
from storage.objects.store import UploadRef, find_length, make_key

PART = 1000


@pytest.fixture
async def store(tmp_path):
    made = FolderStore(tmp_path / "objects", LinkSigner(b"secret"))
    await made.prepare()
    return made


@pytest.fixture
async def upload(store):
    return await store.create_upload(make_key("original"), size=2500, part_size=PART)


async def chunks_of(*pieces):
    for piece in pieces:
        yield piece


def list_files(tmp_path):
    return sorted(path.name for path in tmp_path.glob("objects/uploads/*/*"))


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ((b"x" * 999,), PartTooShort),
        ((), PartTooShort),
        ((b"x" * 1000, b"x"), PartTooLong),
        ((b"x" * 5000,), PartTooLong),
    ],
)
async def test_a_body_of_a_wrong_length_leaves_no_file(store, upload, tmp_path, pieces, error):
    with pytest.raises(error):
        await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(*pieces))

    assert list_files(tmp_path) == ["about.json"]


async def test_too_long_a_body_is_refused_before_its_end(store, upload):
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 1
            yield b"x" * 600

    with pytest.raises(PartTooLong):
        await store.receive_part(upload.id, 1, length=PART, chunks=endless())

    assert read == 2


async def test_a_part_sent_again_and_cut_leaves_the_first(store, upload):
    await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(b"a" * PART))
    before = await store.list_parts(upload)

    with pytest.raises(PartTooShort):
        await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(b"b" * 10))

    assert await store.list_parts(upload) == before


async def test_a_request_that_is_cancelled_leaves_no_file(store, upload, tmp_path):
    arrived = asyncio.Event()

    async def stall():
        yield b"x" * 500
        arrived.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(store.receive_part(upload.id, 1, length=PART, chunks=stall()))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert list_files(tmp_path) == ["about.json"]


@pytest.mark.parametrize(("number", "length"), [(0, PART), (4, PART), (1, 999), (3, PART), (3, 501)])
async def test_a_part_that_the_upload_does_not_have_is_refused(store, upload, number, length):
    with pytest.raises((StorageMisuse, PartTooLong, PartTooShort)):
        await store.receive_part(upload.id, number, length=length, chunks=chunks_of(b"x" * length))


@pytest.mark.parametrize("upload_id", ["f" * 32, "../../etc", "", "F" * 32, ".", "x/../y"])
async def test_an_upload_that_was_never_begun_is_missing(store, upload_id):
    with pytest.raises(ObjectMissing):
        await store.receive_part(upload_id, 1, length=PART, chunks=chunks_of(b"x" * PART))


async def test_the_etag_of_a_part_is_the_one_that_is_listed(store, upload):
    etag = await store.receive_part(upload.id, 3, length=500, chunks=chunks_of(b"x" * 500))

    assert [part.etag for part in await store.list_parts(upload)] == [etag]


async def test_completing_for_another_key_or_size_is_refused(store, upload):
    for number, length in ((1, PART), (2, PART), (3, 500)):
        await store.receive_part(upload.id, number, length=length, chunks=chunks_of(b"x" * length))

    with pytest.raises(StorageMisuse):
        await store.complete(UploadRef(key=make_key("original"), id=upload.id), size=2500, part_size=PART)
    with pytest.raises(StorageMisuse):
        await store.complete(upload, size=2000, part_size=PART)

    await store.complete(upload, size=2500, part_size=PART)


async def test_only_the_owner_may_read_what_is_stored(store, upload, tmp_path):
    await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(b"x" * PART))

    paths = list(tmp_path.glob("objects/**/*"))

    assert len(paths) > 3
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


async def test_a_large_part_needs_little_memory(store):
    """48 MiB come in and are hashed and read back, while the process may not grow by more than 24."""
    size = 48 * 1024 * 1024
    piece = b"x" * 65_536
    upload = await store.create_upload(make_key("original"), size=size, part_size=size)

    async def pieces():
        for _ in range(size // len(piece)):
            yield piece

    await asyncio.to_thread(int)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await store.receive_part(upload.id, 1, length=size, chunks=pieces())
    await store.complete(upload, size=size, part_size=size)
    await store.hash_parts(upload.key, part_size=size)
    async for _ in await store.open_range(upload.key):
        pass
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert grown < 24 * 1024


async def test_the_event_loop_goes_on_while_an_object_is_hashed(store, tmp_path):
    source = tmp_path / "large"
    with source.open("wb") as opened:
        os.truncate(opened.fileno(), 64 * 1024 * 1024)
    await store.put(key := make_key("original"), source)

    task = asyncio.create_task(store.hash_parts(key))
    turns = 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 100


@pytest.mark.parametrize(("number", "length"), [(1, 1000), (2, 1000), (3, 500)])
def test_the_last_part_is_what_is_left(number, length):
    assert find_length(number, size=2500, part_size=PART) == length


def test_a_size_that_fills_its_parts_has_no_empty_last_one():
    assert find_length(2, size=2000, part_size=PART) == 1000
    with pytest.raises(StorageMisuse):
        find_length(3, size=2000, part_size=PART)
