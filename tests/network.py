"""A stretch of network between two programs of a test: it passes bytes on until it is cut, held, or cuts itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_CHUNK = 64 * 1024


class Network:
    """Connections from ``port`` of this machine to another port, all in the running event loop.

    ``let_through`` is asked for each chunk on its way to the server, before it goes on; when it says False, every
    connection is cut at once and that chunk never arrives. ``let_back`` is asked the same for each chunk of an answer.
    """

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self.is_cut = False
        self.let_through: Callable[[bytes], bool] = _always
        self.let_back: Callable[[bytes], bool] = _always
        self.n_chunks = 0
        self._to_port = to_port
        self._to_pass = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.held = asyncio.Event()
        """Set once something waits that was sent while the answers are held."""

    def cut(self) -> None:
        """Break every connection as a pulled cable would; whoever connects now is broken off at once."""
        self.is_cut = True
        for writer in tuple(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections be made again."""
        self.is_cut = False
        self.let_through = self.let_back = _always

    def hold(self, *, after: int = 0) -> None:
        """Take what is sent, and let no answer come until ``release``: a server that is very slow.

        ``after``: so many chunks of answers still come.
        """
        self.held.clear()
        self._to_pass = after
        self._flowing.clear()

    def release(self) -> None:
        """Let all that was held go on."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._writers |= {writer, back}
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass_on(reader, back, is_answer=False))
                ways.create_task(self._pass_on(there, writer, is_answer=True))
        except* OSError:
            pass  # one end went away while the other was being told
        finally:
            self._writers -= {writer, back}
            writer.transport.abort()
            back.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_answer: bool) -> None:
        while chunk := await source.read(_CHUNK):
            if is_answer:
                await self._wait_to_answer()
            else:
                self.n_chunks += 1
            if not (self.let_back if is_answer else self.let_through)(chunk):
                self.cut()
                return
            target.write(chunk)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()

    async def _wait_to_answer(self) -> None:
        if self._flowing.is_set():
            return
        if self._to_pass:
            self._to_pass -= 1
            return
        self.held.set()
        await self._flowing.wait()


def _always(_: bytes) -> bool:
    return True


@asynccontextmanager
async def network_to(port: int) -> AsyncIterator[Network]:
    """A stretch of network to a port of this machine, for the block."""
    made = Network(port)
    server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.release()
        server.close()
        made.cut()
        await server.wait_closed()
