"""Entrants' pages in the reader's language: what was read turned into what a template prints."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.actors import Actor
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.entering.deadline import find_closing
from service.usecases.entering.own_entry import OwnEntry
from service.usecases.entering.tasks import Tasks, list_tasks
from storage.lifecycle import EditionState, EntryState
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.versions import VersionView

__all__ = ["Head", "Option", "Standing", "make_head", "pick"]

RELATIVE_UNTIL = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a form."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The version that stands, and whether the draft beside it differs."""

    submitted_at: datetime
    complete_at: datetime | None
    n_arriving: int
    has_draft: bool


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of an entry shows: which entry, how far it is, until when, and what may be done."""

    edition_id: UUID
    number: Ltr
    base: str
    title: str
    category: str
    state: str
    stage: str
    revision: int
    saved_at: datetime
    saved_ago: timedelta | None
    now: datetime
    closes_at: datetime | None
    time_left: timedelta | None
    grace_until: datetime | None
    is_in_grace: bool
    return_reason: str
    return_due_at: datetime | None
    extended_to: datetime | None
    eligibility_until: datetime | None
    publish_at: datetime | None
    contact_email: str
    limits_notice: str
    is_lead: bool
    may_edit: bool
    may_lead: bool
    may_submit: bool
    may_withdraw: bool
    standing: Standing | None
    tasks: Tasks


def make_head(own: OwnEntry, entry: EntryView, actor: Actor, words: Words, now: datetime) -> Head:
    """Make what every page of an entry shows."""
    tasks = list_tasks(entry)
    closes_at = find_closing(own.rules, state=own.state, due_at=own.due_at)
    is_changeable = own.is_changeable(now=now)
    stage = own.rules.state
    grace_until = closes_at + timedelta(minutes=own.rules.grace_minutes) if closes_at else None
    return Head(
        edition_id=own.rules.id,
        number=Ltr(own.number),
        base=f"/entries/{own.number}",
        title=pick(entry, "title", words),
        category=pick(entry.category, "name", words),
        state=own.state.value,
        stage=stage.value,
        revision=own.revision,
        saved_at=entry.saved_at,
        saved_ago=now - entry.saved_at if now - entry.saved_at < RELATIVE_UNTIL else None,
        now=now,
        closes_at=closes_at,
        time_left=closes_at - now if closes_at and now < closes_at else None,
        grace_until=grace_until,
        is_in_grace=bool(closes_at and grace_until and closes_at <= now < grace_until),
        return_reason=entry.return_reason,
        return_due_at=entry.due_at,
        extended_to=entry.extended_to,
        eligibility_until=own.rules.eligibility_until,
        publish_at=own.rules.publish_at,
        contact_email=own.rules.contact_email,
        limits_notice=getattr(own.rules, f"limits_notice_{words.lang}") or "",
        is_lead=own.is_lead,
        may_edit=is_changeable and may(Action.EDIT_ENTRY, actor, stage=stage),
        may_lead=is_changeable and own.is_lead,
        may_submit=is_changeable and tasks.is_all_done and may(Action.SUBMIT_ENTRY, actor, stage=stage),
        may_withdraw=own.is_lead
        and own.state in {EntryState.DRAFT, EntryState.SUBMITTED}
        and may(Action.WITHDRAW_ENTRY, actor, stage=stage),
        standing=_standing(own, entry),
        tasks=tasks,
    )


def _standing(own: OwnEntry, entry: EntryView) -> Standing | None:
    version: VersionView | None = entry.current
    if version is None:
        return None
    arriving = {file.id for material in entry.materials for file in material.files if file.is_arriving}
    is_editable = own.state in {EntryState.SUBMITTED, EntryState.RETURNED} and own.rules.state is EditionState.OPEN
    return Standing(
        submitted_at=version.submitted_at,
        complete_at=version.complete_at,
        n_arriving=sum(file.id in arriving for file in version.files),
        has_draft=entry.has_unsubmitted_changes and is_editable,
    )


def pick(row: object, name: str, words: Words) -> str:
    """Pick the reader's language of a pair; the other one where the reader's is empty."""
    mine = getattr(row, f"{name}_{words.lang}")
    return str(mine or getattr(row, f"{name}_{'en' if words.lang == 'ar' else 'ar'}") or "")
