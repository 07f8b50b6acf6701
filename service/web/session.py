"""Who a request comes from: the cookie's secret, looked up by its hash, and the role in which the person acts."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from service.actors import VISITOR, Actor, Grant, Role
from service.usecases.people.second_factor import NEEDING
from service.usecases.people.sessions import SESSION_LASTS, keep_session
from service.web.cookies import SESSION, THEME, clear_cookie, cookie_name, make_cookie
from service.web.kept_forms import load_kept
from service.web.visit import Visit
from storage.errors import StorageBusy, StorageFull
from storage.reads.accounts import (
    GrantView,
    SessionView,
    find_current_edition_id,
    find_session,
)

__all__ = ["DEVICE_LASTS", "give_cookie", "load_actor", "take_cookie"]

DEVICE_LASTS = timedelta(days=365)
_SECRET_LENGTH = 64
_SEEN_AFTER = timedelta(minutes=5)


async def load_actor(visit: Visit) -> None:
    """Find the session and person behind the request's cookie, or leave a visitor of the current edition."""
    secret = visit.cookies.get(cookie_name(SESSION, visit.settings), "")
    found = await _find(secret, visit.received_at)
    if found is None:
        visit.actor = Actor(role=Role.VISITOR, edition_id=await find_current_edition_id())
        return
    session, grants = found
    if visit.received_at - session.seen_at > _SEEN_AFTER:
        with suppress(StorageFull, StorageBusy):  # a page is shown although nobody can note that it was
            await keep_session(session.id, now=visit.received_at)
        visit.set_cookies.append(make_cookie(SESSION, secret, visit.settings, lasts=SESSION_LASTS))
    visit.session = session
    visit.digits = session.digits
    if cookie_name(THEME, visit.settings) not in visit.cookies:
        visit.theme = session.theme
    current = next((grant for grant in grants if grant.id == session.grant_id), grants[0] if grants else None)
    visit.actor = _actor(session, current, grants, visit.language)
    visit.judge_id = current.judge_id if current else None
    is_needed = visit.settings.needs_second_factor and visit.actor.role in NEEDING
    visit.lacks_factor = is_needed and session.second_factor_at is None
    await load_kept(visit)


def give_cookie(visit: Visit, secret: str) -> None:
    """Send the browser the secret of a session that has just begun."""
    visit.cookies[cookie_name(SESSION, visit.settings)] = secret
    visit.set_cookies.append(make_cookie(SESSION, secret, visit.settings, lasts=SESSION_LASTS))


def take_cookie(visit: Visit) -> None:
    """Have the browser forget its session."""
    visit.set_cookies.append(clear_cookie(SESSION, visit.settings))
    visit.session, visit.actor = None, VISITOR


async def _find(secret: str, now: datetime) -> tuple[SessionView, tuple[GrantView, ...]] | None:
    if len(secret) != _SECRET_LENGTH or not secret.isascii():
        return None
    return await find_session(sha256(secret.encode()).hexdigest(), now=now)


def _actor(session: SessionView, current: GrantView | None, grants: Sequence[GrantView], language: str) -> Actor:
    edition_id: UUID | None = current.edition_id if current else None
    names = (session.name_ar, session.name_en) if language == "ar" else (session.name_en, session.name_ar)
    return Actor(
        role=Role(current.role) if current else Role.VISITOR,
        person_id=session.person_id,
        edition_id=edition_id or session.current_edition_id,
        name=names[0] or names[1] or session.email,
        email=session.email,
        grants=tuple(_grant(grant, language) for grant in grants),
        session_id=session.id,
    )


def _grant(grant: GrantView, language: str) -> Grant:
    short = grant.edition_short_ar if language == "ar" else grant.edition_short_en
    return Grant(id=grant.id, role=Role(grant.role), edition_id=grant.edition_id, edition_short=short)
