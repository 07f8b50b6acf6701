"""``/admin/people``: who holds which duty in which edition; inviting, and taking a duty back."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor, Role
from service.permissions import Action
from service.text import Ltr, Words
from service.typed_text import fold_for_search
from service.usecases.people.duties import DUTIES, invite_to_duty, take_back_duty, take_back_invitation
from service.usecases.people.second_factor import reset_factor
from service.web.committee.standing import AnyRequest, Chip, pick
from service.web.forms import read_form
from service.web.language import with_language
from service.web.pages import Page, go_to, page
from storage.reads.administration.editions import EditionRow, list_all_editions
from storage.reads.administration.people import DutyLine, list_duties

__all__ = ["PeopleController"]

_NEEDED = 5
"""The first of the duties, without which no edition runs."""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty in the list."""

    id: UUID
    person_id: UUID | None
    has_factor: bool
    name: str
    email: Ltr
    role: str
    edition: str
    is_invited: bool
    at: datetime
    is_last: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the form."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The people with duties, and the form that invites."""

    rows: tuple[DutyRow, ...]
    chips: tuple[Chip, ...]
    duties: tuple[Option, ...]
    editions: tuple[Option, ...]
    edition: str
    lacking: tuple[str, ...]
    invited: bool
    taken: bool


class PeopleController(Controller):
    """People and their duties."""

    path = "/admin/people"

    @get("/", opt={"action": Action.MANAGE_PEOPLE})
    async def show(self, request: AnyRequest, words: Words, now: datetime) -> Page:
        """List duties, of one edition or of all."""
        return await _show(request, words, now)

    @post("/invite", opt={"action": Action.MANAGE_PEOPLE})
    async def invite(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Invite somebody."""

        async def again() -> Page:
            return await _show(request, words, now)

        typed = await read_form(request, again=again)
        await invite_to_duty(
            actor, email=typed.text("email"), name_ar=typed.text("name_ar"), name_en=typed.text("name_en"),
            role=typed.text("role"), edition_id=typed.uuid("edition") if typed.text("edition") else None,
            reason=typed.text("reason"), now=now,
        )  # fmt: skip
        return go_to(f"/admin/people?invited=yes&edition={typed.text('edition')}")

    @post("/{grant_id:uuid}/take-back", opt={"action": Action.MANAGE_PEOPLE})
    async def take_back(
        self, request: AnyRequest, grant_id: UUID, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        """Take a duty back."""

        async def again() -> Page:
            return await _show(request, words, now)

        typed = await read_form(request, again=again)
        await take_back_duty(actor, grant_id, reason=typed.text(f"reason-{grant_id}"), now=now)
        return go_to("/admin/people?taken=yes")

    @post("/{person_id:uuid}/second-factor", opt={"action": Action.MANAGE_PEOPLE})
    async def reset_factor(
        self, request: AnyRequest, person_id: UUID, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        """Take away a second factor that its owner has lost."""

        async def again() -> Page:
            return await _show(request, words, now)

        typed = await read_form(request, again=again)
        await reset_factor(actor, person_id, reason=typed.text("reason"), now=now)
        return go_to("/admin/people")

    @post("/invitations/{token_id:uuid}/take-back", opt={"action": Action.MANAGE_PEOPLE})
    async def take_back_invitation(self, request: AnyRequest, token_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Close an invitation."""
        await read_form(request)
        await take_back_invitation(actor, token_id, now=now)
        return go_to("/admin/people")


async def _show(request: AnyRequest, words: Words, now: datetime) -> Page:
    editions = await list_all_editions()
    lines = await list_duties(now=now)
    wanted = request.query_params.get("edition", "")
    chosen = next((each for each in editions if str(each.id) == wanted), None)
    shown = [each for each in lines if chosen is None or each.edition_id in {None, chosen.id}]
    holders = Counter((each.role, each.edition_id) for each in lines if not each.is_invited)
    names = {each.id: pick(each, "short", words) for each in editions}
    found = PeoplePage(
        rows=tuple(
            sorted(
                (_row(each, names, holders, words) for each in shown),
                key=lambda row: (row.role, fold_for_search(row.name)),
            )
        ),
        chips=_chips(editions, chosen, words),
        duties=tuple(Option(each.value, words.plain(f"role.{each}"), words.plain(f"people.{each}")) for each in DUTIES),
        editions=tuple(Option(str(each.id), pick(each, "name", words)) for each in editions),
        edition=str(chosen.id) if chosen else "",
        lacking=_lacking(lines, chosen) if chosen else (),
        invited="invited" in request.query_params,
        taken="taken" in request.query_params,
    )
    return page("admin/people", found)


def _chips(editions: list[EditionRow], chosen: EditionRow | None, words: Words) -> tuple[Chip, ...]:
    here, wanted = with_language("/admin/people", words.lang), chosen.id if chosen else None
    return (
        Chip(words.plain("people.all"), here, current=chosen is None),
        *(
            Chip(pick(each, "short", words), f"{here}?edition={each.id}", current=each.id == wanted)
            for each in editions
        ),
    )  # fmt: skip


def _row(line: DutyLine, names: dict[UUID, str], holders: Counter[tuple[str, UUID | None]], words: Words) -> DutyRow:
    return DutyRow(
        id=line.id,
        person_id=line.person_id,
        has_factor=line.has_factor,
        name=pick(line, "name", words),
        email=Ltr(line.email),
        role=line.role,
        edition=names.get(line.edition_id, "") if line.edition_id else words.plain("people.all"),
        is_invited=line.is_invited,
        at=line.at,
        is_last=line.role in {Role.ADMINISTRATOR, Role.CHAIR}
        and not line.is_invited
        and holders[line.role, line.edition_id] == 1,
    )


def _lacking(lines: list[DutyLine], chosen: EditionRow) -> tuple[str, ...]:
    """Name the duties without which an edition cannot be run, and that nobody holds or is invited to."""
    held = {each.role for each in lines if each.edition_id == chosen.id}
    return tuple(
        each.value
        for each in (Role.CHAIR, Role.SECRETARY, Role.REGISTRAR, Role.ASSIGNER, Role.MEMBER)
        if each not in held
    )
