"""Telling entrants: the letters as they will read, appeals and their answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect, Stream

from service.actors import Actor
from service.errors import NotFound
from service.mail.letters import preview_letter
from service.permissions import Action, may
from service.settings import Settings
from service.text import LANGUAGES, Ltr, Words
from service.usecases.deciding.appeal_answers import confirm_answer, propose_answer, send_back_answer
from service.web.committee.standing import AnyRequest, no_round, pick, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from service.web.ranges import Readable, stream_object
from storage.lifecycle import AppealState, EntryState
from storage.lifecycle import EditionState as Stage
from storage.reads.committee.appeals import AppealLine, find_appeal_file, list_appeals
from storage.reads.committee.publication import get_prepared
from storage.reads.wording import find_own_texts

__all__ = ["AppealsController", "NotifyController"]


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter as it will read, in one language."""

    kind: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotifyPage:
    """The letters, and whether they may go."""

    letters: tuple[LetterView, ...]
    n_teams: int
    is_ready: bool
    may_notify: bool
    told_at: datetime | None
    ends_at: datetime | None
    has_appeals: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A judge who may be chosen."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal; ``is_mine`` where the reader proposed its answer; ``named``: judges whose marks it leaves out.

    ``returned_to``: the name of its category in addresses, where an upheld appeal gave it back to the committee;
    ``may_ask``: whether the reader may have another judge review it in place of those left out.
    """

    id: str
    code: Ltr | None
    title: str
    ground: str
    content: str
    state: str
    file_name: Ltr | None
    lodged_at: datetime
    verdict: str | None
    answer: str
    is_mine: bool
    answered_at: datetime | None
    is_excluded: bool
    judges: tuple[Named, ...]
    named: tuple[str, ...]
    returned_to: str | None
    may_ask: bool


@dataclass(frozen=True, slots=True)
class AppealsPage:
    """All the appeals; ``failed`` is the one whose form came back with an error."""

    appeals: tuple[AppealView, ...]
    ends_at: datetime | None
    may_answer: bool
    failed: str


class NotifyController(Controller):
    """``/committee/notify``: the letters before they go. The form posts to the same address."""

    path = "/committee/notify"

    @get("/", opt={"action": Action.READ_PUBLICATION})
    async def show(self, actor: Actor, settings: Settings) -> Page:
        standing = await stand(actor)
        if standing.in_round is None:
            return no_round("com.notify")
        prepared = await get_prepared(standing.edition_id, standing.in_round.id)
        missing = any(
            str(each.id) in prepared.judged and each.id not in prepared.approved for each in standing.categories
        )
        told_at = prepared.told_at if standing.state == Stage.NOTIFIED else None
        days = standing.appeals_days
        honour = next(iter(prepared.honoured), None)
        facts = {"number": "2027-XXXX", "path": "/entries/2027-XXXX"}
        named = {"honour_ar": honour.honour_ar, "honour_en": honour.honour_en} if honour else {}
        own = await find_own_texts(standing.edition_id)
        letters = [("outcome", facts), *([("outcome-honoured", facts | named)] if honour else [])]
        shown = NotifyPage(
            letters=tuple(
                LetterView(kind, language, *preview_letter(kind, language, told, settings, own))
                for kind, told in letters
                for language in LANGUAGES
            ),
            n_teams=prepared.n_entries,
            is_ready=bool(prepared.judged) and not missing,
            may_notify=may(Action.NOTIFY, actor, stage=standing.state) and days is not None,
            told_at=told_at,
            ends_at=told_at + timedelta(days=days) if told_at and days is not None else None,
            has_appeals=days is not None,
        )
        return page("committee/notify", shown)


class AppealsController(Controller):
    """``/committee/appeals``."""

    path = "/committee/appeals"

    @get("/", opt={"action": Action.READ_APPEALS})
    async def show(self, actor: Actor, words: Words) -> Page:
        return await _appeals(actor, words)

    @get("/{appeal:uuid}/file", opt={"action": Action.READ_APPEALS})
    async def read_file(self, request: AnyRequest, appeal: UUID, actor: Actor, objects: Readable) -> Stream:
        standing = await stand(actor)
        found = await find_appeal_file(standing.edition_id, appeal, actor.person_id)
        if found is None:
            raise NotFound
        return await stream_object(request, objects, found[0], media_type=found[1], disposition="attachment")

    @post("/{appeal:uuid}/propose", opt={"action": Action.ANSWER_APPEAL})
    async def propose(self, request: AnyRequest, appeal: UUID, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return await _appeals(actor, words, failed=str(appeal))

        typed = await read_form(request, again=again)
        await propose_answer(
            actor, appeal, verdict=typed.text("verdict"), answer=typed.text("answer"), now=now,
            judges=_read_ids(typed.all("judges")),
        )  # fmt: skip
        return go_to("/committee/appeals")

    @post("/{appeal:uuid}/send-back", opt={"action": Action.ANSWER_APPEAL})
    async def send_back(self, request: AnyRequest, appeal: UUID, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await send_back_answer(actor, appeal, now=now)
        return go_to("/committee/appeals")

    @post("/{appeal:uuid}/confirm", opt={"action": Action.ANSWER_APPEAL})
    async def confirm(self, request: AnyRequest, appeal: UUID, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await confirm_answer(actor, appeal, now=now)
        return go_to("/committee/appeals")


def _read_ids(typed: list[str]) -> frozenset[UUID]:
    try:
        return frozenset(UUID(each) for each in typed)
    except ValueError:
        raise NotFound from None


async def _appeals(actor: Actor, words: Words, *, failed: str = "") -> Page:
    standing = await stand(actor)
    prepared = await get_prepared(standing.edition_id, standing.in_round.id) if standing.in_round else None
    told_at = prepared.told_at if prepared and standing.state == Stage.NOTIFIED else None
    ends_at = told_at + timedelta(days=standing.appeals_days) if told_at and standing.appeals_days is not None else None
    shown = AppealsPage(
        appeals=tuple(
            _view(each, actor, words, may_ask=may(Action.ASK_FOLLOW_UP, actor, stage=standing.state))
            for each in await list_appeals(standing.edition_id, actor.person_id)
        ),
        ends_at=ends_at,
        may_answer=may(Action.ANSWER_APPEAL, actor, stage=standing.state),
        failed=failed,
    )
    return page("committee/appeals", shown)


def _view(each: AppealLine, actor: Actor, words: Words, *, may_ask: bool) -> AppealView:
    is_returned = (
        each.state == AppealState.ANSWERED and each.verdict == "upheld" and each.entry_state != EntryState.EXCLUDED
    )
    return AppealView(
        id=str(each.id),
        code=Ltr(each.code_name) if each.code_name else None,
        title=pick(each, "title", words),
        ground=each.ground,
        content=each.content,
        state=each.state,
        file_name=Ltr(each.file_name) if each.file_name else None,
        lodged_at=each.lodged_at,
        verdict=each.verdict,
        answer=each.answer,
        is_mine=each.proposed_by is not None and each.proposed_by == actor.person_id,
        answered_at=each.answered_at,
        is_excluded=each.entry_state == EntryState.EXCLUDED,
        judges=tuple(Named(str(judge.id), pick(judge, "name", words)) for judge in each.judges),
        named=tuple(pick(judge, "name", words) for judge in each.judges if judge.is_named),
        returned_to=each.category if is_returned else None,
        may_ask=is_returned and may_ask,
    )
