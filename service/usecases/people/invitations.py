"""Invitations: a role in an edition, offered by letter, taken up by whoever holds the link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, NotFound
from service.mail.queue import queue_letter
from service.usecases.people.accounts import fold_email
from service.usecases.people.adding import add_person, give_role
from service.usecases.people.beginning import SignedIn, begin_session
from service.usecases.people.passwords import check_password, hash_password
from service.usecases.people.tokens import Purpose, get_link, hold_links, make_link, spend_link, void_links
from storage.engine import transaction
from storage.reads.accounts import find_account, find_account_by_email
from storage.reads.public.editions import find_edition_frame
from storage.tables.panel import Judge
from storage.tables.person import Person

__all__ = ["Invitation", "Invited", "accept_invitation", "check_exclusive", "create_invitation", "get_invitation"]


class JudgeCannotRegister(Conflicting):
    """Registrar and judge are never one person in an edition."""

    code = "judge-cannot-register"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation was made. ``secret`` ends the address ``/invitations/<secret>``; only its hash is kept."""

    person_id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an unspent invitation offers."""

    email: str
    role: Role
    edition_id: UUID | None
    edition_ar: str
    edition_en: str
    has_password: bool


async def create_invitation(
    email: str,
    *,
    role: Role,
    edition_id: UUID | None,
    by: Actor,
    now: datetime,
    name_ar: str = "",
    name_en: str = "",
    language: str = "ar",
    lasts: timedelta | None = None,
    reason: str = "",
) -> Invited:
    """Invite somebody to a role, by letter. The person is added when unknown; the role is given when it is taken up.

    Joins the caller's transaction, or begins one. Who may invite whom is the caller's to require.
    """
    folded = fold_email(email)
    async with transaction():
        account = await find_account_by_email(folded)
        person_id = account.id if account else await add_person(folded, name_ar, name_en, language=language, now=now)
        about = f"{role.value}|{edition_id or ''}"
        secret = await make_link(Purpose.INVITATION, folded, now=now, person_id=person_id, about=about, lasts=lasts)
        frame = await find_edition_frame(edition_id) if edition_id else None
        await queue_letter(
            "invitation",
            name=f"invitation:{person_id}:{about}:{now.isoformat()}",
            email=folded,
            language=account.language if account else "both",
            at=now,
            edition_id=edition_id,
            path=f"/invitations/{secret}",
            role=role.value,
            edition_ar=frame.name_ar if frame else "",
            edition_en=frame.name_en if frame else "",
        )
        await record(Event.INVITATION_SENT, by=by, about=("person", person_id), at=now, after=role.value, reason=reason)
    return Invited(person_id=person_id, secret=secret)


async def get_invitation(token: str, *, now: datetime) -> Invitation:
    """Look at an invitation without spending it. Raises LinkUsed."""
    link = await get_link(token, Purpose.INVITATION, now=now)
    role, edition_id = _offer(link.about)
    frame = await find_edition_frame(edition_id) if edition_id else None
    account = await find_account(link.person_id) if link.person_id else None
    return Invitation(
        email=link.email,
        role=role,
        edition_id=edition_id,
        edition_ar=frame.name_ar if frame else "",
        edition_en=frame.name_en if frame else "",
        has_password=bool(account and account.password_hash),
    )


async def accept_invitation(token: str, *, password: str | None, device: str, now: datetime) -> SignedIn:
    """Take up an invitation: the role is given and its holder signed in to it, with a password or without one.

    A password already set is left as it is. Raises LinkUsed, and Invalid for a password that cannot be taken.
    """
    link = await get_link(token, Purpose.INVITATION, now=now)
    kept = None
    if password is not None:
        check_password(password, field="password", email=link.email)
        kept = await hash_password(password)
    async with transaction():
        await hold_links(link.email)
        link = await spend_link(token, Purpose.INVITATION, now=now)
        role, edition_id = _offer(link.about)
        account = await find_account(link.person_id) if link.person_id else None
        if account is None:
            raise NotFound
        await check_exclusive(account.id, role, edition_id)
        changes: dict[object, object] = {Person.is_confirmed: True}
        if kept is not None and account.password_hash is None:
            changes[Person.password_hash] = kept
            await void_links(account.id, account.email, now=now)
        await Person.update(changes).where(Person.id == account.id)  # type: ignore[arg-type]  # columns are its keys
        grant_id = await give_role(account.id, role, edition_id=edition_id, now=now)
        begun = await begin_session(account, device=device, now=now, grant_id=grant_id)
        taker = Actor(role=role, person_id=account.id, edition_id=edition_id)
        await record(Event.ROLE_GRANTED, by=taker, about=("person", account.id), at=now, after=role.value)
    return begun


async def check_exclusive(person_id: UUID, role: Role, edition_id: UUID | None) -> None:
    """Refuse to make a judge of an edition its registrar. Raises JudgeCannotRegister."""
    if role is not Role.REGISTRAR:
        return
    judges = (Judge.person == person_id) & (Judge.is_active == True)  # noqa: E712 (Piccolo's way)
    if await Judge.exists().where(judges & (Judge.edition == edition_id) if edition_id else judges):
        raise JudgeCannotRegister


def _offer(about: str | None) -> tuple[Role, UUID | None]:
    role, _, edition = (about or "").partition("|")
    return Role(role), UUID(edition) if edition else None
