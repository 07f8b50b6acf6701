"""Committee duties, observers and administrators: inviting somebody to one, and taking one back."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.people.accounts import LONGEST_NAME
from service.usecases.people.invitations import Invited, check_exclusive, create_invitation
from storage.engine import for_update, transaction
from storage.lifecycle import EditionState
from storage.reads.accounts import find_account, find_account_by_email
from storage.reads.public.editions import find_edition_frame
from storage.tables.edition import Edition
from storage.tables.person import RoleGrant, Token

__all__ = ["DUTIES", "LastAdministrator", "LastChair", "invite_to_duty", "take_back_duty", "take_back_invitation"]

DUTIES = (
    Role.CHAIR, Role.SECRETARY, Role.MEMBER, Role.REGISTRAR, Role.ASSIGNER, Role.OBSERVER, Role.ADMINISTRATOR,
)  # fmt: skip
"""What people are invited to here; judges are invited by the assigner, entrants come by themselves."""


class LastAdministrator(Conflicting):
    """One administrator at least stays."""

    code = "last-administrator"


class LastChair(Conflicting):
    """An edition that is not archived keeps one chair at least: nobody else opens, extends or publishes."""

    code = "last-chair"


async def invite_to_duty(
    actor: Actor, *, email: str, name_ar: str, name_en: str, role: str, edition_id: UUID | None, reason: str,
    now: datetime,
) -> Invited:  # fmt: skip
    """Invite somebody by letter to a duty of an edition, or to administration of all of them; the log keeps why.

    Raises Invalid for a form that cannot be taken, JudgeCannotRegister where a judge would become registrar.
    """
    errors = [
        FieldError(name, "err.required", word_field=f"invite.{name}")
        for name, value in (("name_ar", name_ar), ("name_en", name_en))
        if not value
    ]
    errors += [
        FieldError(name, "err.too_many_letters", word_field=f"invite.{name}", n=len(value), max=LONGEST_NAME)
        for name, value in (("name_ar", name_ar), ("name_en", name_en))
        if len(value) > LONGEST_NAME
    ]
    if role not in DUTIES:
        errors.append(FieldError("role", "err.choose", word_field="people.duty"))
    elif role != Role.ADMINISTRATOR and edition_id is None:
        errors.append(FieldError("edition", "err.choose", word_field="setup.edition"))
    if "@" not in email:
        errors.append(FieldError("email", "err.email"))
    if not reason.strip():
        errors.append(FieldError("reason", "err.reason_needed"))
    async with transaction():
        require(Action.MANAGE_PEOPLE, actor, stage=None)
        if errors:
            raise Invalid(*errors)
        duty = Role(role)
        in_edition = None if duty is Role.ADMINISTRATOR else edition_id
        if in_edition and not await Edition.exists().where(Edition.id == in_edition):
            raise NotFound
        account = await find_account_by_email(email.strip().lower())
        if account is not None:
            await check_exclusive(account.id, duty, in_edition)
            await _check_new(account.id, duty, in_edition)
        return await create_invitation(
            email, role=duty, edition_id=in_edition, by=actor, now=now, name_ar=name_ar, name_en=name_en,
            reason=reason.strip(),
        )  # fmt: skip


async def take_back_duty(actor: Actor, grant_id: UUID, *, reason: str, now: datetime) -> None:
    """Take a duty back; its holder's pages of it close at once, and a letter says so.

    Raises Invalid without a reason, LastAdministrator and LastChair for the last one who holds such a duty.
    """
    if not reason.strip():
        raise Invalid(FieldError(f"reason-{grant_id}", "err.reason_needed"))
    async with transaction():
        require(Action.MANAGE_PEOPLE, actor, stage=None)
        administrators = await for_update(
            RoleGrant.select(RoleGrant.id)
            .where((RoleGrant.role == Role.ADMINISTRATOR.value) & RoleGrant.revoked_at.is_null())
            .order_by(RoleGrant.id)
        )
        grant = await RoleGrant.select().where((RoleGrant.id == grant_id) & RoleGrant.revoked_at.is_null()).first()
        if grant is None or grant["role"] not in DUTIES:
            raise NotFound
        if grant["role"] == Role.ADMINISTRATOR and len(administrators) == 1:
            raise LastAdministrator
        if grant["role"] == Role.CHAIR:
            await _check_not_last_chair(grant["edition"])
        await RoleGrant.update({RoleGrant.revoked_at: now}).where(RoleGrant.id == grant_id)
        await record(
            Event.ROLE_REVOKED, by=actor, about=("person", grant["person"]), at=now, before=grant["role"],
            reason=reason.strip(),
        )  # fmt: skip
        account = await find_account(grant["person"])
        frame = await find_edition_frame(grant["edition"]) if grant["edition"] else None
        if account is not None:
            await queue_letter(
                "duty-taken", name=f"duty-taken:{grant_id}", email=account.email, language=account.language, at=now,
                role=grant["role"], edition_ar=frame.name_ar if frame else "",
                edition_en=frame.name_en if frame else "", reason=reason.strip(),
            )  # fmt: skip


async def take_back_invitation(actor: Actor, token_id: UUID, *, now: datetime) -> None:
    """Close an invitation that was not taken up: its link no longer opens anything."""
    async with transaction():
        require(Action.MANAGE_PEOPLE, actor, stage=None)
        closed = (
            await Token.update({Token.used_at: now})
            .where((Token.id == token_id) & (Token.purpose == "invitation") & Token.used_at.is_null())
            .returning(Token.person, Token.about)
        )
        if not closed:
            raise NotFound
        role = str(closed[0]["about"] or "").partition("|")[0]
        await record(Event.ROLE_REVOKED, by=actor, about=("person", closed[0]["person"]), at=now, before=role)


async def _check_new(person_id: UUID, duty: Role, edition_id: UUID | None) -> None:
    """Refuse to invite somebody to a duty that they hold."""
    held = (RoleGrant.person == person_id) & (RoleGrant.role == duty.value) & RoleGrant.revoked_at.is_null()
    of_edition = RoleGrant.edition == edition_id if edition_id else RoleGrant.edition.is_null()
    if await RoleGrant.exists().where(held & of_edition):
        raise Invalid(FieldError("email", "people.has_it"))


async def _check_not_last_chair(edition_id: UUID) -> None:
    edition = await for_update(Edition.select(Edition.state).where(Edition.id == edition_id)).first()
    chairs = await RoleGrant.count().where(
        (RoleGrant.edition == edition_id) & (RoleGrant.role == Role.CHAIR.value) & RoleGrant.revoked_at.is_null()
    )
    if chairs == 1 and edition is not None and edition["state"] != EditionState.ARCHIVED:
        raise LastChair
