"""Connections to one PostgreSQL database: asyncpg's, handed out in the order of asking, with limits on every wait."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no types

from storage.errors import StorageBusy

POOL_SIZE = 10
"""Connections a process."""

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 60.0
WAIT_SECONDS = 10.0
STATEMENT_SECONDS = 60.0
_SERVER_SETTINGS = {
    "application_name": "tahkim",
    "timezone": "UTC",
    "lock_timeout": f"{WAIT_SECONDS:.0f}s",
    "statement_timeout": f"{STATEMENT_SECONDS:.0f}s",
    "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS:.0f}s",
}


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # as above
    """We keep no state in a session but transactions, so giving a connection back needs no journey to the server."""

    def get_reset_query(self) -> str:
        return ""


class Pool:
    """The connections of one event loop, behind a fair semaphore: asyncpg's own queue is last come, first served.

    What was given back stays here for the next who asks, and goes back to asyncpg's pool only once it has been idle for
    long, or is cut: its pool makes a task for every connection that returns, and takes several turns of the loop.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: Any = None
        self._slots = asyncio.Semaphore(POOL_SIZE)
        self._opening = asyncio.Lock()
        self._idle: deque[tuple[float, Any]] = deque()
        self._is_closing = False

    async def open(self) -> None:
        """Connect once, so that a wrong address is known."""
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=1,
                    max_size=POOL_SIZE,
                    timeout=CONNECT_SECONDS,
                    connection_class=_Connection,
                    server_settings=_SERVER_SETTINGS,
                )

    async def take(self) -> Any:
        """Give a connection; raises StorageBusy when none was free for long. Whoever takes it gives it back."""
        if self._pool is None:
            await self.open()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise StorageBusy(reason="queue") from None
        try:
            while self._idle:
                _, connection = self._idle.pop()
                if _is_open(connection):
                    return connection
                await self._pool.release(connection)
            return await self._pool.acquire()
        except BaseException:
            self._slots.release()
            raise

    async def give_back(self, connection: Any) -> None:
        """Have it back, whole or cut."""
        now = time.monotonic()
        self._idle.append((now, connection))
        self._slots.release()
        await self._let_go(before=now if self._is_closing else now - IDLE_SECONDS)

    async def close(self) -> None:
        """Wait for those that are in use, and close all."""
        self._is_closing = True  # asyncpg waits for those in use: they must go back to it, not stay here
        if self._pool is not None:
            await self._let_go(before=time.monotonic())
            await self._pool.close()

    async def _let_go(self, *, before: float) -> None:
        while self._idle and self._idle[0][0] <= before:
            await self._pool.release(self._idle.popleft()[1])

    def terminate(self) -> None:
        """Cut all at once."""
        if self._pool is not None:
            self._pool.terminate()


def _is_open(connection: Any) -> bool:
    """Whether a connection that was given back still leads to the server."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # its line was cut, and asyncpg's pool has taken it back already
        return False
