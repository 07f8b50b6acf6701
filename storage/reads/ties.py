"""What ties a judge to an entry's people: rows for the search for conflicts. No page for judges may reach this."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.tables.conflict import Conflict
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import Entry
from storage.tables.institution import Institution, names_of
from storage.tables.panel import Judge

__all__ = [
    "EarlierTie",
    "PersonRow",
    "RegisterRow",
    "TieRows",
    "TiedEntry",
    "TiedJudge",
    "read_earlier_ties",
    "read_tie_rows",
]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody behind an entry: ``kind`` is member or supervisor."""

    kind: str
    names: tuple[str, ...]
    email: str


@dataclass(frozen=True, slots=True)
class TiedEntry:
    """An entry with its institution, department and people."""

    id: UUID
    category_id: UUID
    institution_id: UUID | None
    department: str
    people: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True)
class TiedJudge:
    """A judge, or somebody who might become one (``id`` and ``person_id`` are then None)."""

    id: UUID | None
    person_id: UUID | None
    names: tuple[str, ...]
    email: str
    institution_id: UUID | None
    department: str
    employers: tuple[str, ...]
    past: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """An institution of the register under all its names."""

    id: UUID
    slug: str
    names: tuple[str, ...]
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EarlierTie:
    """A tie that a person declared and that stood, in any edition: whom the entry of that time belonged to."""

    person_id: UUID
    emails: frozenset[str]


@dataclass(frozen=True, slots=True)
class TieRows:
    """Everything that ties are looked for in."""

    judges: tuple[TiedJudge, ...]
    entries: tuple[TiedEntry, ...]
    register: tuple[RegisterRow, ...]
    earlier: tuple[EarlierTie, ...]


async def read_tie_rows(edition_id: UUID) -> TieRows:
    """Read the judges of an edition, its standing entries with their people, and the register."""
    judges = await Judge.select(
        Judge.id, Judge.person, Judge.institution, Judge.past, Judge.department, Judge.employer_ar, Judge.employer_en,
        Judge.person.email.as_alias("email"), Judge.person.name_ar.as_alias("name_ar"),
        Judge.person.name_en.as_alias("name_en"),
    ).where((Judge.edition == edition_id) & Judge.is_active.eq(True))  # fmt: skip
    entries = await Entry.select(Entry.id, Entry.category).where(
        (Entry.edition == edition_id) & Entry.state.is_in(["submitted", "returned", "admitted"])
    )
    ids = [row["id"] for row in entries]
    people = await _read_people(ids)
    owners = {
        row["entry"]: row
        for row in await EntryOwner.select(EntryOwner.entry, EntryOwner.institution, EntryOwner.department).where(
            among(EntryOwner.entry, ids)
        )
    }
    return TieRows(
        judges=tuple(_judge(row) for row in sorted(judges, key=lambda row: str(row["id"]))),
        entries=tuple(
            TiedEntry(
                row["id"], row["category"], owners.get(row["id"], {}).get("institution"),
                owners.get(row["id"], {}).get("department") or "", tuple(people.get(row["id"], ())),
            )
            for row in sorted(entries, key=lambda row: str(row["id"]))
        ),
        register=await _read_register(),
        earlier=await read_earlier_ties([row["person"] for row in judges]),
    )  # fmt: skip


def _judge(row: dict[str, Any]) -> TiedJudge:
    return TiedJudge(
        row["id"], row["person"], _told(row["name_ar"], row["name_en"]), row["email"], row["institution"],
        row["department"] or "", _told(row["employer_ar"], row["employer_en"]), tuple(from_json(row["past"]) or ()),
    )  # fmt: skip


def _told(*texts: str | None) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts if text and text.strip())


async def _read_people(entries: Iterable[UUID]) -> dict[UUID, list[PersonRow]]:
    ids = list(entries)
    people: dict[UUID, list[PersonRow]] = {}
    for kind, table in (("member", TeamMember), ("supervisor", Supervision)):
        rows = await table.select(table.entry, table.name_ar, table.name_en, table.email).where(among(table.entry, ids))
        for row in sorted(rows, key=lambda row: (str(row["entry"]), row["email"])):
            person = PersonRow(kind, _told(row["name_ar"], row["name_en"]), row["email"])
            people.setdefault(row["entry"], []).append(person)
    return people


async def _read_register() -> tuple[RegisterRow, ...]:
    rows = await Institution.select().order_by(Institution.slug)
    return tuple(
        RegisterRow(
            row["id"], row["slug"], names_of(row),
            tuple(row["mail_domain"].lower().split()),
        )
        for row in rows
    )  # fmt: skip


async def read_earlier_ties(judges: Iterable[UUID]) -> tuple[EarlierTie, ...]:
    """Ties declared by these people that were not dismissed, with the addresses of those they were about."""
    rows = await Conflict.select(Conflict.judge.person.as_alias("person"), Conflict.entry).where(
        among(Conflict.judge.person, judges) & (Conflict.source == "declared") & (Conflict.state == "confirmed")
    )
    people = await _read_people({row["entry"] for row in rows})
    ties = (EarlierTie(row["person"], frozenset(each.email for each in people.get(row["entry"], ()))) for row in rows)
    return tuple(sorted(ties, key=lambda tie: (str(tie.person_id), sorted(tie.emails))))
