"""Counted tries: so many in a window, by account and by address, whichever process counts them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from service.errors import TooMany
from storage.engine import run_sql

__all__ = [
    "CODES_BY_ACCOUNT",
    "LETTERS_BY_ACCOUNT",
    "LETTERS_BY_ADDRESS",
    "LOOK_UPS",
    "SIGN_INS_BY_ACCOUNT",
    "SIGN_INS_BY_ADDRESS",
    "Limit",
    "count",
    "forgive",
    "note",
]


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries of a kind in a window."""

    kind: str
    tries: int
    window: timedelta


SIGN_INS_BY_ACCOUNT = Limit("sign-in", 10, timedelta(minutes=15))
# A university's network shares one address: 300 people sign in within a minute after "one hour left".
SIGN_INS_BY_ADDRESS = Limit("sign-in-address", 600, timedelta(minutes=15))
CODES_BY_ACCOUNT = Limit("code", 10, timedelta(minutes=15))
LETTERS_BY_ACCOUNT = Limit("letter", 5, timedelta(hours=1))
LETTERS_BY_ADDRESS = Limit("letter-address", 600, timedelta(hours=1))
LOOK_UPS = Limit("look-up", 30, timedelta(minutes=5))


_CLOCKS_APART = timedelta(minutes=1)
"""A window that began later than this was begun by a clock that has since been set back: it counts no more."""


async def count(limit: Limit, who: str, *, now: datetime) -> None:
    """Count one try. Raises TooMany, with the time to wait, past the limit: trying on does not lengthen it."""
    refused = await note(limit, who, now=now)
    if refused is not None:
        raise refused


async def note(limit: Limit, who: str, *, now: datetime) -> TooMany | None:
    """Count one try, and give what to refuse it with past the limit: for whoever counts inside a transaction.

    Raised there, the refusal would undo the count.
    """
    fresh, ahead = now - limit.window, now + _CLOCKS_APART
    rows = await run_sql(
        "INSERT INTO attempt (id, bucket, window_at, tries) VALUES ({}, {}, {}, 1) ON CONFLICT (bucket) DO UPDATE SET "
        "tries = CASE WHEN attempt.window_at > {} AND attempt.window_at <= {} THEN attempt.tries + 1 ELSE 1 END, "
        "window_at = CASE WHEN attempt.window_at > {} AND attempt.window_at <= {} THEN attempt.window_at ELSE {} END "
        "RETURNING tries, window_at",
        uuid4(), _bucket(limit, who), now, fresh, ahead, fresh, ahead, now,
    )  # fmt: skip
    tries, began = rows[0]["tries"], rows[0]["window_at"]
    return TooMany(wait=max(began + limit.window - now, timedelta(minutes=1))) if tries > limit.tries else None


async def forgive(limit: Limit, who: str) -> None:
    """Forget the tries of somebody who has shown to be the right person."""
    await run_sql("DELETE FROM attempt WHERE bucket = {}", _bucket(limit, who))


def _bucket(limit: Limit, who: str) -> str:
    """Name the row without keeping whose it is."""
    return sha256(f"{limit.kind}|{who}".encode()).hexdigest()
