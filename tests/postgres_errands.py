"""Asking a database server for databases, from whatever event loop a test runs in."""

import asyncio
import threading
from typing import Any

import asyncpg

CLOSE_SECONDS = 120.0


class Errands:
    """What is asked of a server that nobody kills, over one connection in a loop of its own: tests' loops come and go.

    Each test has a database made and dropped, and to connect costs half as much as either.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: Any = None
        self._turn = asyncio.Lock()

    async def run(self, url: str, sql: str) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._run(url, sql), self._loop))

    async def _run(self, url: str, sql: str) -> None:
        async with self._turn:
            if self._connection is None:
                self._connection = await asyncpg.connect(url)
            await self._connection.execute(sql)

    def close(self) -> None:
        if self._connection is not None:
            asyncio.run_coroutine_threadsafe(self._connection.close(), self._loop).result(timeout=CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
