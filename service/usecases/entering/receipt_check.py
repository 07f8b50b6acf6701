"""Whether files are those of a receipt, found out from the receipt's text and the bytes alone: no database, no network.

A receipt names each file twice: by the commitment, SHA-256 over the digests of its 16 MiB parts, registered before the
deadline, and by the SHA-256 of the whole file, read back from the store.
"""

import email
import hashlib
import re
from dataclasses import dataclass
from email import policy
from pathlib import Path

from storage.objects.store import PART_SIZE

__all__ = ["FileHashes", "Match", "compare", "hash_file", "read_digests"]

_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_HEADER = re.compile(rb"[A-Za-z-]+:[ \t]")


@dataclass(frozen=True, slots=True)
class FileHashes:
    """The two hashes by which a receipt names a file."""

    whole: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Match:
    """Which of a file's hashes stand in a receipt."""

    is_whole_there: bool
    is_commitment_there: bool

    @property
    def is_there(self) -> bool:
        """Either hash is enough: the first receipt may have come before the whole file was read back."""
        return self.is_whole_there or self.is_commitment_there


def read_digests(receipt: bytes) -> frozenset[str]:
    """Read every digest out of a receipt: a letter as it was received, or its text, or the page as it was saved."""
    texts = [receipt.decode("utf-8", "replace")]
    if _HEADER.match(receipt):
        letter = email.message_from_bytes(receipt, policy=policy.default)
        texts += [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return frozenset(digest for text in texts for digest in _DIGEST.findall(text.lower()))


def hash_file(path: Path, *, part_size: int = PART_SIZE) -> FileHashes:
    """Hash a file in one reading, one part in memory at a time."""
    whole, commitment = hashlib.sha256(), hashlib.sha256()
    with path.open("rb") as file:
        block = file.read(part_size)
        while True:
            whole.update(block)
            commitment.update(hashlib.sha256(block).digest())
            block = file.read(part_size)
            if not block:
                return FileHashes(whole.hexdigest(), commitment.hexdigest())


def compare(hashes: FileHashes, digests: frozenset[str]) -> Match:
    """Look for a file's hashes among a receipt's digests."""
    return Match(hashes.whole in digests, hashes.commitment in digests)
