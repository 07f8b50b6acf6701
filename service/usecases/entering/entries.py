"""Filling an entry in: details, the rights statement, the statement on AI tools."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.jobs.queue import enqueue
from service.permissions import Action
from service.usecases.entering.own_entry import OwnEntry, find_own_entry, lock_own_entry, save_entry
from service.usecases.entering.starting import title_errors
from service.usecases.files.identities import look_in_fields
from service.usecases.written import check_line, count_words, read_line, read_text
from storage.columns import to_json
from storage.engine import transaction
from storage.lifecycle import FileState
from storage.reads.entrant.edition import (
    list_ai_statements,
    list_categories,
    list_expertise,
)
from storage.reads.entrant.entry import EntryView, find_entry
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File

__all__ = [
    "Details",
    "Rights",
    "open_entry",
    "queue_new_copies",
    "save_ai_statement",
    "save_details",
    "save_rights",
]

MOST_TAGS = 3
LANGUAGES = ("ar", "en", "both", "none")
LONGEST_DURATION = 24 * 3600
MATERIAL_RIGHTS = ("own", "permitted")
PEOPLE_RIGHTS = ("nobody", "consented")
LONGEST_HELP = 600
LONGEST_AI_TEXT = 1500


@dataclass(frozen=True, slots=True)
class Details:
    """What the form of the project's details holds. Durations are in seconds."""

    category_id: UUID | None
    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    work_language: str
    tags: tuple[str, ...] = ()
    duration_seconds: int | None = None
    credits_start: int | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """The statement on rights: ``material`` own or permitted, ``people`` nobody or consented, outside help in words."""

    material: str
    people: str
    help_text: str = ""
    is_declared: bool = False


async def open_entry(actor: Actor, number: str, action: Action = Action.READ_ENTRY) -> tuple[OwnEntry, EntryView]:
    """Open one's own entry to read it. Raises NotFound for another's."""
    own = await find_own_entry(actor, number, action)
    view = await find_entry(own.id, own.rules)
    if view is None:
        raise NotFound
    return own, view


async def save_details(actor: Actor, number: str, details: Details, *, revision: int, now: datetime) -> int:
    """Save the details of a draft; return the new revision. What is too long is refused, what is too short is kept."""
    clean = _read_details(details)
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now)
        entry.check_revision(revision)
        errors = await _detail_errors(entry, clean)
        if errors:
            raise Invalid(*errors)
        before = entry.row
        saved = await save_entry(
            entry,
            {
                Entry.category: clean.category_id,
                Entry.title_ar: clean.title_ar,
                Entry.title_en: clean.title_en,
                Entry.abstract_ar: clean.abstract_ar,
                Entry.abstract_en: clean.abstract_en,
                Entry.work_language: clean.work_language,
                Entry.tags: to_json(list(clean.tags)),
                Entry.duration_seconds: clean.duration_seconds,
                Entry.credits_start: clean.credits_start,
            },
            now=now,
        )
        await look_in_fields(entry.id, now=now)
        if before["credits_start"] != clean.credits_start and not await _was_submitted(entry.id):
            await queue_new_copies(entry.id, saved, now=now)
        await record(Event.ENTRY_CHANGED, by=actor, about=("entry", entry.id), at=now, after={"revision": saved})
    return saved


async def save_rights(actor: Actor, number: str, rights: Rights, *, revision: int, now: datetime) -> int:
    """Save the statement on rights; return the new revision."""
    help_text = read_text(rights.help_text)
    errors = []
    if rights.material not in MATERIAL_RIGHTS:
        errors.append(FieldError("material", "err.choose", word_field="rights.material"))
    if rights.people not in PEOPLE_RIGHTS:
        errors.append(FieldError("people", "err.choose", word_field="rights.people"))
    errors += check_line("help_text", help_text, at_most=LONGEST_HELP, is_needed=False, word="rights.help")
    if not rights.is_declared:
        errors.append(FieldError("declared", "rights.declare_first"))
    if errors:
        raise Invalid(*errors)
    stored = {"material": rights.material, "people": rights.people, "help": help_text}
    return await _save_statement(actor, number, {Entry.rights: to_json(stored)}, revision=revision, now=now)


async def save_ai_statement(
    actor: Actor, number: str, *, slug: str | None, text: str, revision: int, now: datetime
) -> int:
    """Save the statement on AI tools: a ready wording (``slug``), own words, or both; return the new revision."""
    words = read_text(text)
    own = await find_own_entry(actor, number, Action.READ_ENTRY)
    ready = {each.slug for each in await list_ai_statements(own.rules.id)}
    errors = check_line("text", words, at_most=LONGEST_AI_TEXT, is_needed=slug is None, word="ai.text")
    if slug is not None and slug not in ready:
        errors.append(FieldError("statement", "err.choose", word_field="entry.ai"))
    if errors:
        raise Invalid(*errors)
    return await _save_statement(actor, number, {Entry.ai_slug: slug, Entry.ai_text: words}, revision=revision, now=now)


async def _save_statement(
    actor: Actor, number: str, changes: dict[object, object], *, revision: int, now: datetime
) -> int:
    async with transaction():
        entry = await lock_own_entry(actor, number, Action.EDIT_ENTRY, now=now)
        entry.check_revision(revision)
        saved = await save_entry(entry, changes, now=now)
        await look_in_fields(entry.id, now=now)
        await record(Event.ENTRY_CHANGED, by=actor, about=("entry", entry.id), at=now, after={"revision": saved})
    return saved


def _read_details(details: Details) -> Details:
    return Details(
        category_id=details.category_id,
        title_ar=read_line(details.title_ar),
        title_en=read_line(details.title_en),
        abstract_ar=read_text(details.abstract_ar),
        abstract_en=read_text(details.abstract_en),
        work_language=details.work_language,
        tags=tuple(dict.fromkeys(details.tags)),
        duration_seconds=details.duration_seconds,
        credits_start=details.credits_start,
    )


async def _detail_errors(entry: OwnEntry, details: Details) -> list[FieldError]:
    errors = title_errors({"title_ar": details.title_ar, "title_en": details.title_en}, is_needed=True)
    for field, text in (("abstract_ar", details.abstract_ar), ("abstract_en", details.abstract_en)):
        n, most = count_words(text), entry.rules.abstract_max_words
        if n > most:
            errors.append(FieldError(field, "err.too_long", word_field=f"entry.{field}", n=n, max=most))
    if details.work_language not in LANGUAGES:
        errors.append(FieldError("work_language", "err.choose", word_field="entry.work_language"))
    errors += _time_errors(details)
    errors += await _choice_errors(entry, details)
    return errors


def _time_errors(details: Details) -> list[FieldError]:
    errors = []
    for field in ("duration_seconds", "credits_start"):
        seconds = getattr(details, field)
        if seconds is not None and not 0 < seconds <= LONGEST_DURATION:
            errors.append(FieldError(field, "err.duration"))
    if not errors and (details.credits_start or 0) > (details.duration_seconds or LONGEST_DURATION):
        errors.append(FieldError("credits_start", "err.credits_after_end"))
    return errors


async def _choice_errors(entry: OwnEntry, details: Details) -> list[FieldError]:
    errors = []
    if details.category_id not in {each.id for each in await list_categories(entry.rules.id)}:
        errors.append(FieldError("category", "err.choose", word_field="entry.category"))
    elif details.category_id != entry.category_id and await _has_files(entry.id):
        errors.append(FieldError("category", "err.category_has_files"))
    known: Sequence[str] = [each.slug for each in await list_expertise(entry.rules.id)] if details.tags else []
    if len(details.tags) > MOST_TAGS or not set(details.tags) <= set(known):
        errors.append(FieldError("tags", "err.tags", n=MOST_TAGS))
    return errors


async def _has_files(entry_id: UUID) -> bool:
    live = [FileState.COMMITTED.value, FileState.READY.value]
    return await File.exists().where((File.entry == entry_id) & File.state.is_in(live))


async def _was_submitted(entry_id: UUID) -> bool:
    """Whether a version stands: its copies keep their end until another is submitted."""
    return await EntryVersion.exists().where(EntryVersion.entry == entry_id)


async def queue_new_copies(entry_id: UUID, revision: int, *, now: datetime) -> None:
    """Have the judges' copies of films made again: they end where the credits begin, and that second moved."""
    rows = await File.select(File.id).where(
        (File.entry == entry_id) & (File.state == FileState.READY.value) & File.seconds.is_not_null()
    )
    for row in rows:
        name = f"copy:{row['id']}:{revision}"
        await enqueue("copy-file", name=name, at=now, file=str(row["id"]))
