"""Starting an entry: its number, its lead, and how many projects a student may take part in."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, NotOpenNow
from service.permissions import Action, require
from service.usecases.entering.deadline import check_on_time
from service.usecases.written import check_line, read_line
from storage.engine import for_update, transaction
from storage.lifecycle import EntryState
from storage.reads.entrant.edition import EntryRules, find_entry_rules, list_categories
from storage.tables.edition import Edition
from storage.tables.entrant import EntryOwner, TeamMember
from storage.tables.entry import Entry
from storage.tables.person import Person

__all__ = ["EntryLimit", "count_projects", "start_entry", "title_errors"]

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and O, 1, I and L: numbers are read aloud on the telephone."""

NUMBER_LENGTH = 4
LONGEST_TITLE = 150


class EntryLimit(Conflicting):
    """A student takes part in so many projects of an edition, no more."""

    code = "entry-limit"


async def start_entry(actor: Actor, *, category_id: UUID | None, title_ar: str, title_en: str, now: datetime) -> str:
    """Start an entry as its lead; return its number. Raises EntryLimit, DeadlinePassed, Invalid."""
    titles = {"title_ar": read_line(title_ar), "title_en": read_line(title_en)}
    errors = title_errors(titles, is_needed=False)
    if not any(titles.values()):
        errors.append(FieldError("title_ar", "entry.title_needed"))
    async with transaction():
        rules = await _lock_rules(actor.edition_id)
        require(Action.START_ENTRY, actor, stage=rules.state)
        check_on_time(rules, state=EntryState.DRAFT, due_at=None, now=now, action=Action.START_ENTRY)
        if category_id not in {each.id for each in await list_categories(rules.id)}:
            errors.append(FieldError("category", "err.choose", word_field="entry.category"))
        if errors:
            raise Invalid(*errors)
        person = await Person.select().where(Person.id == actor.person_id).first()
        if person is None:
            raise NotFound
        if await count_projects(rules.id, person["id"], person["email"]) >= rules.max_entries_per_student:
            raise EntryLimit(n=rules.max_entries_per_student)
        if category_id is None:
            raise NotFound
        entry_id, number = uuid4(), await _draw_number(rules.slug)
        await Entry.insert(
            _draft(entry_id, number, edition_id=rules.id, category_id=category_id, titles=titles, now=now)
        )
        await EntryOwner.insert(
            EntryOwner(id=uuid4(), entry=entry_id, lead=person["id"], institution=None, department="", academic_year="")
        )
        await TeamMember.insert(_lead(entry_id, person, now))
        await record(Event.ENTRY_STARTED, by=actor, about=("entry", entry_id), at=now, after={"number": number})
    return number


async def count_projects(edition_id: UUID, person_id: UUID | None, email: str) -> int:
    """Count the projects of an edition in which somebody takes part, as lead or as a confirmed member."""
    mine: Any = TeamMember.email == email
    if person_id is not None:
        mine = mine | (TeamMember.person == person_id)
    rows = await TeamMember.select(TeamMember.entry).where(
        mine
        & TeamMember.confirmed_at.is_not_null()
        & (TeamMember.entry.edition == edition_id)
        & (TeamMember.entry.state != EntryState.WITHDRAWN.value)
    )
    return len({row["entry"] for row in rows})


def title_errors(titles: dict[str, str], *, is_needed: bool) -> list[FieldError]:
    """Find what is wrong with the two titles of an entry."""
    return [
        error
        for field, title in titles.items()
        for error in check_line(field, title, at_most=LONGEST_TITLE, is_needed=is_needed, word=f"entry.{field}")
    ]


async def _lock_rules(edition_id: UUID | None) -> EntryRules:
    """Lock the edition's row, so that two entries started at once are counted one after the other."""
    if edition_id is None:
        raise NotOpenNow(action=Action.START_ENTRY)
    await for_update(Edition.select(Edition.id).where(Edition.id == edition_id))
    rules = await find_entry_rules(edition_id)
    if rules is None:
        raise NotFound
    return rules


async def _draw_number(slug: str) -> str:
    while True:
        drawn = "".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH))
        number = f"{slug.removeprefix('edition-')}-{drawn}"
        if not await Entry.exists().where(Entry.entry_number == number):
            return number


def _draft(
    entry_id: UUID, number: str, *, edition_id: UUID, category_id: UUID, titles: dict[str, str], now: datetime
) -> Entry:
    return Entry(
        id=entry_id,
        edition=edition_id,
        category=category_id,
        entry_number=number,
        state=EntryState.DRAFT.value,
        revision=1,
        title_ar=titles["title_ar"],
        title_en=titles["title_en"],
        abstract_ar="",
        abstract_en="",
        work_language="",
        tags="[]",
        created_at=now,
        saved_at=now,
    )


def _lead(entry_id: UUID, person: dict[str, Any], now: datetime) -> TeamMember:
    return TeamMember(
        id=uuid4(),
        entry=entry_id,
        person=person["id"],
        position=1,
        name_ar=person["name_ar"],
        name_en=person["name_en"],
        email=person["email"],
        confirmed_at=now,
    )
