"""The names under which an installation answers, and the ports beside them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["ANY_PORT", "LOOPBACK", "HostRule", "find_public_host", "read_host"]

ANY_PORT = 0


@dataclass(frozen=True, slots=True)
class HostRule:
    """A name under which this installation answers. ``port`` None means the scheme's own, 0 any."""

    name: str
    port: int | None

    def allows(self, name: str, port: int | None) -> bool:
        """Say whether a request to this name and port is meant for us."""
        return name == self.name and self.port in {ANY_PORT, port}


LOOPBACK = (HostRule("localhost", ANY_PORT), HostRule("127.0.0.1", ANY_PORT), HostRule("[::1]", ANY_PORT))
"""The names by which a machine asks itself."""


def find_public_host(base_url: str) -> HostRule | None:
    """Give the rule for the name people use, or None where that is one of this machine's own."""
    public = urlsplit(base_url)
    name = f"[{public.hostname}]" if ":" in (public.hostname or "") else (public.hostname or "")
    return None if any(rule.name == name for rule in LOOPBACK) else HostRule(name, public.port)


def read_host(text: str) -> HostRule | None:
    """Read ``name``, ``name:port`` or ``name:*``; None where it is none of them."""
    name, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        name, port = text, ""
    inner = name.removeprefix("[").removesuffix("]")
    letters = inner.replace("-", "").replace(".", "").replace(":", "") if name.startswith("[") else name
    if not name or not letters.replace("-", "").replace(".", "").isalnum() or not name.isascii():
        return None
    if not colon:
        return HostRule(name, None)
    if port == "*":
        return HostRule(name, ANY_PORT)
    return HostRule(name, int(port)) if port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16 else None
