"""The team, the supervisor, and the page behind a member's mailed link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.permissions import Action
from service.text import Words
from service.typed_text import fold_for_search
from service.usecases.entering.approvals import Affiliation, ask_again, save_supervision
from service.usecases.entering.entries import open_entry
from service.usecases.entering.team import (
    confirm_membership,
    get_membership,
    invite_member,
    remove_member,
    send_invitation_again,
)
from service.web.entrant.views import Head, Option, make_head, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.reads.entrant.edition import list_institutions

__all__ = ["MemberController", "SupervisorController", "TeamController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in the table."""

    id: str
    name: str
    email: str
    is_lead: bool
    confirmed_at: datetime | None
    invited_at: datetime | None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """The team."""

    head: Head
    members: tuple[MemberRow, ...]
    limit: int
    is_full: bool


@dataclass(frozen=True, slots=True)
class SupervisorPage:
    """The supervisor and the institution."""

    head: Head
    name_ar: str
    name_en: str
    email: str
    institutions: tuple[Option, ...]
    institution: str
    department: str
    academic_year: str
    asked_at: datetime | None
    approved_at: datetime | None
    returned_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class MemberPage:
    """What a mailed link asks somebody to confirm."""

    number: str
    title: str
    category: str
    lead: str
    name: str
    email: str
    is_confirmed: bool
    closes_at: datetime | None
    action: str


class TeamController(Controller):
    """``/entries/{number}/team``."""

    path = "/entries/{number:str}/team"

    @get("/", opt={"action": Action.READ_ENTRY})
    async def show(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/team", await _team_page(number, actor, words, now))

    @post("/", opt={"action": Action.EDIT_ENTRY})
    async def invite(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/team", await _team_page(number, actor, words, now))

        typed = await read_form(request, again=again)
        await invite_member(
            actor,
            number,
            name_ar=typed.text("name_ar"),
            name_en=typed.text("name_en"),
            email=typed.text("email"),
            now=now,
        )
        return go_to(f"/entries/{number}/team")

    @post("/{member:uuid}/remove", opt={"action": Action.EDIT_ENTRY})
    async def remove(self, number: str, member: UUID, actor: Actor, now: datetime) -> Redirect:
        await remove_member(actor, number, member, now=now)
        return go_to(f"/entries/{number}/team")

    @post("/{member:uuid}/invitation", opt={"action": Action.EDIT_ENTRY})
    async def invite_again(self, number: str, member: UUID, actor: Actor, now: datetime) -> Redirect:
        await send_invitation_again(actor, number, member, now=now)
        return go_to(f"/entries/{number}/team")


class SupervisorController(Controller):
    """``/entries/{number}/supervisor``."""

    path = "/entries/{number:str}/supervisor"

    @get("/", opt={"action": Action.READ_ENTRY})
    async def show(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/supervisor", await _supervisor_page(number, actor, words, now))

    @post("/", opt={"action": Action.EDIT_ENTRY})
    async def save(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/supervisor", await _supervisor_page(number, actor, words, now))

        typed = await read_form(request, again=again, is_edit=True)
        institutions = {each.slug: each.id for each in await list_institutions()}
        wanted = Affiliation(
            name_ar=typed.text("supervisor_name_ar"),
            name_en=typed.text("supervisor_name_en"),
            email=typed.text("email"),
            institution_id=institutions.get(typed.text("institution")),
            department=typed.text("department"),
            academic_year=typed.text("academic_year"),
        )
        await save_supervision(actor, number, wanted, revision=typed.number("revision") or 0, now=now)
        is_check = typed.text("then") == "check"
        return go_to(f"/entries/{number}/check" if is_check else f"/entries/{number}")

    @post("/letter", opt={"action": Action.EDIT_ENTRY})
    async def ask(self, number: str, actor: Actor, now: datetime) -> Redirect:
        await ask_again(actor, number, now=now)
        return go_to(f"/entries/{number}/supervisor")


class MemberController(Controller):
    """``/members/{token}``: opened with GET as often as one likes; only the button spends the link."""

    path = "/members/{token:str}"

    @get("/", opt={"action": Action.CONFIRM_MEMBERSHIP})
    async def show(self, token: str, words: Words, now: datetime) -> Page:
        found = await get_membership(token, now=now)
        lead = next(member for member in found.entry.members if member.is_lead)
        return page(
            "entrant/member",
            MemberPage(
                number=found.entry.number,
                title=pick(found.entry, "title", words),
                category=pick(found.entry.category, "name", words),
                lead=pick(lead, "name", words),
                name=pick(found, "name", words),
                email=found.email,
                is_confirmed=found.is_confirmed,
                closes_at=found.entry.rules.deadline_at,
                action=f"/members/{token}",
            ),
        )

    @post("/", opt={"action": Action.CONFIRM_MEMBERSHIP})
    async def confirm(self, token: str, actor: Actor, words: Words, now: datetime) -> Page:
        number = await confirm_membership(actor, token, language=words.lang, now=now)
        return page("entrant/member_confirmed", number)


async def _team_page(number: str, actor: Actor, words: Words, now: datetime) -> TeamPage:
    own, entry = await open_entry(actor, number)
    return TeamPage(
        head=make_head(own, entry, actor, words, now),
        members=tuple(
            MemberRow(
                str(member.id),
                pick(member, "name", words),
                member.email,
                member.is_lead,
                member.confirmed_at,
                member.invited_at,
            )
            for member in entry.members
        ),
        limit=own.rules.max_members,
        is_full=len(entry.members) >= own.rules.max_members,
    )


async def _supervisor_page(number: str, actor: Actor, words: Words, now: datetime) -> SupervisorPage:
    own, entry = await open_entry(actor, number)
    supervision = entry.supervision
    institutions = sorted(await list_institutions(), key=lambda each: fold_for_search(pick(each, "name", words)))
    return SupervisorPage(
        head=make_head(own, entry, actor, words, now),
        name_ar=supervision.name_ar if supervision else "",
        name_en=supervision.name_en if supervision else "",
        email=supervision.email if supervision else "",
        institutions=tuple(Option(each.slug, pick(each, "name", words)) for each in institutions),
        institution=next((each.slug for each in institutions if each.id == entry.institution_id), ""),
        department=entry.department,
        academic_year=entry.academic_year,
        asked_at=supervision.asked_at if supervision else None,
        approved_at=supervision.approved_at if supervision else None,
        returned_at=supervision.returned_at if supervision else None,
        note=supervision.note if supervision else "",
    )
