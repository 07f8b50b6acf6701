"""Bring a database to this release's schema: each numbered step once, in order, in a transaction of its own.

A step is a module ``m0001_tables.py`` in this package with ``ID`` (its own name), ``DESCRIPTION``, and either
``STATEMENTS`` or ``async def forwards(run)``. Steps only go forward. Killed in the middle, the next start goes on
with the step that was not committed; two processes that start together take turns.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from storage import migrations
from storage.errors import NewerSchema, SchemaMismatch, StorageBusy, StorageMisuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from storage.engines.transactions import TahkimEngine

_PATIENCE = 60  # times the 10 seconds that a wait for another process takes
_LOCK = 7_420_190_511  # any number, as long as every release takes the same one
_VERSION_TABLE = """CREATE TABLE IF NOT EXISTS schema_version (
    number bigint PRIMARY KEY,
    id text NOT NULL UNIQUE,
    applied_at timestamptz NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class PerEngine:
    """Statements that truly differ between the two databases: triggers, for one."""

    sqlite: tuple[str, ...] = ()
    postgres: tuple[str, ...] = ()


class RunStatement(Protocol):
    """What ``forwards`` is given: runs one statement; on PostgreSQL ``$1``, on SQLite ``?`` stand for values."""

    async def __call__(self, sql: str, *args: object) -> list[dict[str, object]]:
        """Run it inside the step's transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the schema."""

    number: int
    id: str
    description: str
    statements: tuple[str | PerEngine, ...] = ()
    forwards: Callable[[RunStatement], Awaitable[None]] | None = None


def find_steps() -> tuple[Step, ...]:
    """Read the steps of this release, in order; their numbers may leave gaps.

    Raises StorageMisuse for two steps of one number or a misnamed one.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(migrations.__path__) if module.name.startswith("m0"))
    steps = tuple(_read_step(name) for name in names)
    if len({step.number for step in steps}) != len(steps):
        raise StorageMisuse(reason="step-numbers", found=names)
    return steps


def _read_step(name: str) -> Step:
    module = importlib.import_module(f"{migrations.__name__}.{name}")
    if name != module.ID:
        raise StorageMisuse(reason="step-id", found=module.ID, name=name)
    return Step(
        number=int(name[1:5]),
        id=name,
        description=module.DESCRIPTION,
        statements=getattr(module, "STATEMENTS", ()),
        forwards=getattr(module, "forwards", None),
    )


async def migrate(engine: TahkimEngine, steps: Sequence[Step] | None = None) -> tuple[str, ...]:
    """Apply what is missing, and give the ids of the steps applied.

    Raises NewerSchema when a later release wrote the database, SchemaMismatch when its steps are not ours.
    """
    known = find_steps() if steps is None else tuple(steps)
    done = await read_applied(engine)
    _check_known(known, done)
    missing = [step for step in known if step.number not in done]
    return tuple([step.id for step in missing if await _apply_once(engine, known, step)])


async def _apply_once(engine: TahkimEngine, known: Sequence[Step], step: Step) -> bool:
    for _ in range(_PATIENCE):
        try:
            async with engine.transaction():
                await take_turn(engine)
                await engine.execute(_VERSION_TABLE)
                done = await _read_done(engine)
                _check_known(known, done)
                if step.number in done:
                    return False
                await _apply(engine, step)
                return True
        except StorageBusy:  # another process is in the middle of a long step
            continue
    raise StorageBusy(step=step.id)


async def read_applied(engine: TahkimEngine) -> dict[int, str]:
    """Give the steps that the database has had, by number; none in an empty database."""
    if engine.engine_type == "postgres":
        found = await engine.execute("SELECT to_regclass('schema_version') IS NOT NULL AS there")
        is_there = bool(found[0]["there"])
    else:
        is_there = bool(await engine.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'"))
    return await _read_done(engine) if is_there else {}


async def check_current(engine: TahkimEngine, steps: Sequence[Step] | None = None) -> bool:
    """Say whether the database has exactly this release's steps. Raises as ``migrate`` does."""
    known = find_steps() if steps is None else tuple(steps)
    done = await read_applied(engine)
    _check_known(known, done)
    return len(done) == len(known)


async def take_turn(engine: TahkimEngine) -> None:
    """One process at a time changes the schema, until its transaction ends. On SQLite the transaction is the turn."""
    if engine.engine_type == "postgres":
        await engine.execute("SET LOCAL statement_timeout = 0")  # a step on a large table may take its time
        await engine.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")


async def _read_done(engine: TahkimEngine) -> dict[int, str]:
    rows = await engine.execute("SELECT number, id FROM schema_version ORDER BY number")
    return {row["number"]: row["id"] for row in rows}


def _check_known(known: Sequence[Step], done: dict[int, str]) -> None:
    ours = {step.number: step.id for step in known}
    last = max(ours, default=0)
    for number, found in done.items():
        if number > last:
            raise NewerSchema(found=found, known=ours.get(last, ""))
        if ours.get(number) != found:
            raise SchemaMismatch(found=found, known=ours.get(number, ""))


async def _apply(engine: TahkimEngine, step: Step) -> None:
    for item in step.statements:
        for statement in _choose(engine, item):
            await engine.execute(statement)
    if step.forwards is not None:

        async def run(sql: str, *args: object) -> list[dict[str, object]]:
            return await engine.execute(sql, args)

        await step.forwards(run)
    marks = ("$1", "$2", "$3") if engine.engine_type == "postgres" else ("?", "?", "?")
    await engine.execute(
        f"INSERT INTO schema_version (number, id, applied_at) VALUES ({', '.join(marks)})",  # noqa: S608 (only placeholders)
        (step.number, step.id, datetime.now(UTC)),
    )


def _choose(engine: TahkimEngine, item: str | PerEngine) -> tuple[str, ...]:
    if isinstance(item, str):
        return (item,)
    return item.postgres if engine.engine_type == "postgres" else item.sqlite
