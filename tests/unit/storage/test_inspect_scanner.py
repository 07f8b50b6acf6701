"""The scanner is spoken to as clamd is; whatever it says but yes or no means: later."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from storage.inspect.scanner import ScannerAway, scan

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[str]:
    """A server that speaks the INSTREAM protocol and knows one name."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "clamd"))
    server.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                body = b""
                while length := struct.unpack(">I", stream.read(4))[0]:
                    body += stream.read(length)
                said = "Eicar-Test FOUND" if EICAR in body else "size limit ERROR" if b"large" in body else "OK"
                connection.sendall(f"stream: {said}\0".encode())

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield f"unix:{tmp_path / 'clamd'}"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.mark.parametrize(("content", "found"), [(b"clean" * 200_000, None), (EICAR, "Eicar-Test"), (b"", None)])
def test_a_file_is_clean_or_its_malware_has_a_name(tmp_path: Path, clamd: str, content: bytes, found: str | None):
    (tmp_path / "file").write_bytes(content)
    assert scan(tmp_path / "file", clamd) == found


def test_an_error_of_the_scanner_is_not_taken_for_clean(tmp_path: Path, clamd: str):
    (tmp_path / "file").write_bytes(b"large")
    with pytest.raises(ScannerAway):
        scan(tmp_path / "file", clamd)


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd", "tcp:127.0.0.1:1", "nonsense"])
def test_a_scanner_that_is_away_is_said_to_be(tmp_path: Path, address: str):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(ScannerAway):
        scan(tmp_path / "file", address)
