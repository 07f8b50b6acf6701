"""Where a member of the committee has stepped aside: everything of these categories is closed to them (R067)."""

from uuid import UUID

from storage.engine import run_sql

__all__ = ["is_barred", "list_barred_categories"]


async def list_barred_categories(person_id: UUID | None, edition_id: UUID) -> frozenset[UUID]:
    """List the categories in which this person has a tie to an entry."""
    if person_id is None:
        return frozenset()
    rows = await run_sql(
        """SELECT DISTINCT entry.category AS category FROM member_conflict
        JOIN entry ON entry.id = member_conflict.entry
        WHERE member_conflict.person = {} AND entry.edition = {}""",
        person_id,
        edition_id,
    )
    return frozenset(UUID(str(row["category"])) for row in rows)


async def is_barred(person_id: UUID | None, entry_id: UUID) -> bool:
    """Say whether this person has a tie in the entry's category."""
    if person_id is None:
        return False
    rows = await run_sql(
        """SELECT 1 AS found FROM member_conflict JOIN entry ON entry.id = member_conflict.entry
        WHERE member_conflict.person = {} AND entry.category = (SELECT category FROM entry WHERE id = {}) LIMIT 1""",
        person_id,
        entry_id,
    )
    return bool(rows)
