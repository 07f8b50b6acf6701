"""One's own data: what is held, a copy of it, and asking that it be deleted."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.people.personal_data import ask_deletion, export_own_data, take_back_deletion
from service.web.account.data_copy import lay_out
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.personal import DeletionView, Hold, count_personal_data, find_deletion, list_holds

__all__ = ["DataController"]

AnyRequest = Request[Any, Any, Any]
FILE_NAME = "tahkim-my-data.json"


@dataclass(frozen=True, slots=True)
class HoldLine:
    """Something that a running edition still needs."""

    kind: str
    name: str
    edition: str


@dataclass(frozen=True, slots=True)
class DataPage:
    """What is held, by kind; what keeps it; the request, where there is one."""

    held: tuple[tuple[str, int], ...]
    holds: tuple[HoldLine, ...]
    deletion: DeletionView | None
    is_waiting: bool


class DataController(Controller):
    """``/account/data``."""

    path = "/account/data"

    @get("/", opt={"action": Action.READ_ACCOUNT})
    async def show(self, actor: Actor, words: Words) -> Page:
        return await _show(actor, words)

    @get("/copy", opt={"action": Action.READ_ACCOUNT})
    async def ask_again(self) -> Redirect:
        """Lead whoever changes the language of the copy, or opens its address later, to where it is asked for."""
        return go_to("/account/data")

    @post("/copy", opt={"action": Action.EXPORT_OWN_DATA})
    async def give_copy(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Response[bytes] | Page:
        typed = await read_form(request)
        found = await export_own_data(actor, now=now)
        if typed.text("as") == "page":
            return page("account/data_copy", lay_out(found, words, given_at=now))
        body = json.dumps({"given_at": now.isoformat(), **found}, ensure_ascii=False, indent=2, default=str)
        return Response(
            body.encode(),
            status_code=200,
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"', "Cache-Control": "no-store"},
        )

    @post("/", opt={"action": Action.ASK_DELETION})
    async def ask(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words)

        typed = await read_form(request, again=again)
        if typed.text("part") == "take-back":
            await take_back_deletion(actor, now=now)
        else:
            await ask_deletion(actor, email=typed.text("email"), now=now)
        return go_to("/account/data")


async def _show(actor: Actor, words: Words) -> Page:
    person_id = _person(actor)
    deletion = await find_deletion(person_id)
    return page(
        "account/data",
        DataPage(
            held=tuple((await count_personal_data(person_id)).items()),
            holds=tuple(_line(hold, words) for hold in await list_holds(person_id)),
            deletion=deletion,
            is_waiting=deletion is not None and deletion.state == "waiting",
        ),
    )


def _line(hold: Hold, words: Words) -> HoldLine:
    return HoldLine(hold.kind, hold.name, hold.edition_ar if words.lang == "ar" else hold.edition_en)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id
