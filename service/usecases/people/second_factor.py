"""The second factor: codes of an application (TOTP, RFC 6238), and printed codes for when it is lost.

A code is taken once, in its own half minute or the one beside it; tries are counted. The shared secret is kept
encrypted with a key made from the installation's, so that a copy of the database alone makes no codes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import COMMITTEE, Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, Refused
from service.logging import get_logger
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.people.attempts import CODES_BY_ACCOUNT, count, forgive
from service.usecases.people.beginning import SignedIn
from service.usecases.people.factor_codes import (
    draw_recovery_codes,
    draw_secret,
    find_step,
    hash_recovery_code,
    make_address,
    seal,
    unseal,
)
from service.usecases.people.sessions import end_sessions, start_session
from service.usecases.people.tokens import Purpose, get_link, spend_link
from service.usecases.written import read_text
from storage.engine import transaction
from storage.reads.accounts import AccountView, find_account
from storage.tables.person import Person, RecoveryCode, SecondFactor

__all__ = [
    "NEEDING",
    "Enrolment",
    "FactorNeeded",
    "confirm_factor",
    "count_recovery_codes",
    "offer_factor",
    "pass_challenge",
    "remove_factor",
    "renew_recovery_codes",
    "reset_factor",
]

NEEDING = COMMITTEE | {Role.ADMINISTRATOR}
"""Roles that need a second factor where the installation asks for it."""


class FactorNeeded(Refused):
    """This role is acted in only with a second factor, and the person has none yet."""

    code = "second-factor-needed"
    status = 403


class FactorSet(Conflicting):
    """The second factor stands already."""

    code = "second-factor-set"


class FactorMissing(Conflicting):
    """There is no second factor to do this with."""

    code = "second-factor-missing"


class OwnFactor(Conflicting):
    """An administrator's own second factor is reset by another administrator."""

    code = "own-factor"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an application is given: the shared secret in Base32, and the address that a picture of squares holds.

    ``pending`` is the secret sealed for this person: the form carries it, so that looking at the page keeps nothing.
    """

    secret: str
    address: str
    pending: str


async def offer_factor(actor: Actor, *, pending: str, issuer: str, key: bytes) -> Enrolment:
    """Draw a shared secret, or give again the one that a form came back with. Nothing is kept until it is confirmed."""
    account = await _account(actor.person_id)
    if account.second_factor_at is not None:
        raise FactorSet
    secret = _pending_secret(account.id, pending, key) or draw_secret()
    sealed = seal(f"{account.id}:{secret}", key)
    return Enrolment(secret=secret, address=make_address(secret, account.email, issuer), pending=sealed)


async def confirm_factor(actor: Actor, code: str, *, pending: str, key: bytes, now: datetime) -> tuple[str, ...]:
    """Set the second factor with a first code; return the recovery codes, which are never shown again.

    Every other session ends: it began with less.
    """
    account = await _account(actor.person_id)
    await count(CODES_BY_ACCOUNT, account.email, now=now)
    secret = _pending_secret(account.id, pending, key)
    step = find_step(secret, code, now) if secret else None
    if secret is None or step is None:
        raise Invalid(FieldError("code", "factor.wrong_code"))
    async with transaction():
        require(Action.CHANGE_ACCOUNT, actor, stage=None)
        is_new = (
            await Person.update({Person.second_factor_at: now})
            .where((Person.id == account.id) & Person.second_factor_at.is_null())
            .returning(Person.id)
        )
        if not is_new:
            raise FactorSet
        await SecondFactor.delete().where(SecondFactor.person == account.id)
        await SecondFactor.insert(
            SecondFactor(id=uuid4(), person=account.id, sealed=seal(secret, key), last_step=step, begun_at=now)
        )
        codes = await _new_codes(account.id, now)
        await end_sessions(account.id, but=actor.session_id)
        await queue_letter("factor-on", name=f"factor-on:{account.id}:{now.isoformat()}", **_to(account, now))
        await record(Event.SECOND_FACTOR_SET, by=actor, about=("person", account.id), at=now)
    return codes


async def renew_recovery_codes(actor: Actor, code: str, *, key: bytes, now: datetime) -> tuple[str, ...]:
    """Make new recovery codes; the earlier ones are worthless from now on."""
    account = await _with_factor(actor.person_id)
    await count(CODES_BY_ACCOUNT, account.email, now=now)
    async with transaction():
        require(Action.CHANGE_ACCOUNT, actor, stage=None)
        if not await _takes(account.id, code, key=key, now=now):
            raise Invalid(FieldError("code", "factor.wrong_code"))
        codes = await _new_codes(account.id, now)
        await record(Event.SECOND_FACTOR_SET, by=actor, about=("person", account.id), at=now, reason="codes")
    return codes


async def remove_factor(actor: Actor, code: str, *, is_needed: bool, key: bytes, now: datetime) -> None:
    """Give up the second factor, with a code. ``is_needed``: this installation asks committee roles for one."""
    account = await _with_factor(actor.person_id)
    await count(CODES_BY_ACCOUNT, account.email, now=now)
    async with transaction():
        require(Action.CHANGE_ACCOUNT, actor, stage=None)
        if is_needed and any(grant.role in NEEDING for grant in actor.grants):
            raise FactorNeeded
        if not await _takes_any(account.id, code, key=key, now=now):
            raise Invalid(FieldError("code", "factor.wrong_code"))
        await _take_away(account.id)
        await queue_letter("factor-off", name=f"factor-off:{account.id}:{now.isoformat()}", **_to(account, now))
        await record(Event.SECOND_FACTOR_REMOVED, by=actor, about=("person", account.id), at=now)


async def reset_factor(actor: Actor, person_id: UUID, *, reason: str, now: datetime) -> None:
    """Take away the second factor of somebody who lost application and recovery codes: an administrator's act.

    Not one's own: two people are in it. Its owner is told by letter, every session of theirs ends, and where the role
    needs a second factor a new one is set up at the next sign-in.
    """
    words = read_text(reason)
    async with transaction():
        require(Action.MANAGE_PEOPLE, actor, stage=None)
        if not words:
            raise Invalid(FieldError("reason", "err.reason_needed"))
        if person_id == actor.person_id:
            raise OwnFactor
        account = await _with_factor(person_id)
        await _take_away(account.id)
        await end_sessions(account.id)
        await queue_letter(
            "factor-reset", name=f"factor-reset:{account.id}:{now.isoformat()}", reason=words, **_to(account, now)
        )
        await record(Event.SECOND_FACTOR_REMOVED, by=actor, about=("person", account.id), at=now, reason=words)


async def _take_away(person_id: UUID) -> None:
    await Person.update({Person.second_factor_at: None}).where(Person.id == person_id)
    await SecondFactor.delete().where(SecondFactor.person == person_id)
    await RecoveryCode.delete().where(RecoveryCode.person == person_id)


async def pass_challenge(token: str, code: str, *, key: bytes, device: str, now: datetime) -> SignedIn:
    """Spend a challenge with a code of the application or a recovery code: the session begins.

    A wrong code leaves the challenge as it is until it expires. Raises LinkUsed, Invalid, TooMany.
    """
    link = await get_link(token, Purpose.SECOND_FACTOR, now=now)
    account = await _with_factor(link.person_id)
    await count(CODES_BY_ACCOUNT, account.email, now=now)
    async with transaction():
        if not await _takes_any(account.id, code, key=key, now=now):
            get_logger().warning("sign-in-refused", person=str(account.id), why="code")
            raise Invalid(FieldError("code", "factor.wrong_code"))
        link = await spend_link(token, Purpose.SECOND_FACTOR, now=now)
        grant_id = UUID(link.about) if link.about else None
        secret = await start_session(account.id, device=device, now=now, grant_id=grant_id)
    await forgive(CODES_BY_ACCOUNT, account.email)
    return SignedIn(secret=secret, person_id=account.id, email=account.email)


async def count_recovery_codes(person_id: UUID) -> int:
    """Count the recovery codes that are left."""
    left: int = await RecoveryCode.count().where((RecoveryCode.person == person_id) & RecoveryCode.used_at.is_null())
    return left


async def _takes_any(person_id: UUID, code: str, *, key: bytes, now: datetime) -> bool:
    """Take a code of the application, else a recovery code, and tell its owner of the latter by letter."""
    if await _takes(person_id, code, key=key, now=now):
        return True
    used = (
        await RecoveryCode.update({RecoveryCode.used_at: now})
        .where(
            (RecoveryCode.person == person_id)
            & (RecoveryCode.hash == hash_recovery_code(person_id, code))
            & RecoveryCode.used_at.is_null()
        )
        .returning(RecoveryCode.id)
    )
    if used:
        account = await _account(person_id)
        await queue_letter("factor-recovery", name=f"factor-recovery:{used[0]['id']}", **_to(account, now))
    return bool(used)


async def _takes(person_id: UUID, code: str, *, key: bytes, now: datetime) -> bool:
    """Take a code of the application once: the half minute of the clock, and one on either side."""
    row = await SecondFactor.select().where(SecondFactor.person == person_id).first()
    secret = unseal(row["sealed"], key) if row else None
    step = find_step(secret, code, now) if secret else None
    if row is None or step is None:
        return False
    taken = (
        await SecondFactor.update({SecondFactor.last_step: step})
        .where((SecondFactor.id == row["id"]) & (SecondFactor.last_step < step))
        .returning(SecondFactor.id)
    )
    return bool(taken)


async def _new_codes(person_id: UUID, now: datetime) -> tuple[str, ...]:
    await RecoveryCode.delete().where(RecoveryCode.person == person_id)
    codes = draw_recovery_codes()
    await RecoveryCode.insert(
        *(
            RecoveryCode(
                id=uuid4(), person=person_id, hash=hash_recovery_code(person_id, code), made_at=now, used_at=None
            )
            for code in codes
        )
    )
    return codes


def _pending_secret(person_id: UUID, pending: str, key: bytes) -> str | None:
    """Open what a form carried; None for nothing, for what is not ours, and for another person's."""
    whose, _, secret = (unseal(pending, key) or "").partition(":")
    return secret if whose == str(person_id) else None


async def _account(person_id: UUID | None) -> AccountView:
    account = await find_account(person_id) if person_id else None
    if account is None:
        raise NotFound
    return account


async def _with_factor(person_id: UUID | None) -> AccountView:
    account = await _account(person_id)
    if account.second_factor_at is None:
        raise FactorMissing
    return account


def _to(account: AccountView, now: datetime) -> dict[str, Any]:
    return {"email": account.email, "language": account.language, "at": now, "path": "/account/second-factor"}
