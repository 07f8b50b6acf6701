"""How a session begins: at once, or after the code of a second factor where the person has set one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.usecases.people.sessions import start_session
from service.usecases.people.tokens import Purpose, make_link
from storage.reads.accounts import AccountView

__all__ = ["SignedIn", "begin_session"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody has shown who they are. ``secret`` is the new session's, for its cookie.

    Where a second factor is set there is no session yet: ``secret`` is empty, and ``challenge`` ends the address
    ``/sign-in/<challenge>`` where the code is asked for.
    """

    secret: str
    person_id: UUID
    email: str
    challenge: str = ""


async def begin_session(account: AccountView, *, device: str, now: datetime, grant_id: UUID | None = None) -> SignedIn:
    """Begin a session in the given role, or ask for the second factor first. The challenge lasts minutes."""
    if account.second_factor_at is None:
        secret = await start_session(account.id, device=device, now=now, grant_id=grant_id)
        return SignedIn(secret=secret, person_id=account.id, email=account.email)
    about = str(grant_id) if grant_id else None
    challenge = await make_link(Purpose.SECOND_FACTOR, account.email, now=now, person_id=account.id, about=about)
    return SignedIn(secret="", person_id=account.id, email=account.email, challenge=challenge)
