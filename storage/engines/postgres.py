"""PostgreSQL by asyncpg: always a pool, limits on every wait, and sessions that never leak a connection."""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import asyncpg  # type: ignore[import-untyped]  # it has no types

from storage.engines.audience import is_for_judge
from storage.engines.postgres_pool import Pool
from storage.engines.sessions import ROWS_IN_PART, Row, Session, Statement
from storage.engines.transactions import TahkimEngine
from storage.errors import (
    CheckViolation,
    ForeignKeyViolation,
    RowProtected,
    RowRefused,
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageMisuse,
    StorageUnavailable,
    StorageUncertain,
    UniqueViolation,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

_BEGIN = "BEGIN; SET LOCAL synchronous_commit = off"
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_FLUSH = "SELECT pg_logical_emit_message(true, 'tahkim', '')"
_COMMIT = f"COMMIT; {_FLUSH}"
"""The second statement waits for the disk in the first one's stead, once the locks are let go.

Every change locks the head of the audit log. Held while the disk is waited for, it would let one change through each
flush, however many come at once; those that wait here are flushed together. PostgreSQL writes its own log in order, so
the empty message at its end is on the disk only when the change is, and we answer after that. What another has read in
between can be lost in a crash; nothing that rests on it outlives it, being further on in the same log.
"""


class _PostgresSession:
    """A connection between BEGIN and its end."""

    def __init__(self, connection: Any, pool: Pool, commit: str) -> None:
        self._connection = connection
        self._pool = pool
        self._commit = commit

    async def run(self, sql: str, args: Sequence[Any]) -> list[Row]:
        return await _fetch(self._connection, sql, args)

    run_quickly = run

    async def run_together(self, statements: Sequence[Statement]) -> list[Row]:
        rows: list[Row] = []
        for sql, args in statements:
            rows = await _fetch(self._connection, sql, args)
        return rows

    async def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        try:
            await self._connection.copy_records_to_table(table, columns=columns, records=rows)
        except _FAILURES as error:
            raise map_error(error) from error

    async def read_in_parts(self, sql: str) -> AsyncIterator[list[Row]]:
        try:
            cursor = await self._connection.cursor(sql)
            while rows := await cursor.fetch(ROWS_IN_PART):
                yield [dict(row) for row in rows]
        except _FAILURES as error:
            raise map_error(error) from error

    async def end(self, *, commit: bool) -> None:
        try:
            await self._connection.execute(self._commit if commit else "ROLLBACK")
        except _FAILURES as error:
            told = map_error(error)
            # Whatever kept the second statement from its end came behind a COMMIT that was carried out.
            is_lost = commit and isinstance(told, StorageUnavailable | StorageFull | StorageBusy)
            raise (StorageUncertain(reason=told.facts["reason"]) if is_lost else told) from error
        finally:
            await self._pool.give_back(self._connection)


class PostgresEngine(TahkimEngine):
    """Serves one PostgreSQL database to any number of event loops.

    ``judge_dsn``: the same database by a role of fewer rights, over which everything goes that is done for judges.
    """

    dialect = "postgres"

    def __init__(self, dsn: str, *, judge_dsn: str | None = None) -> None:
        self.dsn = dsn
        self._judge_dsn = judge_dsn
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Pool]] = WeakKeyDictionary()
        super().__init__("postgres")

    async def open(self) -> None:
        """Connect, so that a wrong address is known at start."""
        try:
            await self._pool().open()
        except _FAILURES as error:
            raise map_error(error) from error

    async def close(self) -> None:
        """Let everything running end, then close; connections of other loops are cut."""
        await self.close_loop()
        for loop, pools in self._pools.items():
            for pool in pools.values():
                if loop.is_running():
                    loop.call_soon_threadsafe(pool.terminate)
        self._pools.clear()

    async def close_loop(self) -> None:
        """Close the connections of the running event loop."""
        await self.wait_for_endings()
        for pool in self._pools.pop(asyncio.get_running_loop(), {}).values():
            await pool.close()

    async def run_alone(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """One statement on any free connection, in a transaction of its own."""
        pool = self._pool()
        connection = await _take(pool)
        try:
            return await _fetch(connection, sql, args)
        finally:
            await pool.give_back(connection)

    async def run_whole(self, statements: Sequence[Statement]) -> list[Row]:
        """One statement as a transaction of its own: two journeys in all, and what it locks is not held for either."""
        [(sql, args)] = statements
        pool = self._pool()
        connection = await _take(pool)
        try:
            with _uncertain_after(StorageUnavailable):
                rows = await _fetch(connection, sql, args)
            if rows:
                with _uncertain_after(StorageUnavailable, StorageFull, StorageBusy):
                    await _fetch(connection, _FLUSH, ())
        finally:
            await pool.give_back(connection)
        return rows

    async def begin(self, *, is_read_only: bool) -> Session:
        """READ COMMITTED to write, so lock the rows that a decision rests on; one snapshot to read."""
        pool = self._pool()
        connection = await _take(pool)
        try:
            await connection.execute(_BEGIN_READING if is_read_only else _BEGIN)
        except BaseException as error:
            await pool.give_back(connection)
            if isinstance(error, _FAILURES):
                raise map_error(error) from error
            raise
        return _PostgresSession(connection, pool, "COMMIT" if is_read_only else _COMMIT)

    def _pool(self) -> Pool:
        dsn = self._judge_dsn if self._judge_dsn and is_for_judge() else self.dsn
        pools = self._pools.setdefault(asyncio.get_running_loop(), {})
        pool = pools.get(dsn)
        if pool is None:
            pool = pools[dsn] = Pool(dsn)
        return pool


# The last one: a connection that was cut in the middle of an answer is asked again before asyncpg has noticed.
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, asyncpg.InternalClientError)


async def _take(pool: Pool) -> Any:
    try:
        return await pool.take()
    except _FAILURES as error:
        raise map_error(error) from error


@contextmanager
def _uncertain_after(*kinds: type[StorageError]) -> Iterator[None]:
    """Say so of what fails in these ways: it may have been carried out all the same."""
    try:
        yield
    except kinds as error:
        raise StorageUncertain(reason=error.facts["reason"]) from error


async def _fetch(connection: Any, sql: str, args: Sequence[Any]) -> list[Row]:
    try:
        return [dict(row) for row in await connection.fetch(sql, *args)]
    except _FAILURES as error:
        if isinstance(error, asyncpg.InternalClientError):
            connection.terminate()  # it is of no more use to anybody
        raise map_error(error) from error


_BY_STATE: dict[str, type[StorageError]] = {
    "23503": ForeignKeyViolation,
    "23001": ForeignKeyViolation,  # restrict
    "23502": CheckViolation,
    "23514": CheckViolation,
    "P0001": RowProtected,  # RAISE EXCEPTION in a trigger of ours
    "53100": StorageFull,
    "40001": StorageBusy,
    "40P01": StorageBusy,
    "55P03": StorageBusy,
    "57014": StorageBusy,  # statement timeout
    "53300": StorageBusy,  # too many connections
    "XX001": StorageDamaged,
    "XX002": StorageDamaged,
}
_BY_CLASS: dict[str, type[StorageError]] = {
    "23": RowRefused,
    "08": StorageUnavailable,
    "28": StorageUnavailable,  # wrong password or role
    "3D": StorageUnavailable,  # no such database
    "53": StorageUnavailable,
    "57": StorageUnavailable,  # shutting down, starting up
    "58": StorageUnavailable,
}


def map_error(error: BaseException) -> StorageError:
    """Turn asyncpg's error into ours. The caller raises it from the original."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        is_misuse = isinstance(error, asyncpg.DataError | asyncpg.InterfaceError) and not isinstance(error, OSError)
        if is_misuse and "connection" not in str(error) and "pool" not in str(error):
            return StorageMisuse(reason=str(error))
        return StorageUnavailable(reason=str(error) or type(error).__name__)
    if state == "23505":
        return _map_unique(error)
    kind = _BY_STATE.get(state) or _BY_CLASS.get(state[:2]) or StorageMisuse
    return kind(reason=str(error))


def _map_unique(error: Any) -> UniqueViolation:
    """Read the columns from ``Key (sheet, criterion)=(…) already exists.``; the values stay out."""
    found = re.match(r"Key \(([^)]*)\)=", error.detail or "")
    columns = tuple(name.strip().strip('"') for name in found[1].split(",")) if found else ()
    return UniqueViolation(table=error.table_name or "", columns=columns)
