"""Forms of ours only: a token bound to the session, or to a random cookie where nobody is signed in.

The token comes in the header ``X-CSRF-Token`` or the form's field ``csrf``. A browser that says where a request comes
from is believed when it says that it is not from us.
"""

import hmac
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

from litestar import Request
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler

from service.errors import Refused
from service.web.cookies import FORM, cookie_name, make_cookie
from service.web.visit import AnyConnection, Visit, visit_of
from storage.reads.accounts import SessionView

__all__ = ["ForeignForm", "check_form_is_ours", "find_form_page", "owner_mark", "read_ticket", "token_for"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER, FIELD = "x-csrf-token", "csrf"
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_NONCE_LENGTH = 32
_MARK_LENGTH = 16
LARGEST_FORM = 256 * 1024


class ForeignForm(Refused):
    """The form was not made by us for this visitor, or is too old."""

    code = "foreign-form"
    status = 403


def token_for(visit: Visit) -> str:
    """Give the token for this visitor's forms; the first one of an anonymous visitor sets a cookie."""
    if visit.session is not None:
        return _token(visit, visit.session)
    name = cookie_name(FORM, visit.settings)
    nonce = visit.cookies.get(name, "")
    if not _is_nonce(nonce):
        nonce = secrets.token_hex(_NONCE_LENGTH // 2)
        visit.cookies[name] = nonce
        visit.set_cookies.append(make_cookie(FORM, nonce, visit.settings))
    return _sign(visit, "visitor", nonce)


def owner_mark(visit: Visit) -> str:
    """Give a mark of the person who is signed in that tells nobody who that is; empty for a visitor."""
    person = visit.actor.person_id
    return _sign(visit, "typed", str(person))[:_MARK_LENGTH] if person is not None and visit.session is not None else ""


def read_ticket(connection: AnyConnection, token: str) -> str | None:
    """Give the mark of whoever a form was made for, though their session has ended; None where the form is not ours.

    It says whose what was typed is, and gives no right to anything.
    """
    visit = visit_of(connection)
    owner = token[:_MARK_LENGTH]
    is_ours = hmac.compare_digest(token[: 2 * _MARK_LENGTH].encode(), _ticket(visit, owner).encode())
    return owner if len(owner) == _MARK_LENGTH and is_ours and _comes_from_us(connection, visit) else None


def find_form_page(connection: AnyConnection) -> str | None:
    """Give the address of our own page from which a browser says that a form was sent."""
    sent_from = urlsplit(connection.headers.get("referer", ""))
    if sent_from.netloc.lower() != connection.headers.get("host", "").lower() or not sent_from.path:
        return None
    return sent_from.path + (f"?{sent_from.query}" if sent_from.query else "")


async def check_form_is_ours(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Refuse a changing request that our own pages did not make.

    ``opt["csrf"]`` on a few routes: "address" takes the token from the query, "none" asks for no token.
    """
    mode = handler.opt.get("csrf", "form")
    if connection.scope.get("method", "") in SAFE_METHODS or mode == "none":
        return
    visit = visit_of(connection)
    if not _comes_from_us(connection, visit):
        raise ForeignForm
    given = await _read_token(connection, mode)
    if not hmac.compare_digest(given.encode(), _expected(visit).encode()):
        raise ForeignForm


def _comes_from_us(connection: AnyConnection, visit: Visit) -> bool:
    if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = connection.headers.get("origin")
    ours = {connection.headers.get("host", ""), urlsplit(visit.settings.base_url).netloc}
    return origin is None or urlsplit(origin).netloc.lower() in ours


async def _read_token(connection: AnyConnection, mode: str) -> str:
    given = connection.headers.get(HEADER) or (connection.query_params.get(FIELD) if mode == "address" else None)
    if given is None and mode == "form" and isinstance(connection, Request):
        kind = connection.headers.get("content-type", "")
        if kind.startswith(_FORM_TYPES) and _is_small(connection.headers.get("content-length")):
            try:
                given = (await connection.form()).get(FIELD)
            except ValueError as error:  # a body that is no form
                raise ClientException from error
    return given if isinstance(given, str) else ""


def _is_small(length: str | None) -> bool:
    return length is not None and length.isascii() and length.isdigit() and int(length) <= LARGEST_FORM


def _expected(visit: Visit) -> str:
    if visit.session is not None:
        return _token(visit, visit.session)
    nonce = visit.cookies.get(cookie_name(FORM, visit.settings), "")
    return _sign(visit, "visitor", nonce if _is_nonce(nonce) else secrets.token_hex())


def _token(visit: Visit, session: SessionView) -> str:
    """Sign a form for a session; the first half says for whom it was made, once the session has ended."""
    signed = _sign(visit, "session", session.csrf)
    return _ticket(visit, owner_mark(visit)) + signed[: len(signed) // 2]


def _ticket(visit: Visit, owner: str) -> str:
    return owner + _sign(visit, "ticket", owner)[:_MARK_LENGTH]


def _sign(visit: Visit, kind: str, value: str) -> str:
    return hmac.new(visit.settings.secret, f"csrf|{kind}|{value}".encode(), sha256).hexdigest()


def _is_nonce(value: str) -> bool:
    return len(value) == _NONCE_LENGTH and value.isascii() and value.isalnum()
