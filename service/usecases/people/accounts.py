"""Accounts: signing up, confirming, signing in by password or mailed link, a new password, one's own settings."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from service.actors import Actor
from service.audit import SYSTEM, Event, record
from service.errors import FieldError, Invalid, NotFound
from service.logging import get_logger
from service.mail.queue import queue_letter
from service.text import LANGUAGES
from service.usecases.people.adding import DIGITS, THEMES, add_person
from service.usecases.people.attempts import (
    LETTERS_BY_ACCOUNT,
    LETTERS_BY_ADDRESS,
    SIGN_INS_BY_ACCOUNT,
    SIGN_INS_BY_ADDRESS,
    count,
    forgive,
    note,
)
from service.usecases.people.beginning import SignedIn, begin_session
from service.usecases.people.passwords import check_password, hash_password, is_right
from service.usecases.people.sessions import end_sessions
from service.usecases.people.tokens import Purpose, get_link, hold_links, make_link, spend_link, void_links
from service.usecases.written import check_script
from storage.columns import from_json, to_json
from storage.engine import transaction
from storage.errors import UniqueViolation
from storage.reads.accounts import AccountView, TokenView, find_account, find_account_by_email
from storage.tables.person import Person

__all__ = [
    "Preferences",
    "SignedIn",
    "ask_for_link",
    "ask_for_reset",
    "change_account",
    "change_password",
    "confirm_address",
    "fold_email",
    "reset_password",
    "sign_in",
    "sign_in_by_link",
    "sign_up",
]

LONGEST_EMAIL, LONGEST_NAME = 254, 120


@dataclass(frozen=True, slots=True)
class Preferences:
    """What people set in their account."""

    name_ar: str
    name_en: str
    language: str
    digits: str
    theme: str


def fold_email(text: str) -> str:
    """Write an address as it is kept: trimmed, in lower case. Raises Invalid when it is none."""
    email = text.strip().lower()
    name, at, domain = email.rpartition("@")
    is_written_well = bool(
        name and at and "." in domain.strip(".") and not domain.startswith(".") and email.isprintable()
    )
    if not is_written_well or len(email) > LONGEST_EMAIL or any(char in email for char in ' <>,;:"\\()[]'):
        raise Invalid(FieldError("email", "err.email"))
    return email


async def sign_up(email: str, *, name_ar: str, name_en: str, language: str, address: str, now: datetime) -> str:
    """Ask for an account. The answer is the same whether or not the address is known; the letter says the rest.

    Nobody is added yet: what was typed waits with the link. So an unknown address takes as long as a known one, and
    nothing is changed of somebody whose address a stranger types.
    """
    folded = _check_person(email, name_ar, name_en)
    await _count_letter(folded, address, now)
    async with transaction():
        known = await find_account_by_email(folded)
        if known is not None and known.is_confirmed:
            secret = await make_link(Purpose.SIGN_IN, folded, now=now, person_id=known.id)
            await _send("already", known.email, known.language, f"/sign-in/{secret}", now)
        else:
            typed = to_json({"name_ar": name_ar.strip(), "name_en": name_en.strip(), "language": language})
            secret = await make_link(
                Purpose.CONFIRM, folded, now=now, person_id=known.id if known else None, about=typed
            )
            await _send("confirm", folded, language, f"/sign-up/{secret}", now)
    return folded


async def confirm_address(token: str, *, password: str, device: str, now: datetime) -> SignedIn:
    """Spend a confirmation: the account has its address and a password, and its owner is signed in as an entrant."""
    try:
        return await _spend_and_set(token, Purpose.CONFIRM, password=password, device=device, now=now)
    except UniqueViolation:  # another link of the address was spent in the same moment: now it is known
        return await _spend_and_set(token, Purpose.CONFIRM, password=password, device=device, now=now)


async def reset_password(token: str, *, password: str, device: str, now: datetime) -> SignedIn:
    """Spend a reset: a new password; every other session and link of the account ends."""
    return await _spend_and_set(token, Purpose.RESET, password=password, device=device, now=now)


async def sign_in(
    email: str, password: str, *, device: str, address: str, known_device: str | None, now: datetime
) -> SignedIn:
    """Sign in by password. ``known_device`` marks a browser that has signed in to this account before.

    Tries are counted by account and by address; a known device has a count of its own, so that nobody can lock the
    owner out. Raises Invalid when address and password do not fit, TooMany past a limit. Two commits, with the hash
    between them: three hundred sign in within a minute, and the database has the same cores.
    """
    folded = fold_email(email)
    counted = f"{folded}|{known_device}" if known_device else folded
    async with transaction():
        refused = await note(SIGN_INS_BY_ADDRESS, address, now=now) or await note(SIGN_INS_BY_ACCOUNT, counted, now=now)
        account = await find_account_by_email(folded)
    # The program's log, not the chained one: that tells what was done to a competition, and is kept for good.
    log = get_logger().bind(person=str(account.id) if account else None)
    if refused is not None:
        log.warning("sign-in-refused", why="too-many")
        raise refused
    if not await is_right(password, account.password_hash if account else None) or account is None:
        log.warning("sign-in-refused", why="password")
        raise Invalid(FieldError("password", "account.wrong_password"))
    async with transaction():
        await forgive(SIGN_INS_BY_ACCOUNT, counted)
        return await begin_session(account, device=device, now=now)


async def ask_for_link(email: str, *, language: str, address: str, now: datetime) -> str:
    """Ask for a link that signs in. The same answer whether or not the address is known."""
    return await _ask(email, Purpose.SIGN_IN, language=language, address=address, now=now)


async def ask_for_reset(email: str, *, language: str, address: str, now: datetime) -> str:
    """Ask for a link to set a new password. The same answer whether or not the address is known."""
    return await _ask(email, Purpose.RESET, language=language, address=address, now=now)


async def sign_in_by_link(token: str, *, device: str, now: datetime) -> SignedIn:
    """Spend a mailed link: its owner is signed in, and the address counts as confirmed."""
    async with transaction():
        link = await spend_link(token, Purpose.SIGN_IN, now=now)
        account = await _owner(link.person_id)
        await Person.update({Person.is_confirmed: True}).where(Person.id == account.id)
        return await begin_session(account, device=device, now=now)


async def change_account(actor: Actor, wanted: Preferences) -> None:
    """Set one's names, language, digits and theme."""
    errors = [*_name_errors(wanted.name_ar, wanted.name_en)]
    for field, value, allowed in (
        ("language", wanted.language, LANGUAGES), ("digits", wanted.digits, DIGITS), ("theme", wanted.theme, THEMES),
    ):  # fmt: skip
        if value not in allowed:
            errors.append(FieldError(field, "err.choose", word_field=f"account.{field}"))
    if errors:
        raise Invalid(*errors)
    await Person.update(
        {
            Person.name_ar: wanted.name_ar.strip(),
            Person.name_en: wanted.name_en.strip(),
            Person.language: wanted.language,
            Person.digits: wanted.digits,
            Person.theme: wanted.theme,
        }
    ).where(Person.id == actor.person_id)


async def change_password(actor: Actor, *, old: str, new: str, now: datetime) -> None:
    """Set a new password, knowing the old one where there is one; every other session ends."""
    account = await _owner(actor.person_id)
    await count(SIGN_INS_BY_ACCOUNT, f"{account.email}|{actor.session_id}", now=now)
    if account.password_hash is not None and not await is_right(old, account.password_hash):
        raise Invalid(FieldError("old_password", "account.wrong_old_password"))
    check_password(new, field="password", email=account.email)
    kept = await hash_password(new)
    async with transaction():
        await Person.update({Person.password_hash: kept}).where(Person.id == account.id)
        await void_links(account.id, account.email, now=now)
        await end_sessions(account.id, but=actor.session_id)


async def _spend_and_set(token: str, purpose: Purpose, *, password: str, device: str, now: datetime) -> SignedIn:
    link = await get_link(token, purpose, now=now)
    check_password(password, field="password", email=link.email)
    kept = await hash_password(password)
    async with transaction():
        await hold_links(link.email)
        link = await spend_link(token, purpose, now=now)
        account = await _joined(link, now=now) if purpose is Purpose.CONFIRM else await _owner(link.person_id)
        await Person.update({Person.password_hash: kept, Person.is_confirmed: True}).where(Person.id == account.id)
        await void_links(account.id, account.email, now=now)
        await end_sessions(account.id)
        if purpose is Purpose.CONFIRM:
            await record(Event.PERSON_CONFIRMED, by=SYSTEM, about=("person", account.id), at=now)
        return await begin_session(account, device=device, now=now)


async def _joined(link: TokenView, *, now: datetime) -> AccountView:
    """Add whoever confirms an address, with what was typed; somebody invited before takes the typed names."""
    typed = from_json(link.about or "{}")
    known = await find_account_by_email(link.email)
    if known is None:
        person_id = await add_person(link.email, **typed, now=now)
        await record(Event.PERSON_REGISTERED, by=SYSTEM, about=("person", person_id), at=now)
        return await _owner(person_id)
    if typed and not known.is_confirmed:
        await Person.update({Person.name_ar: typed["name_ar"], Person.name_en: typed["name_en"]}).where(
            Person.id == known.id
        )
    return known


async def _ask(email: str, purpose: Purpose, *, language: str, address: str, now: datetime) -> str:
    folded = fold_email(email)
    await _count_letter(folded, address, now)
    async with transaction():
        account = await find_account_by_email(folded)
        secret = await make_link(purpose, folded, now=now, person_id=account.id if account else None)
        if account is None:
            await _send("unknown", folded, language, "/sign-up", now)
        else:
            path = "/sign-in" if purpose is Purpose.SIGN_IN else "/password-reset"
            await _send(purpose.value, folded, account.language, f"{path}/{secret}", now)
    return folded


async def _owner(person_id: UUID | None) -> AccountView:
    account = await find_account(person_id) if person_id else None
    if account is None:
        raise NotFound
    return account


async def _count_letter(email: str, address: str, now: datetime) -> None:
    await count(LETTERS_BY_ADDRESS, address, now=now)
    await count(LETTERS_BY_ACCOUNT, email, now=now)


async def _send(template: str, email: str, language: str, path: str, now: datetime) -> None:
    """Queue a letter with a link of its own, so it has a name of its own."""
    name = f"{template}:{sha256(f'{email}|{path}|{now.isoformat()}'.encode()).hexdigest()[:32]}"
    await queue_letter(template, name=name, email=email, language=language, at=now, path=path)


def _check_person(email: str, name_ar: str, name_en: str) -> str:
    errors = _name_errors(name_ar, name_en)
    try:
        folded = fold_email(email)
    except Invalid as error:
        errors.extend(error.errors)
        folded = ""
    if errors:
        raise Invalid(*errors)
    return folded


def _name_errors(name_ar: str, name_en: str) -> list[FieldError]:
    errors = []
    for field, name in (("name_ar", name_ar), ("name_en", name_en)):
        if not name.strip():
            errors.append(FieldError(field, "err.required", word_field=f"account.{field}"))
        elif len(name) > LONGEST_NAME or not name.isprintable():
            errors.append(FieldError(field, "account.name_long", n=LONGEST_NAME))
        else:
            errors += check_script(field, name, script=field.removeprefix("name_"))
    return errors
