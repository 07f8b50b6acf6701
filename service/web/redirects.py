"""Where to go after signing in: an address of ours, never another's."""

from service.web.language import split_language

__all__ = ["safe_next"]

_LONGEST = 500


def safe_next(wanted: str, otherwise: str) -> str:
    """Take an address that somebody put in a link, if it is a plain path of ours."""
    is_plain = wanted.isprintable() and wanted.isascii() and len(wanted) <= _LONGEST and "\\" not in wanted
    if not wanted.startswith("/") or wanted.startswith("//") or not is_plain:
        return otherwise
    path = split_language(wanted)[1]
    return otherwise if path.startswith(("//", "/sign-in", "/sign-out")) else path
