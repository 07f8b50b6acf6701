"""Projects of editions that this program did not run: read from a sheet, and compared with what is entered now.

Taking part asks that a project has not won before. Who won is in an old sheet; here it becomes evidence for the
registrar beside the rule, never a decision of its own: two projects may share a title.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.typed_text import fold_for_search, western_digits
from service.usecases.setup.imports import Row, parts_of
from storage.columns import to_json
from storage.engine import insert_many, transaction
from storage.reads.past import PastWork, list_past_works
from storage.tables.past_entry import PastEntry

__all__ = ["PAST_COLUMNS", "Recurrence", "check_past_entries", "find_recurrences", "import_past_entries",
           "remove_past_entry"]  # fmt: skip

PAST_COLUMNS = ("year", "title_ar", "title_en", "category", "makers", "institution", "honour")
FIRST_YEAR = 1970
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An earlier project that an entry recalls: by its title, or by these of its makers."""

    work: PastWork
    is_same_title: bool
    makers: tuple[str, ...]


async def check_past_entries(rows: Sequence[Row], *, now: datetime) -> list[Row]:
    """Name what is wrong with each row: no year, no title, nobody who made it, or a project known or given twice."""
    known = {key for work in await list_past_works(None) for key in _keys(work.year, work.title_ar, work.title_en)}
    checked = []
    for row in rows:
        told, faults = row.values, []
        year = western_digits(told["year"])
        is_year = year.isdecimal() and FIRST_YEAR <= int(year) <= now.year
        if not is_year:
            faults.append("past.no_year")
        if not told["title_ar"] and not told["title_en"]:
            faults.append("past.no_title")
        if not parts_of(told["makers"]):
            faults.append("past.no_makers")
        if any(len(told[name]) > LONGEST for name in ("title_ar", "title_en", "category", "institution", "honour")):
            faults.append("past.too_long")
        mine = _keys(int(year), told["title_ar"], told["title_en"]) if is_year else set()
        if mine & known:
            faults.append("past.known")
        known |= mine
        checked.append(Row(row.number, told, tuple(faults)))
    return checked


async def import_past_entries(actor: Actor, rows: Sequence[Row], *, now: datetime) -> int:
    """Add every row, or none when one is faulty. Return how many were added."""
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        checked = await check_past_entries(rows, now=now)
        if not checked or any(row.faults for row in checked):
            raise Invalid(FieldError("sheet", "import.faulty" if checked else "import.empty"))
        await insert_many([_past_entry(row.values, now) for row in checked])
        await record(
            Event.PAST_ENTRIES_CHANGED, by=actor, about=("past-entries", "register"), at=now, after=len(checked)
        )
        return len(checked)


async def remove_past_entry(actor: Actor, past_id: UUID, *, now: datetime) -> None:
    """Take one out again: it was a mistake, or the law asks for it."""
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        removed = (
            await PastEntry.delete()
            .where(PastEntry.id == past_id)
            .returning(PastEntry.year, PastEntry.title_ar, PastEntry.title_en)
        )
        if not removed:
            raise NotFound
        await record(
            Event.PAST_ENTRIES_CHANGED, by=actor, about=("past-entries", "register"), at=now, before=dict(removed[0])
        )


async def find_recurrences(edition_id: UUID, *, titles: Iterable[str], makers: Iterable[str]) -> tuple[Recurrence, ...]:
    """Find earlier projects with one of these titles or makers, in this program's earlier editions and in old sheets.

    Titles and names are compared without regard to hamza, taa marbuta, diacritics, capitals and the article.
    """
    wanted = {folded for each in titles if (folded := fold_for_search(each))}
    people = {folded: each for each in makers if (folded := fold_for_search(each))}
    found = []
    for work in await list_past_works(edition_id):
        same = bool(wanted & {fold_for_search(work.title_ar), fold_for_search(work.title_en)})
        again = tuple(dict.fromkeys(people[key] for each in work.makers if (key := fold_for_search(each)) in people))
        if same or again:
            found.append(Recurrence(work, same, again))
    return tuple(sorted(found, key=lambda each: (not each.is_same_title, not each.work.honour_ar, -each.work.year)))


def _past_entry(told: Mapping[str, str], now: datetime) -> PastEntry:
    return PastEntry(
        id=uuid4(), year=int(western_digits(told["year"])), title_ar=told["title_ar"], title_en=told["title_en"],
        category=told["category"], makers=to_json(parts_of(told["makers"])), institution=told["institution"],
        honour=told["honour"], added_at=now,
    )  # fmt: skip


def _keys(year: int, *titles: str) -> set[tuple[int, str]]:
    return {(year, folded) for title in titles if (folded := fold_for_search(title))}
