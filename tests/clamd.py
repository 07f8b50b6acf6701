"""A scanner that speaks clamd's INSTREAM protocol and knows one name."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"


@contextmanager
def serve_clamd(folder: Path) -> Iterator[str]:
    """Serve until the block ends; give the address."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "clamd"))
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
    yield f"unix:{folder / 'clamd'}"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()
