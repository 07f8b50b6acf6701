"""Writing files so that they survive: temporary name, data synced, renamed, folder synced."""

from __future__ import annotations

import errno
import os
import secrets
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import ObjectMissing, ObjectStoreAway, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPORARY = ".tmp"

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_SUCH = frozenset({errno.ENOENT, errno.ENOTDIR})
_AT_ONCE = 8 * 1024 * 1024


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn the operating system's errors into ours."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFull(reason=error.strerror) from error
        if error.errno in _NO_SUCH:
            raise ObjectMissing from error
        raise ObjectStoreAway(reason=error.strerror) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power failure."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may read, and any parent that is missing."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        sync_folder(folder.parent)


def append_file(target: int, source: Path) -> None:
    """Append a whole file to an open one, inside the kernel."""
    with source.open("rb", buffering=0) as opened:
        while os.sendfile(target, opened.fileno(), None, _AT_ONCE):
            pass


class PartFile:
    """A file that has its name only once it is whole and synced. Used by one thread at a time, whichever it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f"{path.name}-{secrets.token_hex(8)}{TEMPORARY}")
        self._lock = threading.Lock()  # a cancelled request discards while its last write may still run
        self._opened: int | None = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, data: bytes) -> None:
        """Append."""
        with self._lock:
            rest = memoryview(data)
            while rest and self._opened is not None:
                rest = rest[os.write(self._opened, rest) :]

    def append_file(self, source: Path) -> None:
        """Append a whole file, by the kernel."""
        with self._lock:
            if self._opened is not None:
                append_file(self._opened, source)

    def keep(self) -> None:
        """Sync, and give the file its name."""
        with self._lock:
            if self._opened is None:
                raise FileNotFoundError(errno.ENOENT, "discarded")
            os.fsync(self._opened)
            os.close(self._opened)
            self._opened = None
            self._temporary.rename(self._path)
            sync_folder(self._path.parent)

    def discard(self) -> None:
        """Remove what was written. After ``keep`` nothing happens."""
        with self._lock:
            if self._opened is not None:
                os.close(self._opened)
                self._opened = None
                with suppress(FileNotFoundError):  # its folder was completed or aborted meanwhile
                    self._temporary.unlink()
            elif self._temporary.exists():
                self._temporary.unlink()


def write_file(path: Path, source: Path | bytes) -> None:
    """Write a small or a large file whole, or not at all."""
    part = PartFile(path)
    try:
        if isinstance(source, Path):
            part.append_file(source)
        else:
            part.write(source)
        part.keep()
    finally:
        part.discard()
