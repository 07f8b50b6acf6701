"""Hashing an object as it is read: each part and the whole in one pass.

The two run side by side, since hashlib lets go of the interpreter lock; an object of one part is hashed once.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from storage.objects.store import ObjectHashes

if TYPE_CHECKING:
    from collections.abc import Iterable


def hash_chunks(chunks: Iterable[bytes | memoryview], *, part_size: int) -> ObjectHashes:
    """Hash the bytes of one object. A chunk's memory may be used again once the next one is asked for."""
    hasher = _Hasher(part_size)
    with ThreadPoolExecutor(max_workers=1) as beside:
        for chunk in chunks:
            hasher.take(memoryview(chunk), beside)
        return hasher.finish()


class _Hasher:
    def __init__(self, part_size: int) -> None:
        self._part_size = part_size
        self._whole = hashlib.sha256()
        self._part = hashlib.sha256()
        self._in_part = 0
        self._size = 0
        self._parts: list[str] = []

    def take(self, chunk: memoryview, beside: ThreadPoolExecutor) -> None:
        """Within the first part the whole and the part are the same bytes: one digest serves both."""
        while chunk:
            piece = chunk[: self._part_size - self._in_part]
            chunk = chunk[len(piece) :]
            waiting: Future[None] | None = None
            if self._parts:
                waiting = beside.submit(self._whole.update, piece)
            self._part.update(piece)
            if waiting is not None:
                waiting.result()
            self._size += len(piece)
            self._in_part += len(piece)
            if self._in_part == self._part_size:
                self._end_part()

    def _end_part(self) -> None:
        if not self._parts:
            self._whole = self._part.copy()
        self._parts.append(self._part.hexdigest())
        self._part = hashlib.sha256()
        self._in_part = 0

    def finish(self) -> ObjectHashes:
        if self._in_part or not self._parts:
            self._end_part()
        return ObjectHashes(size=self._size, whole=self._whole.hexdigest(), parts=tuple(self._parts))
