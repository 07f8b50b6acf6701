"""Who is behind a code name, before publication: two people, a reason, and the log before the names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.deciding.joint import Matter, answer_request, ask_together, is_agreed
from storage.engine import for_update, run_sql, transaction
from storage.reads.committee.recusals import is_barred
from storage.tables.committee import MemberConflict
from storage.tables.edition import Edition
from storage.tables.entry import Entry

__all__ = ["KINDS", "Identity", "answer_unmasking", "ask_unmasking", "read_identity", "step_aside"]

KINDS = ("family", "teaching", "work", "interest", "known", "other")
"""The kinds of tie that a member may have to an entry."""


class NotUnmasked(Conflicting):
    """Two people have not agreed to this yet."""

    code = "not-unmasked"


@dataclass(frozen=True, slots=True)
class Identity:
    """The people behind an entry."""

    institution_ar: str
    institution_en: str
    supervisor_ar: str
    supervisor_en: str
    members: tuple[tuple[str, str], ...]


async def ask_unmasking(actor: Actor, entry_id: UUID, *, reason: str, now: datetime) -> UUID:
    """Ask for the identity behind a code name; a second member answers."""
    async with transaction():
        edition_id = await _check(Action.UNMASK, actor, entry_id)
        return await ask_together(actor, edition_id, Matter.UNMASK, entry_id, reason=reason, now=now)


async def answer_unmasking(actor: Actor, request_id: UUID, *, agrees: bool, now: datetime) -> None:
    """Agree to an unmasking or decline it, as another member than who asked."""
    async with transaction():
        asked = await answer_request(actor, request_id, Matter.UNMASK, agrees=agrees, now=now)
        await _check(Action.UNMASK, actor, asked.subject)


async def read_identity(actor: Actor, entry_id: UUID, *, now: datetime) -> Identity:
    """Read who is behind a code name that two people unmasked. The log says so before the names leave the database.

    Raises NotUnmasked. Killed between the two, the log has the row and nobody saw a name.
    """
    async with transaction():
        await _check(Action.UNMASK, actor, entry_id)
        if not await is_agreed(Matter.UNMASK, entry_id):
            raise NotUnmasked
        await record(Event.IDENTITY_READ, by=actor, about=("entry", entry_id), at=now)
    rows = await run_sql(_IDENTITY, entry_id)
    if not rows:
        raise NotFound
    first = rows[0]
    return Identity(
        institution_ar=first["institution_ar"] or "",
        institution_en=first["institution_en"] or "",
        supervisor_ar=first["supervisor_ar"] or "",
        supervisor_en=first["supervisor_en"] or "",
        members=tuple((row["member_ar"], row["member_en"]) for row in rows if row["member_ar"] is not None),
    )


async def step_aside(actor: Actor, entry_id: UUID, *, kind: str, note: str, now: datetime) -> None:
    """Declare a tie to an entry: its category's scores, ranks and totals are closed to this member from now on.

    Declaring it twice changes nothing. It is not taken back: another member decides in their place.
    """
    if kind not in KINDS:
        raise Invalid(FieldError("kind", "err.kind_needed"))
    async with transaction():
        await _check(Action.STEP_ASIDE, actor, entry_id)
        if actor.person_id is None:
            raise NotFound
        added = await MemberConflict.insert(
            MemberConflict(person=actor.person_id, entry=entry_id, kind=kind, note=note.strip(), made_at=now)
        ).on_conflict(target=(MemberConflict.person, MemberConflict.entry), action="DO NOTHING")
        if added:
            await record(Event.MEMBER_STEPPED_ASIDE, by=actor, about=("entry", entry_id), at=now, after=kind)


async def _check(action: Action, actor: Actor, entry_id: UUID) -> UUID:
    """Lock the entry, require the right on it as it is now, and return its edition. A tie of one's own closes it."""
    entry = await for_update(Entry.select(Entry.id, Entry.edition).where(Entry.id == entry_id)).first()
    if entry is None:
        raise NotFound
    edition = await Edition.select(Edition.state).where(Edition.id == entry["edition"]).first()
    owns = actor.edition_id in {None, entry["edition"]}
    if action is Action.UNMASK:
        owns = owns and not await is_barred(actor.person_id, entry_id)
    require(action, actor, stage=edition["state"] if edition else None, owns=owns)
    found: UUID = entry["edition"]
    return found


_IDENTITY = """SELECT institution.name_ar AS institution_ar, institution.name_en AS institution_en,
    supervision.name_ar AS supervisor_ar, supervision.name_en AS supervisor_en,
    team_member.name_ar AS member_ar, team_member.name_en AS member_en
    FROM entry_owner LEFT JOIN institution ON institution.id = entry_owner.institution
    LEFT JOIN supervision ON supervision.entry = entry_owner.entry
    LEFT JOIN team_member ON team_member.entry = entry_owner.entry
    WHERE entry_owner.entry = {} ORDER BY team_member.position"""
