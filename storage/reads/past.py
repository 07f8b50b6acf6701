"""What earlier editions honoured: the awards of this program's own, and the sheets of those it did not run."""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.tables.past_entry import PastEntry

__all__ = ["PastLine", "PastWork", "list_past_entries", "list_past_works"]


@dataclass(frozen=True, slots=True)
class PastWork:
    """A project of an earlier edition. ``makers`` are names in either script; no honour where it won nothing."""

    year: int
    title_ar: str
    title_en: str
    makers: tuple[str, ...]
    honour_ar: str
    honour_en: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """A row that came with a sheet."""

    id: UUID
    year: int
    title_ar: str
    title_en: str
    category: str
    makers: tuple[str, ...]
    institution: str
    honour: str


async def list_past_entries() -> tuple[PastLine, ...]:
    """List what the sheets brought, the latest year first."""
    rows = await PastEntry.select(
        PastEntry.id, PastEntry.year, PastEntry.title_ar, PastEntry.title_en, PastEntry.category, PastEntry.makers,
        PastEntry.institution, PastEntry.honour,
    ).order_by(PastEntry.year, ascending=False).order_by(PastEntry.title_ar)  # fmt: skip
    return tuple(PastLine(**row | {"makers": tuple(from_json(row["makers"]) or ())}) for row in rows)


async def list_past_works(edition_id: UUID | None) -> tuple[PastWork, ...]:
    """List every earlier project in two queries: of the sheets, and published awards of editions other than this."""
    sheets = [
        PastWork(each.year, each.title_ar, each.title_en, each.makers, each.honour, each.honour)
        for each in await list_past_entries()
    ]
    if edition_id is None:
        return tuple(sheets)
    rows = await run_sql(
        """SELECT award.title_ar AS title_ar, award.title_en AS title_en, award.team AS team,
        award.published_at AS published_at, honour.name_ar AS honour_ar, honour.name_en AS honour_en
        FROM award JOIN honour ON honour.id = award.honour WHERE award.edition <> {}""",
        edition_id,
    )
    awards = [
        PastWork(
            row["published_at"].year, row["title_ar"], row["title_en"],
            tuple(name for person in from_json(row["team"]) or () for name in person),
            row["honour_ar"], row["honour_en"],
        )
        for row in rows
    ]  # fmt: skip
    return (*sheets, *awards)
