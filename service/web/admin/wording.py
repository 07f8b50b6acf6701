"""``/admin/editions/{id}/wording``: the letters and public pages that an edition says in words of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor, Role
from service.errors import NotFound
from service.permissions import Action, may
from service.text import LANGUAGES, Ltr, Words
from service.usecases.setup.showing import Setup, get_setup
from service.usecases.setup.wording import check_wording, restore_wording, save_wording, wording_mark
from service.web.admin.frame import EditionHead, head_of
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from service.wording import GROUPS, OwnWords, find_group, list_places, original
from storage.reads.wording import OwnTexts, find_own_texts

__all__ = ["WordingController"]

DAYS_AHEAD = timedelta(days=7)
_CODES: Mapping[str, str] = {"number": "2027-7Q4K", "code": "DOC-417"}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message in the list: what it is, how it begins, and whose words it has."""

    href: str
    label: Markup
    beginning: str
    state: str


@dataclass(frozen=True, slots=True)
class MessageGroup:
    """The messages of one place."""

    name: str
    rows: tuple[MessageRow, ...]


@dataclass(frozen=True, slots=True)
class WordingsPage:
    """All that may be said otherwise."""

    head: EditionHead
    groups: tuple[MessageGroup, ...]
    saved: bool
    restored: bool


@dataclass(frozen=True, slots=True)
class TextView:
    """A message in one language: the edition's own text, the program's, and the typed one as it would read."""

    language: str
    direction: str
    own: str
    original: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordingPage:
    """One message's form."""

    head: EditionHead
    label: Markup
    action: str
    is_subject: bool
    texts: tuple[TextView, ...]
    places: tuple[Ltr, ...]
    seen: str
    is_own: bool
    is_looked_at: bool
    may_edit: bool


class WordingController(Controller):
    """An edition's own words."""

    path = "/admin/editions/{edition_id:uuid}/wording"

    @get("/", opt={"action": Action.EDIT_WORDING})
    async def show(self, request: AnyRequest, edition_id: UUID, actor: Actor, words: Words) -> Page:
        """List every message that may be said otherwise."""
        setup = await _open(actor, edition_id)
        own = await find_own_texts(edition_id)
        shown = WordingsPage(
            head=_head(setup, actor, words),
            groups=tuple(
                MessageGroup(name, tuple(_row(edition_id, key, own, words) for key in keys))
                for name, keys in GROUPS.items()
            ),
            saved="saved" in request.query_params,
            restored="restored" in request.query_params,
        )
        return page("admin/wordings", shown)

    @get("/{key:str}", opt={"action": Action.EDIT_WORDING})
    async def form(self, edition_id: UUID, key: str, actor: Actor, words: Words, now: datetime) -> Page:
        """Show one message's form."""
        return await _form(actor, edition_id, key, words, now)

    @post("/{key:str}", opt={"action": Action.EDIT_WORDING})
    async def save(
        self, request: AnyRequest, edition_id: UUID, key: str, actor: Actor, words: Words,
        now: datetime,
    ) -> Page | Redirect:  # fmt: skip
        """Save what was typed, or show how it would read."""

        async def again() -> Page:
            return await _form(actor, edition_id, key, words, now)

        typed = await read_form(request, again=again)
        texts = {language: typed.text(f"text_{language}") for language in LANGUAGES}
        if typed.text("look"):
            await _open(actor, edition_id)
            texts = check_wording(key, texts)
            return await _form(actor, edition_id, key, words, now, typed=(typed, texts))
        await save_wording(actor, edition_id, key, texts, seen=typed.text("seen"), now=now)
        return go_to(f"/admin/editions/{edition_id}/wording?saved=yes")

    @post("/{key:str}/restore", opt={"action": Action.EDIT_WORDING})
    async def restore(self, request: AnyRequest, edition_id: UUID, key: str, actor: Actor, now: datetime) -> Redirect:
        """Go back to the program's words."""
        await read_form(request)
        await restore_wording(actor, edition_id, key, now=now)
        return go_to(f"/admin/editions/{edition_id}/wording?restored=yes")


async def _open(actor: Actor, edition_id: UUID) -> Setup:
    """Open an edition: an administrator any, the committee its own."""
    if actor.role is not Role.ADMINISTRATOR and actor.edition_id != edition_id:
        raise NotFound
    return await get_setup(edition_id)


def _head(setup: Setup, actor: Actor, words: Words) -> EditionHead:
    return head_of(setup, "wording", words, is_whole=actor.role is Role.ADMINISTRATOR)


def _row(edition_id: UUID, key: str, own: OwnTexts, words: Words) -> MessageRow:
    has = [language for language in LANGUAGES if key in own[language]]
    text = own[words.lang].get(key) or original(key, words.lang)
    return MessageRow(
        href=f"/admin/editions/{edition_id}/wording/{key}",
        label=_label(key, words),
        beginning=text.partition("\n")[0],
        state="original" if not has else "own" if len(has) == len(LANGUAGES) else f"lacks_{_other(has[0])}",
    )


def _other(language: str) -> str:
    return "en" if language == "ar" else "ar"


def _label(key: str, words: Words) -> Markup:
    """Say which message it is: a letter's by its occasion, a page's text by its heading."""
    if find_group(key) == "letters":
        _, letter, part = key.split(".")
        return words.say(
            "wording.letter_part", letter=words.say(f"wording.letter_{letter}"), part=words.say(f"wording.{part}")
        )
    heading = key.removesuffix("_text").removesuffix("_note")
    if heading != key:
        return words.say("wording.under", heading=words.say(heading))
    return (
        words.say(f"wording.{key.partition('.')[2]}")
        if key.startswith("public.rules")
        else words.say("wording.heading", heading=words.say(heading))
    )


async def _form(
    actor: Actor, edition_id: UUID, key: str, words: Words, now: datetime, *,
    typed: tuple[Typed, Mapping[str, str]] | None = None,
) -> Page:  # fmt: skip
    if find_group(key) is None:
        raise NotFound
    setup = await _open(actor, edition_id)
    own = await find_own_texts(edition_id)
    stands = {language: own[language].get(key, "") for language in LANGUAGES}
    shown = typed[1] if typed else stands
    is_own = any(stands.values())
    found = WordingPage(
        head=_head(setup, actor, words),
        label=_label(key, words),
        action=f"/admin/editions/{edition_id}/wording/{key}",
        is_subject=key.endswith(".subject"),
        texts=tuple(_text(key, each, stands[each], shown[each], setup, now) for each in LANGUAGES),
        places=tuple(Ltr(f"{{{place}}}") for place in list_places(key)),
        seen=wording_mark({"text_ar": stands["ar"], "text_en": stands["en"]} if is_own else None),
        is_own=is_own,
        is_looked_at=typed is not None,
        may_edit=may(Action.EDIT_WORDING, actor, stage=setup.state),
    )
    return page("admin/wording", found, keeps_typed=typed is not None)


def _text(key: str, language: str, stands: str, shown: str, setup: Setup, now: datetime) -> TextView:
    words = Words(language)
    own = OwnWords(words, {key: shown} if shown else {})
    said = own.plain(key, **{place: _sample(place, setup, words, now) for place in list_places(key)})
    return TextView(
        language=language,
        direction=words.dir,
        own=stands,
        original=original(key, language),
        shown=tuple(each.strip() for each in said.split("\n\n") if each.strip()),
    )


def _sample(place: str, setup: Setup, words: Words, now: datetime) -> object:
    """Give an example of a fact: a name, a number, a moment a week ahead."""
    if place in _CODES:
        return Ltr(_CODES[place])
    if place == "n":
        return 3
    if place == "role":
        return words.say("duty.judge")
    if place.startswith("edition_"):
        return pick(setup, "name", words)
    if place in {"until", "before", "due", "date", "time", "closes_at"} or place.endswith("_at"):
        return now + DAYS_AHEAD
    sample = f"wording.sample_{place.removesuffix('_ar').removesuffix('_en')}"
    return words.plain(sample) if sample in words else words.plain("wording.sample_text")
