"""The second factor: codes of an application (TOTP, RFC 6238), and printed codes for when it is lost.

A code is taken once, in its own half minute or the one beside it; tries are counted. The shared secret is kept
encrypted with a key made from the installation's, so that a copy of the database alone makes no codes.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from service.actors import COMMITTEE, Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, Refused
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.text import western_digits
from service.usecases.attempts import CODES_BY_ACCOUNT, count, forgive
from service.usecases.beginning import SignedIn
from service.usecases.sessions import end_sessions, start_session
from service.usecases.tokens import Purpose, get_link, spend_link
from storage.engine import transaction
from storage.reads.accounts import AccountView, find_account
from storage.tables.person import Person, RecoveryCode, SecondFactor

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

__all__ = [
    "NEEDING",
    "Enrolment",
    "FactorNeeded",
    "begin_factor",
    "confirm_factor",
    "count_recovery_codes",
    "pass_challenge",
    "remove_factor",
    "renew_recovery_codes",
]

NEEDING = COMMITTEE | {Role.ADMINISTRATOR}
"""Roles that need a second factor where the installation asks for it."""

HALF_MINUTE = 30
DIGITS = 6
N_RECOVERY = 10
_GROUP, _GROUPS = 5, 3
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


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


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an application is given: the shared secret in Base32, and the address that a picture of squares holds."""

    secret: str
    address: str


async def begin_factor(actor: Actor, *, issuer: str, key: bytes, now: datetime) -> Enrolment:
    """Make the shared secret, or give the one that waits to be confirmed. Nothing is asked for until it is."""
    async with transaction():
        require(Action.CHANGE_ACCOUNT, actor, stage=None)
        account = await _account(actor.person_id)
        if account.second_factor_at is not None:
            raise FactorSet
        row = await SecondFactor.select().where(SecondFactor.person == account.id).first()
        if row is None:
            secret = base64.b32encode(secrets.token_bytes(20)).decode()
            await SecondFactor.insert(
                SecondFactor(id=uuid4(), person=account.id, sealed=_seal(secret, key), last_step=0, begun_at=now)
            )
        else:
            secret = _unseal(row["sealed"], key)
    return Enrolment(secret=secret, address=_address(secret, account.email, issuer))


async def confirm_factor(actor: Actor, code: str, *, key: bytes, now: datetime) -> tuple[str, ...]:
    """Set the second factor with a first code; return the recovery codes, which are never shown again.

    Every other session ends: it began with less.
    """
    account = await _account(actor.person_id)
    await count(CODES_BY_ACCOUNT, account.email, now=now)
    async with transaction():
        require(Action.CHANGE_ACCOUNT, actor, stage=None)
        if not await _takes(account.id, code, key=key, now=now):
            raise Invalid(FieldError("code", "factor.wrong_code"))
        is_new = (
            await Person.update({Person.second_factor_at: now})
            .where((Person.id == account.id) & Person.second_factor_at.is_null())
            .returning(Person.id)
        )
        if not is_new:
            raise FactorSet
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
        await Person.update({Person.second_factor_at: None}).where(Person.id == account.id)
        await SecondFactor.delete().where(SecondFactor.person == account.id)
        await RecoveryCode.delete().where(RecoveryCode.person == account.id)
        await queue_letter("factor-off", name=f"factor-off:{account.id}:{now.isoformat()}", **_to(account, now))
        await record(Event.SECOND_FACTOR_REMOVED, by=actor, about=("person", account.id), at=now)


async def pass_challenge(token: str, code: str, *, key: bytes, device: str, now: datetime) -> SignedIn:
    """Spend a challenge with a code of the application or a recovery code: the session begins.

    A wrong code leaves the challenge as it is until it expires. Raises LinkUsed, Invalid, TooMany.
    """
    link = await get_link(token, Purpose.SECOND_FACTOR, now=now)
    account = await _with_factor(link.person_id)
    await count(CODES_BY_ACCOUNT, account.email, now=now)
    async with transaction():
        if not await _takes_any(account.id, code, key=key, now=now):
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
            & (RecoveryCode.hash == _hash(person_id, code))
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
    digits = western_digits("".join(code.split()))
    if row is None or len(digits) != DIGITS or not digits.isascii():
        return False
    secret = _unseal(row["sealed"], key)
    here = int(now.timestamp()) // HALF_MINUTE
    fits = [step for step in (here - 1, here, here + 1) if hmac.compare_digest(_code(secret, step), digits)]
    if not fits:
        return False
    taken = (
        await SecondFactor.update({SecondFactor.last_step: max(fits)})
        .where((SecondFactor.id == row["id"]) & (SecondFactor.last_step < max(fits)))
        .returning(SecondFactor.id)
    )
    return bool(taken)


def _code(secret: str, step: int) -> str:
    from pyotp import TOTP  # noqa: PLC0415 (kept out of start-up)

    return str(TOTP(secret, digits=DIGITS, interval=HALF_MINUTE).generate_otp(step))


def _address(secret: str, email: str, issuer: str) -> str:
    from pyotp import TOTP  # noqa: PLC0415 (kept out of start-up)

    return str(TOTP(secret, digits=DIGITS, interval=HALF_MINUTE).provisioning_uri(name=email, issuer_name=issuer))


async def _new_codes(person_id: UUID, now: datetime) -> tuple[str, ...]:
    await RecoveryCode.delete().where(RecoveryCode.person == person_id)
    codes = tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(N_RECOVERY)
    )
    await RecoveryCode.insert(
        *(
            RecoveryCode(id=uuid4(), person=person_id, hash=_hash(person_id, code), made_at=now, used_at=None)
            for code in codes
        )
    )
    return codes


def _hash(person_id: UUID, code: str) -> str:
    """Hash a code as it may be typed: any case, with or without dashes. 74 random bits need no slow hash."""
    bare = "".join(char for char in code.lower() if char.isalnum())
    return sha256(f"{person_id}:{bare}".encode()).hexdigest()


def _cipher(key: bytes) -> "Fernet":
    from cryptography.fernet import Fernet  # noqa: PLC0415 (kept out of start-up)

    return Fernet(base64.urlsafe_b64encode(hmac.new(key, b"second-factor", sha256).digest()))


def _seal(secret: str, key: bytes) -> str:
    return _cipher(key).encrypt(secret.encode()).decode()


def _unseal(sealed: str, key: bytes) -> str:
    """Open a kept secret; one sealed with another installation's key fits no code."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 (kept out of start-up)

    try:
        return _cipher(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return base64.b32encode(secrets.token_bytes(20)).decode()


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
