"""What the suites of promises over object stores share: the stores, and a browser's way of sending parts to them."""

import random
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from storage.errors import ObjectError
from storage.objects.signing import read_query
from storage.objects.store import make_key
from tests.s3 import DEVIATIONS

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


def refuse_if_deviating(request):
    """Expect the failure that the table of deviations names: if a server changes, the table must."""
    known = DEVIATIONS.get(request.node.callspec.params["harness"], {})
    if reason := known.get(request.node.originalname):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True, raises=(ObjectError, pytest.fail.Exception)))
