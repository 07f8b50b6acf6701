"""The second factor: setting it up with a picture of squares or by hand, new recovery codes, giving it up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.settings import Settings
from service.text import Ltr, Words
from service.usecases.people.second_factor import (
    NEEDING,
    Enrolment,
    confirm_factor,
    count_recovery_codes,
    offer_factor,
    remove_factor,
    renew_recovery_codes,
)
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from service.web.squares import Squares, draw_squares
from service.web.visit import visit_of

__all__ = ["SecondFactorController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class FactorPage:
    """The second factor as it stands. ``codes`` are shown in the answer that made them, and never again.

    ``pending`` is the new secret, sealed, for the form to carry.
    """

    is_set: bool
    is_needed: bool
    is_asked_for: bool
    email: str
    secret: Ltr | None
    squares: Squares | None
    n_left: int
    pending: str = ""
    codes: tuple[str, ...] = ()


class SecondFactorController(Controller):
    """``/account/second-factor``."""

    path = "/account/second-factor"

    @get("/", opt={"action": Action.READ_ACCOUNT})
    async def show(self, request: AnyRequest, actor: Actor, words: Words, settings: Settings) -> Page:
        return await _show(request, actor, words, settings)

    @post("/", opt={"action": Action.CHANGE_ACCOUNT})
    async def change(
        self, request: AnyRequest, actor: Actor, words: Words, settings: Settings, now: datetime
    ) -> Page | Redirect:
        async def again() -> Page:
            return await _show(request, actor, words, settings, pending=typed.text("pending"))

        typed = await read_form(request, again=again)
        code = typed.text("code")
        if typed.text("part") == "remove":
            await remove_factor(actor, code, is_needed=settings.needs_second_factor, key=settings.secret, now=now)
            return go_to("/account/second-factor")
        if typed.text("part") == "codes":
            codes = await renew_recovery_codes(actor, code, key=settings.secret, now=now)
        else:
            codes = await confirm_factor(actor, code, pending=typed.text("pending"), key=settings.secret, now=now)
        return page(
            "account/second_factor", FactorPage(True, False, False, actor.email, None, None, len(codes), codes=codes)
        )


async def _show(request: AnyRequest, actor: Actor, words: Words, settings: Settings, *, pending: str = "") -> Page:
    visit = visit_of(request)
    if actor.person_id is None or visit.session is None:
        raise NotFound
    is_set = visit.session.second_factor_at is not None
    made: Enrolment | None = None
    if not is_set:
        made = await offer_factor(actor, pending=pending, issuer=words.plain("app.name"), key=settings.secret)
    return page(
        "account/second_factor",
        FactorPage(
            is_set=is_set,
            is_needed=settings.needs_second_factor and any(grant.role in NEEDING for grant in actor.grants),
            is_asked_for=visit.lacks_factor,
            email=actor.email,
            secret=Ltr(_in_fours(made.secret)) if made else None,
            squares=draw_squares(made.address) if made else None,
            n_left=await count_recovery_codes(actor.person_id) if is_set else 0,
            pending=made.pending if made else "",
        ),
    )


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
