"""The minutes of a category's decision: a page that prints well in both languages, and the printed file."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from litestar import Controller, Response, get

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import LANGUAGES, Ltr, Words
from service.typesetting import set_pdf
from service.web.committee.exports import send_file
from service.web.committee.minutes_print import describe_minutes
from service.web.committee.placing import PlaceLine, RankLine, list_order, list_placed
from service.web.committee.ranking import NO_RANKING
from service.web.committee.sessions import SessionView, SignerView, count_quorum, list_signatures, session_of
from service.web.committee.standing import no_round, pick, round_of, stand
from service.web.pages import Page, page
from storage.reads.committee.decision import find_decision, list_category_places, list_other_honours, list_signers
from storage.reads.committee.ranking import ComputedOrder, get_computed_order
from storage.reads.committee.session import DiscussionLine, list_discussion
from storage.reads.committee.standing import CategoryRef, Standing

__all__ = ["MinutesController", "MinutesPage"]


@dataclass(frozen=True, slots=True)
class Discussed:
    """A project that members spoke of: who, when, and the words."""

    code: Ltr
    title: str
    comments: tuple[tuple[str, datetime, str], ...]


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
    discussion: tuple[Discussed, ...]


class MinutesController(Controller):
    """``/committee/minutes/{category}``: a page that prints well."""

    path = "/committee/minutes"

    @get("/{category:str}", opt={"action": Action.READ_DECISION})
    async def show(self, category: str, actor: Actor, words: Words) -> Page:
        standing, found = await _find(actor, category)
        if standing.in_round is None:
            return no_round("rank.minutes")
        return page("committee/minutes", await _minutes_of(actor, standing, found, words))

    @get("/{category:str}/pdf", opt={"action": Action.READ_DECISION})
    async def print(self, category: str, actor: Actor) -> Response[bytes]:
        standing, found = await _find(actor, category)
        shown = {language: await _minutes_of(actor, standing, found, Words(language)) for language in LANGUAGES}
        if not shown[LANGUAGES[0]].places:
            raise NotFound
        names = {language: pick(standing, "name", Words(language)) for language in LANGUAGES}
        content = await asyncio.to_thread(set_pdf, "minutes", describe_minutes(shown, names))
        return send_file(content, "application/pdf", f"{standing.slug}-minutes-{found.slug}.pdf")


async def _minutes_of(actor: Actor, standing: Standing, found: CategoryRef, words: Words) -> MinutesPage:
    """Read the minutes of one category in one language."""
    in_round = round_of(standing)
    is_locked = in_round.state in NO_RANKING
    decision = None if is_locked else await find_decision(in_round.id, found.id)
    ranking = await get_computed_order(in_round.id, found.id, decision.run_id if decision else None)
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
        places=list_placed(
            await list_category_places(standing.edition_id),
            await list_other_honours(standing.edition_id),
            decision,
            ranking,
            words,
        ),
        order=() if is_locked else list_order(ranking, words),
        signers=list_signatures(members, words),
        quorum=count_quorum(members),
        session=await session_of(actor, standing, decision, ranking, members, words),
        discussion=_discussion(await list_discussion(found.id) if decision else (), ranking, words),
    )


def _discussion(lines: tuple[DiscussionLine, ...], ranking: ComputedOrder, words: Words) -> tuple[Discussed, ...]:
    titles = {each.code_name: pick(each, "title", words) for each in ranking.titles.values()}
    return tuple(
        Discussed(
            Ltr(code),
            titles.get(code, ""),
            tuple((pick(each, "name", words), each.made_at, each.content) for each in said),
        )
        for code, said in groupby(lines, key=lambda each: each.code_name)
    )


async def _find(actor: Actor, slug: str) -> tuple[Standing, CategoryRef]:
    standing = await stand(actor)
    found = standing.find_category(slug)
    if found is None:
        raise NotFound
    return standing, found
