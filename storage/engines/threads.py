"""One SQLite connection and the one thread that uses it.

Each statement is one hop: execute, fetch and the building of rows happen in the thread. Work is done in the order in
which it was given, so a ROLLBACK given after a cancelled statement runs after that statement has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

import storage.engines.values  # noqa: F401 (registers what gives UUID, bool and aware datetimes back)
from storage.engines.sqlite_errors import map_error
from storage.errors import StorageUnavailable, TransactionMisuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from storage.engines.sessions import Row, Statement

Result = TypeVar("Result")

BUSY_SECONDS = 10.0
"""How long a statement waits for another process's lock before it gives up."""

_STATEMENTS_KEPT = 512
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",  # an acknowledged commit survives a power failure
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
)


class ConnectionHere:
    """A connection whose work is done at once, in the thread that asks: for a process with nobody else to hold up."""

    def __init__(self, path: str, *, is_writer: bool) -> None:
        self._path = path
        self._is_writer = is_writer
        self._connection: sqlite3.Connection | None = None

    def submit(self, work: Callable[[sqlite3.Connection], Result]) -> asyncio.Future[Result]:
        """Do the work, and give a future that is done."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        try:
            if self._connection is None:
                self._connection = _open(self._path, is_writer=self._is_writer)
            future.set_result(work(self._connection))
        except sqlite3.Error as error:
            future.set_exception(map_error(error))
        except Exception as error:  # noqa: BLE001 (handed to whoever awaits, whatever it is)
            future.set_exception(error)
        return future

    def do_here(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do the work and give its result."""
        return _do(work, self._connection)

    def stop(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def join(self) -> None:
        """Nothing to wait for."""


class ConnectionThread:
    """A connection that lives in a thread. Only its public verbs may be called from outside it."""

    def __init__(self, path: str, *, is_writer: bool) -> None:
        self._path = path
        self._is_writer = is_writer
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._is_stopped = False
        self._thread = threading.Thread(target=self._serve, name="tahkim-sqlite", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], Result]) -> asyncio.Future[Result]:
        """Queue the work, and give the future of its result in the running loop: a failure once it was stopped."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if self._is_stopped:  # behind the end of the queue nobody would answer
            future.set_exception(StorageUnavailable(reason="closed"))
            return future

        def do() -> None:
            try:
                result = work(self._connect())
            except sqlite3.Error as error:
                self._answer(loop, _fail, future, map_error(error))
            except BaseException as error:  # noqa: BLE001 (handed to the waiting task, whatever it is)
                self._answer(loop, _fail, future, error)
            else:
                self._answer(loop, _succeed, future, result)

        self._work.put(do)
        return future

    def do_here(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do short work in the calling thread: while a transaction has the connection, its thread has nothing to do."""
        return _do(work, self._connection)

    def stop(self) -> None:
        """Close the connection once the work given before is done."""
        self._is_stopped = True
        self._work.put(None)

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def _serve(self) -> None:
        while (do := self._work.get()) is not None:
            do()
            del do
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _answer(loop: asyncio.AbstractEventLoop, answer: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(answer, *args)

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _open(self._path, is_writer=self._is_writer)
        return self._connection


def _do(work: Callable[[sqlite3.Connection], Result], connection: sqlite3.Connection | None) -> Result:
    if connection is None:
        raise TransactionMisuse(reason="not-begun")
    try:
        return work(connection)
    except sqlite3.Error as error:
        raise map_error(error) from error


def _succeed(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def open_quick(path: str) -> sqlite3.Connection:
    """Open a reading connection that waits for nobody, for an event loop's own thread."""
    return _open(path, is_writer=False, waits=0.0)


def _open(path: str, *, is_writer: bool, waits: float = BUSY_SECONDS) -> sqlite3.Connection:
    if is_writer:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # it holds people's names: for its owner only
        except OSError as error:
            raise StorageUnavailable(reason=error.strerror) from error
    connection = sqlite3.connect(
        path,
        timeout=waits,
        detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        isolation_level=None,
        check_same_thread=False,  # one at a time uses it: its thread, or the loop's while a transaction has it
        cached_statements=_STATEMENTS_KEPT,
    )
    try:
        if is_writer:
            _use_write_ahead_log(connection)
        else:
            connection.execute("PRAGMA query_only = ON")
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Two processes starting on a new file both change its mode, and this one change ignores the busy timeout."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def run_statement(connection: sqlite3.Connection, sql: str, args: Sequence[Any]) -> list[Row]:
    """Execute, and give all rows as dictionaries."""
    return fetch(connection.execute(sql, args))


def fetch(cursor: sqlite3.Cursor, at_most: int | None = None) -> list[Row]:
    """Give the rows that are left, or so many of them, as dictionaries."""
    rows = cursor.fetchall() if at_most is None else cursor.fetchmany(at_most)
    if not rows:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


def run_statements(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[Row]:
    """Execute one after the other, and give the rows of the last."""
    rows: list[Row] = []
    for sql, args in statements:
        rows = run_statement(connection, sql, args)
    return rows


def begin(connection: sqlite3.Connection, how: str) -> None:
    """Open a transaction: IMMEDIATE to write, DEFERRED to read."""
    connection.execute(f"BEGIN {how}")


def finish(connection: sqlite3.Connection, *, commit: bool) -> None:
    """Commit, or roll back; a COMMIT that fails is rolled back too."""
    if commit:
        try:
            connection.execute("COMMIT")
        except sqlite3.Error:
            roll_back(connection)
            raise
    else:
        roll_back(connection)


def roll_back(connection: sqlite3.Connection) -> None:
    """SQLite may have rolled back by itself, after a full disk for one."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
