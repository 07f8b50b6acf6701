"""Promises of every object store about what it holds: memory, folder, and S3 where a server is given."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from storage.errors import LinkRefused, ObjectMissing, StorageMisuse
from storage.objects.folder import FolderStore
from storage.objects.memory import MemoryStore
from storage.objects.signing import read_query
from storage.objects.store import ReadAs, make_key
from tests.contracts.object_harness import LATER, MIB, PART, make_bytes


async def test_a_range_is_read_across_parts(harness):
    data = make_bytes(2 * PART + 10)
    key = await harness.upload(data)

    for start, end in [(0, 1), (0, None), (PART - 3, PART + 3), (PART, 2 * PART), (2 * PART + 9, None), (5, 5)]:
        assert await harness.read(key, start, end) == data[start:end], (start, end)


async def test_a_range_that_ends_after_the_object_stops_at_its_end(harness):
    await harness.store.put(key := make_key("judge-copy"), b"0123456789")

    assert await harness.read(key, 8, 100) == b"89"


async def test_reading_gives_small_chunks(harness):
    key = await harness.upload(make_bytes(PART + 10))

    sizes = [len(chunk) async for chunk in await harness.store.open_range(key)]

    assert sum(sizes) == PART + 10
    assert max(sizes) <= MIB


@pytest.mark.parametrize("size", [1, PART, 2 * PART, 2 * PART + 10])
async def test_hashes_of_an_object_are_those_of_its_bytes_and_of_each_part(harness, size):
    data = make_bytes(size)
    key = await harness.upload(data)

    hashes = await harness.store.hash_parts(key, part_size=PART)

    assert hashes.size == size
    assert hashes.whole == hashlib.sha256(data).hexdigest()
    pieces = [data[start : start + PART] for start in range(0, size, PART)]
    assert list(hashes.parts) == [hashlib.sha256(piece).hexdigest() for piece in pieces]


async def test_hashes_can_be_asked_for_in_other_parts_than_were_sent(harness):
    data = make_bytes(PART + 10)
    key = await harness.upload(data)

    hashes = await harness.store.hash_parts(key, part_size=3 * MIB)

    assert list(hashes.parts) == [
        hashlib.sha256(data[s : s + 3 * MIB]).hexdigest() for s in range(0, len(data), 3 * MIB)
    ]


async def test_a_file_of_ours_is_stored_fetched_and_replaced(harness, tmp_path):
    key = make_key("judge-copy")
    source = tmp_path / "copy.pdf"
    source.write_bytes(make_bytes(3 * MIB))

    info = await harness.store.put(key, source)
    await harness.store.fetch(key, tmp_path / "fetched")
    await harness.store.put(key, b"shorter")

    assert info.size == 3 * MIB
    assert (tmp_path / "fetched").read_bytes() == make_bytes(3 * MIB)
    assert await harness.read(key) == b"shorter"


async def test_an_uploaded_object_is_fetched_whole(harness, tmp_path):
    data = make_bytes(2 * PART + 10)
    key = await harness.upload(data)

    await harness.store.fetch(key, tmp_path / "fetched")

    assert (tmp_path / "fetched").read_bytes() == data


async def test_an_empty_object_is_an_object(harness):
    key = make_key("judge-copy")

    await harness.store.put(key, b"")

    assert (await harness.store.stat(key)).size == 0
    assert await harness.read(key) == b""
    assert (await harness.store.hash_parts(key)).whole == hashlib.sha256(b"").hexdigest()


async def test_what_is_not_there_is_said_to_be_missing(harness, tmp_path):
    key = make_key("original")

    assert await harness.store.stat(key) is None
    with pytest.raises(ObjectMissing):
        await harness.read(key)
    with pytest.raises(ObjectMissing):
        await harness.store.hash_parts(key)
    with pytest.raises(ObjectMissing):
        await harness.store.fetch(key, tmp_path / "none")


async def test_a_deleted_object_is_gone_and_may_be_deleted_again(harness):
    await harness.store.put(key := make_key("original"), b"x")

    await harness.store.delete(key)
    await harness.store.delete(key)

    assert await harness.store.stat(key) is None


async def test_the_sweeper_sees_objects_and_open_uploads_by_their_age(harness):
    await harness.store.put(key := make_key("original"), b"x")
    upload = await harness.store.create_upload(make_key("original"), size=50, part_size=PART)
    await harness.send_part(upload, 1, make_bytes(50))
    now = datetime.now(UTC)

    objects = [found.key async for found in harness.store.list_objects(older_than=now + LATER)]
    uploads = [found.ref async for found in harness.store.list_uploads(older_than=now + LATER)]
    old = [found async for found in harness.store.list_objects(older_than=now - LATER)]
    old += [found async for found in harness.store.list_uploads(older_than=now - LATER)]

    assert key in objects
    assert upload.key not in objects
    assert upload in uploads
    assert old == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "original/../x", "original", "ORIGINAL/" + "0" * 32, "a/b/c", ""])
async def test_a_key_that_we_did_not_make_is_refused(harness, key):
    with pytest.raises(StorageMisuse):
        await harness.store.put(key, b"x")


async def test_a_reading_link_names_the_object_and_can_be_used(harness):
    await harness.store.put(key := make_key("judge-copy"), b"bytes")
    read_as = ReadAs(media_type="application/pdf", file_name="عمل DOC-417.pdf", is_download=True)

    url = await harness.store.sign_get(key, read_as, seconds=60)

    assert key in url
    if isinstance(harness.store, MemoryStore | FolderStore):
        query = read_query(urlsplit(url).query)
        assert harness.store.check_get_link(key, query) == read_as
        with pytest.raises(LinkRefused):
            harness.store.check_get_link(make_key("judge-copy"), query)
        with pytest.raises(LinkRefused):
            harness.store.check_get_link(key, query | {"type": "text/html"})
