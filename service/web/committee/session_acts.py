"""What is done in the session of a decision, each a form of its page; and members' comments on a project."""

from datetime import datetime
from functools import partial
from uuid import UUID

from litestar import Controller, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.deciding.sessions import (
    cast_ballot,
    close_motion,
    comment_on_entry,
    put_motion,
    record_attendance,
)
from service.web.committee.decisions import show_decision
from service.web.committee.entry import show_entry
from service.web.committee.standing import AnyRequest, round_of, stand
from service.web.forms import Typed, read_form
from service.web.pages import go_to
from storage.reads.committee.decision import CategoryDecision, find_decision
from storage.reads.committee.entries import find_entry

__all__ = ["CommentController", "SessionController"]


class SessionController(Controller):
    """What is done in the session: each step a form of the decision's page."""

    path = "/committee/decision/{category:str}"

    @post("/attendance", opt={"action": Action.HOLD_SESSION})
    async def attendance(
        self, request: AnyRequest, category: str, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        typed = await read_form(request, again=partial(show_decision, actor, words, category), is_edit=True)
        decision = await _decision(actor, category)
        states = {
            Typed({"id": [each]}).uuid("id"): typed.text(f"state-{each}")
            for each in typed.all("member")
        }  # fmt: skip
        await record_attendance(
            actor,
            decision.id,
            present=[person for person, state in states.items() if state == "present"],
            recused={
                person: typed.text(f"reason-{person}") for person, state in states.items() if state == "recused"
            },
            now=now,
            seen=typed.text("attendance"),
        )  # fmt: skip
        return go_to(f"/committee/decision/{category}")

    @post("/motions", opt={"action": Action.PUT_MOTION})
    async def motion(self, request: AnyRequest, category: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        typed = await read_form(request, again=partial(show_decision, actor, words, category))
        await put_motion(actor, (await _decision(actor, category)).id, typed.text("motion"), now=now)
        return go_to(f"/committee/decision/{category}")

    @post("/motions/{motion:uuid}/ballot", opt={"action": Action.PUT_MOTION})
    async def ballot(
        self, request: AnyRequest, category: str, motion: UUID, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        typed = await read_form(request, again=partial(show_decision, actor, words, category))
        await cast_ballot(actor, motion, typed.text("choice"), now=now)
        return go_to(f"/committee/decision/{category}")

    @post("/motions/{motion:uuid}/close", opt={"action": Action.HOLD_SESSION})
    async def close(self, request: AnyRequest, category: str, motion: UUID, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await close_motion(actor, motion, now=now)
        return go_to(f"/committee/decision/{category}")


class CommentController(Controller):
    """``/committee/entries/{code}/comments``: what a member says of a project, for the record."""

    path = "/committee/entries/{code:str}/comments"

    @post("/", opt={"action": Action.COMMENT_ON_ENTRY})
    async def comment(self, request: AnyRequest, code: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        typed = await read_form(request, again=partial(show_entry, actor, words, code))
        standing = await stand(actor)
        found = await find_entry(standing.edition_id, code)
        if found is None or found.category_id not in {each.id for each in standing.categories}:
            raise NotFound
        await comment_on_entry(actor, found.id, typed.text("comment"), now=now)
        return go_to(f"/committee/entries/{code}")


async def _decision(actor: Actor, slug: str) -> CategoryDecision:
    standing = await stand(actor)
    found = standing.find_category(slug)
    decision = await find_decision(round_of(standing).id, found.id) if found else None
    if decision is None:
        raise NotFound
    return decision
