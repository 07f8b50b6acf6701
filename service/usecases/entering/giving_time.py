"""More time for one entry than the others have: a date, a reason, and a letter to its team."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.entering.deadline import find_closing
from service.usecases.entering.own_entry import EDITABLE, find_due
from storage.engine import for_update, run_sql, transaction
from storage.lifecycle import EntryState
from storage.reads.entrant.edition import find_entry_rules
from storage.reads.registrar import find_team_people
from storage.tables.edition import Edition
from storage.tables.entry import Entry

__all__ = ["EntryPastTime", "give_entry_time"]


class EntryPastTime(Conflicting):
    """The entry was withdrawn, admitted or excluded: more time would change nothing."""

    code = "entry-past-time"


async def give_entry_time(
    actor: Actor, edition_id: UUID, number: str, *, to: datetime | None, reason: str, now: datetime
) -> int:
    """Let one team change and submit its entry until ``to``; return how many people are written to.

    The chair knows it by its entry number, as the team does, so that nobody links a number to a code name here. The
    grace for files on their way follows the entry's own date. Raises Invalid, EntryPastTime.
    """
    errors = [] if number.strip() else [FieldError("number", "err.required", word_field="time.number")]
    errors += [] if reason.strip() else [FieldError("entry_reason", "err.reason_needed")]
    if to is None or to <= now:
        errors.append(FieldError("entry_to", "err.time_past"))
    if errors or to is None:
        raise Invalid(*errors)
    async with transaction():
        edition = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
        rules = await find_entry_rules(edition_id)
        if edition is None or rules is None:
            raise NotFound
        require(Action.GIVE_ENTRY_TIME, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        entry = await _lock_entry(edition_id, number)
        if entry is None:
            raise Invalid(FieldError("number", "time.no_such_entry"))
        state = EntryState(entry["state"])
        if state not in EDITABLE:
            raise EntryPastTime
        before = find_closing(rules, state=state, due_at=await find_due(entry))
        if before is not None and to <= before:
            raise Invalid(FieldError("entry_to", "err.earlier_deadline"))
        if rules.judging_at is not None and to >= rules.judging_at:
            raise Invalid(FieldError("entry_to", "time.past_judging", date=rules.judging_at))
        await Entry.update({Entry.extended_to: to}).where(Entry.id == entry["id"])
        people = await find_team_people(entry["id"])
        for person in people:
            await queue_letter(
                "entry-time", name=f"entry-time:{entry['id']}:{to.isoformat()}:{person.email}", email=person.email,
                language=person.language, at=now, edition_id=edition_id, number=entry["entry_number"],
                until=to.isoformat(), reason=reason.strip(), path=f"/entries/{entry['entry_number']}",
            )  # fmt: skip
        await record(
            Event.DEADLINE_EXTENDED, by=actor, about=("entry", entry["id"]), at=now,
            before=before.isoformat() if before else None, after=to.isoformat(), reason=reason.strip(),
        )  # fmt: skip
        return len(people)


async def _lock_entry(edition_id: UUID, number: str) -> dict[str, Any] | None:
    """Lock the entry of this number, in whichever letters it was typed; None where the edition has none."""
    found = await run_sql(
        "SELECT id FROM entry WHERE lower(entry_number) = {} AND edition = {}", number.strip().lower(), edition_id
    )
    if not found:
        return None
    entry: dict[str, Any] | None = await for_update(Entry.select().where(Entry.id == found[0]["id"])).first()
    return entry
