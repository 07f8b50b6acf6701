"""What takes two members: exclusions, reopened sheets, unmasking; and where a member steps aside."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.deciding.joint import Matter
from service.usecases.deciding.reopening import answer_reopening
from service.usecases.deciding.unmasking import (
    KINDS,
    Identity,
    NotUnmasked,
    answer_unmasking,
    ask_unmasking,
    read_identity,
    step_aside,
)
from service.usecases.entering.eligibility import answer_exclusion
from service.usecases.publishing.previewing import answer_preview_names
from service.usecases.ranking.method_reopening import answer_method_reopening
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.committee.entries import EntryPage, find_entry
from storage.reads.committee.joint import JointLine, list_joint
from storage.reads.committee.standing import Standing

__all__ = ["SecondPersonController", "UnmaskController"]

_ANSWERS = {
    Matter.UNMASK: answer_unmasking,
    Matter.REOPEN_SHEET: answer_reopening,
    Matter.EXCLUDE: answer_exclusion,
    Matter.PREVIEW_NAMES: answer_preview_names,
    Matter.REOPEN_METHOD: answer_method_reopening,
}
_ACTIONS = {
    Matter.UNMASK: Action.UNMASK,
    Matter.REOPEN_SHEET: Action.REOPEN_SHEET,
    Matter.EXCLUDE: Action.CONFIRM_EXCLUSION,
    Matter.PREVIEW_NAMES: Action.PREVIEW_NAMES,
    Matter.REOPEN_METHOD: Action.REOPEN_METHOD,
}


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request in the list; ``may_agree`` when this reader can be the second person."""

    id: UUID
    matter: str
    code: Ltr
    title: str
    judge: str
    rule: str
    reason: str
    asker: str
    state: str
    at: datetime
    is_own: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Everything that waits for a second person, and what was answered."""

    waiting: tuple[RequestView, ...]
    answered: tuple[RequestView, ...]


@dataclass(frozen=True, slots=True)
class UnmaskPage:
    """An entry whose people are asked for, agreed on, or shown."""

    code: Ltr
    title: str
    state: str
    is_own: bool
    request: RequestView | None
    institution: str
    supervisor: str
    members: tuple[str, ...]
    may_ask: bool
    kinds: tuple[tuple[str, str], ...]


class SecondPersonController(Controller):
    """``/committee/second-person``: what one member asked and another answers."""

    path = "/committee/second-person"

    @get("/", opt={"action": Action.READ_SHEETS})
    async def show(self, actor: Actor, words: Words) -> Page:
        """List what waits."""
        standing = await stand(actor)
        views = await _requests(actor, standing, words)
        waiting = tuple(each for each in views if each.state == "waiting")
        answered = tuple(each for each in views if each.state != "waiting")
        return page("committee/second_person", RequestsPage(waiting, answered))

    @post("/{matter:str}/{request_id:uuid}", opt={"action": Action.ANSWER_REQUEST})
    async def answer(self, request: AnyRequest, matter: str, request_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Agree or decline."""
        typed = await read_form(request)
        found = next((each for each in Matter if each == matter), None)
        if found is None:
            raise NotFound
        await _ANSWERS[found](actor, request_id, agrees=typed.text("answer") == "agree", now=now)
        return go_to("/committee/second-person")


class UnmaskController(Controller):
    """``/committee/entries/{code}/unmask`` and stepping aside from an entry."""

    path = "/committee/entries/{code:str}"

    @get("/unmask", opt={"action": Action.UNMASK})
    async def show(self, code: str, actor: Actor, words: Words, now: datetime) -> Page:
        """Show where the request stands, and the names once two have agreed."""
        return await _unmask(code, actor, words, now)

    @post("/unmask", opt={"action": Action.UNMASK})
    async def ask(self, request: AnyRequest, code: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Ask for the names."""

        async def again() -> Page:
            return await _unmask(code, actor, words, now)

        typed = await read_form(request, again=again)
        _, found = await _find(actor, code)
        await ask_unmasking(actor, found.id, reason=typed.text("reason"), now=now)
        return go_to(f"/committee/entries/{code}/unmask")

    @post("/step-aside", opt={"action": Action.STEP_ASIDE})
    async def step_aside(self, request: AnyRequest, code: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Declare a tie: the category closes to this member."""

        async def again() -> Page:
            return await _unmask(code, actor, words, now)

        typed = await read_form(request, again=again)
        _, found = await _find(actor, code)
        await step_aside(actor, found.id, kind=typed.text("kind"), note=typed.text("note"), now=now)
        return go_to("/committee")


async def _find(actor: Actor, code: str) -> tuple[Standing, EntryPage]:
    """Find an entry that this member may see into."""
    standing = await stand(actor)
    found = await find_entry(standing.edition_id, code)
    if found is None or found.category_id not in {each.id for each in standing.categories}:
        raise NotFound
    return standing, found


async def _requests(actor: Actor, standing: Standing, words: Words) -> tuple[RequestView, ...]:
    lines = await list_joint(standing.edition_id, frozenset(each.id for each in standing.categories))
    return tuple(_request(actor, standing, each, words) for each in lines)


def _request(actor: Actor, standing: Standing, line: JointLine, words: Words) -> RequestView:
    is_own = line.asked_by == actor.person_id
    is_open = may(_ACTIONS[Matter(line.matter)], actor, stage=standing.state)
    return RequestView(
        id=line.id,
        matter=line.matter,
        code=Ltr(line.code_name),
        title=pick(line, "title", words),
        judge=pick(line, "judge", words),
        rule=pick(line, "rule", words),
        reason=line.reason,
        asker=pick(line, "asker", words),
        state=line.state,
        at=line.answered_at or line.asked_at,
        is_own=is_own,
        may_answer=line.state == "waiting" and is_open and not is_own,
    )


def _names(identity: Identity, words: Words) -> tuple[str, ...]:
    return tuple((ar if words.lang == "ar" else en) or ar or en for ar, en in identity.members)


async def _unmask(code: str, actor: Actor, words: Words, now: datetime) -> Page:
    standing, found = await _find(actor, code)
    requests = [
        each
        for each in await _requests(actor, standing, words)
        if each.matter == Matter.UNMASK and each.code == found.code_name
    ]
    last = requests[0] if requests else None
    is_agreed = any(each.state == "agreed" for each in requests)
    identity: Identity | None = None
    if is_agreed and may(Action.UNMASK, actor, stage=standing.state):
        try:
            identity = await read_identity(actor, found.id, now=now)
        except NotUnmasked:
            identity = None
    shown = UnmaskPage(
        code=Ltr(found.code_name),
        title=pick(found, "title", words),
        state="shown" if identity else last.state if last and last.state == "waiting" else "none",
        is_own=bool(last and last.is_own),
        request=last,
        institution=pick(identity, "institution", words) if identity else "",
        supervisor=pick(identity, "supervisor", words) if identity else "",
        members=_names(identity, words) if identity else (),
        may_ask=may(Action.UNMASK, actor, stage=standing.state),
        kinds=tuple((each, words.plain(f"aside.{each}")) for each in KINDS),
    )
    return page("committee/unmask", shown)
