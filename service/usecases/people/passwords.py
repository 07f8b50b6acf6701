"""Passwords, hashed away from the event loop, at most one hash a core at a time."""

import asyncio
import os
import sys
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import FieldError, Invalid

__all__ = ["LONGEST", "SHORTEST", "check_password", "hash_password", "is_right"]

SHORTEST, LONGEST = 10, 200

# OWASP's second choice for Argon2id: 19 MiB, two passes, one lane (34 ms on one quiet core).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRvZm91cnM$5ptkVxnXs9iNLMKfOzHGzGJRnUa9rE3bZ2bnzKLLbJ8"
"""A hash of no password, tried for people who do not exist so that they take as long as those who do."""


_BEHIND_PAGES = 10
"""Steps of niceness by which a hash stands behind pages: three hundred sign-ins in a minute must not freeze them."""


def _step_back() -> None:
    """Let everybody else on this core go first; on Linux a thread has a niceness of its own."""
    if sys.platform == "linux":
        with suppress(OSError):
            own = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + _BEHIND_PAGES)


_THREADS = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="tahkim-hash", initializer=_step_back)
"""Threads for hashes alone, one a core: those who sign in wait for one another here, and nobody else waits for them."""


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
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, _written(password))


async def is_right(password: str, kept: str | None) -> bool:
    """Compare a password with the kept hash, in the same time whether there is one or not."""
    run = asyncio.get_running_loop().run_in_executor
    return await run(_THREADS, _verify, kept or _NOBODY, _written(password)) and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _written(password: str) -> str:
    """Write it one way whichever keyboard it came from, and no longer than is hashed."""
    return unicodedata.normalize("NFC", password)[: LONGEST + 1]
