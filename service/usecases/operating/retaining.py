"""Erases what an administrator let go: each thing in a transaction of its own, so that a kill loses nothing but time.

The set is compared once more before the first of them goes. From then on the run's own list is worked off: what is
gone is passed over, and so is whoever has come to be needed again.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from service.audit import SYSTEM, Event, record
from service.usecases.files.sweeping import clear_keys
from service.usecases.operating.retention import look_ahead
from service.usecases.people.erasing import GONE, erase_entry, erase_person, erase_team
from storage.columns import from_json
from storage.engine import Row, for_update, run_sql, transaction
from storage.objects.store import ObjectStore
from storage.reads.administration.accounts_due import ERASED
from storage.reads.administration.retention import (
    ATTEMPTS,
    LETTERS_FAILED,
    LETTERS_SENT,
    LINKS,
    LOG_VALUES,
    SESSIONS,
    Kind,
    Source,
)
from storage.reads.personal import list_holds
from storage.tables.entry import Entry
from storage.tables.file import File, IdentityFinding
from storage.tables.person import Person
from storage.tables.retention import RetentionRun

__all__ = ["carry_out_retention"]

REASON = "retention"
"""Why, in the log."""
_BULK: dict[Kind, tuple[str, ...]] = {
    Kind.SIGN_IN: (f"DELETE {SESSIONS}", f"DELETE {LINKS}", f"DELETE {ATTEMPTS}"),
    # A sent letter's row stays: its name keeps it from being sent again.
    Kind.LETTERS: (
        f"UPDATE message SET email = '', facts = '{{{{}}}}', error = NULL WHERE id IN (SELECT id {LETTERS_SENT})",  # noqa: S608 (our own words)
        f"DELETE {LETTERS_FAILED}",
    ),
    Kind.LOG: (f"DELETE {LOG_VALUES}",),
}


async def carry_out_retention(run_id: UUID, objects: ObjectStore, *, now: datetime) -> None:
    """Erase what a run names. May be called again after a kill: what is gone is passed over, the rest goes on."""
    run = await _begin(run_id, now=now)
    if run is None:
        return
    n_left = 0
    for kind, items in from_json(run["items"]).items():
        for source, _, item in (each.partition(":") for each in items):
            n_left += not await _ACTS[Kind(kind), source](UUID(item), objects, now)
    days = from_json(run["rules"])
    for kind, statements in _BULK.items():
        for statement in statements:
            await run_sql(statement, run["as_of"] - timedelta(days=days[kind.value]))
    await _end(run_id, "done", Event.RETENTION_DONE, n_left=n_left, now=now)


async def _begin(run_id: UUID, *, now: datetime) -> Row | None:
    """Take a run up, or go on with one that a kill cut; None where nothing is to be done (any more)."""
    async with transaction():
        run: Row | None = await for_update(RetentionRun.select().where(RetentionRun.id == run_id)).first()
        if run is None or run["ended_at"] is not None:
            return None
        if run["state"] == "running":
            return run
        if (await look_ahead(run["as_of"])).fingerprint != run["fingerprint"]:
            await _end(run_id, "refused", Event.RETENTION_REFUSED, n_left=0, now=now)
            return None
        await RetentionRun.update({RetentionRun.state: "running"}).where(RetentionRun.id == run_id)
        return run


async def _end(run_id: UUID, state: str, event: Event, *, n_left: int, now: datetime) -> None:
    async with transaction():
        ended = (
            await RetentionRun.update(
                {RetentionRun.state: state, RetentionRun.n_left: n_left, RetentionRun.ended_at: now}
            )
            .where((RetentionRun.id == run_id) & RetentionRun.ended_at.is_null())
            .returning(RetentionRun.id)
        )
        if ended:
            await record(event, by=SYSTEM, about=("retention", run_id), at=now, after={"left": n_left})


async def _erase_draft(entry_id: UUID, _: ObjectStore, now: datetime) -> bool:
    async with transaction():
        row = await for_update(Entry.select(Entry.title_ar).where(Entry.id == entry_id)).first()
        if row is not None and row["title_ar"] != GONE:
            await erase_entry(entry_id, now=now)
            await record(Event.ENTRY_ERASED, by=SYSTEM, about=("entry", entry_id), at=now, reason=REASON)
    return True


async def _erase_file(file_id: UUID, objects: ObjectStore, now: datetime) -> bool:
    """Rows first: what a kill leaves in the store then is named by no row, and the sweep returns it."""
    async with transaction():
        row = await for_update(File.select(File.object_key).where(File.id == file_id)).first()
        keys = await clear_keys(file_id) if row is not None and row["object_key"] else ()
        if keys:
            await IdentityFinding.delete().where(IdentityFinding.file == file_id)
            await record(Event.FILE_REMOVED, by=SYSTEM, about=("file", file_id), at=now, reason=REASON)
    for key in keys:
        await objects.delete(key)
    return True


async def _erase_team(entry_id: UUID, objects: ObjectStore, now: datetime) -> bool:
    async with transaction():
        await for_update(Entry.select(Entry.id).where(Entry.id == entry_id))
        keys = await erase_team(entry_id)
        await record(Event.ENTRY_ERASED, by=SYSTEM, about=("entry", entry_id), at=now, reason=REASON)
    for key in keys:
        await objects.delete(key)
    return True


async def _erase_account(person_id: UUID, _: ObjectStore, now: datetime) -> bool:
    """Erase an account unless an edition has come to need its person since; say whether it is gone."""
    async with transaction():
        row = await for_update(Person.select(Person.email).where(Person.id == person_id)).first()
        if row is None or row["email"].endswith(ERASED):
            return True
        if await list_holds(person_id):
            return False
        await erase_person(person_id, row["email"], now=now)
        await record(Event.PERSON_ERASED, by=SYSTEM, about=("person", person_id), at=now, reason=REASON)
    return True


_ACTS: dict[tuple[Kind, str], Callable[[UUID, ObjectStore, datetime], Awaitable[bool]]] = {
    (Kind.DRAFTS, Source.ENTRY): _erase_draft,
    (Kind.FILES, Source.FILE): _erase_file,
    (Kind.ENTRANTS, Source.ENTRY): _erase_team,
    (Kind.ENTRANTS, Source.PERSON): _erase_account,
    (Kind.JUDGES, Source.PERSON): _erase_account,
}
"""What erases an item, by its kind and what its id is the id of; each may be asked again for what is gone."""
