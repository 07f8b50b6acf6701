"""A team's appeal: once, within the window after it was told, on procedure and never on taste.

The committee's answer (one member proposes, another agrees) is ``usecases/deciding/appeal_answers``.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.text import Size
from service.usecases.entering.own_entry import OwnEntry, find_own_entry, lock_own_entry
from service.usecases.written import check_line, count_words, read_line, read_text
from storage.engine import transaction
from storage.inspect.sniff import sniff
from storage.lifecycle import AppealState, EntryState
from storage.objects.store import ObjectStore
from storage.reads.accounts import find_account
from storage.reads.entrant.asking import find_appeal, find_appeals_end
from storage.tables.appeal import Appeal

__all__ = ["APPEALABLE", "GROUNDS", "LARGEST_FILE", "AppealFile", "check_window", "lodge_appeal"]

GROUNDS = ("score", "conflict", "procedure")
"""A score recorded or computed wrongly; a conflict of interest not declared; the published procedure not followed."""

LARGEST_FILE = 10 * 1024 * 1024
LONGEST = 4000
FEWEST_WORDS = 10
MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}
APPEALABLE = frozenset({EntryState.ADMITTED, EntryState.EXCLUDED})
"""Entries with an outcome to ask about: judged, or shut out by a rule."""


class AppealLodged(Conflicting):
    """The team has lodged its appeal already."""

    code = "appeal-lodged"


class AppealsClosed(Conflicting):
    """The window for appeals and for a question on the outcome is over."""

    code = "appeals-closed"

    def __init__(self, *, ended_at: datetime) -> None:
        super().__init__(ended_at=ended_at)


class NoOutcome(Conflicting):
    """The entry was not judged, so there is no outcome to ask about."""

    code = "no-outcome"


@dataclass(frozen=True, slots=True)
class AppealFile:
    """A file that came with the form: its own name, and where its bytes lie now."""

    name: str
    path: Path


async def lodge_appeal(
    actor: Actor,
    number: str,
    *,
    ground: str,
    content: str,
    file: AppealFile | None,
    objects: ObjectStore,
    now: datetime,
) -> None:
    """Lodge the team's appeal. Raises Invalid, AppealLodged, AppealsClosed, NoOutcome."""
    await find_own_entry(actor, number, Action.LODGE_APPEAL)  # before any byte is kept for a stranger
    words = read_text(content)
    kind = _check(ground, words, file)
    kept = f"appeal/{secrets.token_hex(16)}" if file else None
    if file is not None and kept is not None:
        await objects.put(kept, file.path)
    async with transaction():
        own = await lock_own_entry(actor, number, Action.LODGE_APPEAL, now=now, is_late_allowed=True)
        require(Action.LODGE_APPEAL, actor, stage=own.rules.state)
        await check_window(own, now=now)
        if await find_appeal(own.id) is not None:
            raise AppealLodged
        appeal_id = uuid4()
        await Appeal.insert(
            Appeal(
                id=appeal_id,
                entry=own.id,
                person=own.person_id,
                ground=ground,
                content=words,
                state=AppealState.LODGED.value,
                object_key=kept,
                file_name=read_line(file.name)[:120] if file else None,
                media_type=MEDIA_TYPES[kind] if kind else None,
                size=file.path.stat().st_size if file else None,
                lodged_at=now,
                answer="",
            )
        )
        account = await find_account(own.person_id)
        if account is not None:
            await queue_letter(
                "appeal-lodged", name=f"appeal-lodged:{appeal_id}", email=account.email, language=account.language,
                at=now, number=number, path=f"/entries/{number}/appeal",
            )  # fmt: skip
        await record(Event.APPEAL_LODGED, by=actor, about=("entry", own.id), at=now, after={"ground": ground})


async def check_window(own: OwnEntry, *, now: datetime) -> datetime:
    """Refuse what concerns an outcome before there is one, and after the window; return when it ends."""
    if own.state not in APPEALABLE:
        raise NoOutcome
    ends_at = await find_appeals_end(own.rules.id)
    if ends_at is None:
        raise NoOutcome
    if now >= ends_at:
        raise AppealsClosed(ended_at=ends_at)
    return ends_at


def _check(ground: str, words: str, file: AppealFile | None) -> str | None:
    """Check the form; return the format of the file."""
    errors = []
    if ground not in GROUNDS:
        errors.append(FieldError("ground", "err.choose", word_field="appeal.ground"))
    errors += check_line("content", words, at_most=LONGEST, is_needed=True, word="appeal.content")
    if words and count_words(words) < FEWEST_WORDS:
        errors.append(
            FieldError("content", "err.too_short", word_field="appeal.content", n=count_words(words), min=FEWEST_WORDS)
        )
    kind = None
    if file is not None:
        kind = sniff(file.path)
        size = file.path.stat().st_size
        if kind == "empty":
            errors.append(FieldError("file", "err.file_empty"))
        elif kind not in MEDIA_TYPES:
            errors.append(FieldError("file", "appeal.file_kind"))
        elif size > LARGEST_FILE:
            errors.append(FieldError("file", "err.file_size", size=Size(size), max=Size(LARGEST_FILE)))
    if errors:
        raise Invalid(*errors)
    return kind
