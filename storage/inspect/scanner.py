"""A scanner for malware beside the inspection: clamd, asked over its socket. Optional; nothing depends on it.

It runs outside the limited process, which has no network. Where a scanner is set, files not yet scanned are not
shown to judges: that is the caller's rule.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from storage.errors import StorageError

BLOCK = 1 << 18
SECONDS = 120.0


class ScannerAway(StorageError):
    """The scanner does not answer, or answers with an error: try again later."""


def scan(path: Path, address: str, *, seconds: float = SECONDS) -> str | None:
    """Send a file to clamd; return the name of what it recognised, or ``None`` where it found nothing.

    ``address``: ``unix:/run/clamav/clamd.ctl`` or ``tcp:host:3310``. Raises ScannerAway.
    """
    try:
        with _connect(address, seconds) as connection, path.open("rb") as file:
            connection.sendall(b"zINSTREAM\0")
            while block := file.read(BLOCK):
                connection.sendall(struct.pack(">I", len(block)) + block)
            connection.sendall(struct.pack(">I", 0))
            answer = _answer(connection)
    except (OSError, ValueError) as error:
        raise ScannerAway(address=address) from error
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer.endswith(" OK"):
        return None
    raise ScannerAway(address=address, answer=answer)


def ask(address: str, *, seconds: float = 4.0) -> None:
    """Have the scanner look at nothing: it answers. Raises ScannerAway."""
    try:
        with _connect(address, seconds) as connection:
            connection.sendall(b"zINSTREAM\0" + struct.pack(">I", 0))
            answer = _answer(connection)
    except (OSError, ValueError) as error:
        raise ScannerAway(address=address) from error
    if not answer.endswith(" OK"):
        raise ScannerAway(address=address, answer=answer)


def _connect(address: str, seconds: float) -> socket.socket:
    kind, _, where = address.partition(":")
    if kind == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(seconds)
        try:
            connection.connect(where)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=seconds)


def _answer(connection: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\0") and (block := connection.recv(4096)):
        data += block
    return data.rstrip(b"\0\n").decode("utf-8", "replace")
