"""What people may ask about their own data: a copy of it, and its deletion, which the registrar carries out."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.people.erasing import erase_person
from service.usecases.written import check_line, read_text
from storage.engine import for_update, transaction
from storage.reads.accounts import AccountView, find_account, find_current_edition_id
from storage.reads.personal import PersonalData, collect_personal_data, list_holds
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.person import DeletionRequest, Person

__all__ = ["ask_deletion", "carry_out_deletion", "decline_deletion", "export_own_data", "take_back_deletion"]

LONGEST = 1000


class StillNeeded(Conflicting):
    """An edition that runs still needs this person: an entry of theirs is in it, or they judge or serve in it."""

    code = "still-needed"


class DeletionAsked(Conflicting):
    """The person asked for it already, and waits."""

    code = "deletion-asked"


class DeletionAnswered(Conflicting):
    """The request was answered or taken back in the meantime."""

    code = "deletion-answered"


async def export_own_data(actor: Actor, *, now: datetime) -> PersonalData:
    """Give a copy of what is held about oneself; that it was given is logged."""
    account = await _account(actor.person_id)
    async with transaction():
        require(Action.EXPORT_OWN_DATA, actor, stage=None)
        found = await collect_personal_data(account.id)
        await record(Event.DATA_EXPORTED, by=actor, about=("person", account.id), at=now)
    return found


async def ask_deletion(actor: Actor, *, email: str, now: datetime) -> None:
    """Ask that one's data be deleted; the typed address confirms it.

    Raises StillNeeded while an edition that runs needs the person, DeletionAsked when a request waits already.
    """
    account = await _account(actor.person_id)
    async with transaction():
        require(Action.ASK_DELETION, actor, stage=None)
        if email.strip().lower() != account.email:
            raise Invalid(FieldError("email", "data.wrong_email"))
        await _lock_person(account.id)
        if await list_holds(account.id):
            raise StillNeeded
        if await DeletionRequest.exists().where(_waits_for(account.id)):
            raise DeletionAsked
        edition_id = actor.edition_id or await find_current_edition_id()
        if edition_id is None:
            raise NotFound
        await DeletionRequest.insert(
            DeletionRequest(id=uuid4(), person=account.id, edition=edition_id, state="waiting", answer="", asked_at=now)
        )
        await queue_letter(
            "deletion-asked", name=f"deletion-asked:{account.id}:{now.isoformat()}", email=account.email,
            language=account.language, at=now, path="/account/data",
        )  # fmt: skip
        await record(Event.DELETION_ASKED, by=actor, about=("person", account.id), at=now)


async def take_back_deletion(actor: Actor, *, now: datetime) -> None:
    """Take one's own request back before it is answered."""
    account = await _account(actor.person_id)
    async with transaction():
        require(Action.ASK_DELETION, actor, stage=None)
        found = await DeletionRequest.select(DeletionRequest.id).where(_waits_for(account.id)).first()
        if found is None:
            raise DeletionAnswered
        await _answer(found["id"], "taken-back", now=now)
        await record(Event.DELETION_TAKEN_BACK, by=actor, about=("person", account.id), at=now)


async def decline_deletion(actor: Actor, request_id: UUID, *, reason: str, now: datetime) -> None:
    """Say why a person's data is not deleted now; the person gets the reason by letter."""
    words = read_text(reason)
    errors = check_line("reason", words, at_most=LONGEST, is_needed=True, word="data.reason")
    if errors:
        raise Invalid(*errors)
    async with transaction():
        account = await _lock_request(actor, request_id)
        await _answer(request_id, "declined", answer=words, now=now)
        await queue_letter(
            "deletion-declined", name=f"deletion-declined:{request_id}", email=account.email,
            language=account.language, at=now, reason=words, path="/account/data",
        )  # fmt: skip
        await record(Event.DELETION_DECLINED, by=actor, about=("person", account.id), at=now, reason=words)


async def carry_out_deletion(actor: Actor, request_id: UUID, *, now: datetime) -> None:
    """Delete what may be deleted about the person who asked. It cannot be undone.

    A last letter says that it was done and what stays. Raises StillNeeded where an edition has come to need them.
    """
    async with transaction():
        account = await _lock_request(actor, request_id)
        if await list_holds(account.id):
            raise StillNeeded
        await _answer(request_id, "done", now=now)
        await erase_person(account.id, account.email, now=now)
        await queue_letter(
            "person-erased", name=f"person-erased:{request_id}", email=account.email, language=account.language, at=now
        )
        await record(Event.PERSON_ERASED, by=actor, about=("person", account.id), at=now)


async def _lock_request(actor: Actor, request_id: UUID) -> AccountView:
    row = await for_update(DeletionRequest.select().where(DeletionRequest.id == request_id)).first()
    if row is None:
        raise NotFound
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == row["edition"]))
    require(Action.DECIDE_DELETION, actor, stage=edition["state"], owns=actor.edition_id == row["edition"])
    if row["state"] != "waiting":
        raise DeletionAnswered
    await _lock_person(row["person"])
    return await _account(row["person"])


async def _answer(request_id: UUID, state: str, *, now: datetime, answer: str = "") -> None:
    moved = (
        await DeletionRequest.update(
            {DeletionRequest.state: state, DeletionRequest.answer: answer, DeletionRequest.answered_at: now}
        )
        .where((DeletionRequest.id == request_id) & (DeletionRequest.state == "waiting"))
        .returning(DeletionRequest.id)
    )
    if not moved:
        raise DeletionAnswered


def _waits_for(person_id: UUID) -> Any:
    return (DeletionRequest.person == person_id) & (DeletionRequest.state == "waiting")


async def _lock_person(person_id: UUID) -> None:
    await for_update(Person.select(Person.id).where(Person.id == person_id))


async def _account(person_id: UUID | None) -> AccountView:
    account = await find_account(person_id) if person_id else None
    if account is None:
        raise NotFound
    return account
