"""The public result: winners, their pages, pictures and films, how it was computed, fingerprints. Published rows only.

Before its instant there is nothing to read: the same page or the same 404, whatever the committee has prepared.
"""

from typing import Any

from litestar import Request, get
from litestar.response import Redirect, Stream

from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.files.reading import make_reading_link
from service.web.method_pages import fingerprints_page, method_page
from service.web.pages import Page, page
from service.web.ranges import Readable, stream_object
from service.web.result_pages import announced_page, winner_page, winners_page
from storage.reads.announced import find_announced
from storage.reads.award_files import find_picture, find_player
from storage.reads.results import find_fingerprints, find_winner, find_winners

__all__ = ["WINNERS_PAGES"]

AnyRequest = Request[Any, Any, Any]


@get("/winners", opt={"action": Action.READ_WINNERS})
async def show_winners(request: AnyRequest, words: Words) -> Page:
    """Show the honours, whole or narrowed to a category or an institution; before publication, when they come.

    Between the two steps of a publication in two, the honoured stand here without their places.
    """
    asked = request.query_params
    announced = await find_announced(asked.get("edition") or None)
    if announced is not None:
        return page("public/announced", announced_page(announced, words))
    found = await find_winners(asked.get("edition") or None)
    if found is None:
        return page("public/winners", None)
    shown = winners_page(found, words, asked.get("category", ""), asked.get("institution", ""))
    return page("public/winners", shown)


@get("/winners/{edition:str}/{award:str}", opt={"action": Action.READ_WINNERS})
async def show_winner(edition: str, award: str, words: Words) -> Page:
    """Show one honoured project."""
    found = await find_winner(edition, award)
    if found is None:
        raise NotFound
    return page("public/winner", winner_page(*found, words))


@get("/winners/{edition:str}/{award:str}/picture", opt={"action": Action.READ_WINNERS})
async def show_picture(request: AnyRequest, edition: str, award: str, objects: Readable) -> Stream:
    """Send the frozen picture of an honoured project."""
    found = await find_picture(edition, award)
    if found is None:
        raise NotFound
    return await stream_object(request, objects, found.key, media_type=found.media_type, cache="public, max-age=3600")


@get("/winners/{edition:str}/{award:str}/play", opt={"action": Action.READ_WINNERS})
async def play(edition: str, award: str, objects: Any) -> Redirect:
    """Lead to the film or sound of an honoured project; a link lives a few minutes, and players ask again."""
    found = await find_player(edition, award)
    if found is None:
        raise NotFound
    address = await make_reading_link(objects, found.key, media_type=found.media_type, name=award)
    return Redirect(address, status_code=302)


@get("/winners/{edition:str}/{award:str}/captions", opt={"action": Action.READ_WINNERS})
async def show_captions(request: AnyRequest, edition: str, award: str, objects: Readable) -> Stream:
    """Send the captions of an honoured film."""
    found = await find_player(edition, award, is_captions=True)
    if found is None:
        raise NotFound
    return await stream_object(request, objects, found.key, media_type=found.media_type, cache="public, max-age=3600")


@get("/method/{edition:str}", opt={"action": Action.READ_WINNERS})
async def show_method(edition: str, words: Words) -> Page:
    """Tell how the results were computed, with this edition's figures."""
    found = await find_winners(edition)
    if found is None:
        raise NotFound
    return page("public/method", method_page(found, words))


@get("/fingerprints/{edition:str}", opt={"action": Action.READ_PUBLIC})
async def show_fingerprints(edition: str, words: Words) -> Page:
    """Show the fingerprints that are public by now."""
    found = await find_fingerprints(edition)
    if found is None:
        raise NotFound
    return page("public/fingerprints", fingerprints_page(found, words))


WINNERS_PAGES = [show_winners, show_winner, show_picture, play, show_captions, show_method, show_fingerprints]
