"""Codes of a second factor, and the secret they are made from: computed, sealed and compared.

Nothing is read or kept here.
"""

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from service.typed_text import western_digits

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

HALF_MINUTE = 30
DIGITS = 6
N_RECOVERY = 10
_GROUP, _GROUPS = 5, 3
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def draw_secret() -> str:
    """Draw a secret to share with an application, in Base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def find_step(secret: str, code: str, now: datetime) -> int | None:
    """Find the half minute that a code is of: the clock's, or one on either side."""
    digits = western_digits("".join(code.split()))
    if len(digits) != DIGITS or not digits.isascii():
        return None
    here = int(now.timestamp()) // HALF_MINUTE
    fits = [step for step in (here - 1, here, here + 1) if hmac.compare_digest(_code(secret, step), digits)]
    return max(fits, default=None)


def _code(secret: str, step: int) -> str:
    from pyotp import TOTP  # noqa: PLC0415 (kept out of start-up)

    return str(TOTP(secret, digits=DIGITS, interval=HALF_MINUTE).generate_otp(step))


def make_address(secret: str, email: str, issuer: str) -> str:
    """Give the address that an application reads from a picture of squares."""
    from pyotp import TOTP  # noqa: PLC0415 (kept out of start-up)

    return str(TOTP(secret, digits=DIGITS, interval=HALF_MINUTE).provisioning_uri(name=email, issuer_name=issuer))


def draw_recovery_codes() -> tuple[str, ...]:
    """Draw the codes that are printed for when the application is lost."""
    return tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(N_RECOVERY)
    )


def hash_recovery_code(person_id: UUID, code: str) -> str:
    """Hash a code as it may be typed: any case, with or without dashes. 74 random bits need no slow hash."""
    bare = "".join(char for char in code.lower() if char.isalnum())
    return sha256(f"{person_id}:{bare}".encode()).hexdigest()


def _cipher(key: bytes) -> "Fernet":
    from cryptography.fernet import Fernet  # noqa: PLC0415 (kept out of start-up)

    return Fernet(base64.urlsafe_b64encode(hmac.new(key, b"second-factor", sha256).digest()))


def seal(secret: str, key: bytes) -> str:
    """Encrypt a secret with a key made from the installation's."""
    return _cipher(key).encrypt(secret.encode()).decode()


def unseal(sealed: str, key: bytes) -> str | None:
    """Open a sealed secret; None for one that was sealed with another installation's key."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 (kept out of start-up)

    try:
        return _cipher(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None
