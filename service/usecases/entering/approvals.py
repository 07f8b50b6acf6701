"""The academic supervisor: named by the team, asked by letter, approves the entry or returns it with a note."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.entering.deadline import check_on_time
from service.usecases.entering.own_entry import OwnEntry, find_due, lock_own_entry, save_entry
from service.usecases.entering.team import find_or_add_person, name_errors
from service.usecases.files.identities import look_in_fields
from service.usecases.people.accounts import fold_email
from service.usecases.people.adding import give_role
from service.usecases.people.tokens import LinkUsed, Purpose, get_link, make_link, spend_link
from service.usecases.written import check_line, read_line, read_text
from storage.engine import for_update, transaction
from storage.lifecycle import EntryState
from storage.reads.accounts import find_account, find_account_by_email
from storage.reads.entrant.edition import find_entry_rules, list_institutions
from storage.reads.entrant.entry import EntryView, find_entry
from storage.tables.entrant import EntryOwner, Supervision
from storage.tables.entry import Entry

__all__ = ["Affiliation", "answer_supervision", "ask_again", "open_supervision", "save_supervision"]

LONGEST_NOTE = 1000
LONGEST_DEPARTMENT = 120
LONGEST_YEAR = 20


@dataclass(frozen=True, slots=True)
class Affiliation:
    """The supervisor named for an entry, and where the work was made."""

    name_ar: str
    name_en: str
    email: str
    institution_id: UUID | None
    department: str
    academic_year: str


async def save_supervision(actor: Actor, number: str, wanted: Affiliation, *, revision: int, now: datetime) -> int:
    """Save supervisor and institution; a supervisor who is new is asked by letter. Return the new revision."""
    names = {"supervisor_ar": read_line(wanted.name_ar), "supervisor_en": read_line(wanted.name_en)}
    department, year = read_line(wanted.department), read_line(wanted.academic_year)
    called = {"name_ar": names["supervisor_ar"], "name_en": names["supervisor_en"]}
    errors = name_errors(called, prefix="supervisor_")
    errors += check_line("department", department, at_most=LONGEST_DEPARTMENT, is_needed=True, word="entry.department")
    errors += check_line("academic_year", year, at_most=LONGEST_YEAR, is_needed=True, word="entry.academic_year")
    if wanted.institution_id not in {each.id for each in await list_institutions()}:
        errors.append(FieldError("institution", "err.choose", word_field="entry.institution"))
    try:
        email = fold_email(wanted.email)
    except Invalid as error:
        errors += error.errors
        email = ""
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now, is_for_lead=True)
        entry.check_revision(revision)
        if email and email == (actor.email or "").lower():
            errors.append(FieldError("email", "err.own_supervisor"))
        if errors:
            raise Invalid(*errors)
        await EntryOwner.update(
            {
                EntryOwner.institution: wanted.institution_id,
                EntryOwner.department: department,
                EntryOwner.academic_year: year,
            }
        ).where(EntryOwner.entry == entry.id)
        is_asked = await _name_supervisor(entry, names, email, now)
        saved = await save_entry(entry, {}, now=now)
        await look_in_fields(entry.id, now=now)
        event = Event.SUPERVISOR_ASKED if is_asked else Event.ENTRY_CHANGED
        await record(event, by=actor, about=("entry", entry.id), at=now, after={"revision": saved})
    return saved


async def ask_again(actor: Actor, number: str, *, now: datetime) -> None:
    """Ask the supervisor once more: the last letter was lost, or the entry was returned and is mended."""
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now, is_for_lead=True)
        row = await Supervision.select().where(Supervision.entry == entry.id).first()
        if row is None:
            raise NotFound
        if row["approved_at"] is not None:
            return
        await Supervision.update({Supervision.asked_at: now, Supervision.returned_at: None}).where(
            Supervision.id == row["id"]
        )
        await _send(
            row["id"], entry, row["email"], {"supervisor_ar": row["name_ar"], "supervisor_en": row["name_en"]}, now
        )
        await record(Event.SUPERVISOR_ASKED, by=actor, about=("entry", entry.id), at=now)


async def open_supervision(actor: Actor, number: str, *, secret: str | None, now: datetime) -> EntryView:
    """Open an entry to its supervisor: by the mailed link, or signed in as the one who was named."""
    row = await _find_asked(actor, number, secret=secret, now=now)
    entry = await find_entry(row["entry"])
    if entry is None:
        raise NotFound
    return entry


async def answer_supervision(
    actor: Actor,
    number: str,
    *,
    secret: str | None,
    is_approved: bool,
    note: str = "",
    language: str = "ar",
    now: datetime,
) -> None:
    """Approve an entry, or return it with a note. Who spends the link may sign in as a supervisor from then on."""
    words = read_text(note)
    errors = check_line("note", words, at_most=LONGEST_NOTE, is_needed=not is_approved, word="approve.note")
    if errors:
        raise Invalid(*errors)
    async with transaction():
        row = await _find_asked(actor, number, secret=secret, now=now)
        entry = await for_update(Entry.select().where(Entry.id == row["entry"])).first()
        rules = await find_entry_rules(entry["edition"]) if entry else None
        if entry is None or rules is None:
            raise NotFound
        require(Action.APPROVE_ENTRY, actor, stage=rules.state)
        state = EntryState(entry["state"])
        due_at = await find_due(entry)
        check_on_time(rules, state=state, due_at=due_at, now=now, action=Action.APPROVE_ENTRY)
        person_id = actor.person_id
        if secret:
            await spend_link(secret, Purpose.SUPERVISOR, now=now)
            person_id = await find_or_add_person(row, language=language, now=now)
            await give_role(person_id, Role.SUPERVISOR, edition_id=rules.id, now=now)
        await Supervision.update(
            {
                Supervision.person: person_id,
                Supervision.approved_at: now if is_approved else None,
                Supervision.returned_at: None if is_approved else now,
                Supervision.note: words,
            }
        ).where(Supervision.id == row["id"])
        await _tell_lead(entry, row["id"], is_approved=is_approved, note=words, now=now)
        await record(
            Event.SUPERVISOR_ANSWERED,
            by=actor,
            about=("entry", entry["id"]),
            at=now,
            after={"is_approved": is_approved, "note": words},
        )


async def _name_supervisor(entry: OwnEntry, names: dict[str, str], email: str, now: datetime) -> bool:
    """Keep the supervisor's name; ask by letter where the address is new. Say whether a letter went."""
    known = await Supervision.select().where(Supervision.entry == entry.id).first()
    called = {"name_ar": names["supervisor_ar"], "name_en": names["supervisor_en"]}
    if known is not None and known["email"] == email:
        await Supervision.update(
            {Supervision.name_ar: called["name_ar"], Supervision.name_en: called["name_en"]}
        ).where(Supervision.id == known["id"])
        return False
    await Supervision.delete().where(Supervision.entry == entry.id)
    supervision_id = uuid4()
    await Supervision.insert(
        Supervision(
            id=supervision_id,
            entry=entry.id,
            person=None,
            name_ar=called["name_ar"],
            name_en=called["name_en"],
            email=email,
            asked_at=now,
            note="",
        )
    )
    await _send(supervision_id, entry, email, names, now)
    return True


async def _send(supervision_id: UUID, entry: OwnEntry, email: str, names: dict[str, str], now: datetime) -> None:
    secret = await make_link(Purpose.SUPERVISOR, email, now=now, about=str(supervision_id))
    account = await find_account_by_email(email)
    await queue_letter(
        "supervisor",
        name=f"supervisor:{supervision_id}:{now.isoformat()}",
        email=email,
        language=account.language if account else "both",
        at=now,
        edition_id=entry.rules.id,
        path=f"/approvals/{entry.number}?key={secret}",
        number=entry.number,
        title_ar=entry.row["title_ar"],
        title_en=entry.row["title_en"],
        name_ar=names["supervisor_ar"],
        name_en=names["supervisor_en"],
        deadline_at=entry.rules.deadline_at.isoformat() if entry.rules.deadline_at else "",
    )


async def _find_asked(actor: Actor, number: str, *, secret: str | None, now: datetime) -> dict[str, Any]:
    """Find the supervision that this reader was asked for. Raises LinkUsed or NotFound."""
    query = Supervision.select().where(Supervision.entry.entry_number == number)
    if secret:
        link = await get_link(secret, Purpose.SUPERVISOR, now=now)
        row = await query.where((Supervision.id == UUID(link.about or "")) & (Supervision.email == link.email)).first()
        if row is None:
            raise LinkUsed
        return dict(row)
    if actor.person_id is None or actor.role is not Role.SUPERVISOR:
        raise NotFound
    row = await query.where(Supervision.person == actor.person_id).first()
    if row is None:
        raise NotFound
    return dict(row)


async def _tell_lead(
    entry: dict[str, Any], supervision_id: UUID, *, is_approved: bool, note: str, now: datetime
) -> None:
    owner = await EntryOwner.select(EntryOwner.lead).where(EntryOwner.entry == entry["id"]).first()
    lead = await find_account(owner["lead"]) if owner else None
    if lead is None:
        return
    await queue_letter(
        "supervisor-approved" if is_approved else "supervisor-returned",
        name=f"supervisor-answer:{supervision_id}:{now.isoformat()}",
        email=lead.email,
        language=lead.language,
        at=now,
        path=f"/entries/{entry['entry_number']}",
        number=entry["entry_number"],
        title_ar=entry["title_ar"],
        title_en=entry["title_en"],
        note=note,
    )
