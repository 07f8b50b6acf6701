"""Round every request, before routing: its id and time, our hosts, its language, its actor, the headers of the answer.

It stands outside the router, so that a page that does not exist is answered in the same way as one that does.
"""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from service.clock import Clock
from service.hosts import ANY_PORT, LOOPBACK
from service.logging import get_logger
from service.settings import Settings
from service.web.cookies import LANGUAGE, THEME, cookie_name, make_cookie, read_cookies
from service.web.counting import Counting
from service.web.gate import CHANGE, Gate, Turn, choose_wait, kind_of, write_busy_page
from service.web.language import BARE, choose_language, split_language, with_language
from service.web.refusals import RefusalResponse, is_trouble
from service.web.security_headers import security_headers
from service.web.session import load_actor
from service.web.visit import Visit
from storage.engines.audience import act_for_program

__all__ = ["Envelope"]

THEMES = frozenset({"auto", "light", "dark"})
CHOICES_LAST = timedelta(days=365)
_WATCHED = frozenset({"/healthz", "/readyz"})
"""Asked by this machine's or image's own watcher under whatever name; they tell everybody the same. ``/metrics`` is
asked so too by whoever brings its token, and without one by this machine under its own names."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_PORTS = {"http": 80, "https": 443}
_SERVER_FAULT, _BUSY = 500, 503
_NOBODYS = ("/static/", "/healthz", "/readyz", "/metrics")
"""Addresses that ask for nobody, so that they answer without the database too."""

_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_HTML = (b"content-type", b"text/html; charset=utf-8")
Headers = list[tuple[bytes, bytes]]


class Envelope:
    """The outermost layer of the program."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock, *, object_origin: str | None) -> None:
        self._app = app
        self._settings = settings
        self._clock = clock
        self._headers = security_headers(settings, object_origin=object_origin)
        self.gate = Gate()
        self.counting = Counting()
        self._busy_pages: dict[tuple[str, bool], bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            return
        visit = self._visit(scope)
        scope["state"]["visit"] = visit
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=visit.request_id)
        answer = _Answering(visit, send, self._headers, is_head=scope["method"] == "HEAD")
        refused = self._refuse(scope)
        if refused is not None:
            await answer.plainly(refused)
            return
        if scope["method"] == "HEAD":
            scope["method"] = "GET"
        elsewhere = _find_elsewhere(scope, visit)
        if elsewhere is not None:
            await answer.elsewhere(elsewhere)
            return
        kind = kind_of(scope["method"], visit.path)
        if not self.gate.enter(kind):
            await self._turn_away(scope, answer, visit, is_change=kind == CHANGE)
            return
        with self.counting.timing(kind, scope, answer):
            try:
                answer.turn = await self.gate.wait_for_turn(kind)
                if answer.turn is None:
                    await self._turn_away(scope, answer, visit, is_change=False)
                    return
                await self._route(scope, receive, answer, visit)
            finally:
                answer.end_turn()
                self.gate.leave(kind)

    async def _turn_away(self, scope: HTTPScope, answer: "_Answering", visit: Visit, *, is_change: bool) -> None:
        """Say when to come again, at next to no cost: no session is read and no page is made."""
        kept = self._busy_pages.get((visit.language, is_change))
        if kept is None:
            environment = scope["app"].state.environments(visit.language, visit.digits)
            kept = self._busy_pages[visit.language, is_change] = write_busy_page(environment, is_change=is_change)
        await answer.whole(_BUSY, kept, [_HTML, (b"retry-after", b"%d" % choose_wait())])

    async def _route(self, scope: HTTPScope, receive: Receive, answer: "_Answering", visit: Visit) -> None:
        has_language = split_language(scope["path"])[0] is not None
        # Addresses without a language exist once.
        path = "/-" if has_language and visit.path.startswith(BARE) else visit.path
        scope["path"], scope["raw_path"] = path, quote(path).encode()
        try:
            if not path.startswith(_NOBODYS):
                await load_actor(visit)
            scope["user"], scope["auth"] = visit.actor, visit.session
            await self._app(scope, receive, answer.send)
        except Exception as error:
            if answer.status is None and is_trouble(error):
                await self._say_trouble(error, scope, receive, answer)
                return
            get_logger().exception("fault")
            if answer.status is not None:
                raise
            await answer.plainly(_SERVER_FAULT)
        finally:
            act_for_program()
            seconds = (self._clock() - visit.received_at).total_seconds()
            route = scope.get("path_template") or "-"  # never the address itself: it may hold a one-time secret
            log = get_logger()
            log.info("answered", method=scope["method"], route=route, status=answer.status, seconds=round(seconds, 4))

    async def _say_trouble(self, error: Exception, scope: HTTPScope, receive: Receive, answer: "_Answering") -> None:
        """Say when to come again although the router was not reached: the database did not know who asks."""
        request: Request[Any, Any, Any] = Request(scope, receive)
        try:
            await RefusalResponse(error).to_asgi_response(None, request)(scope, receive, answer.send)
        except Exception:
            get_logger().exception("fault")
            if answer.status is not None:
                raise
            await answer.whole(_BUSY, answer.reference, [_TEXT, (b"retry-after", b"%d" % choose_wait())])

    def _refuse(self, scope: HTTPScope) -> int | None:
        if not self._is_our_host(scope):
            return 400
        return None if scope["method"] in _METHODS else 405

    def _visit(self, scope: HTTPScope) -> Visit:
        headers = dict(scope["headers"])
        cookies = read_cookies(headers.get(b"cookie", b"").decode("latin-1"))
        language, path = split_language(scope["path"])
        theme = cookies.get(cookie_name(THEME, self._settings), "auto")
        return Visit(
            request_id=secrets.token_hex(8),
            received_at=self._clock(),
            settings=self._settings,
            address=self._address(scope),
            path=path,
            query=scope["query_string"].decode("latin-1"),
            language=language
            or choose_language(cookies, headers.get(b"accept-language", b"").decode("latin-1"), self._settings),
            cookies=cookies,
            theme=theme if theme in THEMES else "auto",
        )

    def _address(self, scope: HTTPScope) -> str:
        """Tell the peer, or whom the first of so many proxies of ours saw. Other forwarded headers are not read."""
        peer = scope["client"][0] if scope["client"] else ""
        if not self._settings.trusted_hops:
            return peer
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        forwarded = [part.strip() for part in ",".join(lines).split(",")]  # some proxies add a line of their own
        return forwarded[-self._settings.trusted_hops] if len(forwarded) >= self._settings.trusted_hops else peer

    def _is_our_host(self, scope: HTTPScope) -> bool:
        is_collecting = scope["path"] == "/metrics"
        if scope["path"] in _WATCHED or (is_collecting and self._settings.metrics_token is not None):
            return True
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host = hosts[0].decode("latin-1").lower()
        name, colon, port = (host, "", "") if host.endswith("]") or ":" not in host else host.rpartition(":")
        if colon and not (port.isascii() and port.isdigit()):
            return False
        given = int(port) if port else None
        own = _PORTS["https" if self._settings.is_https else "http"]
        return any(
            rule.allows(name, given) or (rule.port != ANY_PORT and rule.allows(name, None if given == own else given))
            for rule in (*self._settings.hosts, *(LOOPBACK if is_collecting else ()))
        )


class _Answering:
    """Adds to the answer what every answer carries, and remembers its status."""

    def __init__(self, visit: Visit, send: Send, headers: tuple[tuple[bytes, bytes], ...], *, is_head: bool) -> None:
        self._visit, self._send, self._common, self._is_head = visit, send, headers, is_head
        self.status: int | None = None
        self.turn: Turn | None = None

    def end_turn(self) -> None:
        """Let the next page be worked on: the work on this one is done, or was given up."""
        if self.turn is not None:
            self.turn.end()

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.end_turn()
            message["headers"] = self._complete(list(message["headers"]))
        elif message["type"] == "http.response.body" and self._is_head:
            message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
        await self._send(message)

    @property
    def reference(self) -> bytes:
        """What the log knows this request by."""
        return self._visit.request_id.encode()

    async def plainly(self, status: int) -> None:
        """Answer without a page: there is no reader whose language we know, or no page can be made."""
        await self.whole(status, self.reference, [_TEXT])

    async def whole(self, status: int, body: bytes, headers: Headers) -> None:
        """Answer with what is ready."""
        await self.send(_start(status, [*headers, (b"content-length", b"%d" % len(body))]))
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def elsewhere(self, address: str) -> None:
        """Send the reader to the same page with its language."""
        headers = [
            (b"location", address.encode("latin-1")),
            (b"vary", b"cookie, accept-language"),
            (b"content-length", b"0"),
        ]
        await self.send(_start(307, headers))
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    def _complete(self, headers: Headers) -> Headers:
        language = self._visit.language
        made = [
            (name, _localised(value, language)) if name.lower() == b"location" else (name, value)
            for name, value in headers
        ]
        there = {name.lower() for name, _ in made}
        made += [(name, value) for name, value in self._common if name not in there]
        if b"cache-control" not in there:
            made.append((b"cache-control", b"no-store"))
        made.append((b"x-request-id", self._visit.request_id.encode()))
        made += [(b"set-cookie", cookie.encode("latin-1")) for cookie in self._visit.set_cookies]
        return made


def _localised(address: bytes, language: str) -> bytes:
    """Put the language before an address of ours; an address elsewhere stays."""
    text = address.decode("latin-1")
    return with_language(text, language).encode("latin-1") if text.startswith("/") else address


def _written(scope: HTTPScope) -> str:
    query = scope["query_string"].decode("latin-1")
    path = "/" + quote(scope["path"]).lstrip("/")  # never //elsewhere
    return path + (f"?{query}" if query else "")


def _start(status: int, headers: Headers) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _find_elsewhere(scope: HTTPScope, visit: Visit) -> str | None:
    """Say where a reader is sent before anything else: to the page's language, or to the page with a choice kept."""
    if scope["method"] != "GET" or visit.path.startswith(BARE):
        return None
    if split_language(scope["path"])[0] is None:
        return with_language(_written(scope), visit.language)
    return _choice(visit) if visit.query else None


def _choice(visit: Visit) -> str | None:
    """Keep the theme or language that a link chose (``?theme=dark``, ``?language``); return the page without it."""
    pairs = parse_qsl(visit.query, keep_blank_values=True)
    theme = next((value for name, value in pairs if name == "theme" and value in THEMES), None)
    has_language = ("language", "") in pairs
    if theme is None and not has_language:
        return None
    if theme is not None:
        visit.set_cookies.append(make_cookie(THEME, theme, visit.settings, lasts=CHOICES_LAST))
    if has_language:
        visit.set_cookies.append(make_cookie(LANGUAGE, visit.language, visit.settings, lasts=CHOICES_LAST))
    rest = urlencode([(name, value) for name, value in pairs if name not in {"theme", "language"}])
    path = with_language("/" + quote(visit.path).lstrip("/"), visit.language)
    return path + (f"?{rest}" if rest else "")
