"""Forms as people typed them: read leniently, kept whole, and shown again with each error beside its field."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile
from markupsafe import Markup

from service.errors import FieldError, NotFound
from service.text import Words
from service.typed_text import western_digits
from service.web.kept_forms import forget_kept
from service.web.meanwhile import ReadLine
from service.web.pages import Page
from service.web.visit import visit_of

__all__ = ["FormView", "Typed", "read_form"]

_YES = frozenset({"on", "true", "1", "yes"})
_LONGEST_NUMBER = 18
_NOTHING = object()
"""A field that nothing is stored for."""

Again = Callable[[], Awaitable[Page]]


class Typed:
    """What came in a form. ``again`` makes the page that shows it once more when the use case finds it invalid.

    ``if_stale``: what the same page says when somebody else saved in between; it then shows both. Without it, the
    refusal is a page of its own.
    """

    def __init__(
        self, values: Mapping[str, Sequence[object]], again: Again | None = None, *, if_stale: str | None = None
    ) -> None:
        self._values = values
        self.again = again
        self.if_stale = if_stale

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """Give a field without the spaces round it; empty when it did not come."""
        return next(iter(self.all(name)), "").strip()

    def secret(self, name: str) -> str:
        """Give a password exactly as it was typed."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Give every value of a field that may come many times."""
        return [_plain(value) for value in self._values.get(name, ()) if isinstance(value, str)]

    def flag(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return self.text(name).lower() in _YES

    def number(self, name: str) -> int | None:
        """Give a whole number typed in either kind of digit, or None."""
        text = western_digits(self.text(name))
        is_number = text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
        return int(text) if is_number and len(text) <= _LONGEST_NUMBER else None

    def uuid(self, name: str) -> UUID:
        """Give an id; NotFound when it is none, exactly as for an unknown one."""
        try:
            return UUID(self.text(name))
        except ValueError:
            raise NotFound from None

    def file(self, name: str) -> UploadFile | None:
        """Give a file, where one came."""
        return next((value for value in self._values.get(name, ()) if isinstance(value, UploadFile)), None)


class Differing(str):
    """What was typed in a field, where something else is stored by now."""

    __slots__ = ("stored",)
    stored: str


class FormView:
    """A form as its page sees it: typed values before the stored ones, and the errors.

    Where somebody else saved in between, each field that differs has what stands now for its error.
    """

    def __init__(
        self,
        words: Words,
        typed: Typed | None = None,
        errors: Sequence[FieldError] = (),
        kept: Mapping[str, Sequence[object]] | None = None,
        *,
        is_stale: bool = False,
    ) -> None:
        """``kept``: what was typed here and sent after the session had ended. ``is_stale``: another saved meanwhile."""
        self._words, self._is_stale = words, is_stale
        self._stands: dict[str, str] = {}
        self._typed = Typed(kept) if kept is not None else typed
        self.is_kept = kept is not None
        self.errors = tuple((error.field, _say(words, error)) for error in errors)

    def value(self, name: str, default: object = _NOTHING) -> str:
        """Give what was typed, else what is stored."""
        stored = "" if default is None or default is _NOTHING else str(default)
        if self._typed is None or name not in self._typed:
            return stored
        typed = self._typed.secret(name)
        if not self._is_stale or default is _NOTHING or _plain(stored).strip() == typed.strip():
            return typed
        self._stands[name] = stored
        both = Differing(typed)
        both.stored = stored
        return both

    def values(self, name: str, default: Sequence[str] = ()) -> Sequence[str]:
        """Give all the values of a field, typed or stored."""
        return self._typed.all(name) if self._typed is not None else default

    def is_checked(self, name: str, default: bool = False) -> bool:  # noqa: FBT001, FBT002 (templates call it by position)
        """Say whether a box is ticked."""
        return self._typed.flag(name) if self._typed is not None else default

    def list_changed(self, lines: Sequence[ReadLine]) -> list[tuple[Markup | str, str, str]] | None:
        """List what the form took along that stands otherwise now: its name, what was read, what stands now.

        None where nobody was faster, or the form that came is another one of the page.
        """
        typed = self._typed
        if not self._is_stale or typed is None or not any(line.field in typed for line in lines):
            return None
        read = [(line, typed.text(line.field)) for line in lines]
        return [(line.label, was, line.now) for line, was in read if _plain(line.now).strip() != was]

    def error(self, name: str) -> Markup | None:
        """Give the first error of a field. Ask after ``value``, which finds out what differs."""
        found = next((text for field, text in self.errors if field == name), None)
        if found is None and name in self._stands:
            return self._words.say("err.stands_now", value=self._stands[name] or "–")
        return found


async def read_form(
    request: Request[Any, Any, Any], *, again: Again | None = None, is_edit: bool = False, if_stale: str | None = None
) -> Typed:
    """Read the form that came. ``again`` is asked for the page if the use case raises ``Invalid``.

    ``is_edit``: and if it raises ``StaleRevision``; the page then shows what was typed and what stands now.
    ``if_stale``: the same for a form that edits nothing but decides on what was read; the key of what the page says.
    """
    found = await request.form()
    await forget_kept(request)
    says = "err.saved_meanwhile" if is_edit else if_stale
    typed = Typed({name: found.getall(name) for name in found}, again, if_stale=says)
    visit_of(request).typed = typed
    return typed


def _plain(text: str) -> str:
    """Browsers send line ends as CRLF; nothing else of what was typed is changed. NUL is no text in any database."""
    return text.replace("\r\n", "\n").replace("\x00", "")


def _say(words: Words, error: FieldError) -> Markup:
    """Say an error. A fact whose name begins with ``word_`` is the key of a word in the reader's language."""
    facts = {
        name.removeprefix("word_"): words.say(str(fact)) if name.startswith("word_") else fact
        for name, fact in error.facts.items()
    }
    return words.say(error.key, **facts)
