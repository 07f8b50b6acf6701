"""What both engines share: the rules of a transaction, and the checks before every query.

An engine gives sessions (a connection inside BEGIN … COMMIT); everything about who may use one, and when, is here once.
The rules are PostgreSQL's, the stricter of the two, so that code tested on SQLite holds on both.
"""

from __future__ import annotations

import asyncio
import contextvars
from abc import abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from piccolo.engine.base import BaseAtomic, BaseBatch, BaseTransaction, Engine

from storage.engines.sessions import first_word
from storage.errors import NaiveDatetime, TransactionFailed, TransactionMisuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from piccolo.query.base import Query
    from piccolo.querystring import QueryString

    from storage.engines.sessions import Row, Session, Statement

_READING = frozenset({"SELECT", "WITH", "VALUES", "SAVEPOINT", "RELEASE"})


class QueryCount:
    """The statements sent while it was counting, in order."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @property
    def count(self) -> int:
        """How many statements were sent."""
        return len(self.statements)


class Transaction(BaseTransaction):
    """One transaction of one task. Inside another it joins the outer one.

    A failed statement, or an exception that leaves an inner block, dooms the whole: catching it and going on cannot
    save half a change. ``savepoint`` is the way to try something that may fail.
    """

    __slots__ = ("_engine", "_outer", "_savepoints", "_session", "has_failed", "is_open", "is_read_only", "owner")

    def __init__(self, engine: TahkimEngine, *, is_read_only: bool = False) -> None:
        self._engine = engine
        self._outer: Transaction | None = None
        self._session: Session | None = None
        self.is_open = False
        self.is_read_only = is_read_only
        self.has_failed = False
        self.owner: asyncio.Task[Any] | None = None
        self._savepoints = 0

    async def __aenter__(self) -> Transaction:  # noqa: PYI034 (inside another, it is the outer one)
        outer = self._engine.find_transaction()
        if outer is not None:
            if outer.is_read_only and not self.is_read_only:
                raise TransactionMisuse(reason="write-in-snapshot")
            self._outer = outer
            return outer
        self._session = await self._engine.begin(is_read_only=self.is_read_only)
        self.owner = asyncio.current_task()
        self.is_open = True
        self._engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: type[BaseException] | None, *_: object) -> Literal[False]:
        if self._outer is not None:
            self._outer.has_failed = self._outer.has_failed or exception_type is not None
            return False
        session = self._session
        if session is None:
            raise TransactionMisuse(reason="not-begun")
        self.is_open = False
        self._session = None
        self._engine.current_transaction.set(None)
        # The end is a task of its own: a cancelled request must not leave a connection between BEGIN and COMMIT.
        ending = asyncio.ensure_future(session.end(commit=exception_type is None and not self.has_failed))
        self._engine.keep(ending)
        await asyncio.shield(ending)
        if exception_type is None and self.has_failed:
            raise TransactionFailed
        return False

    async def run(self, sql: str, args: Sequence[Any] = (), *, is_quick: bool = False) -> list[Row]:
        """Run one statement inside the transaction."""
        session = self._check_may_run(is_reading=first_word(sql) in _READING)
        try:
            return await (session.run_quickly if is_quick else session.run)(sql, args)
        except BaseException:  # a cancelled statement, too, leaves PostgreSQL's transaction failed
            self.has_failed = True
            raise

    async def run_together(self, statements: Sequence[Statement]) -> list[Row]:
        """Run several statements that change something inside the transaction; the first that fails ends it."""
        session = self._check_may_run(is_reading=False)
        try:
            return await session.run_together(statements)
        except BaseException:  # as above
            self.has_failed = True
            raise

    async def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows inside the transaction; the first that is refused ends it."""
        session = self._check_may_run(is_reading=False)
        try:
            await session.insert_rows(table, columns, rows)
        except BaseException:  # as above
            self.has_failed = True
            raise

    async def read_in_parts(self, sql: str) -> AsyncIterator[list[Row]]:
        """Run a SELECT inside the transaction, and give its rows some at a time."""
        session = self._check_may_run(is_reading=True)
        try:
            async for rows in session.read_in_parts(sql):
                yield rows
        except BaseException:  # as above
            self.has_failed = True
            raise

    def _check_may_run(self, *, is_reading: bool) -> Session:
        if self._session is None:
            raise TransactionMisuse(reason="not-open")
        if self.has_failed:
            raise TransactionFailed
        if self.is_read_only and not is_reading:
            raise TransactionMisuse(reason="write-in-snapshot")
        return self._session

    def count_savepoint(self) -> int:
        """Give a number that no other savepoint of this transaction has."""
        self._savepoints += 1
        return self._savepoints

    async def roll_back_to(self, savepoint: str) -> None:
        """Undo all since the savepoint; the transaction is sound again."""
        if self._session is None:
            raise TransactionMisuse(reason="not-open")
        await self._session.run(f"ROLLBACK TO SAVEPOINT {savepoint}", ())
        self.has_failed = False


class TahkimEngine(Engine[Transaction]):
    """A Piccolo engine with our transactions, our errors, and a check on every value that is bound."""

    dialect: str

    def __init__(self, name: str) -> None:
        self.current_transaction: contextvars.ContextVar[Transaction | None] = contextvars.ContextVar(
            f"transaction of {name}", default=None
        )
        self._endings: set[asyncio.Future[None]] = set()
        self.counters: list[QueryCount] = []
        super().__init__(engine_type=self.dialect, min_version_number=0)

    @abstractmethod
    async def open(self) -> None:
        """Connect, or raise StorageUnavailable."""

    @abstractmethod
    async def close(self) -> None:
        """Wait for what runs, then close every connection."""

    @abstractmethod
    async def close_loop(self) -> None:
        """Close the running event loop's connections only: for whoever ends a loop before the engine."""

    @abstractmethod
    async def begin(self, *, is_read_only: bool) -> Session:
        """Open a transaction on a connection of its own; on failure the connection is given back."""

    @abstractmethod
    async def run_alone(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """Run one statement outside any transaction."""

    async def run_quickly(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """One short read outside any transaction, in the way that costs least."""
        return await self.run_alone(sql, args)

    async def run_whole(self, statements: Sequence[Statement]) -> list[Row]:
        """Run several statements as a transaction of their own; give the last one's rows."""
        async with self.transaction() as whole:
            return await whole.run_together(statements)

    def find_transaction(self) -> Transaction | None:
        """Give this task's open transaction. One that another task began, and still holds, is refused.

        A task started inside a transaction inherits it; sharing would let its writes vanish with a rollback that it
        never hears of. Once the transaction has ended, the inherited one means nothing.
        """
        found = self.current_transaction.get()
        if found is None or not found.is_open:
            return None
        if found.owner is not asyncio.current_task():
            raise TransactionMisuse(reason="another-task")
        return found

    async def execute(self, sql: str, args: Sequence[Any] = (), *, is_quick: bool = False) -> list[Row]:
        """Run one statement, in this task's transaction if there is one. ``is_quick``: a short read."""
        self._note(sql, args)
        transaction = self.find_transaction()
        if transaction is None:
            return await (self.run_quickly if is_quick else self.run_alone)(sql, args)
        return await transaction.run(sql, args, is_quick=is_quick)

    async def execute_together(self, statements: Sequence[Statement], *, is_whole: bool = False) -> list[Row]:
        """Run several statements in this task's transaction; give the last one's rows.

        ``is_whole``: there is none, and they are to be one.
        """
        for sql, args in statements:
            self._note(sql, args)
        if is_whole:
            return await self.run_whole(statements)
        transaction = self.find_transaction()
        if transaction is None:
            raise TransactionMisuse(reason="no-transaction")
        return await transaction.run_together(statements)

    def _note(self, sql: str, args: Sequence[Any]) -> None:
        for value in args:
            if isinstance(value, datetime) and value.tzinfo is None:
                raise NaiveDatetime(value=value)
        for counter in self.counters:
            counter.statements.append(sql)

    def keep(self, ending: asyncio.Future[None]) -> None:
        """Hold a reference until it is done, and see its error even if its caller was cancelled."""
        self._endings.add(ending)
        ending.add_done_callback(self._forget)

    def _forget(self, ending: asyncio.Future[None]) -> None:
        self._endings.discard(ending)
        if not ending.cancelled():
            ending.exception()

    async def wait_for_endings(self) -> None:
        """Wait until no transaction is between its last statement and its connection's return."""
        loop = asyncio.get_running_loop()
        mine = [ending for ending in self._endings if ending.get_loop() is loop]
        if mine:
            await asyncio.wait(mine)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Row]:  # noqa: ARG002, FBT001, FBT002 (Piccolo's signature)
        """Piccolo's way in for queries."""
        sql, args = querystring.compile_string(engine_type=self.engine_type)
        return await self.execute(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Row]:  # noqa: ARG002, FBT001, FBT002 (Piccolo's signature)
        """Piccolo's way in for table definitions."""
        return await self.execute(ddl)

    def transaction(self, *, is_read_only: bool = False) -> Transaction:
        """Give a transaction to enter with ``async with``."""
        return Transaction(self, is_read_only=is_read_only)

    async def check_version(self) -> None:
        """Piccolo would connect here, while it is being built; ``open`` looks at the server instead."""

    async def prep_database(self) -> None:
        """Nothing to prepare: migrations do."""

    async def get_version(self) -> float:
        """Not asked: see ``check_version``."""
        return 0.0

    def get_version_sync(self) -> float:
        """Say that RETURNING is there, as Piccolo asks on SQLite: it is since 3.35."""
        return 99.0

    async def batch(self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None) -> BaseBatch:  # noqa: ARG002
        """Not offered: read long tables by key, a page at a time."""
        self._refuse()

    def atomic(self) -> BaseAtomic:
        """Not offered: ``transaction`` says the same."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TransactionMisuse(reason="not-offered")
