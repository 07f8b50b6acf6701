"""Telling entrants, and publishing: one transaction, one instant, nothing before it."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from service.actors import Actor
from service.audit import SYSTEM, Event, record
from service.audit_check import head
from service.errors import Conflicting, FieldError, Invalid, NotFound, StaleRevision
from service.jobs.queue import enqueue
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.judging.notes import delete_notes
from service.usecases.publishing.announcing import check_as_announced, plan_announcement
from service.usecases.publishing.awards import make_awards
from service.usecases.publishing.bundles import (
    BundleStale,
    Draft,
    NothingToBundle,
    is_current,
    keep_bundle,
    prepare_bundle,
)
from service.usecases.publishing.certificates import issue_certificates, issue_thanks
from service.usecases.publishing.figures import count_figures
from service.usecases.setup.editions import NotYet, move_edition
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import EditionState, RoundState
from storage.reads.bundles import list_bundles
from storage.reads.committee.appeals import count_open_appeals
from storage.reads.decisions import read_decided
from storage.reads.honoured import HonouredPeople, list_honoured_people
from storage.reads.registrar import find_team_people
from storage.tables.audit import AuditEvent
from storage.tables.award import Publication
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.panel import Round

__all__ = ["notify_entrants", "publish_edition", "publish_when_due", "schedule_publication"]


A_MINUTE = timedelta(minutes=1)
"""How long ago an instant may lie that is meant as now: forms give whole minutes."""

_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class NotDecided(Conflicting):
    """A category's minutes are not approved yet."""

    code = "not-decided"


class AppealsRun(Conflicting):
    """Entrants may still appeal."""

    code = "appeals-run"


class AppealsOpen(Conflicting):
    """An appeal has no answer yet."""

    code = "appeals-open"


class AlreadyPublished(Conflicting):
    """The edition is published already: once is enough."""

    code = "already-published"


async def notify_entrants(actor: Actor, edition_id: UUID, *, now: datetime) -> int:
    """Tell each team its own outcome, under embargo; appeals may begin. Return how many letters were queued."""
    async with transaction():
        edition = await _lock_edition(edition_id)
        require(Action.NOTIFY, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        await move_edition(actor, edition_id, "notify", now=now)
        in_round = await _check_decided(edition_id)
        honours = {each.entry_id: each for each in (await read_decided(in_round["id"])).honoured}
        n_letters = 0
        for entry in await Entry.select(Entry.id, Entry.entry_number).where(
            (Entry.edition == edition_id) & (Entry.state == "admitted")
        ):
            honour = honours.get(entry["id"])
            named: dict[str, Any] = {"honour_ar": honour.honour_ar, "honour_en": honour.honour_en} if honour else {}
            for person in await find_team_people(entry["id"]):
                n_letters += await queue_letter(
                    "outcome-honoured" if honour else "outcome", name=f"outcome:{entry['id']}:{person.email}",
                    email=person.email, language=person.language, at=now, edition_id=edition_id,
                    number=entry["entry_number"], path=f"/entries/{entry['entry_number']}", **named,
                )  # fmt: skip
        return n_letters


async def schedule_publication(
    actor: Actor,
    edition_id: UUID,
    *,
    at: datetime,
    typed_name: str,
    now: datetime,
    first_at: datetime | None = None,
    seen: str | None = None,
) -> None:
    """Fix the instant of publication; a job keeps it. The chair types the edition's short name to confirm.

    ``first_at``: when the honoured are announced without their places, where that comes first. ``seen``: the instant
    that stood when the form was read, as ISO text or empty; raises StaleRevision where another was fixed meanwhile.
    """
    async with transaction():
        edition = await _lock_edition(edition_id)
        require(Action.PUBLISH, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        if seen is not None and seen != (edition["publish_at"].isoformat() if edition["publish_at"] else ""):
            raise StaleRevision(current=0)
        errors = []
        if typed_name.strip() not in {edition["short_ar"], edition["short_en"]}:
            errors.append(FieldError("typed_name", "err.typed_name"))
        if at < now - A_MINUTE:
            errors.append(FieldError("at", "err.time_past"))
        if first_at is not None and not now - A_MINUTE <= first_at < at:
            errors.append(FieldError("first_at", "err.first_before"))
        if errors:
            raise Invalid(*errors)
        await _check_decided(edition_id)
        _check_appeals(edition, await _notified_at(edition_id), first_at or at)
        await _check_answered(edition_id)
        await plan_announcement(edition_id, first_at)
        await Edition.update({Edition.publish_at: at}).where(Edition.id == edition_id)
        for kind, due in (("announce-honoured", first_at), ("publish-edition", at)):
            if due is not None:
                await enqueue(
                    kind, name=f"{kind}:{edition_id}:{due.isoformat()}", at=now, due_at=due, edition=str(edition_id)
                )
        told = at.isoformat() if first_at is None else [first_at.isoformat(), at.isoformat()]
        await record(Event.PUBLICATION_SCHEDULED, by=actor, about=("edition", edition_id), at=now, after=told)


async def publish_when_due(edition_id: UUID, *, now: datetime) -> bool:
    """Publish an edition whose instant has come, if nobody did; say whether this call did. For the job."""
    edition = await Edition.select(Edition.state, Edition.publish_at).where(Edition.id == edition_id).first()
    if edition is None:
        raise NotFound
    if edition["state"] in {EditionState.PUBLISHED, EditionState.ARCHIVED} or edition["publish_at"] is None:
        return False
    if now < edition["publish_at"]:
        return False
    await publish_edition(SYSTEM, edition_id, now=now)
    return True


async def publish_edition(actor: Actor, edition_id: UUID, *, now: datetime) -> str:
    """Publish: frozen awards and figures, the stage, letters and the log's last link, in one transaction.

    Public pages read these rows alone, so all of it appears at once. Judges' private notes go. Returns the log's last
    link before publication.
    Raises NotYet before the instant that was fixed.
    """
    async with _turn():
        return await _publish(actor, edition_id, now)


def _turn() -> asyncio.Lock:
    """One publication at a time in a process, so that a bundle is computed once; between processes the row decides."""
    return _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock())


async def _publish(actor: Actor, edition_id: UUID, now: datetime) -> str:
    draft = await _prepare_bundle(edition_id, now)
    async with transaction():
        edition = await _lock_edition(edition_id)
        if edition["state"] in {EditionState.PUBLISHED, EditionState.ARCHIVED}:
            raise AlreadyPublished
        if actor.is_signed_in:
            require(Action.PUBLISH, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        if edition["publish_at"] is None or now < edition["publish_at"]:
            raise NotYet(from_at=edition["publish_at"] or now)
        in_round = await _check_decided(edition_id)
        await _check_answered(edition_id)
        decided = await read_decided(in_round["id"])
        figures = await count_figures(edition_id, in_round["id"], decided)
        names = await _read_names(actor, {each.entry_id for each in decided.honoured}, now)
        awards = await make_awards(edition_id, decided.honoured, now=now, names=names)
        await check_as_announced(edition_id, [(str(each.title_ar), str(each.title_en)) for each in awards])
        await insert_many(awards)
        await issue_certificates(awards, now=now)
        await issue_thanks(edition_id, now=now)
        await delete_notes(edition_id)
        bundle = await _settle_bundle(edition_id, draft, now)
        _, link = await head()
        await Publication.insert(
            Publication(
                edition=edition_id,
                figures=to_json(figures),
                bundle_hash=bundle,
                audit_head=link,
                published_at=now,
            )
        )
        name = "publish-after-appeals" if edition["state"] == EditionState.NOTIFIED else "publish"
        await move_edition(actor, edition_id, name, now=now, published_at=now)
        for award in awards:
            for person in await find_team_people(UUID(str(award.entry))):
                await queue_letter(
                    "published", name=f"published:{award.entry}:{person.email}", email=person.email,
                    language=person.language, at=now, edition_id=edition_id,
                    path=f"/winners/{edition['slug']}/{award.slug}",
                )  # fmt: skip
        await record(
            Event.RESULTS_PUBLISHED, by=actor, about=("edition", edition_id), at=now, after={"awards": len(awards)}
        )
        return link


async def _prepare_bundle(edition_id: UUID, now: datetime) -> Draft | None:
    """Make the bundle ready where the chair's is missing or stale: the engine may not run inside the transaction."""
    edition = await Edition.select(Edition.state, Edition.publish_at).where(Edition.id == edition_id).first()
    if edition is None or edition["publish_at"] is None or now < edition["publish_at"]:
        return None
    if edition["state"] not in {EditionState.DECIDING, EditionState.NOTIFIED}:
        return None
    try:
        return None if await is_current(edition_id) else await prepare_bundle(edition_id)
    except NothingToBundle:
        return None


async def _settle_bundle(edition_id: UUID, draft: Draft | None, now: datetime) -> str:
    """Give the SHA-256 of the bundle that is published: the chair's last one, where it still tells what was decided."""
    if draft is not None:
        return await keep_bundle(edition_id, draft, now=now)
    if not await is_current(edition_id):
        raise BundleStale
    return (await list_bundles(edition_id))[0].sha256


async def _lock_edition(edition_id: UUID) -> dict[str, Any]:
    edition: dict[str, Any] | None = await for_update(Edition.select().where(Edition.id == edition_id)).first()
    if edition is None:
        raise NotFound
    return edition


async def _check_decided(edition_id: UUID) -> dict[str, Any]:
    """Give the edition's last round, once every category of it is decided."""
    row: dict[str, Any] | None = (
        await Round.select().where(Round.edition == edition_id).order_by(Round.ordinal, ascending=False).first()
    )
    if row is None or row["state"] != RoundState.DECIDED:
        raise NotDecided
    return row


async def _notified_at(edition_id: UUID) -> datetime | None:
    row = (
        await AuditEvent.select(AuditEvent.at)
        .where((AuditEvent.event == Event.EDITION_MOVED.value) & (AuditEvent.subject_id == str(edition_id)))
        .order_by(AuditEvent.sequence, ascending=False)
        .first()
    )
    return row["at"] if row else None


def _check_appeals(edition: Mapping[str, Any], notified_at: datetime | None, at: datetime) -> None:
    """Refuse an instant before the appeals' window ends, and an edition with appeals whose entrants were not told."""
    if edition["appeals_days"] is None:
        return
    if edition["state"] != EditionState.NOTIFIED or notified_at is None:
        raise AppealsRun(days=edition["appeals_days"])
    if at < notified_at + timedelta(days=edition["appeals_days"]):
        raise AppealsRun(days=edition["appeals_days"])


async def _check_answered(edition_id: UUID) -> None:
    """Refuse while an appeal waits: its answer may open a category again."""
    waiting = await count_open_appeals(edition_id)
    if waiting:
        raise AppealsOpen(n=waiting)


async def _read_names(actor: Actor, honoured: Collection[UUID], now: datetime) -> dict[UUID, HonouredPeople]:
    """Read who is behind the honoured entries. Each reading of an identity is in the log before it is used."""
    for entry in sorted(honoured, key=str):
        await record(Event.IDENTITY_READ, by=actor, about=("entry", entry), at=now, reason="publication")
    return await list_honoured_people(honoured)
