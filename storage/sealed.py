"""Files that can be written and read in pieces, and sealed with a passphrase: AES-256-GCM, a megabyte a piece.

A sealed file is a header (magic, salt) and pieces, each its length, a flag for the last, and the ciphertext. Number and
flag are authenticated, so pieces cannot be changed, swapped, left out, or cut off at the end.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from storage.errors import StorageError
from storage.objects.store import CHUNK_SIZE

__all__ = ["PieceFile", "Seal", "SealBroken", "read_pieces"]

_MAGIC = b"tahkim-sealed-1\n"
_SALT = 16
_HEAD = struct.Struct(">I?")
_COST = 2**15  # scrypt's n: 32 MiB and about a tenth of a second, once a backup


class SealBroken(StorageError):
    """The passphrase is another, or the file was changed or cut short."""


class Seal:
    """A key made from a passphrase and a salt."""

    def __init__(self, passphrase: bytes, salt: bytes) -> None:
        self.salt = salt
        key = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase)
        self._cipher = AESGCM(key)

    @classmethod
    def make(cls, passphrase: bytes) -> Seal:
        """Begin with a fresh salt."""
        return cls(passphrase, os.urandom(_SALT))

    def close(self, piece: bytes, *, name: str, number: int, is_last: bool) -> bytes:
        """Encrypt one piece of a file, bound to the file's name and its place in it."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, piece, _bound(name, number, is_last))

    def open(self, sealed: bytes, *, name: str, number: int, is_last: bool) -> bytes:
        """Decrypt one piece. Raises SealBroken."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], _bound(name, number, is_last))
        except InvalidTag as error:
            raise SealBroken(name=name) from error


def _bound(name: str, number: int, is_last: bool) -> bytes:  # noqa: FBT001 (part of what is authenticated)
    return f"{name}|{number}|{int(is_last)}".encode()


class PieceFile:
    """A file that gets its name once it is whole and synced. Pieces are of any size that fits in memory."""

    def __init__(self, path: Path, *, name: str, seal: Seal | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._name, self._seal = path, name, seal
        self._draft = path.with_name(path.name + ".part")
        self._file = self._draft.open("wb")
        self._number, self._waiting = 0, b""
        if seal is not None:
            self._file.write(_MAGIC + seal.salt)

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        if self._seal is None:
            self._file.write(piece)
            return
        if self._number:
            self._put(self._seal, is_last=False)
        self._number, self._waiting = self._number + 1, piece

    def close(self) -> None:
        """End it: only now is it there."""
        if self._seal is not None:
            self._number = max(1, self._number)
            self._put(self._seal, is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.rename(self._path)

    def _put(self, seal: Seal, *, is_last: bool) -> None:
        sealed = seal.close(self._waiting, name=self._name, number=self._number, is_last=is_last)
        self._file.write(_HEAD.pack(len(sealed), is_last) + sealed)


def read_pieces(path: Path, *, name: str, passphrase: bytes | None) -> Iterator[bytes]:
    """Read back what a ``PieceFile`` wrote. Raises SealBroken at the first piece that does not hold."""
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
        if start != _MAGIC:
            file.seek(0)
            while piece := file.read(CHUNK_SIZE):
                yield piece
            return
        if passphrase is None:
            raise SealBroken(name=name)
        seal = Seal(passphrase, file.read(_SALT))
        number, is_last = 0, False
        while not is_last:
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                raise SealBroken(name=name)
            length, is_last = _HEAD.unpack(head)
            number += 1
            yield seal.open(file.read(length), name=name, number=number, is_last=is_last)
