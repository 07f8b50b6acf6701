"""Invented students enter their projects, through the use cases that the pages call."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service.actors import VISITOR, Actor
from service.demo.edition import DemoEdition, Entry
from service.demo.making import Making
from service.demo.people import enrol, find_letter_path, find_written_path
from service.permissions import Action
from service.usecases.entering.approvals import Affiliation, answer_supervision, save_supervision
from service.usecases.entering.entries import Details, Rights, open_entry, save_ai_statement, save_details, save_rights
from service.usecases.entering.own_entry import find_own_entry
from service.usecases.entering.starting import start_entry
from service.usecases.entering.submission import submit_entry
from service.usecases.entering.team import confirm_membership, invite_member
from service.usecases.files.uploads import send_file
from storage.objects.store import ObjectStore
from storage.reads.entrant.entry import EntryView, list_my_entries
from storage.tables.edition import Category
from storage.tables.institution import Institution

__all__ = ["Class", "enter_project", "find_ids"]


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids of the edition's categories and of the institutions, by slug."""

    categories: Mapping[str, UUID]
    institutions: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Class:
    """What every entry of the demonstration is entered with."""

    edition: DemoEdition
    edition_id: UUID
    ids: Ids
    files: Making
    objects: ObjectStore


async def find_ids(edition_id: UUID) -> Ids:
    """Read the ids that forms would carry."""
    categories = await Category.select(Category.slug, Category.id).where(Category.edition == edition_id)
    institutions = await Institution.select(Institution.slug, Institution.id)
    return Ids(
        {row["slug"]: row["id"] for row in categories},
        {row["slug"]: row["id"] for row in institutions},
    )


async def enter_project(of: Class, entry: Entry, *, now: datetime, submits: bool = True) -> str:
    """Enter one project from sign-up to receipt; what was done before is not done again. Returns the entry number."""
    lead = await enrol(
        entry.members[0].email, name_ar=entry.members[0].name.ar, name_en=entry.members[0].name.en,
        edition_id=of.edition_id, now=now,
    )  # fmt: skip
    number = await _start(of, lead, entry, now)
    _, stands = await open_entry(lead, number)
    await _describe(of, lead, stands, entry, now)
    await _gather_team(lead, stands, entry, now)
    await _ask_supervisor(of, lead, stands, entry, now)
    await _state(lead, stands, entry, now)
    await _send_files(of, lead, stands, entry, now)
    if submits:
        await _submit(lead, stands, now)
    return number


async def _start(of: Class, lead: Actor, entry: Entry, now: datetime) -> str:
    if lead.person_id is None:
        raise LookupError(lead.email)
    for card in await list_my_entries(lead.person_id):
        if card.title_en == entry.title.en:
            return card.number
    return await start_entry(
        lead, category_id=of.ids.categories[entry.category], title_ar=entry.title.ar, title_en=entry.title.en, now=now
    )


async def _revision(lead: Actor, stands: EntryView) -> int:
    return (await find_own_entry(lead, stands.number, Action.READ_ENTRY)).revision


async def _describe(of: Class, lead: Actor, stands: EntryView, entry: Entry, now: datetime) -> None:
    if stands.abstract_en:
        return
    is_played = any(each.credits for each in of.edition.category(entry.category).materials)
    details = Details(
        category_id=of.ids.categories[entry.category],
        title_ar=entry.title.ar,
        title_en=entry.title.en,
        abstract_ar=entry.abstract.ar,
        abstract_en=entry.abstract.en,
        work_language=entry.work_language,
        tags=entry.tags,
        duration_seconds=entry.demo_seconds or None,
        credits_start=entry.demo_credits_start if is_played else None,
    )
    await save_details(lead, stands.number, details, revision=stands.revision, now=now)


async def _gather_team(lead: Actor, stands: EntryView, entry: Entry, now: datetime) -> None:
    known = {member.email: member for member in stands.members}
    for person in entry.members[1:]:
        if person.email not in known:
            inviting = invite_member(
                lead, stands.number, name_ar=person.name.ar, name_en=person.name.en, email=person.email, now=now
            )
            path = await find_written_path(person.email, "member", inviting)
        elif known[person.email].confirmed_at is not None:
            continue
        else:
            path = await find_letter_path(person.email, "member")
        if path:
            await confirm_membership(VISITOR, path.rsplit("/", 1)[1], language="ar", now=now)


async def _ask_supervisor(of: Class, lead: Actor, stands: EntryView, entry: Entry, now: datetime) -> None:
    number = stands.number
    if stands.supervision is None or not stands.supervision.asked_at:
        wanted = Affiliation(
            name_ar=entry.supervisor.name.ar,
            name_en=entry.supervisor.name.en,
            email=entry.supervisor.email,
            institution_id=of.ids.institutions[entry.institution],
            department="قسم الإعلام والاتصال الجماهيري",
            academic_year=entry.academic_year,
        )
        saving = save_supervision(lead, number, wanted, revision=await _revision(lead, stands), now=now)
        path = await find_written_path(entry.supervisor.email, "supervisor", saving)
    elif stands.supervision.approved_at is not None:
        return
    else:
        path = await find_letter_path(entry.supervisor.email, "supervisor")
    if path and number in path:
        secret = path.rsplit("key=", 1)[1]
        await answer_supervision(VISITOR, number, secret=secret, is_approved=True, note="", language="ar", now=now)


async def _state(lead: Actor, stands: EntryView, entry: Entry, now: datetime) -> None:
    number, revision = stands.number, await _revision(lead, stands)
    if stands.rights is None:
        rights = Rights(material="own", people="consented", help_text="", is_declared=True)
        revision = await save_rights(lead, number, rights, revision=revision, now=now)
    if stands.ai_slug is None:
        await save_ai_statement(lead, number, slug=entry.ai, text="", revision=revision, now=now)


async def _send_files(of: Class, lead: Actor, stands: EntryView, entry: Entry, now: datetime) -> None:
    for material in stands.materials:
        paths = await of.files.files_of(entry.id, material.slug)
        for path in paths[len(material.files) :]:
            await send_file(lead, stands.number, material.slug, name=path.name, path=path, objects=of.objects, now=now)
            await asyncio.sleep(0)


async def _submit(lead: Actor, stands: EntryView, now: datetime) -> None:
    if stands.current is None:
        revision = await _revision(lead, stands)
        await submit_entry(lead, stands.number, revision=revision, is_declared=True, now=now + timedelta(minutes=5))
