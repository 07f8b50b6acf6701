"""Becoming somebody here: signing up, confirming the address, a new password, taking up an invitation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.permissions import Action
from service.usecases.people.accounts import ask_for_reset, confirm_address, reset_password, sign_up
from service.usecases.people.invitations import Invitation, accept_invitation, get_invitation
from service.usecases.people.passwords import SHORTEST
from service.usecases.people.tokens import Purpose, get_link
from service.web.account.signing_in import SentPage, device_of, let_in
from service.web.forms import read_form
from service.web.pages import Page, page
from service.web.visit import visit_of

__all__ = ["InvitationController", "PasswordResetController", "SignUpController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """A password is chosen for this address."""

    email: str
    shortest: int = SHORTEST


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """What is offered, and to whom."""

    email: str
    role: str
    edition_ar: str
    edition_en: str
    needs_password: bool
    shortest: int = SHORTEST


class SignUpController(Controller):
    """Asking for an account; the mailed link confirms the address and asks for a password."""

    path = "/sign-up"

    @get("/", opt={"action": Action.SIGN_UP})
    async def show(self) -> Page:
        return page("account/sign_up")

    @post("/", opt={"action": Action.SIGN_UP})
    async def send(self, request: AnyRequest, now: datetime) -> Page:
        async def again() -> Page:
            return page("account/sign_up")

        visit = visit_of(request)
        typed = await read_form(request, again=again)
        email = await sign_up(
            typed.text("email"),
            name_ar=typed.text("name_ar"),
            name_en=typed.text("name_en"),
            language=visit.language,
            address=visit.address,
            now=now,
        )
        return page("account/sent", SentPage(email=email))

    @get("/{token:str}", opt={"action": Action.USE_LINK})
    async def show_link(self, token: str, now: datetime) -> Page:
        link = await get_link(token, Purpose.CONFIRM, now=now)
        return page("account/confirm", PasswordPage(email=link.email))

    @post("/{token:str}", opt={"action": Action.USE_LINK})
    async def use_link(self, request: AnyRequest, token: str, now: datetime) -> Redirect:
        link = await get_link(token, Purpose.CONFIRM, now=now)

        async def again() -> Page:
            return page("account/confirm", PasswordPage(email=link.email))

        typed = await read_form(request, again=again)
        begun = await confirm_address(token, password=typed.secret("password"), device=device_of(request), now=now)
        return await let_in(request, begun)


class PasswordResetController(Controller):
    """A new password for somebody who cannot sign in."""

    path = "/password-reset"

    @get("/", opt={"action": Action.SIGN_IN})
    async def show(self) -> Page:
        return page("account/password_reset")

    @post("/", opt={"action": Action.SIGN_IN})
    async def send(self, request: AnyRequest, now: datetime) -> Page:
        async def again() -> Page:
            return page("account/password_reset")

        visit = visit_of(request)
        typed = await read_form(request, again=again)
        email = await ask_for_reset(typed.text("email"), language=visit.language, address=visit.address, now=now)
        return page("account/sent", SentPage(email=email))

    @get("/{token:str}", opt={"action": Action.USE_LINK})
    async def show_link(self, token: str, now: datetime) -> Page:
        link = await get_link(token, Purpose.RESET, now=now)
        return page("account/new_password", PasswordPage(email=link.email))

    @post("/{token:str}", opt={"action": Action.USE_LINK})
    async def use_link(self, request: AnyRequest, token: str, now: datetime) -> Redirect:
        link = await get_link(token, Purpose.RESET, now=now)

        async def again() -> Page:
            return page("account/new_password", PasswordPage(email=link.email))

        typed = await read_form(request, again=again)
        begun = await reset_password(token, password=typed.secret("password"), device=device_of(request), now=now)
        return await let_in(request, begun)


class InvitationController(Controller):
    """A judge, a committee member or an observer is invited: GET shows what is offered, the button takes it up."""

    path = "/invitations/{token:str}"

    @get("/", opt={"action": Action.USE_LINK})
    async def show(self, token: str, now: datetime) -> Page:
        return _invitation_page(await get_invitation(token, now=now))

    @post("/", opt={"action": Action.USE_LINK})
    async def accept(self, request: AnyRequest, token: str, now: datetime) -> Redirect:
        offered = await get_invitation(token, now=now)

        async def again() -> Page:
            return _invitation_page(offered)

        typed = await read_form(request, again=again)
        begun = await accept_invitation(
            token, password=typed.secret("password") or None, device=device_of(request), now=now
        )
        return await let_in(request, begun)


def _invitation_page(offered: Invitation) -> Page:
    return page(
        "account/invitation",
        InvitationPage(
            email=offered.email,
            role=offered.role.value,
            edition_ar=offered.edition_ar,
            edition_en=offered.edition_en,
            needs_password=not offered.has_password,
        ),
    )
