"""Single-use links: bound to an address and a purpose, kept as a hash, spent by one press of a button."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID, uuid4

from service.errors import Conflicting
from storage.engine import for_update
from storage.reads.accounts import TokenView, find_token
from storage.tables.person import Token

__all__ = ["LIFETIMES", "LinkUsed", "Purpose", "get_link", "hold_links", "make_link", "spend_link", "void_links"]


class Purpose(StrEnum):
    """What a link is for; it serves nothing else."""

    CONFIRM = "confirm"
    SIGN_IN = "sign-in"
    SECOND_FACTOR = "second-factor"
    RESET = "reset"
    INVITATION = "invitation"
    MEMBER = "member"
    SUPERVISOR = "supervisor"


LIFETIMES = {
    Purpose.CONFIRM: timedelta(days=2),
    Purpose.SIGN_IN: timedelta(minutes=30),
    Purpose.SECOND_FACTOR: timedelta(minutes=10),
    Purpose.RESET: timedelta(hours=1),
    Purpose.INVITATION: timedelta(days=30),
    Purpose.MEMBER: timedelta(days=30),
    Purpose.SUPERVISOR: timedelta(days=30),
}


class LinkUsed(Conflicting):
    """The link was used before, has expired, or never was one: the three look alike."""

    code = "link-used"
    status = 404


async def make_link(
    purpose: Purpose,
    email: str,
    *,
    now: datetime,
    person_id: UUID | None = None,
    about: str | None = None,
    lasts: timedelta | None = None,
) -> str:
    """Make a link's secret and keep its hash. Call it in the transaction that queues the letter."""
    secret = secrets.token_urlsafe(32)
    await Token(
        id=uuid4(),
        hash=_hash(secret),
        purpose=purpose.value,
        email=email,
        person=person_id,
        about=about,
        created_at=now,
        expires_at=now + (lasts or LIFETIMES[purpose]),
        used_at=None,
    ).save()
    return secret


async def get_link(secret: str, purpose: Purpose, *, now: datetime) -> TokenView:
    """Look at a link without spending it. Raises LinkUsed."""
    found = await find_token(_hash(secret), now=now)
    if found is None or found.purpose != purpose.value:
        raise LinkUsed
    return found


async def spend_link(secret: str, purpose: Purpose, *, now: datetime) -> TokenView:
    """Spend a link: of any number who press at once, one succeeds. Raises LinkUsed."""
    found = await get_link(secret, purpose, now=now)
    spent = (
        await Token.update({Token.used_at: now})
        .where((Token.id == found.id) & Token.used_at.is_null())
        .returning(Token.id)
    )
    if not spent:
        raise LinkUsed
    return found


async def hold_links(email: str) -> None:
    """Wait for whoever else is spending a link of this address: each voids the others, and would wait for the other."""
    await for_update(Token.select(Token.id).where(Token.email == email).order_by(Token.id))


async def void_links(person_id: UUID, email: str, *, now: datetime) -> None:
    """Make every unspent link that could sign this person in worthless: the password or the address has changed.

    Those go too that the address got before it had an account.
    """
    signing_in = [each.value for each in (Purpose.CONFIRM, Purpose.SIGN_IN, Purpose.SECOND_FACTOR, Purpose.RESET)]
    await Token.update({Token.used_at: now}).where(
        ((Token.person == person_id) | (Token.email == email))
        & Token.purpose.is_in(signing_in)
        & Token.used_at.is_null()
    )


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
