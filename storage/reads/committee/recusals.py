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


async def list_closed_subjects(person_id: UUID | None) -> frozenset[str]:
    """List the ids under which the log tells of what is closed to this member, in one query.

    Entries of the categories where they have a tie; sheets, pairs and conflicts of these; decisions and motions.
    """
    rows = await run_sql(_CLOSED, *[person_id] * _CLOSED.count("{}"))
    return frozenset(str(row["id"]) for row in rows)


_TIED = """(SELECT tied.category FROM member_conflict JOIN entry AS tied ON tied.id = member_conflict.entry
    JOIN edition ON edition.id = tied.edition WHERE member_conflict.person = {}
    AND edition.state NOT IN ('published', 'archived'))"""
_CLOSED = f"""SELECT entry.id AS id FROM entry WHERE entry.category IN {_TIED}
    UNION ALL SELECT assignment.id FROM assignment JOIN entry ON entry.id = assignment.entry
      WHERE entry.category IN {_TIED}
    UNION ALL SELECT score_sheet.id FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
      JOIN entry ON entry.id = assignment.entry WHERE entry.category IN {_TIED}
    UNION ALL SELECT conflict.id FROM conflict JOIN entry ON entry.id = conflict.entry WHERE entry.category IN {_TIED}
    UNION ALL SELECT decision.id FROM decision WHERE decision.category IN {_TIED}
    UNION ALL SELECT motion.id FROM motion JOIN decision ON decision.id = motion.decision
      WHERE decision.category IN {_TIED}"""  # noqa: S608 - our own words
