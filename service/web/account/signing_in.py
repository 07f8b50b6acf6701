"""Signing in, by password or by a mailed link, and signing out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.logging import get_logger
from service.permissions import Action
from service.settings import Settings
from service.usecases.people.accounts import ask_for_link, sign_in, sign_in_by_link
from service.usecases.people.beginning import SignedIn
from service.usecases.people.second_factor import pass_challenge
from service.usecases.people.sessions import leave_session
from service.usecases.people.tokens import LinkUsed, Purpose, get_link
from service.web.cookies import DEVICE, cookie_name, device_mark, make_cookie, read_device_mark
from service.web.forms import read_form
from service.web.pages import Page, go_to, home_of, page
from service.web.redirects import safe_next
from service.web.session import DEVICE_LASTS, give_cookie, load_actor, take_cookie
from service.web.visit import visit_of

__all__ = ["SignInController", "SignOutController", "let_in"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The page where people sign in; ``next`` is where they wanted to go."""

    next: str


@dataclass(frozen=True, slots=True)
class SentPage:
    """A letter is on its way, or so this page says to everybody."""

    email: str


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a mailed link opens: a button that spends it."""

    email: str


class SignInController(Controller):
    """The page, the mailed link, and what they send."""

    path = "/sign-in"

    @get("/", opt={"action": Action.SIGN_IN})
    async def show(self, request: AnyRequest) -> Page:
        return _sign_in_page(request)

    @post("/", opt={"action": Action.SIGN_IN})
    async def send(self, request: AnyRequest, now: datetime) -> Page | Redirect:
        async def again() -> Page:
            return _sign_in_page(request)

        visit = visit_of(request)
        typed = await read_form(request, again=again)
        if typed.text("by") == "link":
            email = await ask_for_link(typed.text("email"), language=visit.language, address=visit.address, now=now)
            return page("account/sent", SentPage(email=email))
        mark = visit.cookies.get(cookie_name(DEVICE, visit.settings), "")
        begun = await sign_in(
            typed.text("email"),
            typed.secret("password"),
            device=device_of(request),
            address=visit.address,
            known_device=read_device_mark(mark, typed.text("email").lower(), visit.settings),
            now=now,
        )
        return await let_in(request, begun, wanted=typed.text("next"))

    @get("/{token:str}", opt={"action": Action.USE_LINK})
    async def show_link(self, request: AnyRequest, token: str, now: datetime) -> Page:
        if await _is_challenge(token, now):
            return _code_page(request)
        link = await get_link(token, Purpose.SIGN_IN, now=now)
        return page("account/sign_in_link", LinkPage(email=link.email))

    @post("/{token:str}", opt={"action": Action.USE_LINK})
    async def use_link(self, request: AnyRequest, token: str, now: datetime, settings: Settings) -> Redirect:
        async def again() -> Page:
            return _code_page(request)

        if not await _is_challenge(token, now):
            return await let_in(request, await sign_in_by_link(token, device=device_of(request), now=now))
        typed = await read_form(request, again=again)
        begun = await pass_challenge(token, typed.text("code"), key=settings.secret, device=device_of(request), now=now)
        return await let_in(request, begun, wanted=typed.text("next"))


class SignOutController(Controller):
    """Leaving this device."""

    path = "/sign-out"

    @post("/", opt={"action": Action.SIGN_OUT})
    async def send(self, request: AnyRequest, actor: Actor) -> Redirect:
        if actor.session_id is not None:
            await leave_session(actor.session_id)
        take_cookie(visit_of(request))
        return go_to("/")


async def let_in(request: AnyRequest, begun: SignedIn, *, wanted: str = "") -> Redirect:
    """Give the browser its new session, remember that this account has been here, and go on to its first page.

    Where a second factor is set there is no session yet, and the reader goes on to give the code.
    """
    visit = visit_of(request)
    if begun.challenge:
        onward = safe_next(wanted, "")
        return go_to(f"/sign-in/{begun.challenge}" + (f"?next={quote(onward)}" if onward else ""))
    get_logger().info("session-begun", person=str(begun.person_id))  # how, the route in this request's last line says
    if visit.session is not None:
        await leave_session(visit.session.id)
    give_cookie(visit, begun.secret)
    mark = device_mark(begun.email, visit.settings)
    visit.set_cookies.append(make_cookie(DEVICE, mark, visit.settings, lasts=DEVICE_LASTS))
    await load_actor(visit)
    return go_to(safe_next(wanted, home_of(visit.actor.role)))


def device_of(request: AnyRequest) -> str:
    """Name a browser in the list of sessions, by what it says of itself."""
    return request.headers.get("user-agent", "")


async def _is_challenge(token: str, now: datetime) -> bool:
    try:
        await get_link(token, Purpose.SECOND_FACTOR, now=now)
    except LinkUsed:
        return False
    return True


def _code_page(request: AnyRequest) -> Page:
    visit = visit_of(request)
    typed = visit.typed.text("next") if visit.typed else request.query_params.get("next", "")
    return page("account/code", SignInPage(next=safe_next(typed, "")))


def _sign_in_page(request: AnyRequest) -> Page:
    visit = visit_of(request)
    wanted = request.query_params.get("next", "")
    typed = visit.typed.text("next") if visit.typed else wanted
    return page("account/sign_in", SignInPage(next=safe_next(typed, "")))
