"""The public result before its instant, by the public pages' own templates; with names once two members agreed."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, get
from litestar.response import Stream

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.settings import Settings
from service.text import Words
from service.usecases.publishing.certificates import print_certificates
from service.usecases.publishing.previewing import Preview, preview_publication
from service.web.committee.exports import send_file
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import AnyRequest, round_of, stand
from service.web.method_pages import method_page
from service.web.pages import Page, page
from service.web.ranges import Readable, stream_object
from service.web.result_pages import Links, winner_page, winners_page
from storage.reads.certificates import CertificateView
from storage.reads.committee.standing import Standing
from storage.reads.honoured import HonouredPeople
from storage.reads.results import Winners

__all__ = ["PreviewingController"]

BASE = "/committee/publish/preview"
NO_CODE = "0000-0000-0000"
"""Printed where a code will stand: no certificate's code has a nought, so nobody can take a preview for one."""


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

    @get("/certificates.pdf", opt={"action": Action.READ_PUBLICATION})
    async def certificates(self, actor: Actor, settings: Settings, now: datetime) -> Response[bytes]:
        """Print the certificates as they would be, under a code that is none."""
        standing, found = await _preview(actor, now)
        content = await print_certificates(_as_certificates(found.winners, now), base_url=settings.base_url)
        return send_file(content, "application/pdf", f"{standing.slug}-certificates-preview.pdf")

    @get("/method", opt={"action": Action.READ_PUBLICATION})
    async def method(self, actor: Actor, words: Words, now: datetime) -> Page:
        """Show the method page as it would be; its figures cover every category, so a closed one closes it."""
        standing, found = await _preview(actor, now, wants_names=False)
        if standing.barred:
            raise NotFound
        return page("committee/preview_method", method_page(found.winners, words, _links(standing)))


def _as_certificates(winners: Winners, now: datetime) -> list[CertificateView]:
    """Make what publication would issue: one a member of each honoured team."""
    edition = winners.edition
    names: dict[UUID | None, tuple[str, str]] = {
        each.id: (each.name_ar, each.name_en) for each in winners.categories
    }  # fmt: skip
    return [
        CertificateView(
            code=NO_CODE, name_ar=name_ar, name_en=name_en, issued_at=now, withdrawn_at=None, withdrawn_reason="",
            edition_id=edition.id, edition_slug=edition.slug, edition_ar=edition.name_ar, edition_en=edition.name_en,
            award_slug=card.slug, place=card.place, is_shared=card.is_shared, honour_ar=card.honour_ar,
            honour_en=card.honour_en, title_ar=card.title_ar, title_en=card.title_en,
            institution_ar=card.institution_ar, institution_en=card.institution_en,
            category_ar=names.get(card.category_id, ("", ""))[0], category_en=names.get(card.category_id, ("", ""))[1],
        )
        for card in winners.awards
        for name_ar, name_en in card.team
    ]  # fmt: skip


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
