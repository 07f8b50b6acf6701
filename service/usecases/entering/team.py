"""The team: members asked by letter, each confirming by a link of their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import SYSTEM, Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.entering.deadline import check_on_time
from service.usecases.entering.own_entry import EDITABLE, OwnEntry, find_due, lock_own_entry, save_entry
from service.usecases.entering.starting import EntryLimit, count_projects
from service.usecases.files.identities import look_in_fields
from service.usecases.people.accounts import fold_email
from service.usecases.people.adding import add_person
from service.usecases.people.tokens import LinkUsed, Purpose, get_link, make_link, spend_link
from service.usecases.written import check_line, check_script, read_line
from storage.engine import for_update, transaction
from storage.lifecycle import EntryState
from storage.reads.accounts import TokenView, find_account_by_email
from storage.reads.entrant.edition import EntryRules, find_entry_rules
from storage.reads.entrant.entry import EntryView, find_entry
from storage.tables.edition import Edition
from storage.tables.entrant import TeamMember
from storage.tables.entry import Entry
from storage.tables.person import Person

__all__ = [
    "Membership",
    "TeamFull",
    "confirm_membership",
    "find_or_add_person",
    "get_membership",
    "invite_member",
    "name_errors",
    "remove_member",
    "send_invitation_again",
]

LONGEST_NAME = 120


class TeamFull(Conflicting):
    """The team has as many members as the rules allow."""

    code = "team-full"


@dataclass(frozen=True, slots=True)
class Membership:
    """What a mailed link asks somebody to confirm."""

    entry: EntryView
    name_ar: str
    name_en: str
    email: str
    is_confirmed: bool


async def invite_member(actor: Actor, number: str, *, name_ar: str, name_en: str, email: str, now: datetime) -> UUID:
    """Add a member and send the link to confirm; return the member's id. The lead's alone."""
    names = {"name_ar": read_line(name_ar), "name_en": read_line(name_en)}
    folded, errors = _read_person(names, email)
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now, is_for_lead=True)
        members = await TeamMember.select(TeamMember.email, TeamMember.position).where(TeamMember.entry == entry.id)
        if folded in {member["email"] for member in members}:
            errors.append(FieldError("email", "err.member_twice", name=folded))
        if errors:
            raise Invalid(*errors)
        if len(members) >= entry.rules.max_members:
            raise TeamFull(n=entry.rules.max_members)
        member_id = uuid4()
        position = 1 + max(member["position"] for member in members)
        await TeamMember.insert(
            TeamMember(
                id=member_id,
                entry=entry.id,
                person=None,
                position=position,
                name_ar=names["name_ar"],
                name_en=names["name_en"],
                email=folded,
                invited_at=now,
            )
        )
        await _send(member_id, entry, folded, names, now)
        await save_entry(entry, {}, now=now)
        await look_in_fields(entry.id, now=now)
        await record(
            Event.MEMBER_CHANGED, by=actor, about=("entry", entry.id), at=now, after={"member": str(member_id)}
        )
    return member_id


async def send_invitation_again(actor: Actor, number: str, member_id: UUID, *, now: datetime) -> None:
    """Send a member who has not confirmed a fresh link."""
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now, is_for_lead=True)
        member = await _get_member(entry.id, member_id)
        if member["confirmed_at"] is not None:
            return
        await _send(member_id, entry, member["email"], member, now)
        await TeamMember.update({TeamMember.invited_at: now}).where(TeamMember.id == member_id)


async def remove_member(actor: Actor, number: str, member_id: UUID, *, now: datetime) -> None:
    """Take a member out of the team; the lead stays."""
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now, is_for_lead=True)
        member = await _get_member(entry.id, member_id)
        if member["person"] == entry.person_id:
            raise NotFound
        await TeamMember.delete().where(TeamMember.id == member_id)
        await save_entry(entry, {}, now=now)
        await look_in_fields(entry.id, now=now)
        await record(
            Event.MEMBER_CHANGED, by=actor, about=("entry", entry.id), at=now, before={"member": str(member_id)}
        )


async def get_membership(secret: str, *, now: datetime) -> Membership:
    """Show what a link asks to confirm, without spending it. Raises LinkUsed."""
    link = await get_link(secret, Purpose.MEMBER, now=now)
    member = await _find_linked(link)
    entry = await find_entry(member["entry"])
    if entry is None:
        raise LinkUsed
    return Membership(
        entry=entry,
        name_ar=member["name_ar"],
        name_en=member["name_en"],
        email=member["email"],
        is_confirmed=member["confirmed_at"] is not None,
    )


async def confirm_membership(actor: Actor, secret: str, *, language: str, now: datetime) -> str:
    """Confirm by the mailed link that one takes part; return the entry's number.

    Whoever holds the link reads the address, so an account is made for it where there is none: its owner can sign in by
    a mailed link. Raises LinkUsed, EntryLimit, DeadlinePassed.
    """
    async with transaction():
        link = await spend_link(secret, Purpose.MEMBER, now=now)
        member = await _find_linked(link)
        row = await for_update(Entry.select().where(Entry.id == member["entry"])).first()
        rules = await _lock_rules(row["edition"]) if row else None
        if row is None or rules is None:
            raise LinkUsed
        require(Action.CONFIRM_MEMBERSHIP, actor, stage=rules.state)
        await _check_open(rules, row, now)
        person_id = await find_or_add_person(member, language=language, now=now)
        if await count_projects(rules.id, person_id, member["email"]) >= rules.max_entries_per_student:
            raise EntryLimit(n=rules.max_entries_per_student)
        await TeamMember.update({TeamMember.person: person_id, TeamMember.confirmed_at: now}).where(
            (TeamMember.id == member["id"]) & TeamMember.confirmed_at.is_null()
        )
        await record(
            Event.MEMBER_CONFIRMED, by=SYSTEM, about=("entry", row["id"]), at=now, after={"member": str(member["id"])}
        )
    return str(row["entry_number"])


async def find_or_add_person(named: dict[str, Any], *, language: str, now: datetime) -> UUID:
    """Find the account of an address whose owner has just used a mailed link, or make one."""
    account = await find_account_by_email(named["email"])
    person_id = (
        account.id
        if account
        else await add_person(named["email"], named["name_ar"], named["name_en"], language=language, now=now)
    )
    await Person.update({Person.is_confirmed: True}).where(Person.id == person_id)
    return person_id


def name_errors(names: dict[str, str], *, prefix: str = "") -> list[FieldError]:
    """Find what is wrong with a person's two names."""
    errors = []
    for field, name in names.items():
        errors += check_line(
            f"{prefix}{field}", name, at_most=LONGEST_NAME, is_needed=True, word=f"account.{field}"
        ) or check_script(f"{prefix}{field}", name, script=field.removeprefix("name_"))
    return errors


def _read_person(names: dict[str, str], email: str) -> tuple[str, list[FieldError]]:
    errors = name_errors(names)
    try:
        return fold_email(email), errors
    except Invalid as error:
        return "", [*errors, *error.errors]


async def _send(member_id: UUID, entry: OwnEntry, email: str, names: dict[str, Any], now: datetime) -> None:
    secret = await make_link(Purpose.MEMBER, email, now=now, about=str(member_id))
    account = await find_account_by_email(email)
    await queue_letter(
        "member",
        name=f"member:{member_id}:{now.isoformat()}",
        email=email,
        language=account.language if account else "both",
        at=now,
        edition_id=entry.rules.id,
        path=f"/members/{secret}",
        number=entry.number,
        title_ar=entry.row["title_ar"],
        title_en=entry.row["title_en"],
        name_ar=names["name_ar"],
        name_en=names["name_en"],
        deadline_at=entry.rules.deadline_at.isoformat() if entry.rules.deadline_at else "",
    )


async def _get_member(entry_id: UUID, member_id: UUID) -> dict[str, Any]:
    row = await TeamMember.select().where((TeamMember.id == member_id) & (TeamMember.entry == entry_id)).first()
    if row is None:
        raise NotFound
    return dict(row)


async def _find_linked(link: TokenView) -> dict[str, Any]:
    """Find the member that a link was made for, as long as the address is still the same."""
    row = (
        await TeamMember.select()
        .where((TeamMember.id == UUID(link.about or "")) & (TeamMember.email == link.email))
        .first()
    )
    if row is None:
        raise LinkUsed
    return dict(row)


async def _lock_rules(edition_id: UUID) -> EntryRules | None:
    await for_update(Edition.select(Edition.id).where(Edition.id == edition_id))
    return await find_entry_rules(edition_id)


async def _check_open(rules: EntryRules, row: dict[str, Any], now: datetime) -> None:
    state = EntryState(row["state"])
    if state not in EDITABLE:
        raise LinkUsed
    due_at = await find_due(row)
    check_on_time(rules, state=state, due_at=due_at, now=now, action=Action.CONFIRM_MEMBERSHIP)
