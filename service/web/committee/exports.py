"""Exports and the results bundle: each handed out by a form, so that the log can say who took what."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.publishing.bundles import give_bundle, is_current, make_bundle
from service.usecases.publishing.exports import FORMATS, TABLES, export_table, note_export
from service.web.archive import build_archive
from service.web.committee.standing import AnyRequest, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from service.web.ranges import Readable
from storage.reads.bundles import list_bundles

__all__ = ["ExportsController"]


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle that was made."""

    sha256: Ltr
    made_at: datetime
    is_current: bool
    is_public: bool


@dataclass(frozen=True, slots=True)
class ExportsPage:
    """What may be taken out, and the bundles."""

    slug: str
    tables: tuple[str, ...]
    formats: tuple[str, ...]
    bundles: tuple[BundleRow, ...]
    may_export: bool
    may_make: bool
    may_give: bool
    is_published: bool


class ExportsController(Controller):
    """``/committee/exports``."""

    path = "/committee/exports"

    @get("/", opt={"action": Action.READ_EXPORTS})
    async def show(self, actor: Actor) -> Page:
        standing = await stand(actor)
        made = await list_bundles(standing.edition_id)
        current = bool(made) and await is_current(standing.edition_id)
        shown = ExportsPage(
            slug=standing.slug,
            tables=tuple(TABLES),
            formats=tuple(FORMATS),
            bundles=tuple(
                BundleRow(
                    Ltr(each.sha256),
                    each.made_at,
                    is_current=current and at == 0,
                    is_public=standing.published_at is not None and at == 0,
                )
                for at, each in enumerate(made)
            ),
            may_export=may(Action.EXPORT, actor, stage=standing.state),
            may_make=may(Action.MAKE_BUNDLE, actor, stage=standing.state),
            may_give=may(Action.GIVE_BUNDLE, actor, stage=standing.state),
            is_published=standing.published_at is not None,
        )
        return page("committee/exports", shown)

    @post("/table/{name:str}/{kind:str}", opt={"action": Action.EXPORT})
    async def table(
        self, request: AnyRequest, name: str, kind: str, actor: Actor, words: Words, now: datetime
    ) -> Response[bytes]:
        await read_form(request)
        standing = await stand(actor)
        content, media_type = await export_table(actor, standing.edition_id, name, kind, words, now=now)
        return send_file(content, media_type, f"{standing.slug}-{name}.{kind}")

    @post("/archive", opt={"action": Action.EXPORT})
    async def archive(self, request: AnyRequest, actor: Actor, objects: Readable, now: datetime) -> Response[bytes]:
        await read_form(request)
        standing = await stand(actor)
        content = await build_archive(standing.slug, objects, request.app.state.static)
        await note_export(actor, standing.edition_id, "archive", now=now)
        return send_file(content, "application/zip", f"{standing.slug}-archive.zip")

    @post("/bundle", opt={"action": Action.MAKE_BUNDLE})
    async def make(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await make_bundle(actor, (await stand(actor)).edition_id, now=now)
        return go_to("/committee/exports")

    @post("/bundle/{sha256:str}", opt={"action": Action.GIVE_BUNDLE})
    async def give(self, request: AnyRequest, sha256: str, actor: Actor, now: datetime) -> Response[bytes]:
        await read_form(request)
        standing = await stand(actor)
        content = await give_bundle(actor, standing.edition_id, sha256, now=now)
        return send_file(content, "application/json", f"{standing.slug}-bundle-{sha256[:8]}.json")


def send_file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """Hand out bytes under a name of our own making (ASCII), kept by no cache."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(content, status_code=200, media_type=media_type, headers=headers)
