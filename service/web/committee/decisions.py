"""The decision on a category: places, reasons for every departure, signatures, approval; and its minutes."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import LANGUAGES, Ltr, Words
from service.typesetting import set_pdf
from service.usecases.decisions import (
    Placing,
    approve_decision,
    open_decision,
    place_entries,
    sign_decision,
)
from service.web.committee.certainty import find_close_pair, word_of
from service.web.committee.exports import send_file
from service.web.committee.minutes_print import describe_minutes
from service.web.committee.ranking import NO_RANKING
from service.web.committee.sessions import SessionView, session_of
from service.web.committee.standing import AnyRequest, Chip, category_chips, no_round, pick, round_of, stand
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import DecisionState, RoundState
from storage.reads.committee.decision import (
    CategoryDecision,
    Place,
    Placed,
    Signer,
    find_decision,
    list_category_places,
    list_signers,
)
from storage.reads.committee.ranking import ComputedOrder, get_computed_order
from storage.reads.committee.standing import CategoryRef, Standing

__all__ = ["DecisionController", "MinutesController", "show_decision"]

WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Option:
    """A project that a place may be given to."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """One place as it is written now; ``number`` counts from 1."""

    number: int
    honour_id: str
    name: str
    chosen: str
    shared_with: str
    reason: str
    citation_ar: str
    citation_en: str
    is_close: bool


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place as the minutes tell it."""

    name: str
    codes: tuple[Ltr, ...]
    titles: tuple[str, ...]
    ranks: tuple[int, ...]
    is_shared: bool
    is_withheld: bool
    reason: str
    citation: str
    other_citation: str


@dataclass(frozen=True, slots=True)
class SignerView:
    """A member and the signature."""

    name: str
    role: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RankLine:
    """A line of the computed order beside the form."""

    rank: int
    code: Ltr
    title: str
    score: float
    word: str


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
    places: tuple[PlaceLine, ...]
    order: tuple[RankLine, ...]
    signers: tuple[SignerView, ...]
    n_signed: int
    quorum: int
    approved_at: datetime | None
    threshold: float
    may_decide: bool
    may_sign: bool
    has_places: bool
    session: SessionView


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """The minutes of one category, as printed."""

    slug: str
    name: str
    state: str | None
    opened_at: datetime | None
    approved_at: datetime | None
    ordinal: int | None
    made_at: datetime | None
    output_hash: Ltr
    n_entries: int
    n_evaluations: int
    places: tuple[PlaceLine, ...]
    order: tuple[RankLine, ...]
    signers: tuple[SignerView, ...]
    quorum: int
    session: SessionView


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
        async def again() -> Page:
            return await show_decision(actor, words, category)

        typed = await read_form(request, again=again)
        standing, found = await _find(actor, category)
        decision = await _get(standing, found)
        placings = [_placing(typed, at, place) for at, place in enumerate(await _places(standing), start=1)]
        await place_entries(actor, decision.id, placings, now=now, seen=typed.text("seen"))
        return go_to(f"/committee/decision/{category}")

    @post("/sign", opt={"action": Action.SIGN_DECISION})
    async def sign(self, request: AnyRequest, category: str, actor: Actor, now: datetime) -> Redirect:
        typed = await read_form(request)
        standing, found = await _find(actor, category)
        await sign_decision(actor, (await _get(standing, found)).id, now=now, seen=typed.text("seen"))
        return go_to(f"/committee/decision/{category}")

    @post("/approve", opt={"action": Action.DECIDE})
    async def approve(self, request: AnyRequest, category: str, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        standing, found = await _find(actor, category)
        await approve_decision(actor, (await _get(standing, found)).id, now=now)
        return go_to(f"/committee/decision/{category}")


class MinutesController(Controller):
    """``/committee/minutes/{category}``: a page that prints well."""

    path = "/committee/minutes"

    @get("/{category:str}", opt={"action": Action.READ_DECISION})
    async def show(self, category: str, actor: Actor, words: Words) -> Page:
        standing, found = await _find(actor, category)
        if standing.in_round is None:
            return no_round("rank.minutes")
        return page("committee/minutes", await minutes_of(actor, standing, found, words))

    @get("/{category:str}/pdf", opt={"action": Action.READ_DECISION})
    async def print(self, category: str, actor: Actor) -> Response[bytes]:
        standing, found = await _find(actor, category)
        shown = {language: await minutes_of(actor, standing, found, Words(language)) for language in LANGUAGES}
        if not shown[LANGUAGES[0]].places:
            raise NotFound
        names = {language: pick(standing, "name", Words(language)) for language in LANGUAGES}
        content = await asyncio.to_thread(set_pdf, "minutes", describe_minutes(shown, names))
        return send_file(content, "application/pdf", f"{standing.slug}-minutes-{found.slug}.pdf")


async def minutes_of(actor: Actor, standing: Standing, found: CategoryRef, words: Words) -> MinutesPage:
    """Read the minutes of one category in one language."""
    in_round = round_of(standing)
    is_locked = in_round.state in NO_RANKING
    decision = None if is_locked else await find_decision(in_round.id, found.id)
    ranking = await get_computed_order(in_round.id, found.id)
    run = None if is_locked else ranking.run
    members = await list_signers(standing.edition_id, decision.id if decision else None)
    return MinutesPage(
        slug=found.slug,
        name=pick(found, "name", words),
        state=decision.state if decision else None,
        opened_at=decision.opened_at if decision else None,
        approved_at=decision.approved_at if decision else None,
        ordinal=run.ordinal if run else None,
        made_at=run.made_at if run else None,
        output_hash=Ltr(run.output_hash if run else ""),
        n_entries=len(ranking.titles),
        n_evaluations=sum(int(line["reviews"]) for line in ranking.lines),
        places=_lines(await _places(standing), decision, ranking, words),
        order=() if is_locked else _order(ranking, words),
        signers=_signers(members, words),
        quorum=_quorum(members),
        session=await session_of(actor, standing, decision, ranking, members, words),
    )


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


async def _places(standing: Standing) -> tuple[Place, ...]:
    return await list_category_places(standing.edition_id)


def _placing(typed: Typed, at: int, place: Place) -> Placing:
    """Read one place of the form: a project, two that share it, or none."""
    chosen = [typed.text(f"place-{at}"), typed.text(f"shared-{at}")]
    entries = [] if chosen[0] in {"", WITHHELD} else [Typed({"id": [each]}).uuid("id") for each in chosen if each]
    return Placing(
        honour_id=place.id,
        entry_ids=entries,
        reason=typed.text(f"reason-{at}"),
        citation_ar=typed.text(f"citation-{at}"),
        citation_en=typed.text(f"citation-en-{at}"),
    )


async def show_decision(actor: Actor, words: Words, slug: str) -> Page:
    """Show the decision of one category as it stands."""
    standing, category = await _find(actor, slug)
    if standing.in_round is None:
        return no_round("decision.crumb")
    in_round = standing.in_round
    is_locked = in_round.state in NO_RANKING
    decision = None if is_locked else await find_decision(in_round.id, category.id)
    ranking = await get_computed_order(in_round.id, category.id)
    places = await _places(standing)
    members = await list_signers(standing.edition_id, decision.id if decision else None)
    is_open = decision is not None and decision.state == DecisionState.OPEN
    shown = DecisionPage(
        slug=category.slug,
        name=pick(category, "name", words),
        chips=category_chips(standing.categories, category.slug, "/committee/decision", words),
        is_locked=is_locked,
        closes_at=in_round.closes_at,
        is_ranked=in_round.state in {RoundState.RANKED, RoundState.DECIDED},
        state=decision.state if decision else None,
        digest=decision.digest if decision else "",
        options=_options(ranking, words),
        forms=_forms(places, decision, ranking, words) if is_open else (),
        places=_lines(places, decision, ranking, words),
        order=() if is_locked else _order(ranking, words),
        signers=_signers(members, words),
        n_signed=sum(each.signed_at is not None for each in members),
        quorum=_quorum(members),
        approved_at=decision.approved_at if decision else None,
        threshold=standing.honour_threshold / 10,
        may_decide=may(Action.DECIDE, actor, stage=standing.state),
        may_sign=may(Action.SIGN_DECISION, actor, stage=standing.state)
        and not any(each.person_id == actor.person_id and each.signed_at for each in members),
        has_places=decision is not None and bool(decision.placed or decision.withheld),
        session=await session_of(actor, standing, decision, ranking, members, words),
    )
    return page("committee/decision", shown)


def _quorum(members: tuple[Signer, ...]) -> int:
    """Say how many signatures are needed: more than half of the members and the chair, as the use case holds."""
    return len(members) // 2 + 1


def _signers(members: tuple[Signer, ...], words: Words) -> tuple[SignerView, ...]:
    return tuple(SignerView(pick(each, "name", words), each.role, each.signed_at) for each in members)


def _options(ranking: ComputedOrder, words: Words) -> tuple[Option, ...]:
    """List the ranked projects in the computed order."""
    return tuple(
        Option(
            line["entry"],
            words.plain(
                "decision.option",
                rank=line["rank"],
                code=Ltr(line["code_name"]),
                title=pick(ranking.titles[line["entry"]], "title", words),
            ),
        )
        for line in ranking.lines
        if line["entry"] in ranking.titles
    )


def _forms(
    places: tuple[Place, ...], decision: CategoryDecision | None, ranking: ComputedOrder, words: Words
) -> tuple[PlaceForm, ...]:
    """Fill the form: with what is written, else with the computed order."""
    pair = find_close_pair(ranking.pairs)
    is_written = decision is not None and bool(decision.placed or decision.withheld)
    forms = []
    for at, place in enumerate(places, start=1):
        here = [each for each in decision.placed if each.honour_id == place.id] if decision else []
        computed = next((line["entry"] for line in ranking.lines if line["rank"] == at), "")
        forms.append(
            PlaceForm(
                number=at,
                honour_id=str(place.id),
                name=pick(place, "name", words),
                chosen=str(here[0].entry_id) if here else WITHHELD if is_written else computed,
                shared_with=str(here[1].entry_id) if len(here) > 1 else "",
                reason=here[0].reason if here else decision.withheld.get(place.id, "") if decision else "",
                citation_ar=here[0].citation_ar if here else "",
                citation_en=here[0].citation_en if here else "",
                is_close=pair is not None and at == len(places),
            )
        )
    return tuple(forms)


def _lines(
    places: tuple[Place, ...], decision: CategoryDecision | None, ranking: ComputedOrder, words: Words
) -> tuple[PlaceLine, ...]:
    if decision is None or not (decision.placed or decision.withheld):
        return ()
    return tuple(
        _line(place, [each for each in decision.placed if each.honour_id == place.id], decision, ranking, words)
        for place in places
    )


def _line(
    place: Place, here: list[Placed], decision: CategoryDecision, ranking: ComputedOrder, words: Words
) -> PlaceLine:
    known = [ranking.titles[str(each.entry_id)] for each in here if str(each.entry_id) in ranking.titles]
    other = "en" if words.lang == "ar" else "ar"
    return PlaceLine(
        name=pick(place, "name", words),
        codes=tuple(Ltr(each.code_name) for each in known),
        titles=tuple(pick(each, "title", words) for each in known),
        ranks=tuple(each.computed_rank for each in here),
        is_shared=len(here) > 1,
        is_withheld=not here,
        reason=here[0].reason if here else decision.withheld.get(place.id, ""),
        citation=pick(here[0], "citation", words) if here else "",
        other_citation=getattr(here[0], f"citation_{other}") if here else "",
    )


def _order(ranking: ComputedOrder, words: Words) -> tuple[RankLine, ...]:
    return tuple(
        RankLine(
            line["rank"],
            Ltr(line["code_name"]),
            pick(ranking.titles[line["entry"]], "title", words) if line["entry"] in ranking.titles else "",
            line["score"],
            word_of(line["p_inside"]),
        )
        for line in ranking.lines
    )
