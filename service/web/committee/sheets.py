"""The sheets of a round that is over: those without a seal, time to seal them, and the first asking to reopen one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.permissions import Action, may
from service.text import Ltr, Words
from service.typed_text import fold_for_search
from service.usecases.deciding.reopening import ask_reopening
from service.usecases.panel.sheet_time import give_time
from service.web.committee.parts import part_of
from service.web.committee.standing import AnyRequest, list_settled, no_round, pick, read_moment, stand, write_moment
from service.web.forms import read_form
from service.web.language import with_language
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.joint import list_sheets

SHEETS_A_PART = 50
"""Sealed sheets of one part of the list: some ten screens of a phone."""
TIME_OFFERED = timedelta(days=2)
"""The time to seal that is offered first; the chair may change it."""


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet in the list of a judge."""

    id: UUID
    judge: str
    code: Ltr
    state: str
    at: datetime | None
    may_reopen: bool
    is_asked: bool
    may_give_time: bool
    due_at: datetime | None
    appeal: str | None


@dataclass(frozen=True, slots=True)
class SheetsPage:
    """The sheets of the round by what is to be done with them; ``sealed`` is a part of the ``n_sealed``."""

    unsealed: tuple[SheetView, ...]
    sealed: tuple[SheetView, ...]
    first: int
    n_sealed: int
    previous: str | None
    next: str | None
    set_aside: tuple[SheetView, ...]
    is_round_open: bool
    failed: str
    due_at: str
    given: bool


class SheetsController(Controller):
    """``/committee/sheets``: unsealed, sealed and set aside; reopening asks for two."""

    path = "/committee/sheets"

    @get("/", opt={"action": Action.READ_SHEETS})
    async def show(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Page:
        """List the sheets of the round."""
        asked = request.query_params
        return await _sheets(actor, words, now, given="given" in asked, part=asked.get("part", ""))

    @post("/{sheet_id:uuid}/reopen", opt={"action": Action.REOPEN_SHEET})
    async def reopen(self, request: AnyRequest, sheet_id: UUID, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Ask that a sealed sheet be opened again."""

        async def again() -> Page:
            return await _sheets(actor, words, now, failed=str(sheet_id))

        typed = await read_form(request, again=again)
        await ask_reopening(actor, sheet_id, reason=typed.text("reason"), now=now)
        return go_to("/committee/second-person")

    @post("/{sheet_id:uuid}/time", opt={"action": Action.ASK_FOLLOW_UP})
    async def give_time(
        self, request: AnyRequest, sheet_id: UUID, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        """Let an unsealed sheet be sealed later."""

        async def again() -> Page:
            return await _sheets(actor, words, now, failed=str(sheet_id))

        typed = await read_form(request, again=again)
        due_at = read_moment(typed.text("due_at"), (await stand(actor)).time_zone)
        await give_time(actor, sheet_id, due_at=due_at, reason=typed.text("reason"), now=now)
        return go_to("/committee/sheets?given=yes")


async def _sheets(
    actor: Actor, words: Words, now: datetime, *, failed: str = "", given: bool = False, part: str = ""
) -> Page:
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round("sheets.title")
    seen = {each.id for each in standing.categories}
    is_open = standing.in_round.state == RoundState.OPEN
    may_give_time = may(Action.ASK_FOLLOW_UP, actor, stage=standing.state) and standing.in_round.state in {
        RoundState.OPEN, RoundState.CLOSED, RoundState.RANKED,
    }  # fmt: skip
    settled = await list_settled(standing)
    may_reopen = is_open and may(Action.REOPEN_SHEET, actor, stage=standing.state)
    views = [
        SheetView(
            id=each.id,
            judge=pick(each, "judge", words),
            code=Ltr(each.code_name),
            state="complete" if each.state == "draft" and each.is_complete else each.state.replace("-", "_"),
            at=each.aside_at if each.state == "set-aside" else each.sealed_at or each.saved_at,
            may_reopen=may_reopen and each.state == "sealed" and not each.is_asked,
            may_give_time=may_give_time and each.state == "draft" and each.category_id not in settled,
            due_at=each.due_at,
            is_asked=each.is_asked,
            appeal=each.appeal,
        )
        for each in await list_sheets(standing.in_round.id)
        if each.category_id in seen
    ]
    views.sort(key=lambda each: (fold_for_search(each.judge), each.code))
    sealed = [each for each in views if each.state == "sealed"]
    at = next((at for at, each in enumerate(sealed) if str(each.id) == failed), None)  # its form comes back with it
    in_part = part_of(len(sealed), part if at is None else str(at // SHEETS_A_PART + 1), SHEETS_A_PART)
    here = with_language("/committee/sheets", words.lang)
    shown = SheetsPage(
        unsealed=tuple(each for each in views if each.state == "complete"),
        sealed=tuple(sealed[in_part.first - 1 : in_part.last]),
        first=in_part.first,
        n_sealed=len(sealed),
        previous=in_part.before(here),
        next=in_part.after(here),
        set_aside=tuple(each for each in views if each.state == "set_aside"),
        is_round_open=is_open,
        failed=failed,
        due_at=write_moment(now + TIME_OFFERED, standing.time_zone),
        given=given,
    )
    return page("committee/sheets", shown)
