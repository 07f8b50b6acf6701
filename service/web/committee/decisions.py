"""The decision on a category: places, reasons for every departure, signatures, approval."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Words
from service.usecases.deciding.decisions import open_decision, place_entries
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.web.committee.basis import Basis, order_of
from service.web.committee.placing import (
    Option,
    OtherForm,
    PlaceForm,
    PlaceLine,
    RankLine,
    list_options,
    list_order,
    list_placed,
    make_forms,
    make_other_forms,
    read_others,
    read_placing,
)
from service.web.committee.ranking import NO_RANKING
from service.web.committee.sessions import SessionView, SignerView, count_quorum, list_signatures, session_of
from service.web.committee.standing import AnyRequest, Chip, category_chips, no_round, pick, round_of, stand
from service.web.forms import read_form
from service.web.meanwhile import ReadLine, make_read_lines
from service.web.pages import Page, go_to, page
from storage.lifecycle import DecisionState, RoundState
from storage.reads.committee.decision import (
    CategoryDecision,
    find_decision,
    list_category_places,
    list_other_honours,
    list_signers,
)
from storage.reads.committee.standing import CategoryRef, Standing
from storage.reads.decisions import is_outdated

__all__ = ["DecisionController", "show_decision"]


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """The decision on one category."""

    slug: str
    name: str
    chips: tuple[Chip, ...]
    is_locked: bool
    closes_at: datetime
    is_ranked: bool
    state: str | None
    digest: str
    options: tuple[Option, ...]
    forms: tuple[PlaceForm, ...]
    others: tuple[OtherForm, ...]
    places: tuple[PlaceLine, ...]
    order: tuple[RankLine, ...]
    signers: tuple[SignerView, ...]
    n_signed: int
    quorum: int
    approved_at: datetime | None
    threshold: float
    may_share: bool
    may_decide: bool
    may_sign: bool
    has_places: bool
    has_others: bool
    session: SessionView
    basis: Basis | None
    is_outdated: bool
    read: tuple[ReadLine, ...]
    """What a signature is given to."""

    @property
    def is_to_place_anew(self) -> bool:
        """Whether places were written on a ranking that stands no more, so that nobody signs or approves them."""
        return self.state == "open" and (self.is_outdated or self.basis is not None)


class DecisionController(Controller):
    """``/committee/decision/{category}``."""

    path = "/committee/decision/{category:str}"

    @get("/", opt={"action": Action.READ_DECISION})
    async def show(self, category: str, actor: Actor, words: Words) -> Page:
        return await show_decision(actor, words, category)

    @post("/open", opt={"action": Action.DECIDE})
    async def open(self, request: AnyRequest, category: str, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        standing, found = await _find(actor, category)
        await open_decision(actor, round_of(standing).id, found.id, now=now)
        return go_to(f"/committee/decision/{category}")

    @post("/places", opt={"action": Action.DECIDE})
    async def places(self, request: AnyRequest, category: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        typed = await read_form(request, again=partial(show_decision, actor, words, category), is_edit=True)
        standing, found = await _find(actor, category)
        decision = await _get(standing, found)
        places = await list_category_places(standing.edition_id)
        placings = [read_placing(typed, at, place) for at, place in enumerate(places, start=1)]
        others = read_others(typed, await list_other_honours(standing.edition_id))
        await place_entries(actor, decision.id, placings, others=others, now=now, seen=typed.text("seen"))
        return go_to(f"/committee/decision/{category}")

    @post("/sign", opt={"action": Action.SIGN_DECISION})
    async def sign(self, request: AnyRequest, category: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        again = partial(show_decision, actor, words, category)
        typed = await read_form(request, again=again, if_stale="err.stale_signing")
        standing, found = await _find(actor, category)
        await sign_decision(actor, (await _get(standing, found)).id, now=now, seen=typed.text("seen"))
        return go_to(f"/committee/decision/{category}")

    @post("/approve", opt={"action": Action.DECIDE})
    async def approve(self, request: AnyRequest, category: str, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        standing, found = await _find(actor, category)
        await approve_decision(actor, (await _get(standing, found)).id, now=now)
        return go_to(f"/committee/decision/{category}")


async def _find(actor: Actor, slug: str) -> tuple[Standing, CategoryRef]:
    standing = await stand(actor)
    found = standing.find_category(slug)
    if found is None:
        raise NotFound
    return standing, found


async def _get(standing: Standing, category: CategoryRef) -> CategoryDecision:
    decision = await find_decision(round_of(standing).id, category.id)
    if decision is None:
        raise NotFound
    return decision


async def show_decision(actor: Actor, words: Words, slug: str) -> Page:
    """Show the decision of one category as it stands."""
    standing, category = await _find(actor, slug)
    if standing.in_round is None:
        return no_round("decision.crumb")
    in_round = standing.in_round
    is_locked = in_round.state in NO_RANKING
    decision = None if is_locked else await find_decision(in_round.id, category.id)
    ranking, basis = await order_of(in_round.id, category.id, decision)
    places = await list_category_places(standing.edition_id)
    others = await list_other_honours(standing.edition_id)
    members = await list_signers(standing.edition_id, decision.id if decision else None)
    is_open = decision is not None and decision.state == DecisionState.OPEN
    session = await session_of(actor, standing, decision, ranking, members, words)
    placed = list_placed(places, others, decision, ranking, words)
    shown = DecisionPage(
        slug=category.slug,
        name=pick(category, "name", words),
        chips=category_chips(standing.categories, category.slug, "/committee/decision", words),
        is_locked=is_locked,
        closes_at=in_round.closes_at,
        is_ranked=in_round.state in {RoundState.RANKED, RoundState.DECIDED},
        state=decision.state if decision else None,
        digest=decision.digest if decision else "",
        options=list_options(ranking, words),
        forms=make_forms(places, decision, ranking, words) if is_open else (),
        others=make_other_forms(others, decision, words) if is_open else (),
        places=placed,
        order=() if is_locked else list_order(ranking, words),
        signers=list_signatures(members, words),
        n_signed=sum(each.signed_at is not None for each in members),
        quorum=count_quorum(members),
        approved_at=decision.approved_at if decision else None,
        threshold=standing.honour_threshold / 10,
        may_share=standing.may_share,
        may_decide=may(Action.DECIDE, actor, stage=standing.state),
        may_sign=may(Action.SIGN_DECISION, actor, stage=standing.state)
        and not session.is_out
        and not any(each.person_id == actor.person_id and each.signed_at for each in members),
        has_places=decision is not None and bool(decision.placed or decision.withheld),
        has_others=decision is not None
        and bool({each.honour_id for each in decision.placed} - {each.id for each in places}),
        session=session,
        basis=basis,
        is_outdated=is_open and ranking.run is not None and await is_outdated(ranking.run, in_round.id, category.id),
        read=make_read_lines((each.name, _tell(each, words)) for each in placed),
    )
    return page("committee/decision", shown)


def _tell(place: PlaceLine, words: Words) -> str:
    """Say in one line who has a place and with which words."""
    held = words.plain("place.withheld") if place.is_withheld else ", ".join(map(str, place.codes))
    told = (held, place.reason, place.citation, place.other_citation)
    return " · ".join(dict.fromkeys(each for each in told if each))
