"""The letter to a judge whose sealed sheet does not count any more: which sheet, and no word of who asked or why."""

from datetime import datetime
from uuid import UUID

from service.mail.queue import queue_letter
from storage.engine import run_sql

__all__ = ["tell_of_sheet_aside"]


async def tell_of_sheet_aside(sheet_id: UUID, *, at: datetime) -> None:
    """Queue the letter, in the transaction that sets the sheet aside.

    It names the project by its code alone. The appeal or the tie behind it is not the judge's to read: a team wrote it.
    """
    rows = await run_sql(
        """SELECT entry.code_name AS code_name, entry.edition AS edition, person.email AS email,
        person.language AS language
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry JOIN judge ON judge.id = assignment.judge
        JOIN person ON person.id = judge.person WHERE score_sheet.id = {}""",
        sheet_id,
    )
    for row in rows:
        await queue_letter(
            "sheet-set-aside", name=f"sheet-set-aside:{sheet_id}", email=row["email"], language=row["language"], at=at,
            edition_id=UUID(str(row["edition"])), code=row["code_name"], path=f"/judging/{row['code_name']}",
        )  # fmt: skip
