"""A form whose session ended while it was filled in: kept when it comes, shown again to its owner after signing in.

Browsers with a script keep what is typed themselves (``static/js/typed.js``); this is for those without.
"""

from typing import Any

from litestar import Request

from service.logging import get_logger
from service.usecases.people.kept_forms import KEPT_FOR, forget_form, keep_form
from service.web.cookies import KEPT, clear_cookie, cookie_name, make_cookie
from service.web.csrf import find_form_page, owner_mark, read_ticket
from service.web.language import split_language
from service.web.visit import Visit, visit_of
from storage.errors import StorageError
from storage.reads.accounts import find_kept_form

__all__ = ["AS_STORED", "forget_kept", "keep_typed", "load_kept"]

AS_STORED = "as-stored"
"""In a page's query: show what is stored, not what was typed."""

_FORM = "application/x-www-form-urlencoded"
_LARGEST = 64 * 1024
_NEVER = ("csrf", "password", "code", "revision")

AnyRequest = Request[Any, Any, Any]


async def keep_typed(request: AnyRequest) -> bool:
    """Keep the form that came without a session, if one of our pages made it for somebody; say whether it is kept."""
    page, length = _page(request), request.headers.get("content-length", "")
    is_small = length.isascii() and length.isdigit() and int(length) <= _LARGEST
    if page is None or not is_small or not request.headers.get("content-type", "").startswith(_FORM):
        return False
    visit = visit_of(request)
    form = await request.form()
    owner = read_ticket(request, str(form.get("csrf", "")))
    fields = {
        name: [text.replace("\x00", "") for text in form.getall(name) if isinstance(text, str)]
        for name in form
        if not any(each in name for each in _NEVER)
    }
    if owner is None or not any(any(each) for each in fields.values()):
        return False
    try:
        await keep_form(owner, page, fields, now=visit.received_at)
    except StorageError:  # the answer is the same, but for the promise
        get_logger().warning("form-not-kept")
        return False
    visit.set_cookies.append(make_cookie(KEPT, "1", visit.settings, lasts=KEPT_FOR))
    return True


async def load_kept(visit: Visit) -> None:
    """Find what was typed on the visited page before the session ended; asked only where the browser was told of it."""
    if cookie_name(KEPT, visit.settings) in visit.cookies and AS_STORED not in visit.query:
        visit.kept = await find_kept_form(owner_mark(visit), visit.path, since=visit.received_at - KEPT_FOR)


async def forget_kept(request: AnyRequest) -> None:
    """Forget what was kept of a page whose form has now come with a session."""
    visit, page = visit_of(request), _page(request)
    if cookie_name(KEPT, visit.settings) not in visit.cookies or page is None or visit.session is None:
        return
    if await forget_form(owner_mark(visit), page):
        visit.set_cookies.append(clear_cookie(KEPT, visit.settings))


def _page(request: AnyRequest) -> str | None:
    page = find_form_page(request)
    return split_language(page.partition("?")[0])[1] if page else None
