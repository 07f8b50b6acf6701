"""The one way to the database: open it, bind the tables to it, run statements and transactions.

    engine = await open_database("sqlite:///tahkim-data/tahkim.db")
    bind(engine, TABLES)
    async with transaction():
        ...

Callers never name the engine again. PostgreSQL or SQLite is the address's business; what differs is asked here.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from itertools import count
from string import Formatter
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, unquote, urlsplit

from storage.engines.sessions import Row, Statement
from storage.engines.transactions import QueryCount, TahkimEngine, Transaction
from storage.errors import StorageMisuse, TransactionMisuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
    from pathlib import Path

    from piccolo.table import Table

ARGUMENTS_AT_MOST = 30_000
"""Values bound in one statement. PostgreSQL takes 32,767, SQLite 32,766."""

_STATEMENTS_KEPT = 512

Item = TypeVar("Item")


class _Bound:
    """The engine that the tables of this process are bound to."""

    engine: TahkimEngine | None = None


async def open_database(url: str, *, is_alone: bool = False, judge_url: str | None = None) -> TahkimEngine:
    """Open ``sqlite:///relative``, ``sqlite:////absolute`` or ``postgresql://…``.

    ``is_alone``: nobody waits for this process but whoever runs it, so SQLite may work in the calling thread: to wake
    another thread and be woken costs several times what most statements do. Never for a server.
    ``judge_url``: on PostgreSQL, the same database by the judges' role.
    Raises StorageMisuse for another address, StorageUnavailable when the database does not answer.
    """
    scheme = urlsplit(url).scheme
    engine: TahkimEngine
    if scheme == "sqlite":
        from storage.engines.sqlite import SqliteEngine  # noqa: PLC0415 (only the driver that is used is loaded)

        engine = SqliteEngine(unquote(url.removeprefix("sqlite:///")), is_alone=is_alone)
    elif scheme in {"postgresql", "postgres"}:
        from storage.engines.postgres import PostgresEngine  # noqa: PLC0415 (as above)

        engine = PostgresEngine(url, judge_dsn=judge_url)
    else:
        raise StorageMisuse(reason="unknown-database", scheme=scheme)
    try:
        await engine.open()
    except BaseException:
        await engine.close()
        raise
    return engine


def sqlite_url(path: Path) -> str:
    """Give the address of a SQLite file, whatever characters its folder's name has."""
    return f"sqlite:///{quote(str(path))}"


async def close_database(engine: TahkimEngine) -> None:
    """Wait for what runs, then close every connection. The tables are unbound if they were bound to it."""
    if _Bound.engine is engine:
        _Bound.engine = None
    await engine.close()


def bind(engine: TahkimEngine, tables: Iterable[type[Table]]) -> None:
    """Make the tables, and everything below, use this engine."""
    for table in tables:
        table._meta.db = engine  # noqa: SLF001 (Piccolo's documented place for it)
    _Bound.engine = engine


def get_engine() -> TahkimEngine:
    """Give the bound engine; TransactionMisuse when there is none."""
    if _Bound.engine is None:
        raise TransactionMisuse(reason="no-database")
    return _Bound.engine


def transaction() -> Transaction:
    """Give all or nothing to the statements of an ``async with`` block. Inside another it joins the outer one.

    It belongs to the task that began it (do not gather inside it). After a failed statement, or an exception from an
    inner block, it can only be rolled back: leaving it normally raises TransactionFailed. ``savepoint`` is the way
    to try something that may fail. On SQLite it holds the one writer lock: do nothing slow inside it.
    """
    return get_engine().transaction()


def snapshot() -> Transaction:
    """Several reads of the same instant. Writing inside it is refused; it holds no writer up."""
    return get_engine().transaction(is_read_only=True)


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Try something inside a transaction: an exception undoes what was done since, and passes on."""
    found = get_engine().find_transaction()
    if found is None:
        raise TransactionMisuse(reason="no-transaction")
    name = f"s{found.count_savepoint()}"
    await found.run(f"SAVEPOINT {name}")
    try:
        yield
    except BaseException:
        await found.roll_back_to(name)
        raise
    await found.run(f"RELEASE SAVEPOINT {name}")


def is_in_transaction() -> bool:
    """Whether this task has a transaction open; mail and uploads must wait for its end."""
    return get_engine().find_transaction() is not None


async def run_sql(sql: str, *args: object) -> list[Row]:
    """Run one statement; each ``{}`` in it takes one argument. Rows come as dictionaries."""
    engine = get_engine()
    return await engine.execute(_written_for(sql, engine.engine_type), args)


async def run_together(*statements: Statement) -> list[Row]:
    """Run a few short statements of which none needs another's answer, in one journey; give the last one's rows.

    Inside a transaction only. On SQLite they run in the calling thread, as those of ``read_quickly`` do. On PostgreSQL
    they become one statement: no two of them may change the same row, and the later ones may name what the first
    returns ``step0``, the second ``step1``, and so on.
    """
    engine = get_engine()
    return await engine.execute_together(_put_together(statements, engine.engine_type, is_whole=False))


async def run_whole(*statements: Statement) -> list[Row]:
    """Run a few short statements, as ``run_together`` does, in a transaction of their own unless this task has one.

    On PostgreSQL that spares the journeys of BEGIN and COMMIT, and what is locked is let go as soon as it is changed.
    The last statement is a SELECT: that it gives rows is the sign that something was changed.
    """
    engine = get_engine()
    is_whole = engine.find_transaction() is None
    put = _put_together(statements, engine.engine_type, is_whole=is_whole)
    return await engine.execute_together(put, is_whole=is_whole)


async def insert_rows(table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert very many rows inside a transaction: of a table by its name, each with the values of these columns."""
    found = get_engine().find_transaction()
    if found is None:
        raise TransactionMisuse(reason="no-transaction")
    await found.insert_rows(table, columns, rows)


async def read_in_parts(sql: str) -> AsyncIterator[list[Row]]:
    """Run a SELECT inside a snapshot or transaction, and give its rows some at a time: for what memory may not hold."""
    found = get_engine().find_transaction()
    if found is None:
        raise TransactionMisuse(reason="no-transaction")
    async for rows in found.read_in_parts(sql):
        yield rows


async def read_quickly(sql: str, *args: object) -> list[Row]:
    """Run a SELECT that finds a few rows by an index: the reads that every page begins with.

    On SQLite it runs in the calling thread, so nothing else does meanwhile: never ask what grows with the competition.
    Within a transaction too: whoever holds the one writer must not stand in the loop's queue for each statement.
    """
    engine = get_engine()
    return await engine.execute(_written_for(sql, engine.engine_type), args, is_quick=True)


def _put_together(statements: Sequence[Statement], engine_type: str, *, is_whole: bool) -> list[Statement]:
    if engine_type != "postgres":
        return [(_written_for(sql, engine_type), args) for sql, args in statements]
    text = _joined(tuple(sql for sql, _ in statements), is_whole)
    return [(text, [each for _, args in statements for each in args])]


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _joined(texts: tuple[str, ...], is_whole: bool) -> str:  # noqa: FBT001 (a cache's key)
    """Make one statement of several: all but the last in a WITH, which PostgreSQL carries out whole.

    ``is_whole``: it commits by itself, and the engine waits for the disk after it, as it does after every COMMIT.
    """
    before = ", ".join(f"step{number} AS ({text})" for number, text in enumerate(texts[:-1]))
    last = texts[-1]
    if is_whole:
        last = f"SELECT told.*, set_config('synchronous_commit', 'off', true) FROM ({last}) told"  # noqa: S608 (a statement of ours)
    return _written_for(f"WITH {before} {last}" if before else last, "postgres")


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _written_for(sql: str, engine_type: str) -> str:
    """Put the database's own placeholders into a statement; writing them anew costs more than running it."""
    places = (f"${number}" if engine_type == "postgres" else "?" for number in count(1))
    pieces = list(Formatter().parse(sql))
    return "".join(piece[0] + ("" if piece[1] is None else next(places)) for piece in pieces)


def on_postgres() -> bool:
    """Whether the bound database is PostgreSQL."""
    return get_engine().engine_type == "postgres"


Query = TypeVar("Query")


def for_update(query: Query) -> Query:
    """Lock the rows that a select or objects query finds, until the transaction ends.

    On SQLite there is nothing to do: a transaction is the only writer from its first moment.
    """
    if on_postgres():
        return query.lock_rows("UPDATE")  # type: ignore[attr-defined, no-any-return]  # Piccolo's queries share no base for it
    return query


def skip_locked() -> str:
    """End a subselect that claims rows: what others have claimed is passed over, not waited for."""
    return " FOR UPDATE SKIP LOCKED" if on_postgres() else ""


async def insert_many(rows: Sequence[Table]) -> None:
    """Insert rows of one table, in as many statements as their number needs. Use it inside a transaction."""
    if not rows:
        return
    table = type(rows[0])
    at_once = ARGUMENTS_AT_MOST // len(table._meta.columns)  # noqa: SLF001 (Piccolo's only way to count them)
    for chunk in chunks(rows, at_once):
        await table.insert(*chunk)


def chunks(items: Sequence[Item], at_once: int = ARGUMENTS_AT_MOST) -> Iterator[Sequence[Item]]:
    """Cut a long list so that each piece fits one statement (``is_in`` has the same limit)."""
    for start in range(0, len(items), at_once):
        yield items[start : start + at_once]


@contextmanager
def count_queries() -> Iterator[QueryCount]:
    """Count the statements sent meanwhile by anyone in this process: for tests."""
    engine = get_engine()
    counter = QueryCount()
    engine.counters.append(counter)
    try:
        yield counter
    finally:
        engine.counters.remove(counter)


__all__ = [
    "QueryCount", "Row", "Statement", "TahkimEngine", "Transaction", "bind", "chunks", "close_database",
    "count_queries", "for_update", "get_engine", "insert_many", "insert_rows", "is_in_transaction", "on_postgres",
    "open_database", "read_in_parts", "read_quickly", "run_sql", "run_together", "run_whole", "savepoint",
    "skip_locked", "snapshot", "sqlite_url", "transaction",
]  # fmt: skip
