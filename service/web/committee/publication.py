"""Telling entrants and publishing: what is ready, what the public will see, and the instant, confirmed by typing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.mail.letters import preview_letter
from service.permissions import Action, may
from service.settings import Settings
from service.text import LANGUAGES, Ltr, Words
from service.usecases.publishing.previewing import ask_preview_names
from service.usecases.publishing.publication import notify_entrants, schedule_publication
from service.usecases.setup.editions import archive_edition
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import AnyRequest, no_round, pick, read_moment, stand, write_moment
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState as Stage
from storage.reads.committee.publication import Prepared, get_prepared
from storage.reads.committee.standing import Standing
from storage.reads.wording import find_own_texts

__all__ = ["PublicationController"]

A_MINUTE = timedelta(minutes=1)
"""Forms give whole minutes."""


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list before publication."""

    label: Markup
    ok: bool


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A place as the public will see it, without names."""

    honour: str
    code: Ltr
    is_shared: bool
    citation: str


@dataclass(frozen=True, slots=True)
class PreviewCategory:
    """A category of the preview; ``run`` is what it was decided on, where ``newer`` was computed since."""

    name: str
    slug: str
    is_approved: bool
    run: int | None
    newer: int
    lines: tuple[PreviewLine, ...]


@dataclass(frozen=True, slots=True)
class LetterView:
    """The letter to the honoured as it will read, in one language."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishPage:
    """Everything about publication."""

    is_locked: bool
    state: str
    slug: str
    short: str
    checks: tuple[Check, ...]
    preview: tuple[PreviewCategory, ...]
    told_at: datetime | None
    has_appeals: bool
    may_notify: bool
    is_notify_ready: bool
    may_publish: bool
    is_publish_ready: bool
    publish_at: datetime | None
    published_at: datetime | None
    at: str
    first_at: str
    promised_at: datetime | None
    first_planned: datetime | None
    announced_at: datetime | None
    seen: str
    names: str
    may_ask_names: bool
    may_answer_names: UUID | None
    is_barred: bool
    letters: tuple[LetterView, ...]


class PublicationController(Controller):
    """``/committee/publish`` and ``/committee/notify``."""

    path = "/committee"

    @get("/publish", opt={"action": Action.READ_PUBLICATION})
    async def show(self, actor: Actor, words: Words, now: datetime, settings: Settings) -> Page:
        return await _show(actor, words, now, settings)

    @post("/notify", opt={"action": Action.NOTIFY})
    async def notify(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        await read_form(request)
        await notify_entrants(actor, (await stand(actor)).edition_id, now=now)
        return go_to("/committee/publish")

    @post("/publish", opt={"action": Action.PUBLISH})
    async def publish(
        self, request: AnyRequest, actor: Actor, words: Words, now: datetime, settings: Settings
    ) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, now, settings)

        typed = await read_form(request, again=again, is_edit=True)
        standing = await stand(actor)
        at, first_at = (read_moment(typed.text(name), standing.time_zone) for name in ("at", "first_at"))
        errors = [FieldError("at", "err.moment")] if at is None else []
        if first_at is None and typed.text("first_at").strip():
            errors.append(FieldError("first_at", "err.moment"))
        if errors or at is None:
            raise Invalid(*errors)
        await schedule_publication(
            actor, standing.edition_id, at=at, first_at=first_at, typed_name=typed.text("typed_name"), now=now,
            seen=typed.text("seen"),
        )  # fmt: skip
        return go_to("/committee/publish")

    @post("/archive", opt={"action": Action.MOVE_EDITION})
    async def archive(self, request: AnyRequest, actor: Actor, now: datetime) -> Redirect:
        """Make the last move of an edition, which the first page offers."""
        await read_form(request)
        await archive_edition(actor, (await stand(actor)).edition_id, now=now)
        return go_to("/committee")

    @post("/publish/preview/names", opt={"action": Action.PREVIEW_NAMES})
    async def ask_names(
        self, request: AnyRequest, actor: Actor, words: Words, now: datetime, settings: Settings
    ) -> Redirect:
        """Ask that the preview show names; a second member answers."""

        async def again() -> Page:
            return await _show(actor, words, now, settings)

        typed = await read_form(request, again=again)
        await ask_preview_names(actor, (await stand(actor)).edition_id, reason=typed.text("reason"), now=now)
        return go_to("/committee/publish")


async def _show(actor: Actor, words: Words, now: datetime, settings: Settings) -> Page:
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round("com.publish_page")
    in_round = standing.in_round
    is_locked = in_round.state in NO_RANKING
    prepared = await get_prepared(standing.edition_id, in_round.id)
    told_at = prepared.told_at if standing.state == Stage.NOTIFIED else None
    needs_telling = standing.appeals_days is not None and standing.state == Stage.DECIDING
    missing = _missing(standing, prepared)
    may_names = may(Action.PREVIEW_NAMES, actor, stage=standing.state) and not standing.barred
    own = await find_own_texts(standing.edition_id)
    promised = prepared.promised_at if prepared.promised_at and prepared.promised_at > now else None
    default = standing.publish_at or promised or now + timedelta(days=1)
    if told_at and standing.appeals_days is not None:
        default = max(default, told_at + timedelta(days=standing.appeals_days, hours=1))
    shown = PublishPage(
        is_locked=is_locked,
        state=standing.state,
        slug=standing.slug,
        short=pick(standing, "short", words),
        checks=() if is_locked else _checks(standing, prepared, told_at, words, now),
        preview=() if is_locked else _preview(standing, prepared, words),
        told_at=told_at,
        has_appeals=standing.appeals_days is not None,
        may_notify=may(Action.NOTIFY, actor, stage=standing.state) and standing.appeals_days is not None,
        is_notify_ready=missing == 0 and bool(prepared.judged),
        may_publish=may(Action.PUBLISH, actor, stage=standing.state),
        is_publish_ready=missing == 0 and bool(prepared.judged) and not needs_telling,
        publish_at=standing.publish_at,
        published_at=standing.published_at,
        at=write_moment(default, standing.time_zone),
        first_at=write_moment(prepared.first_at, standing.time_zone) if prepared.first_at else "",
        promised_at=prepared.promised_at,
        first_planned=prepared.first_at,
        announced_at=prepared.announced_at,
        seen=standing.publish_at.isoformat() if standing.publish_at else "",
        names=prepared.names,
        may_ask_names=may_names and prepared.names in {"none", "declined"},
        may_answer_names=prepared.names_request
        if may_names and prepared.names == "waiting" and prepared.names_asked_by != actor.person_id
        else None,
        is_barred=bool(standing.barred),
        letters=tuple(
            LetterView(language, *preview_letter("published", language, {"path": f"/winners/{standing.slug}"}, settings,
                                                 own))
            for language in LANGUAGES
        ),
    )  # fmt: skip
    return page("committee/publish", shown)


def _missing(standing: Standing, prepared: Prepared) -> int:
    """Count the judged categories whose minutes are not approved."""
    return sum(str(each.id) in prepared.judged and each.id not in prepared.approved for each in standing.categories)


def _checks(
    standing: Standing, prepared: Prepared, told_at: datetime | None, words: Words, now: datetime
) -> tuple[Check, ...]:
    missing = _missing(standing, prepared)
    lacking = sum(not (each.citation_ar and each.citation_en) for each in prepared.honoured)
    is_out = standing.state in {Stage.PUBLISHED, Stage.ARCHIVED}
    checks = [
        Check(words.say("publish.check_minutes", n=missing), ok=missing == 0 and bool(prepared.judged)),
        Check(words.say("publish.check_citations", n=lacking), ok=lacking == 0 and bool(prepared.honoured)),
    ]
    if standing.appeals_days is not None:
        told = told_at is not None or is_out
        checks.append(Check(words.say(f"publish.check_{'told' if told else 'untold'}"), ok=told))
        if told_at is not None:
            end = told_at + timedelta(days=standing.appeals_days)
            key = "publish.check_appeals" if end <= now else "publish.check_appealing"
            checks.append(Check(words.say(key, date=end, time=end), ok=end <= now))
        if prepared.n_open_appeals or told_at is not None:
            n_open = prepared.n_open_appeals
            checks.append(
                Check(words.say("appeals.check" if n_open else "appeals.all_answered", n=n_open), ok=not n_open)
            )
    n_closed = prepared.n_unpermitted
    key = "publish.check_permitted" if n_closed else "publish.check_all_permitted"
    checks.append(Check(words.say(key, n=n_closed), ok=n_closed == 0))
    if standing.publish_at and prepared.promised_at and not is_out:
        promised = prepared.promised_at
        is_kept = abs(standing.publish_at - promised) < A_MINUTE
        key = "publish.check_promised" if is_kept else "publish.check_otherwise"
        checks.append(Check(words.say(key, date=promised, time=promised), ok=is_kept))
    has_run = prepared.output_hash is not None
    checks.append(Check(words.say(f"publish.check_{'' if has_run else 'no_'}fingerprint"), ok=has_run))
    return tuple(checks)


def _preview(standing: Standing, prepared: Prepared, words: Words) -> tuple[PreviewCategory, ...]:
    return tuple(
        PreviewCategory(
            name=pick(each, "name", words),
            slug=each.slug,
            is_approved=each.id in prepared.approved,
            run=run if (run := prepared.decided_on.get(each.id)) != prepared.last_run else None,
            newer=prepared.last_run,
            lines=tuple(
                PreviewLine(pick(line, "honour", words), Ltr(line.code_name), line.is_shared,
                            pick(line, "citation", words))
                for line in prepared.honoured
                if line.category_id == each.id
            ),
        )
        for each in standing.categories
    )  # fmt: skip
