"""The folder store's files: where they are, and the moves between them, each whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.errors import ObjectMissing, PartsIncomplete, StorageMisuse
from storage.objects.files import TEMPORARY, append_file, make_folder, sync_folder, write_file
from storage.objects.store import HeldPart, ObjectInfo, UploadRef, count_parts, find_unfit

if TYPE_CHECKING:
    from pathlib import Path

_ABOUT = "about.json"
_PART = re.compile(r"[0-9]{5}")
_UPLOAD_ID = re.compile(r"[0-9a-f]{32}")
_LITTER = ".litter"
_NEW = ".new"
_BEGUN_LONG_AGO = 3600.0  # seconds: another process may be making one just now


@dataclass(frozen=True, slots=True)
class Stored:
    """What is written beside the parts of an upload or an object."""

    key: str
    size: int
    part_size: int
    generation: str = ""
    """What its parts' names begin with: a replaced object gets new parts beside the old, then a new description."""

    @property
    def part_count(self) -> int:
        """Parts that the whole has."""
        return count_parts(self.size, self.part_size)

    def write(self) -> bytes:
        """Write it as JSON."""
        return json.dumps(asdict(self)).encode()

    def name_part(self, number: int) -> str:
        """Give the file name of a part."""
        return f"{self.generation}{number:05}"

    @classmethod
    def read(cls, path: Path) -> Stored:
        """Read what ``write`` wrote."""
        return cls(**json.loads(path.read_bytes()))


class Layout:
    """Every path and every move. All methods block, and raise OSError or ours."""

    def __init__(self, root: Path) -> None:
        self._uploads = root / "uploads"
        self._objects = root / "objects"

    def prepare(self) -> None:
        """Make the folders, and remove what deletions and beginnings cut by a kill have left."""
        make_folder(self._uploads)
        make_folder(self._objects)
        for litter in self._uploads.glob(f"*{_LITTER}"):
            shutil.rmtree(litter, ignore_errors=True)
        for new in self._uploads.glob(f"*{_NEW}"):
            if new.stat().st_mtime < time.time() - _BEGUN_LONG_AGO:
                shutil.rmtree(new, ignore_errors=True)

    def begin(self, ref: UploadRef, about: Stored) -> None:
        """Make the folder of an upload, and give it its name once it says what it is."""
        folder = self._find_upload(ref.id)
        new = folder.with_suffix(_NEW)
        make_folder(new)
        write_file(new / _ABOUT, about.write())
        new.rename(folder)
        sync_folder(folder.parent)

    def read_upload(self, upload_id: str) -> Stored:
        """Read what an open upload will be."""
        return Stored.read(self._find_upload(upload_id) / _ABOUT)

    def read_begun(self, upload_id: str) -> tuple[Stored, float]:
        """Read what an open upload will be, and when it began."""
        path = self._find_upload(upload_id) / _ABOUT
        return Stored.read(path), path.stat().st_mtime

    def find_part(self, upload_id: str, number: int) -> Path:
        """Give the path of a part of an open upload."""
        return self._find_upload(upload_id) / f"{number:05}"

    def find_etag(self, upload_id: str, number: int) -> str:
        """Give the ETag of a part that is held."""
        return _make_etag(self.find_part(upload_id, number).stat())

    def list_parts(self, upload_id: str) -> tuple[HeldPart, ...]:
        """Give the parts held, by number."""
        held = []
        with os.scandir(self._find_upload(upload_id)) as entries:
            for entry in entries:
                if _PART.fullmatch(entry.name):
                    found = entry.stat()
                    held.append(HeldPart(number=int(entry.name), size=found.st_size, etag=_make_etag(found)))
        return tuple(sorted(held, key=lambda part: part.number))

    def complete(self, ref: UploadRef, about: Stored) -> ObjectInfo:
        """Turn the upload's folder into the object's."""
        folder, target = self._find_upload(ref.id), self._find_object(ref.key)
        try:
            held = self.list_parts(ref.id)
            if self.read_upload(ref.id) != about:
                raise StorageMisuse(reason="other-upload", key=ref.key)
            if unfit := find_unfit(held, size=about.size, part_size=about.part_size):
                raise PartsIncomplete(parts=unfit)
            for temporary in folder.glob(f"*{TEMPORARY}"):
                temporary.unlink(missing_ok=True)
            self._move(folder, target)
        except FileNotFoundError:
            return self.stat(ref.key)  # completed before: the answer to it was lost
        return self.stat(ref.key)

    def abort(self, upload_id: str) -> None:
        """Remove an upload's folder."""
        self._remove(self._find_upload(upload_id))

    def put(self, key: str, source: Path | bytes) -> ObjectInfo:
        """Write an object of one part; the one that is there stays until the new one is whole."""
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        about = Stored(key=key, size=size, part_size=max(size, 1), generation=secrets.token_hex(4))
        folder = self._find_object(key)
        if folder.is_dir():
            old = self.read_object(key)
            write_file(folder / about.name_part(1), source)
            write_file(folder / _ABOUT, about.write())
            for number in range(1, old.part_count + 1):
                (folder / old.name_part(number)).unlink(missing_ok=True)
        else:
            self._put_new(about, source)
        return self.stat(key)

    def _put_new(self, about: Stored, source: Path | bytes) -> None:
        ref = UploadRef(key=about.key, id=secrets.token_hex(16))
        self.begin(ref, about)
        try:
            write_file(self._find_upload(ref.id) / about.name_part(1), source)
            self._move(self._find_upload(ref.id), self._find_object(about.key))
        except BaseException:
            self.abort(ref.id)
            raise

    def read_object(self, key: str) -> Stored:
        """Read what an object is."""
        return Stored.read(self._find_object(key) / _ABOUT)

    def find_object_part(self, about: Stored, number: int) -> Path:
        """Give the path of a part of an object."""
        return self._find_object(about.key) / about.name_part(number)

    def fetch(self, key: str, path: Path) -> None:
        """Join an object's parts in a new file."""
        about = self.read_object(key)
        with path.open("xb") as joined:
            for number in range(1, about.part_count + 1):
                append_file(joined.fileno(), self.find_object_part(about, number))

    def stat(self, key: str) -> ObjectInfo:
        """Give an object's size, and when it was stored."""
        about = self.read_object(key)
        stored = self._find_object(key).stat().st_mtime
        return ObjectInfo(key=key, size=about.size, stored_at=datetime.fromtimestamp(stored, UTC))

    def delete(self, key: str) -> None:
        """Remove an object's folder."""
        self._remove(self._find_object(key))

    def list_keys(self) -> list[str]:
        """Give the keys of all objects."""
        kinds = sorted(self._objects.iterdir()) if self._objects.is_dir() else []
        return [f"{kind.name}/{found.name}" for kind in kinds for found in sorted(kind.iterdir())]

    def list_uploads(self) -> list[str]:
        """Give the ids of all open uploads."""
        folders = sorted(self._uploads.iterdir()) if self._uploads.is_dir() else []
        return [folder.name for folder in folders if _UPLOAD_ID.fullmatch(folder.name)]

    def _find_upload(self, upload_id: str) -> Path:
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise ObjectMissing
        return self._uploads / upload_id

    def _find_object(self, key: str) -> Path:
        return self._objects / key

    def _move(self, folder: Path, target: Path) -> None:
        make_folder(target.parent)
        os.utime(folder)  # it is as old as its name: the sweeper must not take a slow upload for an old object
        sync_folder(folder)
        folder.rename(target)
        sync_folder(target.parent)
        sync_folder(folder.parent)

    def _remove(self, folder: Path) -> None:
        """Move it away first: nobody sees an object losing its parts one by one."""
        make_folder(self._uploads)
        litter = self._uploads / f"{secrets.token_hex(16)}{_LITTER}"
        with suppress(FileNotFoundError):
            folder.rename(litter)
            sync_folder(folder.parent)
            shutil.rmtree(litter, ignore_errors=True)


def _make_etag(found: os.stat_result) -> str:
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
