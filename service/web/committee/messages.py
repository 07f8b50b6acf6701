"""``/committee/messages``: letters to groups, looked at before they go, with their queue and their failures."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.mail.letters import preview_letter
from service.permissions import Action, may
from service.settings import Settings
from service.text import LANGUAGES, Ltr, Words
from service.usecases.letters.groups import GroupText, check_group_text, retry_group_letter, send_to_group
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.reads.committee.groups import GROUPS, FailedLetter, GroupLetterLine, count_readers, list_group_letters

__all__ = ["GroupMessagesController"]

STATES = ("waiting", "sending", "sent", "failed")
_NAMED = frozenset({"judges", "committee"})
"""Groups whose addresses the committee knows anyway; entrants stay unnamed here."""


@dataclass(frozen=True, slots=True)
class GroupOption:
    """A group and how many it has now."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class LetterView:
    """The letter as it will read in one language."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """What is about to be sent. ``id`` makes two clicks one letter."""

    id: str
    audience: str
    n: int
    letters: tuple[LetterView, ...]


@dataclass(frozen=True, slots=True)
class SentRow:
    """A letter that was sent, and where its copies stand."""

    id: str
    audience: str
    subject: str
    body: str
    n: int
    at: datetime
    by: str
    counts: tuple[tuple[str, int], ...]
    n_failed: int


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A copy that did not go; ``email`` only where the committee knows the group's people."""

    audience: str
    email: Ltr | None
    attempts: int
    error: Ltr


@dataclass(frozen=True, slots=True)
class GroupMessagesPage:
    """The form, its preview, and what was sent."""

    groups: tuple[GroupOption, ...]
    preview: MessagePreview | None
    sent: tuple[SentRow, ...]
    failed: tuple[FailedRow, ...]
    may_send: bool
    wording: str | None
    n_queued: int | None


class GroupMessagesController(Controller):
    """Letters to groups."""

    path = "/committee/messages"

    @get("/", opt={"action": Action.READ_MESSAGES})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        """Show the form and what was sent."""
        return await _show(request, actor, words)

    @post("/", opt={"action": Action.SEND_MESSAGE})
    async def look(self, request: AnyRequest, actor: Actor, words: Words, settings: Settings) -> Page:
        """Show the letter before it goes."""

        async def again() -> Page:
            return await _show(request, actor, words)

        typed = await read_form(request, again=again)
        return await _show(request, actor, words, text=check_group_text(_text_of(typed)), settings=settings)

    @post("/send", opt={"action": Action.SEND_MESSAGE})
    async def send(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Queue the letter that was looked at."""

        async def again() -> Page:
            return await _show(request, actor, words)

        typed = await read_form(request, again=again)
        standing = await stand(actor)
        n = await send_to_group(
            actor, standing.edition_id, typed.uuid("letter"), _text_of(typed), n_seen=typed.number("n") or 0, now=now
        )
        return go_to(f"/committee/messages?queued={n}")

    @post("/{letter_id:uuid}/retry", opt={"action": Action.SEND_MESSAGE})
    async def retry(self, request: AnyRequest, letter_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Try the copies that failed again."""
        await read_form(request)
        n = await retry_group_letter(actor, (await stand(actor)).edition_id, letter_id, now=now)
        return go_to(f"/committee/messages?queued={n}")


def _text_of(typed: Typed) -> GroupText:
    return GroupText(
        typed.text("audience"), typed.text("subject_ar"), typed.text("subject_en"), typed.text("body_ar"),
        typed.text("body_en"),
    )  # fmt: skip


async def _show(
    request: AnyRequest, actor: Actor, words: Words, *, text: GroupText | None = None, settings: Settings | None = None
) -> Page:
    standing = await stand(actor)
    counts = await count_readers(standing.edition_id)
    sent, failed = await list_group_letters(standing.edition_id)
    queued = request.query_params.get("queued", "")
    preview = None
    if text is not None and settings is not None:
        facts = {name: getattr(text, name) for name in ("subject_ar", "subject_en", "body_ar", "body_en")}
        letters = tuple(LetterView(each, *preview_letter("group", each, facts, settings)) for each in LANGUAGES)
        preview = MessagePreview(str(uuid4()), text.audience, counts[text.audience], letters)
    shown = GroupMessagesPage(
        groups=tuple(
            GroupOption(name, words.plain(f"messages.to_{name}"), words.plain("messages.n_people", n=counts[name]))
            for name in GROUPS
        ),
        preview=preview,
        sent=tuple(_sent(each, words) for each in sent),
        failed=tuple(_failed(each) for each in failed),
        may_send=may(Action.SEND_MESSAGE, actor, stage=standing.state),
        wording=(
            f"/admin/editions/{standing.edition_id}/wording"
            if may(Action.EDIT_WORDING, actor, stage=standing.state)
            else None
        ),
        n_queued=int(queued) if queued.isascii() and queued.isdigit() else None,
    )
    return page("committee/messages", shown, keeps_typed=preview is not None)


def _sent(line: GroupLetterLine, words: Words) -> SentRow:
    return SentRow(
        id=str(line.id),
        audience=line.audience,
        subject=pick(line, "subject", words),
        body=pick(line, "body", words),
        n=line.n_people,
        at=line.made_at,
        by=pick(line, "by", words),
        counts=tuple((state, line.counts.get(state, 0)) for state in STATES),
        n_failed=line.counts.get("failed", 0),
    )


def _failed(line: FailedLetter) -> FailedRow:
    email = Ltr(line.email) if line.audience in _NAMED else None
    return FailedRow(line.audience, email, line.attempts, Ltr(line.error))
