"""Conflicts of interest: those that the data show, judges' own answers, and the decision on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor, Role
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.panel.conflicts import decide_conflict, propose_conflicts
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState
from storage.reads.committee.conflicts import ConflictLine, list_conflicts

__all__ = ["ConflictController"]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict as it waits or was decided."""

    id: str
    judge: str
    entry: Ltr
    title: str
    why: Markup
    hints: tuple[Markup, ...]
    note: str
    state: str
    reason: str
    at: datetime
    sheet: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class ConflictsPage:
    """A list of conflicts; ``new`` is how many the last search found, just after it.

    ``is_told``: teams know their outcomes, so that a tie is no longer decided here.
    """

    is_declared: bool
    waiting: tuple[ConflictView, ...]
    decided: tuple[ConflictView, ...]
    may_decide: bool
    is_told: bool
    new: int | None
    failed: str


class ConflictController(Controller):
    """``/committee/conflicts`` and ``/committee/declared-conflicts``."""

    path = "/committee"

    @get("/conflicts", opt={"action": Action.READ_CONFLICTS})
    async def proposed(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        found = request.query_params.get("found", "")
        return await _show(actor, words, is_declared=False, new=int(found) if found.isdecimal() else None)

    @get("/declared-conflicts", opt={"action": Action.READ_CONFLICTS})
    async def declared(self, actor: Actor, words: Words) -> Page:
        return await _show(actor, words, is_declared=True)

    @post("/conflicts/search", opt={"action": Action.DECIDE_CONFLICT})
    async def search(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        n_new = await propose_conflicts(actor, (await stand(actor)).edition_id, now=now)
        return go_to(f"/committee/conflicts?found={n_new}")

    @post("/conflicts/{conflict:uuid}", opt={"action": Action.DECIDE_CONFLICT})
    async def decide(self, request: AnyRequest, conflict: UUID, actor: Actor, words: Words, now: datetime) -> Redirect:
        is_declared = False

        async def again() -> Page:
            return await _show(actor, words, is_declared=is_declared, failed=str(conflict))

        typed = await read_form(request, again=again)
        is_declared = typed.text("list") == "declared"
        await decide_conflict(
            actor, conflict, confirm=typed.text("decision") == "confirm", reason=typed.text("reason"), now=now
        )
        return go_to("/committee/declared-conflicts" if is_declared else "/committee/conflicts")


async def _show(actor: Actor, words: Words, *, is_declared: bool, new: int | None = None, failed: str = "") -> Page:
    standing = await stand(actor)
    lines = await list_conflicts(
        standing.edition_id, is_declared=is_declared, by_number=actor.role is Role.REGISTRAR, person_id=actor.person_id
    )
    views = [_view(each, words) for each in lines]
    shown = ConflictsPage(
        is_declared=is_declared,
        waiting=tuple(each for each in views if each.is_open),
        decided=tuple(each for each in views if not each.is_open),
        may_decide=may(Action.DECIDE_CONFLICT, actor, stage=standing.state),
        is_told=standing.state == EditionState.NOTIFIED,
        new=new,
        failed=failed,
    )
    return page("committee/conflicts", shown)


def _view(line: ConflictLine, words: Words) -> ConflictView:
    key = f"conf.kind.{line.kind}" if line.kind else f"conflict.{line.source}"
    return ConflictView(
        id=str(line.id),
        judge=pick(line, "judge", words),
        entry=Ltr(line.entry_name),
        title=pick(line, "title", words),
        why=words.say(key) if key in words else words.say("conflict.declared"),
        hints=_hints(line.facts, words),
        note=line.note,
        state=line.state,
        reason=line.reason,
        at=line.decided_at or line.made_at,
        sheet="set_aside" if line.sheet_state == "set-aside" else line.sheet_state,
        is_open=line.state in {"proposed", "held"},
    )


def _hints(facts: Mapping[str, Any], words: Words) -> tuple[Markup, ...]:
    """Say how a tie was seen: by name, address or employer; which other ties stand beside it; the family name."""
    hints = [words.say(f"conflict.by_{facts['by']}")] if facts.get("by") in {"name", "email", "employer"} else []
    hints += [words.say(f"conflict.{kind}") for kind in facts.get("also", ()) if f"conflict.{kind}" in words]
    return tuple(hints + ([words.say("conflict.hint_family")] if facts.get("family") else []))
