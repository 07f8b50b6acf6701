"""Where letters are handed over: the address of a mail server, as the environment writes it."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["MailServer", "read_mail_server"]

_SECURITY = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
_USUAL_PORT = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over; ``security`` is none, starttls or tls."""

    host: str
    port: int
    security: str
    username: str | None
    password: str | None = field(repr=False)


def read_mail_server(url: str) -> MailServer:
    """Read ``smtp://``, ``smtp+starttls://`` or ``smtps://`` with host and, where needed, port, name and password.

    Raises ValueError where it is none of them.
    """
    parts = urlsplit(url)
    security = _SECURITY.get(parts.scheme)
    port = parts.port or _USUAL_PORT.get(security or "", 0)
    if security is None or not parts.hostname or not port or parse_qsl(parts.query):
        raise ValueError(url)
    return MailServer(
        host=parts.hostname,
        port=port,
        security=security,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
