"""Who is signed in, what they may act as, and in which edition: what the shell asks on every request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.lifecycle import EditionState
from storage.tables.edition import Edition
from storage.tables.panel import Judge
from storage.tables.person import Person, RoleGrant, Token
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
    "find_judge_id",
    "find_session",
    "find_token",
    "list_devices",
    "list_grants",
]


@dataclass(frozen=True, slots=True)
class SessionView:
    """One signed-in device and its person."""

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


@dataclass(frozen=True, slots=True)
class GrantView:
    """A role that a person holds."""

    id: UUID
    role: str
    edition_id: UUID | None
    edition_short_ar: str
    edition_short_en: str


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


async def find_session(token_hash: str, *, now: datetime) -> SessionView | None:
    """Find the live session behind a cookie."""
    person = WebSession.person
    row = (
        await WebSession.select(
            WebSession.id, person.id.as_alias("person_id"), WebSession.grant.as_alias("grant_id"), WebSession.csrf,
            WebSession.seen_at, WebSession.expires_at, person.name_ar.as_alias("name_ar"),
            person.name_en.as_alias("name_en"), person.email.as_alias("email"), person.language.as_alias("language"),
            person.digits.as_alias("digits"), person.theme.as_alias("theme"),
        )
        .where((WebSession.hash == token_hash) & (WebSession.expires_at > now))
        .first()
    )  # fmt: skip
    return SessionView(**row) if row else None


async def list_grants(person_id: UUID) -> tuple[GrantView, ...]:
    """List the roles that a person holds now, the oldest first."""
    edition = RoleGrant.edition
    rows = (
        await RoleGrant.select(
            RoleGrant.id, RoleGrant.role, RoleGrant.edition.as_alias("edition_id"),
            edition.short_ar.as_alias("edition_short_ar"), edition.short_en.as_alias("edition_short_en"),
        )
        .where((RoleGrant.person == person_id) & RoleGrant.revoked_at.is_null())
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )  # fmt: skip
    return tuple(
        GrantView(
            **row | {key: row[key] or "" for key in ("edition_short_ar", "edition_short_en")},
        )
        for row in rows
    )


async def find_current_edition_id() -> UUID | None:
    """Find the edition of visitors and entrants: the newest that is open, else the newest that has left its draft."""
    rows = (
        await Edition.select(Edition.id, Edition.state)
        .where(Edition.state != EditionState.DRAFT.value)
        .order_by(Edition.created_at, ascending=False)
    )
    is_open = [row["id"] for row in rows if row["state"] == EditionState.OPEN.value]
    found: list[UUID] = is_open or [row["id"] for row in rows]
    return found[0] if found else None


async def find_judge_id(person_id: UUID, edition_id: UUID) -> UUID | None:
    """Find the judge's row behind a person: from here on judge pages know only this."""
    row = (
        await Judge.select(Judge.id)
        .where((Judge.person == person_id) & (Judge.edition == edition_id) & (Judge.is_active == True))  # noqa: E712 (Piccolo's way)
        .first()
    )
    return row["id"] if row else None


async def find_account(person_id: UUID) -> AccountView | None:
    """Find a person's account."""
    return _account(await Person.select(*_ACCOUNT).where(Person.id == person_id).first())


async def find_account_by_email(email: str) -> AccountView | None:
    """Find the account of a folded address."""
    return _account(await Person.select(*_ACCOUNT).where(Person.email == email).first())


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


_ACCOUNT = (
    Person.id, Person.email, Person.name_ar, Person.name_en, Person.language, Person.digits, Person.theme,
    Person.is_confirmed, Person.password_hash,
)  # fmt: skip


def _account(row: dict[str, object] | None) -> AccountView | None:
    return AccountView(**row) if row else None  # type: ignore[arg-type]  # Piccolo's rows are untyped
