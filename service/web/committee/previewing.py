"""The public result before its instant, by the public pages' own templates; with names once two members agreed."""

from datetime import datetime

from litestar import Controller, get
from litestar.response import Stream

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.publishing.previewing import Preview, preview_publication
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import AnyRequest, round_of, stand
from service.web.method_pages import method_page
from service.web.pages import Page, page
from service.web.ranges import Readable, stream_object
from service.web.result_pages import Links, winner_page, winners_page
from storage.reads.committee.standing import Standing
from storage.reads.honoured import HonouredPeople

__all__ = ["PreviewingController"]

BASE = "/committee/publish/preview"


class PreviewingController(Controller):
    """``/committee/publish/preview``: the winners, each project, the method; nothing of it is kept."""

    path = BASE

    @get("/", opt={"action": Action.READ_PUBLICATION})
    async def winners(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Page:
        """Show the winners' page as it would be."""
        standing, found = await _preview(actor, now)
        asked = request.query_params
        shown = winners_page(
            found.winners, words, asked.get("category", ""), asked.get("institution", ""), _links(standing)
        )
        return page("committee/preview_winners", shown)

    @get("/winners/{award:str}", opt={"action": Action.READ_PUBLICATION})
    async def winner(self, award: str, actor: Actor, words: Words, now: datetime) -> Page:
        """Show one honoured project's page as it would be."""
        standing, found = await _preview(actor, now)
        card = next((each for each in found.winners.awards if each.slug == award), None)
        if card is None:
            raise NotFound
        category = next((each for each in found.winners.categories if each.id == card.category_id), None)
        return page(
            "committee/preview_winner", winner_page(found.winners.edition, category, card, words, _links(standing))
        )

    @get("/winners/{award:str}/picture", opt={"action": Action.READ_PUBLICATION})
    async def picture(self, request: AnyRequest, award: str, actor: Actor, objects: Readable, now: datetime) -> Stream:
        """Send the picture that would be shown."""
        _, found = await _preview(actor, now, wants_names=False)
        return await _send(request, found.pictures.get(award), objects)

    @get("/winners/{award:str}/play", opt={"action": Action.READ_PUBLICATION})
    async def play(self, request: AnyRequest, award: str, actor: Actor, objects: Readable, now: datetime) -> Stream:
        """Send the film or sound that would be played."""
        _, found = await _preview(actor, now, wants_names=False)
        return await _send(request, found.players.get(award), objects)

    @get("/winners/{award:str}/captions", opt={"action": Action.READ_PUBLICATION})
    async def captions(self, request: AnyRequest, award: str, actor: Actor, objects: Readable, now: datetime) -> Stream:
        """Send the captions that would be shown."""
        _, found = await _preview(actor, now, wants_names=False)
        return await _send(request, found.captions.get(award), objects)

    @get("/method", opt={"action": Action.READ_PUBLICATION})
    async def method(self, actor: Actor, words: Words, now: datetime) -> Page:
        """Show the method page as it would be; its figures cover every category, so a closed one closes it."""
        standing, found = await _preview(actor, now, wants_names=False)
        if standing.barred:
            raise NotFound
        return page("committee/preview_method", method_page(found.winners.edition, words, _links(standing)))


def _links(standing: Standing) -> Links:
    return Links(
        f"{BASE}?edition={standing.slug}", f"{BASE}/winners", f"{BASE}/method", f"/fingerprints/{standing.slug}"
    )


async def _preview(actor: Actor, now: datetime, *, wants_names: bool = True) -> tuple[Standing, Preview]:
    standing = await stand(actor)
    in_round = round_of(standing)
    if in_round.state in NO_RANKING or standing.published_at is not None:
        raise NotFound
    ar, en = (Words(language).plain("ahead.hidden_name") for language in ("ar", "en"))
    nobody = HonouredPeople(ar, en, "", "", ((ar, en),))
    return standing, await preview_publication(
        actor, standing.edition_id, in_round.id, nobody, now=now, wants_names=wants_names
    )


async def _send(request: AnyRequest, stored: tuple[str, str] | None, objects: Readable) -> Stream:
    if stored is None:
        raise NotFound
    return await stream_object(request, objects, stored[0], media_type=stored[1])
