"""The only place that builds boto3's client: late, its errors as ours, and a circuit that spares a store in need."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.errors import ObjectMissing, ObjectStoreAway, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECT_SECONDS = 2
READ_SECONDS = 10
THREADS = 16
"""Calls in flight. One more waits in our queue, and no thread of anybody else is stuck."""

_FAILURES_TO_OPEN = 5
_OPEN_SECONDS = 10.0
_MISSING = frozenset({"NoSuchKey", "NoSuchUpload", "NotFound", "404"})
_FULL = frozenset({"InsufficientStorage", "EntityTooLarge", "QuotaExceeded", "507"})


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where the bucket is, and who we are there."""

    bucket: str
    access_key: str
    secret_key: str
    endpoint: str | None = None
    region: str = "us-east-1"
    is_path_style: bool = True
    prefix: str = ""


class Circuit:
    """After several failures in a row nobody is sent to wait for the store; one call a while tries it again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def check(self) -> None:
        """Raise ObjectStoreAway while the circuit is open; let one caller through once its time has passed."""
        with self._lock:
            if self._failures < _FAILURES_TO_OPEN:
                return
            now = self._clock()
            if now < self._closed_until:
                raise ObjectStoreAway(reason="circuit")
            self._closed_until = now + _OPEN_SECONDS

    def succeed(self) -> None:
        """Count an answer, whatever it said."""
        with self._lock:
            self._failures = 0

    def fail(self) -> None:
        """Count a call that had no answer, or one of the store's own failure."""
        with self._lock:
            self._failures += 1
            self._closed_until = self._clock() + _OPEN_SECONDS


class S3Client:
    """Builds boto3's client at the first need (importing it takes half a second), and calls it."""

    def __init__(self, address: S3Address) -> None:
        self.address = address
        self.circuit = Circuit()
        self._lock = threading.Lock()
        self._client: Any = None

    def get(self) -> Any:
        """Give the client. Blocks: call it in a thread."""
        with self._lock:
            if self._client is None:
                self._client = _build(self.address)
            return self._client

    @contextmanager
    def calling(self) -> Iterator[Any]:
        """Give the client for calls to the store, and turn what goes wrong into our errors."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (loaded late, on purpose)

        self.circuit.check()
        try:
            yield self.get()
        except ClientError as error:
            raise self._translate(error.response) from error
        except BotoCoreError as error:
            self.circuit.fail()
            raise ObjectStoreAway(reason=type(error).__name__) from error
        else:
            self.circuit.succeed()

    def _translate(self, response: dict[str, Any]) -> Exception:
        code = str(response.get("Error", {}).get("Code", ""))
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if status >= 500 and code not in _FULL:  # noqa: PLR2004 (HTTP)
            self.circuit.fail()
            return ObjectStoreAway(reason=code)
        self.circuit.succeed()
        if code in _MISSING:
            return ObjectMissing()
        if code in _FULL:
            return StorageFull(reason=code)
        return ObjectStoreAway(reason=code)


def _build(address: S3Address) -> Any:
    import boto3  # noqa: PLC0415 (loaded late, on purpose)
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if address.is_path_style else "virtual"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 2, "mode": "standard"},
            max_pool_connections=THREADS,
            request_checksum_calculation="when_required",  # older servers refuse the newer checksum headers
            response_checksum_validation="when_required",
        ),
    )
