"""How far the round has come: who judges what and in which state; counts, never marks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.tables.panel import Round

__all__ = [
    "USUAL_REMINDER_DAYS",
    "Behind",
    "ProgressCell",
    "count_reminders",
    "find_reminder_days",
    "list_behind",
    "list_progress",
]

USUAL_REMINDER_DAYS = (7, 3, 1)
"""Days before the close, where a round declares none of its own."""


@dataclass(frozen=True, slots=True)
class ProgressCell:
    """One judge on one project of a category, by its name in addresses.

    ``state``: assigned, draft, complete, sealed, held, recused or set_aside.
    """

    judge_id: str
    code_name: str
    category: str
    state: str


async def list_progress(round_id: UUID) -> tuple[ProgressCell, ...]:
    """Read the state of every pair that was given to judges, in one query. Marks are counted in drafts alone."""
    rows = await run_sql(
        """SELECT CAST(assignment.judge AS text) AS judge, assignment.state AS assigned, entry.code_name AS code_name,
        category.slug AS category, score_sheet.state AS sheet, score_sheet.abstained AS abstained,
        CASE WHEN score_sheet.state = 'draft'
          THEN (SELECT count(*) FROM mark WHERE mark.sheet = score_sheet.id) ELSE 0 END AS n_marks,
        CASE WHEN score_sheet.state = 'draft'
          THEN (SELECT count(*) FROM criterion WHERE criterion.category = entry.category) ELSE 0 END AS n_criteria,
        conflict.state AS held
        FROM assignment JOIN entry ON entry.id = assignment.entry JOIN category ON category.id = entry.category
        LEFT JOIN score_sheet ON score_sheet.assignment = assignment.id
        LEFT JOIN conflict ON conflict.judge = assignment.judge AND conflict.entry = assignment.entry
          AND conflict.state = 'held'
        WHERE assignment.round = {} AND (assignment.state = 'published'
          OR (assignment.state = 'removed' AND score_sheet.id IS NOT NULL))
        ORDER BY entry.code_name""",
        round_id,
    )
    return tuple(ProgressCell(row["judge"], row["code_name"], row["category"], _state(row)) for row in rows)


def _state(row: dict[str, object]) -> str:
    if row["sheet"] == "set-aside":
        return "set_aside"
    if row["assigned"] == "removed" or row["abstained"] is not None:
        return "recused"
    if row["held"] is not None:
        return "held"
    if row["sheet"] == "sealed":
        return "sealed"
    if row["n_marks"] and row["n_marks"] == row["n_criteria"]:
        return "complete"
    return "draft" if row["n_marks"] else "assigned"


@dataclass(frozen=True, slots=True)
class Behind:
    """A judge with sheets to seal: how many in each category, and when a reminder last went."""

    judge_id: UUID
    name_ar: str
    name_en: str
    email: str
    language: str
    n_by_category: dict[UUID, int]
    reminded_at: datetime | None


async def list_behind(round_id: UUID, *, now: datetime, moment: datetime | None = None) -> tuple[Behind, ...]:
    """List the judges of a round with sheets that they can still seal, in one query.

    Not what is held, barred or abstained from, nor what is past its last moment: its own, else the round's close. With
    ``moment`` only the sheets that end then.
    """
    rows = await run_sql(
        """SELECT judge.id AS id, person.name_ar AS name_ar, person.name_en AS name_en, person.email AS email,
        person.language AS language, entry.category AS category, count(*) AS n, assignment.due_at, round.closes_at,
        (SELECT max(message.made_at) FROM message WHERE message.template = 'judge-reminder'
          AND message.email = person.email AND message.name LIKE {}) AS reminded_at
        FROM assignment JOIN score_sheet ON score_sheet.assignment = assignment.id
        JOIN round ON round.id = assignment.round
        JOIN judge ON judge.id = assignment.judge JOIN person ON person.id = judge.person
        JOIN entry ON entry.id = assignment.entry
        LEFT JOIN conflict ON conflict.judge = assignment.judge AND conflict.entry = assignment.entry
          AND conflict.state IN ('held', 'confirmed')
        WHERE assignment.round = {} AND assignment.state = 'published' AND score_sheet.state = 'draft'
        AND score_sheet.abstained IS NULL AND conflict.id IS NULL
        GROUP BY judge.id, person.name_ar, person.name_en, person.email, person.language, entry.category,
        assignment.due_at, round.closes_at
        ORDER BY person.email""",
        f"remind:{round_id}:%",
        round_id,
    )
    found: dict[str, Behind] = {}
    for row in rows:
        until = row["due_at"] or row["closes_at"]
        if until <= now or (moment is not None and until != moment):
            continue
        mine = found.setdefault(
            str(row["id"]),
            Behind(
                UUID(str(row["id"])), row["name_ar"], row["name_en"], row["email"], row["language"], {},
                row["reminded_at"],
            ),
        )  # fmt: skip
        category = UUID(str(row["category"]))
        mine.n_by_category[category] = mine.n_by_category.get(category, 0) + int(row["n"])
    return tuple(found.values())


async def count_reminders(round_id: UUID) -> dict[str, int]:
    """Count the reminders queued so far by occasion: the round's close and the days before it, or ``by-hand``."""
    rows = await run_sql(
        "SELECT name FROM message WHERE template = 'judge-reminder' AND name LIKE {}", f"remind:{round_id}:%"
    )
    counts: dict[str, int] = {}
    for row in rows:
        occasion = str(row["name"]).removeprefix(f"remind:{round_id}:").rpartition(":")[0]
        counts[occasion] = counts.get(occasion, 0) + 1
    return counts


async def find_reminder_days(round_id: UUID) -> tuple[int, ...]:
    """Give the days before a round's close on which its judges are reminded, the farthest first."""
    row = await Round.select(Round.reminder_days).where(Round.id == round_id).first()
    declared = from_json(row["reminder_days"]) if row else ()
    return tuple(sorted(set(USUAL_REMINDER_DAYS if declared is None else declared), reverse=True))
