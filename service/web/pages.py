"""Pages: a template, one frozen dataclass for it, and the frame round it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response
from litestar.response import Redirect
from litestar.types import ASGIApp, Receive, Scope, Send

from service.actors import COMMITTEE, Role
from service.errors import FieldError
from service.web.csrf import owner_mark, token_for
from service.web.language import with_language
from service.web.visit import Visit, visit_of
from storage.lifecycle import EditionState
from storage.reads.public.editions import EditionFrame, Extension, find_edition_frame

if TYPE_CHECKING:
    from service.web.forms import Typed

__all__ = ["EditionInFrame", "GrantInFrame", "Page", "Shell", "go_to", "home_of", "page", "render"]

_OUTSIDERS = frozenset({Role.VISITOR, Role.JUDGE, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class EditionInFrame:
    """The edition round a page, in the reader's language and as far as the reader may know."""

    slug: str
    name: str
    short: str
    theme: str
    state: str
    open_at: datetime | None
    deadline_at: datetime | None
    judging_at: datetime | None
    judging_until: datetime | None
    publish_at: datetime | None
    published_at: datetime | None
    notice: str | None
    extension: Extension | None
    contact_email: str


@dataclass(frozen=True, slots=True)
class GrantInFrame:
    """A role that the reader could switch to."""

    id: UUID
    role: str
    edition_short: str
    is_current: bool


class Shell:
    """What the frame of every page shows. Reading ``csrf`` as a visitor sets a cookie; nothing else does."""

    def __init__(self, visit: Visit, frame: EditionFrame | None) -> None:
        self._visit = visit
        self._frame = frame
        self.lang = visit.language
        self.dir = "rtl" if visit.language == "ar" else "ltr"
        self.other_lang = "en" if visit.language == "ar" else "ar"
        self.path = visit.path + (f"?{visit.query}" if visit.query else "")
        self.other_lang_url = f"{with_language(self.path, self.other_lang)}{'&' if visit.query else '?'}language"
        self.theme = visit.theme
        self.is_signed_in = visit.actor.is_signed_in
        self.name = visit.actor.name
        self.role = visit.actor.role.value
        self.home = home_of(visit.actor.role)
        self.now = visit.received_at
        self.request_id = visit.request_id
        self.is_development = visit.settings.is_development

    @cached_property
    def csrf(self) -> str:
        """The token that the page's forms carry."""
        return token_for(self._visit)

    @cached_property
    def owner(self) -> str:
        """A mark of whoever is signed in, so that a browser keeps what they typed apart from what others did."""
        return owner_mark(self._visit)

    @cached_property
    def grants(self) -> tuple[GrantInFrame, ...]:
        """The roles that the reader holds."""
        current = self._visit.session.grant_id if self._visit.session else None
        return tuple(
            GrantInFrame(grant.id, grant.role.value, grant.edition_short, is_current=grant.id == current)
            for grant in self._visit.actor.grants
        )

    @cached_property
    def edition(self) -> EditionInFrame | None:
        """The edition whose pages are shown; None before there is one."""
        frame = self._frame
        if frame is None:
            return None
        pick = _Pick(frame, self.lang)
        is_hidden = frame.state == EditionState.NOTIFIED and self._visit.actor.role in _OUTSIDERS
        return EditionInFrame(
            slug=frame.slug,
            name=pick("name"),
            short=pick("short"),
            theme=pick("theme"),
            state=EditionState.DECIDING.value if is_hidden else frame.state,
            open_at=frame.open_at,
            deadline_at=frame.deadline_at,
            judging_at=frame.judging_at,
            judging_until=frame.judging_until,
            publish_at=frame.publish_at,
            published_at=frame.published_at,
            notice=pick("notice") or None,
            extension=frame.extension,
            contact_email=frame.contact_email,
        )


class _Pick:
    """Picks the reader's language of a pair of columns."""

    def __init__(self, row: object, language: str) -> None:
        self._row, self._language = row, language

    def __call__(self, name: str) -> str:
        return getattr(self._row, f"{name}_{self._language}") or ""


class Page(Response[None]):
    """A page, rendered when it is sent: the frame needs the database.

    ``as_of`` frames it with another edition than the reader's, as at a stage that may not have come: a preview.
    ``keeps_typed`` shows a form as it was typed though nothing is wrong with it.
    ``is_frameless`` asks the database nothing more: it is away. ``is_stale``: another saved since the form was read.
    """

    def __init__(self, name: str, data: object = None, *, status: int = 200, keeps_typed: bool = False) -> None:
        super().__init__(content=None, status_code=status, media_type="text/html")
        self.name = name
        self.data = data
        self.errors: Sequence[FieldError] = ()
        self.keeps_typed = keeps_typed
        self.as_of: tuple[UUID, EditionState] | None = None
        self.is_frameless = False
        self.is_stale = False

    def to_asgi_response(self, app: object, request: Request[Any, Any, Any], **_: Any) -> ASGIApp:  # type: ignore[override]  # noqa: ARG002 (Litestar calls it so)
        """Return what sends the page."""

        async def send_page(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 (an ASGI application)
            body = await render(request, self)
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
            headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
            await send({"type": "http.response.start", "status": self.status_code or 200, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return send_page


def page(name: str, data: object = None, *, status: int = 200, keeps_typed: bool = False) -> Page:
    """Show ``templates/pages/<name>.html`` with one frozen dataclass."""
    return Page(name, data, status=status, keeps_typed=keeps_typed)


def go_to(path: str) -> Redirect:
    """Send the reader on with GET, in the same language."""
    return Redirect(path, status_code=303)


def home_of(role: Role) -> str:
    """Give the first page of a role."""
    if role in COMMITTEE:
        return "/committee"
    return {
        Role.ENTRANT: "/entries",
        Role.SUPERVISOR: "/approvals",
        Role.JUDGE: "/judging",
        Role.ADMINISTRATOR: "/admin/editions",
    }.get(role, "/")


def _own_edition(data: object) -> UUID | None:
    """Give the edition that a page's subject belongs to: a project keeps its own once the next edition stands."""
    found: UUID | None = getattr(getattr(data, "head", None), "edition_id", None)
    return found


async def render(request: Request[Any, Any, Any], shown: Page) -> bytes:
    """Render a page for the request's reader."""
    from service.web.forms import FormView  # noqa: PLC0415 (forms name Page in their types)

    visit = visit_of(request)
    edition_id = shown.as_of[0] if shown.as_of else _own_edition(shown.data) or visit.actor.edition_id
    frame = await find_edition_frame(edition_id) if edition_id and not shown.is_frameless else None
    if frame is not None and shown.as_of is not None:
        frame = replace(frame, state=shown.as_of[1].value)
    environment = request.app.state.environments(visit.language, visit.digits)
    typed: Typed | None = visit.typed
    text: str = environment.get_template(f"pages/{shown.name}.html").render(
        page=shown.data,
        shell=Shell(visit, frame),
        form=FormView(
            environment.globals["t"],
            typed if shown.errors or shown.keeps_typed else None,
            shown.errors,
            visit.kept if typed is None else None,
            is_stale=shown.is_stale,
        ),
    )
    return text.encode()
