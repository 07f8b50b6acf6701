"""Objects in a bucket of any S3-compatible server. The browser sends parts straight to it.

Servers differ, so nothing rests on conditional writes, on the meaning of ETags, on digests being checked or on
presigned POST; ``list_parts`` is asked before completing and the size after. Calls block, so each runs in a thread.
"""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from storage.errors import ObjectMissing, ObjectStoreAway, PartsIncomplete, StorageMisuse
from storage.objects.files import translate_errors
from storage.objects.hashing import hash_chunks
from storage.objects.s3_client import THREADS, S3Address, S3Client
from storage.objects.s3_cors import is_let_in, write_rule
from storage.objects.signing import write_disposition
from storage.objects.store import (
    CHUNK_SIZE,
    PART_SIZE,
    HeldPart,
    ObjectHashes,
    ObjectInfo,
    OpenUpload,
    PartLink,
    ReadAs,
    UploadRef,
    check_key,
    check_upload_size,
    find_unfit,
    make_key,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from datetime import datetime

Result = TypeVar("Result")

_MULTIPART_FROM = 64 * 1024 * 1024


class S3Store:
    """Implements ``ObjectStore``."""

    def __init__(self, address: S3Address) -> None:
        self._bucket = address.bucket
        self._prefix = address.prefix
        self._s3 = S3Client(address)
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="tahkim-s3")

    async def prepare(self) -> None:
        """Look whether the bucket is there. Raises ObjectStoreAway."""
        try:
            await self._call(lambda client: client.head_bucket(Bucket=self._bucket))
        except ObjectMissing as error:
            raise ObjectStoreAway(reason="no-bucket", bucket=self._bucket) from error

    async def create_upload(self, key: str, *, size: int, part_size: int = PART_SIZE) -> UploadRef:
        """Begin an upload of ``size`` bytes."""
        check_upload_size(size, part_size)
        place = self._place(key)
        begun = await self._call(lambda client: client.create_multipart_upload(**place))
        return UploadRef(key=key, id=begun["UploadId"])

    async def sign_part(self, upload: UploadRef, number: int, *, length: int, seconds: int) -> PartLink:
        """Give a link to the server itself, which refuses any other length."""
        asked = {**self._place(upload.key), "UploadId": upload.id, "PartNumber": number, "ContentLength": length}
        return PartLink(url=await self._sign("upload_part", asked, seconds))

    async def list_parts(self, upload: UploadRef) -> tuple[HeldPart, ...]:
        """Give the parts held, by number. Raises ObjectMissing."""
        return await self._call(lambda client: self._list_parts(client, upload))

    def _list_parts(self, client: Any, upload: UploadRef) -> tuple[HeldPart, ...]:
        pages = client.get_paginator("list_parts").paginate(**self._place(upload.key), UploadId=upload.id)
        held = [
            HeldPart(number=part["PartNumber"], size=part["Size"], etag=part["ETag"])
            for page in pages
            for part in page.get("Parts", ())
        ]
        return tuple(sorted(held, key=lambda part: part.number))

    async def complete(self, upload: UploadRef, *, size: int, part_size: int = PART_SIZE) -> ObjectInfo:
        """Make the object of its parts, and see that it is there at its size. Raises PartsIncomplete, ObjectMissing."""
        try:
            await self._call(lambda client: self._complete(client, upload, size, part_size))
        except ObjectMissing:
            found = await self.stat(upload.key)  # completed before: the answer to it was lost
            if found is None or found.size != size:
                raise
            return found
        found = await self.stat(upload.key)
        if found is None or found.size != size:
            raise ObjectStoreAway(reason="not-completed", key=upload.key)
        return found

    def _complete(self, client: Any, upload: UploadRef, size: int, part_size: int) -> None:
        held = self._list_parts(client, upload)
        if unfit := find_unfit(held, size=size, part_size=part_size):
            raise PartsIncomplete(parts=unfit)
        parts = [{"PartNumber": part.number, "ETag": part.etag} for part in held]
        client.complete_multipart_upload(
            **self._place(upload.key), UploadId=upload.id, MultipartUpload={"Parts": parts}
        )

    async def abort(self, upload: UploadRef) -> None:
        """Forget the upload and its parts."""
        await self._call_unless_missing(
            lambda client: client.abort_multipart_upload(**self._place(upload.key), UploadId=upload.id)
        )

    async def put(self, key: str, source: Path | bytes) -> ObjectInfo:
        """Store a file or bytes of ours; an object already there is replaced."""
        place = self._place(key)
        await self._call(lambda client: _put(client, place, source))
        found = await self.stat(key)
        if found is None:
            raise ObjectStoreAway(reason="not-stored", key=key)
        return found

    async def open_range(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Give the bytes from ``start`` to before ``end``, in chunks. Raises ObjectMissing."""
        found = await self.stat(key)
        if found is None:
            raise ObjectMissing(key=key)
        end = found.size if end is None else min(end, found.size)
        return self._read(key, start, end)

    async def _read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        if start >= end:
            return
        body = await self._call(lambda client: self._open(client, key, start, end))
        try:
            left = end - start
            while left:
                chunk = await self._call(partial(_read_some, body, min(CHUNK_SIZE, left)))
                if not chunk:
                    raise ObjectStoreAway(reason="cut", key=key)
                left -= len(chunk)
                yield chunk
        finally:
            body.close()

    def _open(self, client: Any, key: str, start: int, end: int) -> Any:
        answer = client.get_object(**self._place(key), Range=f"bytes={start}-{end - 1}")
        if answer["ContentLength"] != end - start:
            answer["Body"].close()
            raise ObjectStoreAway(reason="range", key=key)
        return answer["Body"]

    async def fetch(self, key: str, path: Path) -> None:
        """Copy the object into a new local file. Raises ObjectMissing."""
        await self._call(lambda client: self._fetch(client, key, path))

    def _fetch(self, client: Any, key: str, path: Path) -> None:
        chunks = self._read_all(client, key)
        first = next(chunks, b"")
        with translate_errors(), path.open("xb") as target:
            target.write(first)
            for chunk in chunks:
                target.write(chunk)

    async def hash_parts(self, key: str, *, part_size: int = PART_SIZE) -> ObjectHashes:
        """Read the object back once, and hash it in a thread. Raises ObjectMissing."""
        return await self._call(lambda client: hash_chunks(self._read_all(client, key), part_size=part_size))

    def _read_all(self, client: Any, key: str) -> Iterator[bytes]:
        answer = client.get_object(**self._place(key))
        left = answer["ContentLength"]
        with closing(answer["Body"]) as body:  # itself as a context gives a stream that raises urllib3's errors
            while left and (chunk := body.read(CHUNK_SIZE)):
                left -= len(chunk)
                yield chunk
        if left:
            raise ObjectStoreAway(reason="cut", key=key)

    async def stat(self, key: str) -> ObjectInfo | None:
        """Give what is known of the object; None when there is none."""
        place = self._place(key)
        found = await self._call_unless_missing(lambda client: client.head_object(**place))
        if found is None:
            return None
        return ObjectInfo(key=key, size=found["ContentLength"], stored_at=found["LastModified"])

    async def delete(self, key: str) -> None:
        """Delete the object; nothing happens if it is gone."""
        place = self._place(key)
        await self._call_unless_missing(lambda client: client.delete_object(**place))

    async def list_objects(self, *, older_than: datetime) -> AsyncIterator[ObjectInfo]:
        """Go through the objects stored before then."""
        asked: dict[str, Any] = {"Bucket": self._bucket, "Prefix": self._prefix}
        while True:
            page = await self._ask("list_objects_v2", asked)
            for found in page.get("Contents", ()):
                key = self._read_key(found["Key"])
                if key is not None and found["LastModified"] < older_than:
                    yield ObjectInfo(key=key, size=found["Size"], stored_at=found["LastModified"])
            if not page.get("IsTruncated"):
                return
            asked = {**asked, "ContinuationToken": page["NextContinuationToken"]}

    async def list_uploads(self, *, older_than: datetime) -> AsyncIterator[OpenUpload]:
        """Go through the uploads begun before then and still open."""
        asked: dict[str, Any] = {"Bucket": self._bucket, "Prefix": self._prefix}
        while True:
            page = await self._ask("list_multipart_uploads", asked)
            for found in page.get("Uploads", ()):
                key = self._read_key(found["Key"])
                if key is not None and found["Initiated"] < older_than:
                    yield OpenUpload(ref=UploadRef(key=key, id=found["UploadId"]), begun_at=found["Initiated"])
            if not page.get("IsTruncated"):
                return
            asked = {**asked, "KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}

    async def sign_get(self, key: str, read_as: ReadAs, *, seconds: int) -> str:
        """Give a link to the server itself, which sets the type and name."""
        asked = {
            **self._place(key),
            "ResponseContentType": read_as.media_type,
            "ResponseContentDisposition": write_disposition(read_as),
        }
        return await self._sign("get_object", asked, seconds)

    async def lets_in(self, origin: str) -> bool:
        """Ask the server as a browser asks it. It is asked for a key that nobody has."""
        place = self._place(make_key("original"))
        return await self._call(lambda client: is_let_in(client, place, origin))

    async def let_in(self, origins: Sequence[str]) -> None:
        """Set the bucket's CORS, beside rules that are not ours."""
        await self._call(lambda client: write_rule(client, self._bucket, origins))

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{check_key(key)}"}

    def _read_key(self, found: str) -> str | None:
        """Give our key of it, or None: what others put in the bucket is none of the sweeper's business."""
        try:
            return check_key(found.removeprefix(self._prefix))
        except StorageMisuse:
            return None

    async def _sign(self, verb: str, asked: dict[str, Any], seconds: int) -> str:
        """Signing is arithmetic: it works while the store is away."""

        def sign() -> str:
            signed: str = self._s3.get().generate_presigned_url(verb, Params=asked, ExpiresIn=seconds)
            return signed

        return await asyncio.get_running_loop().run_in_executor(self._threads, sign)

    async def _call(self, work: Callable[[Any], Result]) -> Result:
        def do() -> Result:
            with self._s3.calling() as client:
                return work(client)

        return await asyncio.get_running_loop().run_in_executor(self._threads, do)

    async def _ask(self, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
        def do(client: Any) -> dict[str, Any]:
            answer: dict[str, Any] = getattr(client, verb)(**asked)
            return answer

        return await self._call(do)

    async def _call_unless_missing(self, work: Callable[[Any], Result]) -> Result | None:
        try:
            return await self._call(work)
        except ObjectMissing:
            return None


def _read_some(body: Any, at_most: int, _: Any) -> bytes:
    chunk: bytes = body.read(at_most)
    return chunk


def _put(client: Any, place: dict[str, str], source: Path | bytes) -> None:
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 (loaded late, on purpose)

    how = TransferConfig(multipart_threshold=_MULTIPART_FROM, multipart_chunksize=_MULTIPART_FROM, use_threads=False)
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as body:
        client.upload_fileobj(body, place["Bucket"], place["Key"], Config=how)
