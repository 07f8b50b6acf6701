"""Who is signed in, what they may act as, and in which edition: what the shell asks on every request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import from_json
from storage.engine import Row, read_quickly
from storage.tables.person import Token
from storage.tables.session import WebSession

__all__ = [
    "AccountView",
    "DeviceView",
    "GrantView",
    "SessionView",
    "TokenView",
    "find_account",
    "find_account_by_email",
    "find_current_edition_id",
    "find_kept_form",
    "find_session",
    "find_token",
    "list_devices",
    "list_grants",
]


@dataclass(frozen=True, slots=True)
class SessionView:
    """One signed-in device and its person.

    ``current_edition_id``: the edition of those who hold no role of one edition, where the person is one of them.
    """

    id: UUID
    person_id: UUID
    grant_id: UUID | None
    csrf: str
    seen_at: datetime
    expires_at: datetime
    name_ar: str
    name_en: str
    email: str
    language: str
    digits: str
    theme: str
    second_factor_at: datetime | None
    current_edition_id: UUID | None


@dataclass(frozen=True, slots=True)
class GrantView:
    """A role that a person holds; ``judge_id`` is the judge's row of its edition, where the person serves there."""

    id: UUID
    role: str
    edition_id: UUID | None
    edition_short_ar: str
    edition_short_en: str
    judge_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """A person's own account."""

    id: UUID
    email: str
    name_ar: str
    name_en: str
    language: str
    digits: str
    theme: str
    is_confirmed: bool
    password_hash: str | None
    second_factor_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A session as its owner sees it."""

    id: UUID
    device: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class TokenView:
    """A mailed link that has not been spent."""

    id: UUID
    purpose: str
    email: str
    person_id: UUID | None
    about: str | None
    created_at: datetime
    expires_at: datetime


async def find_session(token_hash: str, *, now: datetime) -> tuple[SessionView, tuple[GrantView, ...]] | None:
    """Find the live session behind a cookie, and the roles that its person holds now, the oldest first."""
    rows = await read_quickly(_SESSION, token_hash, now)
    if not rows:
        return None
    current = next((row["current_edition_id"] for row in rows if row["current_edition_id"] is not None), None)
    facts = {name: rows[0][name] for name in SessionView.__slots__} | {"current_edition_id": current}
    session = SessionView(**facts)
    return session, tuple(_grant(row) for row in rows if row["held_id"] is not None)


async def list_grants(person_id: UUID) -> tuple[GrantView, ...]:
    """List the roles that a person holds now, the oldest first."""
    return tuple(GrantView(**row) for row in await read_quickly(_GRANTS, person_id))


async def find_current_edition_id() -> UUID | None:
    """Find the edition of visitors and entrants: the newest that is open, else the newest that has left its draft."""
    rows = await read_quickly(_CURRENT_EDITION)
    return rows[0]["id"] if rows else None


async def find_kept_form(owner: str, page: str, *, since: datetime) -> dict[str, list[str]] | None:
    """Find what somebody, by their mark, typed on a page and sent after their session had ended."""
    rows = await read_quickly(
        "SELECT fields FROM kept_form WHERE owner = {} AND page = {} AND kept_at > {}", owner, page, since
    )
    return from_json(rows[0]["fields"]) if rows else None


async def find_account(person_id: UUID) -> AccountView | None:
    """Find a person's account."""
    return _account(await read_quickly(_ACCOUNT + "id = {}", person_id))


async def find_account_by_email(email: str) -> AccountView | None:
    """Find the account of a folded address."""
    return _account(await read_quickly(_ACCOUNT + "email = {}", email))


async def list_devices(person_id: UUID, *, now: datetime) -> tuple[DeviceView, ...]:
    """List where a person is signed in, the last used first."""
    rows = (
        await WebSession.select(WebSession.id, WebSession.device, WebSession.created_at, WebSession.seen_at)
        .where((WebSession.person == person_id) & (WebSession.expires_at > now))
        .order_by(WebSession.seen_at, ascending=False)
    )
    return tuple(DeviceView(**row) for row in rows)


async def find_token(token_hash: str, *, now: datetime) -> TokenView | None:
    """Find a mailed link that may still be spent."""
    row = (
        await Token.select(
            Token.id, Token.purpose, Token.email, Token.person.as_alias("person_id"), Token.about, Token.created_at,
            Token.expires_at,
        )
        .where((Token.hash == token_hash) & Token.used_at.is_null() & (Token.expires_at > now))
        .first()
    )  # fmt: skip
    return TokenView(**row) if row else None


_CURRENT_EDITION = """SELECT id FROM edition WHERE state <> 'draft'
    ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, created_at DESC LIMIT 1"""

# Asked with the session: most of those who read in the last hour hold no role of one edition.
_SESSION = f"""SELECT s.id, s.person AS person_id, s."grant" AS grant_id, s.csrf, s.seen_at, s.expires_at,
    p.name_ar, p.name_en, p.email, p.language, p.digits, p.theme, p.second_factor_at,
    g.id AS held_id, g.role, g.edition AS edition_id, e.short_ar, e.short_en, j.id AS judge_id,
    n.id AS current_edition_id
    FROM web_session s JOIN person p ON p.id = s.person
    LEFT JOIN role_grant g ON g.person = p.id AND g.revoked_at IS NULL LEFT JOIN edition e ON e.id = g.edition
    LEFT JOIN judge j ON j.edition = g.edition AND j.person = p.id AND j.is_active
    LEFT JOIN edition n ON g.edition IS NULL AND n.id = ({_CURRENT_EDITION})
    WHERE s.hash = {{}} AND s.expires_at > {{}} ORDER BY g.granted_at, g.id"""  # noqa: S608 (our own text)

_GRANTS = """SELECT g.id, g.role, g.edition AS edition_id, COALESCE(e.short_ar, '') AS edition_short_ar,
    COALESCE(e.short_en, '') AS edition_short_en
    FROM role_grant g LEFT JOIN edition e ON e.id = g.edition
    WHERE g.person = {} AND g.revoked_at IS NULL ORDER BY g.granted_at, g.id"""

_ACCOUNT = f"SELECT {', '.join(AccountView.__slots__)} FROM person WHERE "  # noqa: S608 (our own names)


def _grant(row: Row) -> GrantView:
    return GrantView(
        row["held_id"], row["role"], row["edition_id"], row["short_ar"] or "", row["short_en"] or "", row["judge_id"]
    )


def _account(rows: list[Row]) -> AccountView | None:
    return AccountView(**rows[0]) if rows else None
