"""Does everything hold? The promises between rows, objects and log, asked one by one; each broken one is named."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit_check import verify
from storage.engine import get_engine, run_sql, snapshot
from storage.errors import NewerSchema, ObjectMissing, ObjectStoreAway, SchemaMismatch
from storage.judge_role import list_reached
from storage.migrations.run import check_current
from storage.objects.store import ObjectStore
from storage.reads.invariants import BROKEN, HeldObject, list_broken, list_missing_materials, list_objects_of_rows

__all__ = ["CODES", "Finding", "examine"]

NAMES_AT_MOST = 5
LATE_AFTER = timedelta(minutes=10)
"""Work that waits so long beyond its time says that no worker runs."""

CODES = (
    "schema", "judge-role", *BROKEN, "entry-without-material", "log-broken", "work-late", "store-away", "store-closed",
    "object-missing", "object-size", "object-changed",
)  # fmt: skip
"""Everything that is looked at, in its order: ``doctor.<code>`` in the catalogues says what is wrong and the remedy."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise and the things for which it does not hold: none when all is well."""

    code: str
    names: tuple[str, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether somebody has to look."""
        return bool(self.names)


async def examine(
    objects: ObjectStore,
    *,
    now: datetime,
    is_thorough: bool = False,
    origin: str | None = None,
    judge_url: str | None = None,
) -> AsyncIterator[Finding]:
    """Ask everything, in the order of ``CODES``. ``is_thorough`` reads every original back and hashes it.

    ``origin``: of the pages from which browsers send files, to be asked whether the store lets them.
    ``judge_url``: of the judges' role, to be asked what it can read.

    Nothing is written. With another release's schema the rest is not asked.
    """
    schema = await _examine_schema()
    yield schema
    if schema.is_broken:
        return
    yield Finding("judge-role", await list_reached(get_engine(), judge_url) if judge_url else ())
    for code in BROKEN:
        yield Finding(code, await list_broken(code))
    yield Finding("entry-without-material", await list_missing_materials())
    verdict = await verify()
    yield Finding("log-broken", () if verdict.broken is None else (f"{verdict.broken.sequence} {verdict.broken.how}",))
    yield Finding("work-late", await _list_late(now))
    async for finding in _examine_objects(objects, is_thorough=is_thorough, origin=origin):
        yield finding


async def _examine_schema() -> Finding:
    try:
        is_current = await check_current(get_engine())
    except (NewerSchema, SchemaMismatch) as other:
        return Finding("schema", (type(other).__name__,))
    return Finding("schema", () if is_current else ("older",))


async def _list_late(now: datetime) -> tuple[str, ...]:
    rows = await run_sql(
        "SELECT kind AS name FROM job WHERE state = 'waiting' AND due_at < {} "
        "UNION ALL SELECT template AS name FROM message WHERE state = 'waiting' AND due_at < {}",
        now - LATE_AFTER, now - LATE_AFTER,
    )  # fmt: skip
    return tuple(row["name"] for row in rows)


async def _examine_objects(objects: ObjectStore, *, is_thorough: bool, origin: str | None) -> AsyncIterator[Finding]:
    async with snapshot():
        promised = await list_objects_of_rows()
    missing: list[str] = []
    sizes: list[str] = []
    changed: list[str] = []
    try:
        is_open = origin is None or await objects.lets_in(origin)
        for held in promised:
            await _look_at(objects, held, missing, sizes, changed, is_thorough=is_thorough)
    except ObjectStoreAway as away:
        yield Finding("store-away", (str(away) or "object store",))
        return
    yield Finding("store-away")
    yield Finding("store-closed", () if is_open else (origin or "",))
    yield Finding("object-missing", tuple(missing))
    yield Finding("object-size", tuple(sizes))
    if is_thorough:
        yield Finding("object-changed", tuple(changed))


async def _look_at(
    objects: ObjectStore, held: HeldObject, missing: list[str], sizes: list[str], changed: list[str], *,
    is_thorough: bool,
) -> None:  # fmt: skip
    found = await objects.stat(held.key)
    if found is None:
        missing.append(held.key)
    elif held.size is not None and found.size != held.size:
        sizes.append(held.key)
    elif is_thorough and held.sha256 is not None:
        try:
            hashes = await objects.hash_parts(held.key)
        except ObjectMissing:
            missing.append(held.key)
        else:
            if hashes.whole != held.sha256:
                changed.append(held.key)
