"""What is said of a file before its bytes come: its name, its size and the digests that commit its sender to them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.errors import FieldError, Invalid
from service.text import Ltr, Size
from service.usecases.written import read_line
from storage.objects.store import PART_SIZE, count_parts
from storage.reads.entrant.files import MaterialView

__all__ = ["LONGEST_NAME", "Sent", "check_sent", "clean_name", "commit_to", "describe_file", "hash_local_parts"]

LONGEST_NAME = 200
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EXTENSIONS = {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "m4v": "mp4", "webvtt": "vtt", "wave": "wav", "oga": "ogg"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that is being registered: its name, its size and the digest of each part, in order."""

    name: str
    size: int
    digests: tuple[str, ...]


def commit_to(digests: Sequence[str]) -> str:
    """Return the commitment: SHA-256 over the part digests, each as its 32 bytes, in order."""
    return hashlib.sha256(b"".join(bytes.fromhex(digest) for digest in digests)).hexdigest()


def check_sent(sent: Sent, material: MaterialView) -> None:
    """Refuse by what is known before any byte: size, digests, and the name's ending as a first hint."""
    ending = sent.name.rpartition(".")[2].lower()
    if not sent.name or not material.formats:
        raise Invalid(FieldError("file", "err.file_choose"))
    if sent.size < 1:
        raise Invalid(FieldError("file", "err.file_empty"))
    if sent.size > material.max_bytes:
        raise Invalid(FieldError("file", "err.file_size", size=Size(sent.size), max=Size(material.max_bytes)))
    if "." not in sent.name or _EXTENSIONS.get(ending, ending) not in material.formats:
        accepted = [Ltr(name.upper()) for name in material.formats]
        raise Invalid(FieldError("file", "err.file_type", type=Ltr(ending.upper()[:12]), list=accepted))
    are_digests = all(isinstance(digest, str) and _DIGEST.fullmatch(digest) for digest in sent.digests)
    if not are_digests or len(sent.digests) != count_parts(sent.size, PART_SIZE):
        raise Invalid(FieldError("file", "err.file_digests"))


def clean_name(name: str) -> str:
    """Keep a file's own name without folders, marks and excess; its ending stays."""
    line = read_line(re.split(r"[/\\]", name)[-1])
    stem, dot, ending = line.rpartition(".")
    if not dot:
        return line[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending[:LONGEST_NAME]}"


def hash_local_parts(path: Path, *, part_size: int = PART_SIZE) -> tuple[str, ...]:
    """Return the SHA-256 of each part of a local file, as the browser computes them."""
    digests = []
    with path.open("rb") as file:
        while block := file.read(part_size):
            digests.append(hashlib.sha256(block).hexdigest())
    return tuple(digests) or (hashlib.sha256().hexdigest(),)


def describe_file(path: Path, name: str) -> Sent:
    """Say of a whole local file what a browser says of one that it sends in parts."""
    return Sent(name, path.stat().st_size, hash_local_parts(path))
