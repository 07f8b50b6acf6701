"""Takes the database away at the 1st, 2nd, … statement or commit of an act, and sees whether anything is otherwise."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Self

from storage.engine import get_engine, run_sql
from storage.engines.sqlite import SqliteEngine
from storage.errors import StorageUnavailable
from storage.piccolo_app import TABLES

Act = Callable[[], Awaitable[object]]
STEPS_AT_MOST = 400


class Failing:
    """Lets so many statements and commits through, and takes the database away at the next one."""

    def __init__(self, step: int) -> None:
        self.left = step
        self.has_failed = False
        self.statements = self  # it stands among the engine's counters, which are told of each statement

    def append(self, _: str) -> None:
        self.left -= 1
        if self.left == 0:
            self.has_failed = True
            raise StorageUnavailable(reason="failed on purpose")

    async def begin(self, *, is_read_only: bool) -> object:
        return _Session(await type(get_engine()).begin(get_engine(), is_read_only=is_read_only), self)


class _Session:
    def __init__(self, session, failing: Failing) -> None:
        self._session, self._failing = session, failing
        self.run, self.run_quickly, self.run_together = session.run, session.run_quickly, session.run_together

    async def end(self, *, commit: bool) -> None:
        if commit:
            try:
                self._failing.append("COMMIT")
            except StorageUnavailable:
                await self._session.end(commit=False)
                raise
        await self._session.end(commit=commit)


class Watch:
    """Says whether anything is otherwise than it was. On SQLite another connection is told of every commit, so that
    rows are read only where one happened: to read all of them after each of hundreds of failures took most of the time.
    """

    def __init__(self) -> None:
        engine = get_engine()
        self._listening = sqlite3.connect(engine.path) if isinstance(engine, SqliteEngine) else None
        self._version = self._read_version()
        self._before: dict[str, list[str]] = {}

    async def __aenter__(self) -> Self:
        self._before = await picture()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.close()

    async def find_change(self) -> dict[str, list[str]]:
        """Give the rows that are new or otherwise, by table."""
        version = self._read_version()
        if self._listening is not None and version == self._version:
            return {}
        self._version = version
        now = await picture()
        return {
            name: sorted({*rows} - {*self._before[name]}) for name, rows in now.items() if rows != self._before[name]
        }

    def _read_version(self) -> int:
        return int(self._listening.execute("PRAGMA data_version").fetchone()[0]) if self._listening else 0


async def picture() -> dict[str, list[str]]:
    """Every row of every table."""
    names = [table._meta.tablename for table in TABLES]
    return {name: sorted(map(repr, await run_sql(f"SELECT * FROM {name}"))) for name in names}


async def fail_until_it_passes(act: Act, *, check: Act | None = None) -> int:
    """Give the number of places at which it was failed. After each, every row is as it was.

    ``check``: for an act of several steps that each stand by themselves, what must hold where one of them stands.
    """
    async with Watch() as watch:
        return await _fail_until_it_passes(act, check, watch)


async def _fail_until_it_passes(act: Act, check: Act | None, watch: Watch) -> int:
    engine = get_engine()
    for step in range(1, STEPS_AT_MOST):
        failing = Failing(step)
        engine.counters.append(failing)  # type: ignore[arg-type]
        engine.begin = failing.begin  # type: ignore[method-assign]
        try:
            await act()
        except StorageUnavailable:
            assert failing.has_failed
        else:
            assert not failing.has_failed, f"a failure at step {step} was swallowed"
            return step - 1
        finally:
            engine.counters.remove(failing)  # type: ignore[arg-type]
            del engine.begin
        changed = await watch.find_change()
        if changed and check is not None:
            await check()
        else:
            assert changed == {}, f"something was half done at step {step}"
    raise AssertionError("it never passed")
