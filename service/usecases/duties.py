"""Committee duties, observers and administrators: inviting somebody to one, and taking one back."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.accounts import LONGEST_NAME
from service.usecases.invitations import Invited, check_exclusive, create_invitation
from storage.engine import for_update, transaction
from storage.reads.accounts import find_account_by_email
from storage.tables.edition import Edition
from storage.tables.person import RoleGrant, Token

__all__ = ["DUTIES", "LastAdministrator", "invite_to_duty", "take_back_duty", "take_back_invitation"]

DUTIES = (
    Role.CHAIR, Role.SECRETARY, Role.MEMBER, Role.REGISTRAR, Role.ASSIGNER, Role.OBSERVER, Role.ADMINISTRATOR,
)  # fmt: skip
"""What people are invited to here; judges are invited by the assigner, entrants come by themselves."""


class LastAdministrator(Conflicting):
    """One administrator at least stays."""

    code = "last-administrator"


async def invite_to_duty(
    actor: Actor, *, email: str, name_ar: str, name_en: str, role: str, edition_id: UUID | None, now: datetime
) -> Invited:
    """Invite somebody by letter to a duty of an edition, or to administration of all of them.

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
        return await create_invitation(
            email, role=duty, edition_id=in_edition, by=actor, now=now, name_ar=name_ar, name_en=name_en
        )


async def take_back_duty(actor: Actor, grant_id: UUID, *, reason: str, now: datetime) -> None:
    """Take a duty back; its holder's pages of it close at once. Raises LastAdministrator for the last one."""
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
        await RoleGrant.update({RoleGrant.revoked_at: now}).where(RoleGrant.id == grant_id)
        await record(
            Event.ROLE_REVOKED, by=actor, about=("person", grant["person"]), at=now, before=grant["role"],
            reason=reason.strip(),
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
