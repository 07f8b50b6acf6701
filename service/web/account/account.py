"""One's own account: names and preferences, password, devices, the role one acts in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.people.accounts import Preferences, change_account, change_password
from service.usecases.people.beginning import SignedIn
from service.usecases.people.passwords import SHORTEST
from service.usecases.people.sessions import end_session, switch_grant
from service.web.account.devices import DeviceRow, row_of
from service.web.account.signing_in import device_of, let_in
from service.web.cookies import THEME, make_cookie
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from service.web.session import DEVICE_LASTS
from service.web.visit import visit_of
from storage.reads.accounts import AccountView, find_account, list_devices

__all__ = ["AccountController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The account as its owner sets it."""

    email: str
    name_ar: str
    name_en: str
    language: str
    digits: str
    theme: str
    has_password: bool
    shortest: int
    is_saved: bool


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """Where the person is signed in."""

    devices: tuple[DeviceRow, ...]
    current_id: UUID | None


class AccountController(Controller):
    """The pages under ``/account``."""

    path = "/account"

    @get("/", opt={"action": Action.READ_ACCOUNT})
    async def show(self, request: AnyRequest, actor: Actor) -> Page:
        return await _account_page(actor, is_saved="saved" in request.query_params)

    @post("/", opt={"action": Action.CHANGE_ACCOUNT})
    async def save(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _account_page(actor, is_saved=False)

        typed = await read_form(request, again=again)
        if typed.text("part") == "password":
            await change_password(actor, old=typed.secret("old_password"), new=typed.secret("password"), now=now)
            return go_to("/account?saved")
        wanted = Preferences(
            name_ar=typed.text("name_ar"),
            name_en=typed.text("name_en"),
            language=typed.text("language"),
            digits=typed.text("digits"),
            theme=typed.text("theme"),
        )
        await change_account(actor, wanted)
        visit = visit_of(request)
        visit.set_cookies.append(make_cookie(THEME, wanted.theme, visit.settings, lasts=DEVICE_LASTS))
        return go_to(f"/{wanted.language}/account?saved")

    @get("/role", opt={"action": Action.READ_ACCOUNT})
    async def show_roles(self) -> Page:
        return page("account/role")

    @post("/role", opt={"action": Action.SWITCH_ROLE})
    async def switch(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        typed = await read_form(request)
        secret = await switch_grant(actor, typed.uuid("grant"), device=device_of(request), now=now)
        return await let_in(request, SignedIn(secret=secret, person_id=_person(actor), email=actor.email))

    @get("/sessions", opt={"action": Action.READ_ACCOUNT})
    async def show_sessions(self, actor: Actor, words: Words, now: datetime) -> Page:
        devices = tuple(row_of(each, words) for each in await list_devices(_person(actor), now=now))
        return page("account/sessions", SessionsPage(devices=devices, current_id=actor.session_id))

    @post("/sessions", opt={"action": Action.CHANGE_ACCOUNT})
    async def end(self, request: AnyRequest, actor: Actor) -> Redirect:
        typed = await read_form(request)
        await end_session(actor, typed.uuid("session"))
        return go_to("/account/sessions")


async def _account_page(actor: Actor, *, is_saved: bool) -> Page:
    account = await _account(actor)
    return page(
        "account/account",
        AccountPage(
            email=account.email,
            name_ar=account.name_ar,
            name_en=account.name_en,
            language=account.language,
            digits=account.digits,
            theme=account.theme,
            has_password=account.password_hash is not None,
            shortest=SHORTEST,
            is_saved=is_saved,
        ),
    )


async def _account(actor: Actor) -> AccountView:
    account = await find_account(_person(actor))
    if account is None:
        raise NotFound
    return account


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id
