"""Refusals become answers here, and nowhere else: a status, and a page or problem+json in the reader's language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ExceptionHandlersMap, Receive, Scope, Send

from service.errors import FieldError, Invalid, NotFound, NotSignedIn, Refused, StaleRevision, TooLarge
from service.logging import get_logger
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.people.second_factor import FactorNeeded
from service.web.csrf import SAFE_METHODS, find_form_page
from service.web.forms import FormView
from service.web.kept_forms import keep_typed
from service.web.pages import Page, render
from service.web.ranges import RangeNotThere
from service.web.redirects import safe_next
from service.web.visit import Visit, visit_of
from storage.errors import ObjectStoreAway, StorageBusy, StorageFull, StorageUnavailable, StorageUncertain

__all__ = ["EXCEPTION_HANDLERS", "ErrorPage", "RefusalResponse", "is_trouble"]

_TITLES = {
    401: "err.sign_in_title",
    403: "err.forbidden_title",
    404: "err.not_found_title",
    409: "err.conflict_title",
    413: "err.too_large_title",
    429: "err.too_many_title",
    500: "err.server_title",
    503: "err.server_title",
    507: "err.server_title",
}
_NEXT = {
    401: "err.sign_in_next",
    400: "err.request_next",
    404: "err.not_found_next",
    500: "err.server_next",
    503: "err.trouble_next",
    507: "err.trouble_next",
}
_TROUBLE = {
    StorageFull: (507, "refused.full"),
    StorageBusy: (503, "refused.unavailable"),
    StorageUncertain: (503, "refused.uncertain"),
    StorageUnavailable: (503, "refused.unavailable"),
    ObjectStoreAway: (503, "refused.files-away"),
}
"""What we stand on failed: the status and what is said, for the first kind that fits."""

_COME_AGAIN_SECONDS = 5
_CLIENT_FAULTS = frozenset({400, 404, 405, 413, 415})
_SERVER_FAULT = 500
_ELSEWHERE = 303


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says."""

    status: int
    title: str
    message: str
    next: str | None
    reference: str | None
    sign_in_path: str | None
    back_path: str | None
    comes_again_after: int | None
    """After how many seconds the page asks for itself again; a form that was sent is not sent again."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A refusal as it will be told: status, code of the message and its facts."""

    status: int
    code: str
    facts: Mapping[str, object]
    retry_after: int | None = None


class RefusalResponse(Response[None]):
    """An answer made when it is sent: the page needs the database."""

    def __init__(self, error: Exception) -> None:
        super().__init__(content=None)
        self._error = error

    def to_asgi_response(self, app: object, request: Request[Any, Any, Any], **_: Any) -> ASGIApp:  # type: ignore[override]  # noqa: ARG002 (Litestar calls it so)
        """Return what sends the answer."""

        async def send_refusal(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 (an ASGI application)
            status, kind, body, extra = await _write(request, self._error)
            headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *extra]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return send_refusal


def _respond(_: Request[Any, Any, Any], error: Exception) -> Response[None]:
    return RefusalResponse(error)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {HTTPException: _respond, Exception: _respond}


async def _write(
    request: Request[Any, Any, Any], error: Exception
) -> tuple[int, bytes, bytes, list[tuple[bytes, bytes]]]:
    visit = visit_of(request)
    answer = _judge(error, visit)
    extra = [(b"retry-after", b"%d" % answer.retry_after)] if answer.retry_after is not None else []
    if isinstance(error, RangeNotThere):
        extra.append((b"content-range", f"bytes */{error.facts['size']}".encode()))
    words = Words(visit.language, digits=visit.digits)
    if isinstance(error, FactorNeeded) and not wants_json(request):
        return _ELSEWHERE, b"text/html; charset=utf-8", b"", [(b"location", b"/account/second-factor?needed")]
    if wants_json(request):
        return answer.status, b"application/problem+json", _problem(words, answer, error, visit), extra
    if isinstance(error, Invalid) and visit.typed is not None and visit.typed.again is not None:
        shown = await visit.typed.again()
        shown.errors = error.errors
    elif isinstance(error, StaleRevision) and visit.typed is not None and visit.typed.again and visit.typed.if_stale:
        shown = await visit.typed.again()
        shown.errors, shown.is_stale = (FieldError("#main", visit.typed.if_stale),), True
    else:
        is_kept = isinstance(error, NotSignedIn) and await keep_typed(request)
        shown = Page("errors/refused", _error_page(words, answer, error, request, is_kept=is_kept))
        shown.is_frameless = isinstance(error, StorageUnavailable | StorageBusy)
    return answer.status, b"text/html; charset=utf-8", await render(request, shown), extra


def is_trouble(error: Exception) -> bool:
    """Say whether what we stand on failed: who asked is told when to come again, with or without a database."""
    return isinstance(error, tuple(_TROUBLE))


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Say whether a script asked: its answer is problem+json."""
    handler = request.scope.get("route_handler")
    return bool(handler and handler.opt.get("json")) or "application/json" in request.headers.get("accept", "")


def _judge(error: Exception, visit: Visit) -> _Answer:
    if isinstance(error, Refused):
        wait = error.facts.get("time") if error.status == 429 else None  # noqa: PLR2004 (too many requests)
        seconds = max(1, int(wait.total_seconds())) if hasattr(wait, "total_seconds") else None
        return _Answer(error.status, f"refused.{error.code}", error.facts, seconds)
    for kind, (status, code) in _TROUBLE.items():
        if isinstance(error, kind):
            _log(error, visit)
            return _Answer(status, code, {}, retry_after=_COME_AGAIN_SECONDS)
    status = error.status_code if isinstance(error, HTTPException) else _SERVER_FAULT
    if status in {404, 405}:
        return _Answer(status, f"refused.{NotFound.code}", {})
    if status == TooLarge.status:
        return _Answer(status, f"refused.{TooLarge.code}", {})
    if status in _CLIENT_FAULTS:
        return _Answer(status, "refused.request", {})
    _log(error, visit)
    return _Answer(_SERVER_FAULT, "err.server", {"ref": Ltr(visit.request_id)})


def _log(error: Exception, visit: Visit) -> None:
    get_logger().error("fault", request=visit.request_id, exc_info=error)


def _message(words: Words, answer: _Answer) -> str:
    facts = {name: _sayable(words, fact) for name, fact in answer.facts.items()}
    return words.plain(answer.code if answer.code in words else "refused.request", **facts)


def _sayable(words: Words, fact: object) -> object:
    """Actions and states among the facts are said in words; None and truth values are not said."""
    if isinstance(fact, Action):
        key = f"action.{fact.value}"
        return words.plain(key) if key in words else fact.value
    return "" if fact is None or isinstance(fact, bool) else fact


def _error_page(
    words: Words, answer: _Answer, error: Exception, request: Request[Any, Any, Any], *, is_kept: bool
) -> ErrorPage:
    visit = visit_of(request)
    from_page = find_form_page(request) if request.method not in SAFE_METHODS else None
    next_key = "err.sign_in_kept" if is_kept else _NEXT.get(answer.status)
    return ErrorPage(
        status=answer.status,
        title=words.plain(_TITLES.get(answer.status, "err.refused_title")),
        message=_message(words, answer),
        next=words.plain(next_key) if next_key else None,
        reference=visit.request_id if answer.status >= _SERVER_FAULT else None,
        sign_in_path=_sign_in(visit, from_page) if isinstance(error, NotSignedIn) else None,
        back_path=safe_next(from_page, "") or None if from_page and visit.actor.is_signed_in else None,
        comes_again_after=answer.retry_after if request.method in SAFE_METHODS and is_trouble(error) else None,
    )


def _sign_in(visit: Visit, from_page: str | None) -> str:
    """Lead back to the page that was asked for, or to the one whose form was sent: what was typed there is kept."""
    asked = visit.path + (f"?{visit.query}" if visit.query else "")
    return f"/sign-in?next={quote(from_page or asked, safe='/')}"


def _problem(words: Words, answer: _Answer, error: Exception, visit: Visit) -> bytes:
    told: dict[str, object] = {
        "type": f"urn:tahkim:{answer.code}",
        "status": answer.status,
        "title": words.plain(_TITLES.get(answer.status, "err.refused_title")),
        "detail": _message(words, answer),
        "request": visit.request_id,
    }
    if isinstance(error, Invalid):
        said = FormView(words, None, error.errors).errors
        told["errors"] = [
            {"field": each.field, "code": each.key, "words": text.striptags()}
            for each, (_, text) in zip(error.errors, said, strict=True)
        ]
    told |= {
        name: fact for name, fact in answer.facts.items() if isinstance(fact, int | str | dict) and name not in told
    }
    return json.dumps(told, ensure_ascii=False).encode()
