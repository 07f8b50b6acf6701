"""One suite of promises over every object store: memory, folder, and S3 where a server is given."""

import asyncio
import hashlib
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from storage.errors import LinkRefused, ObjectError, ObjectMissing, PartsIncomplete, StorageMisuse
from storage.objects.folder import FolderStore
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner, read_query
from storage.objects.store import ReadAs, UploadRef, make_key
from tests.s3 import DEVIATIONS, S3_SERVERS, open_s3_store, send_by_http

MIB = 1024 * 1024
PART = 5 * MIB  # S3 takes no smaller part but the last
LATER = timedelta(days=1)


def make_bytes(size):
    """Bytes in which no part is like another."""
    return random.Random(417).randbytes(size)  # noqa: S311 (not a secret)


class Harness:
    """A store, and the browser's way of sending a part to where a link points."""

    def __init__(self, store, send):
        self.store = store
        self._send = send

    async def send_part(self, upload, number, data, *, length=None):
        length = len(data) if length is None else length
        link = await self.store.sign_part(upload, number, length=length, seconds=60)
        await self._send(link, data)

    async def upload(self, data, *, part_size=PART):
        upload = await self.store.create_upload(make_key("original"), size=len(data), part_size=part_size)
        for number, start in enumerate(range(0, len(data), part_size), start=1):
            await self.send_part(upload, number, data[start : start + part_size])
        await self.store.complete(upload, size=len(data), part_size=part_size)
        return upload.key

    async def read(self, key, start=0, end=None):
        return b"".join([chunk async for chunk in await self.store.open_range(key, start, end)])


def make_local_sender(store):
    async def send(link, data):
        address = urlsplit(link.url)
        _, _, upload_id, number = address.path.split("/")
        length = store.check_part_link(upload_id, int(number), read_query(address.query))

        async def chunks():
            for start in range(0, len(data), 100_000):
                yield data[start : start + 100_000]

        await store.receive_part(upload_id, int(number), length=length, chunks=chunks())

    return send


@pytest.fixture(params=["memory", "folder", *(pytest.param(name, marks=pytest.mark.s3) for name in S3_SERVERS)])
async def harness(request, tmp_path):
    signer = LinkSigner(b"a secret of this test")
    if request.param == "memory":
        local = MemoryStore(signer)
    elif request.param == "folder":
        local = FolderStore(tmp_path / "objects", signer)
    else:
        store = open_s3_store(request.param)
        await store.prepare()
        return Harness(store, send_by_http)
    await local.prepare()
    return Harness(local, make_local_sender(local))


def refuse_if_deviating(request):
    """Expect the failure that the table of deviations names: if a server changes, the table must."""
    known = DEVIATIONS.get(request.node.callspec.params["harness"], {})
    if reason := known.get(request.node.originalname):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True, raises=(ObjectError, pytest.fail.Exception)))


async def test_an_object_is_the_parts_that_were_sent_in_the_order_of_their_numbers(harness):
    data = make_bytes(2 * PART + 1234)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)

    for number in (3, 1, 2):
        await harness.send_part(upload, number, data[(number - 1) * PART : number * PART])
    info = await harness.store.complete(upload, size=len(data), part_size=PART)

    assert info.size == len(data)
    assert info.key == upload.key
    assert await harness.read(upload.key) == data


async def test_parts_held_are_listed_by_number_so_that_an_upload_resumes(harness):
    data = make_bytes(2 * PART + 10)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)
    assert await harness.store.list_parts(upload) == ()

    await harness.send_part(upload, 3, data[2 * PART :])
    await harness.send_part(upload, 1, data[:PART])

    assert [(part.number, part.size) for part in await harness.store.list_parts(upload)] == [(1, PART), (3, 10)]


async def test_an_upload_continues_from_its_stored_name_alone(harness):
    data = make_bytes(1000)
    first = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)
    again = UploadRef(key=str(first.key), id=str(first.id))

    await harness.send_part(again, 1, data)
    await harness.store.complete(again, size=len(data), part_size=PART)

    assert await harness.read(first.key) == data


async def test_a_part_sent_again_replaces_the_first(harness, request):
    refuse_if_deviating(request)
    data = make_bytes(1000)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)

    await harness.send_part(upload, 1, bytes(1000))
    await harness.send_part(upload, 1, data)
    await harness.store.complete(upload, size=len(data), part_size=PART)

    assert await harness.read(upload.key) == data


async def test_completing_too_early_names_the_missing_parts(harness):
    data = make_bytes(2 * PART + 10)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)
    await harness.send_part(upload, 2, data[PART : 2 * PART])

    with pytest.raises(PartsIncomplete) as caught:
        await harness.store.complete(upload, size=len(data), part_size=PART)

    assert caught.value.parts == (1, 3)
    assert await harness.store.stat(upload.key) is None
    assert len(await harness.store.list_parts(upload)) == 1


async def test_completing_twice_answers_alike(harness):
    data = make_bytes(50)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)
    await harness.send_part(upload, 1, data)

    first = await harness.store.complete(upload, size=len(data), part_size=PART)
    second = await harness.store.complete(upload, size=len(data), part_size=PART)

    assert (first.key, first.size) == (second.key, second.size)


async def test_after_completion_no_part_is_taken(harness, request):
    refuse_if_deviating(request)
    data = make_bytes(50)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)
    await harness.send_part(upload, 1, data)
    late = await harness.store.sign_part(upload, 1, length=50, seconds=60)
    await harness.store.complete(upload, size=len(data), part_size=PART)

    with pytest.raises(ObjectError):
        await harness._send(late, b"x" * 50)

    assert await harness.read(upload.key) == data


async def test_a_part_that_comes_too_late_never_changes_what_is_read(harness):
    data = make_bytes(50)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)
    await harness.send_part(upload, 1, data)
    late = await harness.store.sign_part(upload, 1, length=50, seconds=60)
    await harness.store.complete(upload, size=len(data), part_size=PART)

    with suppress(ObjectError):
        await harness._send(late, b"x" * 50)

    read = None
    with suppress(ObjectError):
        read = await harness.read(upload.key)
    assert read in {data, None}


async def test_after_an_abort_nothing_of_the_upload_is_left(harness):
    upload = await harness.store.create_upload(make_key("original"), size=50, part_size=PART)
    await harness.send_part(upload, 1, make_bytes(50))
    late = await harness.store.sign_part(upload, 1, length=50, seconds=60)

    await harness.store.abort(upload)
    await harness.store.abort(upload)

    with pytest.raises(ObjectMissing):
        await harness.store.list_parts(upload)
    with pytest.raises(ObjectMissing):
        await harness.store.complete(upload, size=50, part_size=PART)
    with pytest.raises(ObjectError):
        await harness._send(late, make_bytes(50))
    assert await harness.store.stat(upload.key) is None


async def test_aborting_after_completion_keeps_the_object(harness):
    data = make_bytes(50)
    upload = await harness.store.create_upload(make_key("original"), size=50, part_size=PART)
    await harness.send_part(upload, 1, data)
    await harness.store.complete(upload, size=50, part_size=PART)

    await harness.store.abort(upload)

    assert await harness.read(upload.key) == data


@pytest.mark.parametrize("length", [49, 51])
async def test_a_body_of_another_length_than_signed_is_refused(harness, length):
    upload = await harness.store.create_upload(make_key("original"), size=50, part_size=PART)

    with pytest.raises(ObjectError):
        await harness.send_part(upload, 1, make_bytes(length), length=50)

    assert await harness.store.list_parts(upload) == ()


async def test_a_changed_link_is_refused(harness):
    upload = await harness.store.create_upload(make_key("original"), size=PART + 50, part_size=PART)
    link = await harness.store.sign_part(upload, 2, length=50, seconds=60)
    changed = [
        link.url.replace("sig=", "sig=0", 1)
        if "sig=" in link.url
        else link.url.replace("Signature=", "Signature=0", 1),
        link.url.replace("/2?", "/1?", 1).replace("partNumber=2", "partNumber=1", 1),
    ]

    for url in changed:
        assert url != link.url
        with pytest.raises(ObjectError):
            await harness._send(type(link)(url=url, headers=link.headers), make_bytes(50))

    assert await harness.store.list_parts(upload) == ()


async def test_an_expired_link_is_refused(harness):
    upload = await harness.store.create_upload(make_key("original"), size=50, part_size=PART)
    link = await harness.store.sign_part(upload, 1, length=50, seconds=-60)

    with pytest.raises(ObjectError):
        await harness._send(link, make_bytes(50))

    assert await harness.store.list_parts(upload) == ()


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, None), (PART - 3, PART + 3), (PART, 2 * PART), (2 * PART + 9, None), (5, 5)]
)
async def test_a_range_is_read_across_parts(harness, start, end):
    data = make_bytes(2 * PART + 10)
    key = await harness.upload(data)

    assert await harness.read(key, start, end) == data[start:end]


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


@pytest.mark.parametrize(("size", "part_size"), [(0, PART), (-1, PART), (10_001 * PART, PART)])
async def test_an_upload_that_no_store_could_take_is_refused(harness, size, part_size):
    with pytest.raises(StorageMisuse):
        await harness.store.create_upload(make_key("original"), size=size, part_size=part_size)


async def test_parts_sent_at_the_same_time_all_arrive(harness):
    data = make_bytes(4 * PART)
    upload = await harness.store.create_upload(make_key("original"), size=len(data), part_size=PART)

    await asyncio.gather(
        *(harness.send_part(upload, number + 1, data[number * PART : (number + 1) * PART]) for number in range(4))
    )
    await harness.store.complete(upload, size=len(data), part_size=PART)

    assert await harness.read(upload.key) == data


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
