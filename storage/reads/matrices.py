"""Rows on their way to becoming arrays: what the encoder of assignment starts from.

Everything is sorted by id, so that the same data give the same arrays whatever order the database answers in.
"""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.edition import Category
from storage.tables.entrant import EntryOwner
from storage.tables.entry import Entry, EntryVersion
from storage.tables.panel import Judge, PanelMember, Round

__all__ = [
    "AssignableEntry",
    "AssignableJudge",
    "AssignmentInput",
    "PairRow",
    "list_admitted",
    "read_assignment_input",
]


@dataclass(frozen=True, slots=True)
class AssignableEntry:
    """An admitted entry, without its people."""

    id: UUID
    code_name: str
    category_id: UUID
    institution_id: UUID | None
    work_language: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignableJudge:
    """An active judge of the round."""

    id: UUID
    institution_id: UUID | None
    kind: str
    languages: tuple[str, ...]
    expertise: tuple[str, ...]
    categories: frozenset[UUID]
    max_entries: int


@dataclass(frozen=True, slots=True)
class PairRow:
    """An entry and a judge, and how the pair stands."""

    entry_id: UUID
    judge_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class AssignmentInput:
    """What a round's assignment is computed from. ``conflicts`` holds the pairs that are confirmed or held."""

    edition_id: UUID
    ordinal: int
    seed: str
    reviews_per_entry: int
    categories: tuple[UUID, ...]
    entries: tuple[AssignableEntry, ...]
    judges: tuple[AssignableJudge, ...]
    conflicts: tuple[PairRow, ...]
    published: tuple[PairRow, ...]


async def list_admitted(edition_id: UUID) -> tuple[AssignableEntry, ...]:
    """List an edition's admitted entries, by id."""
    rows = await Entry.select(Entry.id, Entry.code_name).where(
        (Entry.edition == edition_id) & (Entry.state == "admitted") & Entry.code_name.is_not_null()
    )
    ids = [row["id"] for row in rows]
    if not ids:
        return ()
    versions = {
        row["entry"]: row
        for row in await EntryVersion.select(
            EntryVersion.entry, EntryVersion.category, EntryVersion.work_language, EntryVersion.tags
        ).where(EntryVersion.entry.is_in(ids) & EntryVersion.is_current.eq(True))
    }
    owners = {
        row["entry"]: row["institution"]
        for row in await EntryOwner.select(EntryOwner.entry, EntryOwner.institution).where(EntryOwner.entry.is_in(ids))
    }
    return tuple(
        AssignableEntry(
            id=row["id"],
            code_name=row["code_name"],
            category_id=versions[row["id"]]["category"],
            institution_id=owners.get(row["id"]),
            work_language=versions[row["id"]]["work_language"],
            tags=tuple(from_json(versions[row["id"]]["tags"]) or ()),
        )
        for row in sorted(rows, key=lambda row: str(row["id"]))
    )


async def read_assignment_input(round_id: UUID) -> AssignmentInput:
    """Read a round with its admitted entries, its judges, and the pairs that are barred or published.

    Judges who have left are read where pairs of theirs still stand, without seats, so that they get nothing new.
    """
    in_round = await get_row(Round.select().where(Round.id == round_id))
    edition_id = in_round["edition"]
    seats: dict[UUID, set[UUID]] = {}
    for row in await PanelMember.select(PanelMember.judge, PanelMember.category).where(PanelMember.round == round_id):
        seats.setdefault(row["judge"], set()).add(row["category"])
    judges = await Judge.select().where(Judge.edition == edition_id)
    conflicts = await Conflict.select(Conflict.entry, Conflict.judge, Conflict.state).where(
        (Conflict.judge.edition == edition_id) & Conflict.state.is_in(["confirmed", "held"])
    )
    published = await Assignment.select(Assignment.entry, Assignment.judge, Assignment.state).where(
        (Assignment.round == round_id) & (Assignment.state == "published")
    )
    categories = await Category.select(Category.id).where(Category.edition == edition_id).order_by(Category.position)
    holding = {row["judge"] for row in published}
    return AssignmentInput(
        edition_id=edition_id,
        ordinal=in_round["ordinal"],
        seed=in_round["seed"],
        reviews_per_entry=in_round["reviews_per_entry"],
        categories=tuple(row["id"] for row in categories),
        entries=await list_admitted(edition_id),
        judges=tuple(
            AssignableJudge(
                id=row["id"],
                institution_id=row["institution"],
                kind=row["kind"],
                languages=tuple(from_json(row["languages"]) or ()),
                expertise=tuple(from_json(row["expertise"]) or ()),
                categories=frozenset(seats.get(row["id"], set()) if row["is_active"] else ()),
                max_entries=row["max_entries"] if row["is_active"] else 0,
            )
            for row in sorted(judges, key=lambda row: str(row["id"]))
            if (row["is_active"] and row["id"] in seats) or row["id"] in holding
        ),
        conflicts=_pairs(conflicts),
        published=_pairs(published),
    )


def _pairs(rows: list[dict[str, object]]) -> tuple[PairRow, ...]:
    pairs = (PairRow(UUID(str(row["entry"])), UUID(str(row["judge"])), str(row["state"])) for row in rows)
    return tuple(sorted(pairs, key=lambda pair: (str(pair.entry_id), str(pair.judge_id))))
