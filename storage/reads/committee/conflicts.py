"""Conflicts to decide: those that the data show, and judges' own answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql

__all__ = ["ConflictLine", "list_conflicts"]


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A conflict with its judge. The registrar reads entry numbers, everybody else code names: never both."""

    id: UUID
    source: str
    kind: str
    facts: dict[str, Any]
    state: str
    note: str
    reason: str
    made_at: datetime
    decided_at: datetime | None
    judge_ar: str
    judge_en: str
    entry_name: str
    title_ar: str
    title_en: str
    sheet_state: str | None


async def list_conflicts(
    edition_id: UUID, *, is_declared: bool, by_number: bool, person_id: UUID | None = None
) -> tuple[ConflictLine, ...]:
    """List conflicts, those that wait first. ``by_number`` names entries by entry number in place of code name."""
    name = "entry.entry_number" if by_number else "entry.code_name"
    sign = "=" if is_declared else "<>"
    rows = await run_sql(
        f"""SELECT conflict.id AS id, conflict.source AS source, conflict.kind AS kind, conflict.facts AS facts,
        conflict.state AS state, conflict.note AS note, conflict.reason AS reason, conflict.made_at AS made_at,
        conflict.decided_at AS decided_at, person.name_ar AS judge_ar, person.name_en AS judge_en,
        {name} AS entry_name, entry_version.title_ar AS title_ar, entry_version.title_en AS title_en,
        (SELECT score_sheet.state FROM assignment JOIN score_sheet ON score_sheet.assignment = assignment.id
          WHERE assignment.judge = conflict.judge AND assignment.entry = conflict.entry LIMIT 1) AS sheet_state
        FROM conflict JOIN judge ON judge.id = conflict.judge JOIN person ON person.id = judge.person
        JOIN entry ON entry.id = conflict.entry
        JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        WHERE judge.edition = {{}} AND conflict.source {sign} 'declared'
        AND entry.category NOT IN (SELECT tied.category FROM member_conflict
          JOIN entry AS tied ON tied.id = member_conflict.entry WHERE member_conflict.person = {{}})
        ORDER BY conflict.state DESC, conflict.made_at, person.name_ar, entry.id""",  # noqa: S608 - both parts are ours
        edition_id,
        person_id,
    )
    lines = [
        ConflictLine(
            **row
            | {
                "id": UUID(str(row["id"])),
                "entry_name": row["entry_name"] or "",
                "facts": from_json(row["facts"]) if row["facts"] else {},
            }
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda each: each.state not in {"proposed", "held"}))
