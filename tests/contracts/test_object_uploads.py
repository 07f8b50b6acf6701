"""Promises of every object store about what is sent in parts: memory, folder, and S3 where a server is given."""

import asyncio
from contextlib import suppress

import pytest

from storage.errors import ObjectError, ObjectMissing, PartsIncomplete, StorageMisuse
from storage.objects.store import UploadRef, make_key
from tests.contracts.object_harness import PART, make_bytes, refuse_if_deviating


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
