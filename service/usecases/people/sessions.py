"""Signed-in devices: beginning, keeping and ending them, and the role in which they act."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from service.actors import COMMITTEE, Actor, Role
from service.errors import NotFound
from storage.engine import run_sql, transaction
from storage.reads.accounts import GrantView, list_grants
from storage.tables.session import WebSession

__all__ = [
    "SESSION_LASTS",
    "end_session",
    "end_sessions",
    "keep_session",
    "leave_session",
    "start_session",
    "switch_grant",
]

SESSION_LASTS = timedelta(days=14)
_DEVICE_LENGTH = 250


async def start_session(person_id: UUID, *, device: str, now: datetime, grant_id: UUID | None = None) -> str:
    """Sign a person in on a device; return the secret for its cookie, of which only the hash is kept."""
    secret = secrets.token_hex(32)
    grant = grant_id or _first_grant(await list_grants(person_id))
    await run_sql(
        'INSERT INTO web_session (id, hash, person, "grant", csrf, device, created_at, seen_at, expires_at) '
        "VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})",
        uuid4(), sha256(secret.encode()).hexdigest(), person_id, grant, secrets.token_hex(32), device[:_DEVICE_LENGTH],
        now, now, now + SESSION_LASTS,
    )  # fmt: skip
    return secret


async def keep_session(session_id: UUID, *, now: datetime) -> None:
    """Note that the device was used, and let it stay signed in from now on as long as a new one."""
    await WebSession.update({WebSession.seen_at: now, WebSession.expires_at: now + SESSION_LASTS}).where(
        WebSession.id == session_id
    )


async def end_session(actor: Actor, session_id: UUID) -> None:
    """End one of one's own sessions. Raises NotFound for another's."""
    ended = (
        await WebSession.delete()
        .where((WebSession.id == session_id) & (WebSession.person == actor.person_id))
        .returning(WebSession.id)
    )
    if not ended:
        raise NotFound


async def leave_session(session_id: UUID) -> None:
    """End the session of this very device, if it has not ended."""
    await WebSession.delete().where(WebSession.id == session_id)


async def end_sessions(person_id: UUID, *, but: UUID | None = None) -> None:
    """End a person's sessions everywhere, but for one."""
    where = WebSession.person == person_id
    await WebSession.delete().where(where if but is None else where & (WebSession.id != but))


async def switch_grant(actor: Actor, grant_id: UUID, *, device: str, now: datetime) -> str:
    """Act in another of one's roles: the session is replaced by a new one, whose secret is returned."""
    if grant_id not in {grant.id for grant in await list_grants(_person(actor))}:
        raise NotFound
    async with transaction():
        if actor.session_id is not None:
            await WebSession.delete().where(WebSession.id == actor.session_id)
        return await start_session(_person(actor), device=device, now=now, grant_id=grant_id)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _first_grant(grants: Sequence[GrantView]) -> UUID | None:
    """Choose the role to begin in: a committee's, else a judge's, else the first given; the newest edition first."""

    def weight(grant: GrantView) -> int:
        role = Role(grant.role)
        return 0 if role in COMMITTEE | {Role.ADMINISTRATOR} else 1 if role is Role.JUDGE else 2

    return min(reversed(grants), key=weight).id if grants else None
