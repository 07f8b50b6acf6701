"""Passwords, hashed away from the event loop, at most one hash a core at a time."""

import asyncio
import os
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import FieldError, Invalid

__all__ = ["LONGEST", "SHORTEST", "check_password", "hash_password", "is_right"]

SHORTEST, LONGEST = 10, 200

# OWASP's second choice for Argon2id: 19 MiB, two passes, one lane (34 ms on one quiet core).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRvZm91cnM$5ptkVxnXs9iNLMKfOzHGzGJRnUa9rE3bZ2bnzKLLbJ8"
"""A hash of no password, tried for people who do not exist so that they take as long as those who do."""


class _Lanes:
    """The semaphore of the event loop that runs now."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._semaphore = asyncio.Semaphore(1)

    def lane(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._semaphore = loop, asyncio.Semaphore(os.cpu_count() or 1)
        return self._semaphore


_LANES = _Lanes()


def check_password(password: str, *, field: str, email: str) -> None:
    """Refuse a password that is too short, too long, or the address itself; nothing else is asked of it."""
    if len(password) < SHORTEST:
        raise Invalid(FieldError(field, "account.password_short", n=SHORTEST))
    if len(password) > LONGEST:
        raise Invalid(FieldError(field, "account.password_long", n=LONGEST))
    if password.strip().casefold() == email or len(set(password)) == 1:
        raise Invalid(FieldError(field, "account.password_easy"))


async def hash_password(password: str) -> str:
    """Hash a new password."""
    async with _LANES.lane():
        return await asyncio.to_thread(_HASHER.hash, _written(password))


async def is_right(password: str, kept: str | None) -> bool:
    """Compare a password with the kept hash, in the same time whether there is one or not."""
    async with _LANES.lane():
        return await asyncio.to_thread(_verify, kept or _NOBODY, _written(password)) and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _written(password: str) -> str:
    """Write it one way whichever keyboard it came from, and no longer than is hashed."""
    return unicodedata.normalize("NFC", password)[: LONGEST + 1]
