"""Every edition, drafts too, as the administrator's list shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql

__all__ = ["EditionRow", "list_all_editions"]


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition in the administrator's list."""

    id: UUID
    slug: str
    state: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    created_at: datetime
    n_entries: int
    n_judges: int


async def list_all_editions() -> list[EditionRow]:
    """List every edition, the newest first."""
    rows = await run_sql(
        """SELECT id, slug, state, name_ar, name_en, short_ar, short_en, created_at,
        (SELECT count(*) FROM entry WHERE entry.edition = edition.id) AS n_entries,
        (SELECT count(*) FROM judge WHERE judge.edition = edition.id) AS n_judges
        FROM edition ORDER BY created_at DESC"""
    )
    return [EditionRow(**row | {"id": UUID(str(row["id"]))}) for row in rows]
