"""Our cookies: their names, how they are read, and how they are set."""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from service.settings import Settings

__all__ = [
    "DEVICE",
    "FORM",
    "KEPT",
    "LANGUAGE",
    "SESSION",
    "THEME",
    "clear_cookie",
    "cookie_name",
    "device_mark",
    "make_cookie",
    "read_cookies",
    "read_device_mark",
]

SESSION, FORM, DEVICE = "tahkim", "tahkim-form", "tahkim-device"
KEPT = "tahkim-kept"
LANGUAGE, THEME = "tahkim-language", "tahkim-theme"
_LONGEST_HEADER = 8192


def cookie_name(name: str, settings: Settings) -> str:
    """Bind the cookie to this very host where browsers let us: over https."""
    return f"__Host-{name}" if settings.is_https else name


def read_cookies(header: str) -> dict[str, str]:
    """Read a Cookie header; of two cookies with one name the first, as browsers send the most specific first."""
    found: dict[str, str] = {}
    for pair in header[:_LONGEST_HEADER].split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            found.setdefault(name, value)
    return found


def make_cookie(name: str, value: str, settings: Settings, *, lasts: timedelta | None = None) -> str:
    """Write a Set-Cookie header. Without ``lasts`` the browser forgets it when it closes."""
    age = f"; Max-Age={int(lasts.total_seconds())}" if lasts is not None else ""
    secure = "; Secure" if settings.is_https else ""
    return f"{cookie_name(name, settings)}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}"


def clear_cookie(name: str, settings: Settings) -> str:
    """Write a Set-Cookie header that removes the cookie."""
    return make_cookie(name, "", settings, lasts=timedelta(0))


def device_mark(email: str, settings: Settings) -> str:
    """Make the mark of a browser that has signed in to an account: random, and signed together with the address."""
    mark = secrets.token_hex(16)
    return f"{mark}.{_sign_mark(mark, email, settings)}"


def read_device_mark(value: str, email: str, settings: Settings) -> str | None:
    """Give a browser's mark, if it is one of ours for this account."""
    mark, _, signature = value.partition(".")
    expected = _sign_mark(mark, email, settings)
    return mark if mark and hmac.compare_digest(signature.encode(), expected.encode()) else None


def _sign_mark(mark: str, email: str, settings: Settings) -> str:
    return hmac.new(settings.secret, f"device|{mark}|{email}".encode(), sha256).hexdigest()
