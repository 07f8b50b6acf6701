"""SQLite as a server's database: kept connections, WAL, one fair queue of writers, readers that never wait for them.

Piccolo's own engine connects for each query and lets writers collide; measured here it is about 4 times slower to read
and 10 times to write under contention, and after a failed COMMIT the task stays in the dead transaction.
"""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from storage.engines.sessions import ROWS_IN_PART, Row, Session, Statement, first_word
from storage.engines.sqlite_errors import map_error
from storage.engines.threads import (
    BUSY_SECONDS,
    ConnectionHere,
    ConnectionThread,
    begin,
    fetch,
    finish,
    open_quick,
    roll_back,
    run_statement,
    run_statements,
)
from storage.engines.transactions import TahkimEngine
from storage.errors import StorageBusy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

Result = TypeVar("Result")
_Connection: TypeAlias = ConnectionThread | ConnectionHere

READERS = 4
"""Reading connections a process. More only wait for the same interpreter lock."""


_WAITS_FOR_OTHERS = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class _Pool:
    """The connections of one event loop: one writer behind a fair lock, a few readers behind a fair semaphore."""

    def __init__(self, path: str, connect: type[_Connection]) -> None:
        self._path = path
        self._connect = connect
        self._writer = connect(path, is_writer=True)
        self._write_lock = asyncio.Lock()
        self._read_slots = asyncio.Semaphore(READERS)
        self._idle: list[_Connection] = []
        self._readers: list[_Connection] = []
        self._quick: sqlite3.Connection | None = None

    def quick_reader(self) -> sqlite3.Connection:
        if self._quick is None:
            self._quick = open_quick(self._path)
        return self._quick

    async def take_writer(self) -> _Connection:
        await _acquire(self._write_lock)
        return self._writer

    def return_writer(self, _: object = None) -> None:
        self._write_lock.release()

    async def take_reader(self) -> _Connection:
        await _acquire(self._read_slots)  # a queue's get() would let a running task overtake those that wait
        if self._idle:
            return self._idle.pop()
        reader = self._connect(self._path, is_writer=False)
        self._readers.append(reader)
        return reader

    def return_reader(self, reader: _Connection, _: object = None) -> None:
        self._idle.append(reader)
        self._read_slots.release()

    def stop(self) -> list[_Connection]:
        if self._quick is not None:
            self._quick.close()
            self._quick = None
        threads = [*self._readers, self._writer]
        for thread in threads:
            thread.stop()
        return threads


async def _acquire(gate: asyncio.Lock | asyncio.Semaphore) -> None:
    if not gate.locked():
        await gate.acquire()
        return
    try:
        async with asyncio.timeout(BUSY_SECONDS):
            await gate.acquire()
    except TimeoutError:
        raise StorageBusy(reason="queue") from None


class _SqliteSession:
    """A connection between BEGIN and its end."""

    def __init__(self, connection: _Connection, give_back: Callable[[], None]) -> None:
        self._connection = connection
        self._give_back = give_back

    async def run(self, sql: str, args: Sequence[Any]) -> list[Row]:
        return await asyncio.shield(self._connection.submit(partial(run_statement, sql=sql, args=args)))

    async def run_quickly(self, sql: str, args: Sequence[Any]) -> list[Row]:
        return self._connection.do_here(partial(run_statement, sql=sql, args=args))

    async def run_together(self, statements: Sequence[Statement]) -> list[Row]:
        return self._connection.do_here(partial(run_statements, statements=statements))

    async def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        named, places = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
        sql = f'INSERT INTO "{table}" ({named}) VALUES ({places})'  # noqa: S608 (names of ours)
        await asyncio.shield(self._connection.submit(lambda connection: connection.executemany(sql, rows)))

    async def read_in_parts(self, sql: str) -> AsyncIterator[list[Row]]:
        cursor = await asyncio.shield(self._connection.submit(lambda connection: connection.execute(sql)))
        while rows := await asyncio.shield(self._connection.submit(lambda _: fetch(cursor, ROWS_IN_PART))):
            yield rows

    async def end(self, *, commit: bool) -> None:
        try:
            await self._connection.submit(partial(finish, commit=commit))
        finally:
            self._give_back()


class SqliteEngine(TahkimEngine):
    """Serves one database file to any number of event loops; each gets connections of its own."""

    dialect = "sqlite"

    def __init__(self, path: str, *, is_alone: bool = False) -> None:
        """``is_alone``: statements run in the loop's own thread, and hold up whatever else runs there."""
        self.path = path
        self._connect: type[_Connection] = ConnectionHere if is_alone else ConnectionThread
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()
        super().__init__(path)

    async def open(self) -> None:
        """Open the writer, and so make the file, in WAL mode."""
        pool = self._pool()
        writer = await pool.take_writer()
        await self._finish_then(writer.submit(lambda _: None), pool.return_writer)

    async def close(self) -> None:
        """Let everything running end, then close."""
        await self.wait_for_endings()
        threads = [thread for pool in self._pools.values() for thread in pool.stop()]
        self._pools.clear()
        for thread in threads:
            await asyncio.to_thread(thread.join)

    async def close_loop(self) -> None:
        """Close the connections of the running event loop."""
        await self.wait_for_endings()
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        for thread in pool.stop() if pool else ():
            await asyncio.to_thread(thread.join)

    async def run_alone(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """Read on any free connection; write in the queue of writers."""
        pool = self._pool()
        work = partial(run_statement, sql=sql, args=args)
        if first_word(sql) == "SELECT":
            reader = await pool.take_reader()
            return await self._finish_then(reader.submit(work), partial(pool.return_reader, reader))
        writer = await pool.take_writer()
        return await self._finish_then(writer.submit(work), pool.return_writer)

    async def run_quickly(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """Read in the loop's own thread: to wake another and be woken costs several times what such a read does."""
        try:
            return run_statement(self._pool().quick_reader(), sql, args)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _WAITS_FOR_OTHERS:
                return await self.run_alone(sql, args)
            raise map_error(error) from error

    async def begin(self, *, is_read_only: bool) -> Session:
        """Writers take the one lock first, so none of them ever finds another in its way and fails."""
        pool = self._pool()
        if is_read_only:
            connection = await pool.take_reader()
            give_back: Callable[[], None] = partial(pool.return_reader, connection)
        else:
            connection = await pool.take_writer()
            give_back = pool.return_writer
        begun = connection.submit(partial(begin, how="DEFERRED" if is_read_only else "IMMEDIATE"))
        try:
            await asyncio.shield(begun)
        except BaseException:
            connection.submit(roll_back).add_done_callback(partial(_give_back_after, give_back))
            raise
        return _SqliteSession(connection, give_back)

    def _pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            for ended in [other for other in self._pools if other.is_closed()]:
                self._pools.pop(ended).stop()
            pool = self._pools[loop] = _Pool(self.path, self._connect)
        return pool

    @staticmethod
    async def _finish_then(future: asyncio.Future[Result], give_back: Callable[..., None]) -> Result:
        """Wait; give the connection back when its thread is done with it, even if nobody waits any more."""
        try:
            return await asyncio.shield(future)
        finally:
            if future.done():
                give_back()
            else:
                future.add_done_callback(partial(_give_back_after, give_back))


def _give_back_after(give_back: Callable[[], None], done: asyncio.Future[Any]) -> None:
    if not done.cancelled():
        done.exception()
    give_back()
