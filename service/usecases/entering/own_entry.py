"""One's own entry, found by its number: whose it is, what may still change, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.errors import Conflicting, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.entering.deadline import check_on_time, find_closing, takes_changes
from storage.engine import is_in_transaction, on_postgres, read_quickly, run_sql
from storage.lifecycle import EntryState
from storage.reads.entrant.edition import EntryRules, find_entry_rules
from storage.tables.entry import EligibilityCheck, Entry

__all__ = ["EDITABLE", "EntrySettled", "OwnEntry", "find_due", "find_own_entry", "lock_own_entry", "save_entry"]


class EntrySettled(Conflicting):
    """The entry was withdrawn, admitted or excluded: its team can read it, no more."""

    code = "entry-settled"


EDITABLE = frozenset({EntryState.DRAFT, EntryState.SUBMITTED, EntryState.RETURNED})
"""What the team may still change; a submitted version stands meanwhile."""


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry of the one who asks. ``due_at`` is a date of its own: it was returned for correction, or given time."""

    id: UUID
    number: str
    rules: EntryRules
    state: EntryState
    category_id: UUID
    revision: int
    is_lead: bool
    person_id: UUID
    due_at: datetime | None
    row: dict[str, Any]

    def check_may_change(self, *, now: datetime, action: Action) -> None:
        """Refuse a change after the deadline, or to an entry that is no longer the team's to change."""
        if self.state not in EDITABLE:
            raise EntrySettled
        check_on_time(self.rules, state=self.state, due_at=self.due_at, now=now, action=action)

    def is_changeable(self, *, now: datetime) -> bool:
        """Say whether the team may change it now."""
        closing = find_closing(self.rules, state=self.state, due_at=self.due_at)
        is_open = takes_changes(self.rules, state=self.state, due_at=self.due_at)
        return self.state in EDITABLE and is_open and (closing is None or now < closing)

    def check_revision(self, revision: int) -> None:
        """Refuse a form that was made from an older state."""
        if revision != self.revision:
            raise StaleRevision(current=self.revision)


async def find_own_entry(actor: Actor, number: str, action: Action) -> OwnEntry:
    """Find one's own entry to read. Raises NotFound for another's, exactly as for an unknown number."""
    entry = await _find(actor, number)
    require(action, actor, stage=entry.rules.state, owns=True)
    return entry


async def lock_own_entry(
    actor: Actor,
    number: str,
    action: Action,
    *,
    now: datetime,
    is_for_lead: bool = False,
    is_late_allowed: bool = False,
) -> OwnEntry:
    """Find and lock one's own entry inside a transaction, and refuse unless it may change now."""
    entry = await _find(actor, number)
    require(action, actor, stage=entry.rules.state, owns=entry.is_lead or not is_for_lead)
    if not is_late_allowed:
        entry.check_may_change(now=now, action=action)
    return entry


# Asked by every act of an entrant.
_OWN = """SELECT e.*,
    EXISTS (SELECT 1 FROM entry_owner o WHERE o.entry = e.id AND o.lead = {}) AS is_lead,
    EXISTS (SELECT 1 FROM team_member m WHERE m.entry = e.id AND m.person = {} AND m.confirmed_at IS NOT NULL)
    AS is_member FROM entry e WHERE e.entry_number = {}"""


async def _find(actor: Actor, number: str) -> OwnEntry:
    if actor.person_id is None:
        raise NotFound
    locked = " FOR UPDATE OF e" if is_in_transaction() and on_postgres() else ""
    rows = await read_quickly(_OWN + locked, actor.person_id, actor.person_id, number)
    if not rows:
        raise NotFound
    row = rows[0]
    is_lead, is_member = bool(row.pop("is_lead")), bool(row.pop("is_member"))
    rules = await find_entry_rules(row["edition"]) if is_lead or is_member else None
    if rules is None:
        raise NotFound
    state = EntryState(row["state"])
    return OwnEntry(
        id=row["id"],
        number=number,
        rules=rules,
        state=state,
        category_id=row["category"],
        revision=row["revision"],
        is_lead=is_lead,
        person_id=actor.person_id,
        due_at=await find_due(row),
        row=row,
    )


async def find_due(entry: Mapping[str, Any]) -> datetime | None:
    """Find an entry's own date: until when it may be completed where it was returned, or the time it was given."""
    given: datetime | None = entry["extended_to"]
    returned = await _find_returned(entry["id"]) if entry["state"] == EntryState.RETURNED.value else None
    return max((each for each in (given, returned) if each is not None), default=None)


async def _find_returned(entry_id: UUID) -> datetime | None:
    row = (
        await EligibilityCheck.select(EligibilityCheck.due_at)
        .where(EligibilityCheck.entry == entry_id)
        .order_by(EligibilityCheck.decided_at, ascending=False)
        .first()
    )
    return row["due_at"] if row else None


async def save_entry(entry: OwnEntry, changes: dict[Any, Any], *, now: datetime) -> int:
    """Write changed columns and the next revision; return it. Raises StaleRevision when somebody was faster."""
    saved_at = await _after_last_version(entry.id, now)
    saved = (
        await Entry.update({**changes, Entry.revision: entry.revision + 1, Entry.saved_at: saved_at})
        .where((Entry.id == entry.id) & (Entry.revision == entry.revision))
        .returning(Entry.revision)
    )
    if not saved:
        raise StaleRevision(current=entry.revision + 1)
    return int(saved[0]["revision"])


async def _after_last_version(entry_id: UUID, now: datetime) -> datetime:
    """Give the time of a save: after the last submission, also where the machine's clock was set back since then.

    Whether there is anything new to submit is told by it.
    """
    last = await run_sql(
        "SELECT submitted_at FROM entry_version WHERE entry = {} ORDER BY ordinal DESC LIMIT 1", entry_id
    )
    return max(now, last[0]["submitted_at"] + timedelta(microseconds=1)) if last else now
