"""What waits for a second person, and the sheets that members may look after: states, never marks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql

__all__ = ["JointLine", "SheetLine", "count_joint", "list_joint", "list_sheets"]


@dataclass(frozen=True, slots=True)
class JointLine:
    """A request that waits (or was answered), about an entry by its code name, or about no entry in particular."""

    id: UUID
    matter: str
    code_name: str
    title_ar: str
    title_en: str
    judge_ar: str
    judge_en: str
    rule_ar: str
    rule_en: str
    reason: str
    state: str
    asked_by: UUID
    asker_ar: str
    asker_en: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A judge's sheet on an entry: its state and whether all its criteria are marked.

    ``aside_at`` and ``appeal``: since when it does not count, and the appeal's answer that was the reason, if one was.
    """

    id: UUID
    category_id: UUID
    code_name: str
    judge_ar: str
    judge_en: str
    state: str
    is_complete: bool
    sealed_at: datetime | None
    saved_at: datetime | None
    is_asked: bool
    due_at: datetime | None
    aside_at: datetime | None
    appeal: str | None


async def list_joint(edition_id: UUID, categories: frozenset[UUID]) -> tuple[JointLine, ...]:
    """List the edition's joint requests on entries of these categories, and on no entry; those that wait first."""
    rows = await run_sql(
        """SELECT joint_request.id AS id, joint_request.matter AS matter, joint_request.reason AS reason,
        joint_request.state AS state, joint_request.asked_by AS asked_by, joint_request.asked_at AS asked_at,
        joint_request.answered_at AS answered_at, joint_request.facts AS facts,
        asker.name_ar AS asker_ar, asker.name_en AS asker_en,
        entry.category AS category, entry.code_name AS code_name, entry_version.title_ar AS title_ar,
        entry_version.title_en AS title_en, judge_person.name_ar AS judge_ar, judge_person.name_en AS judge_en
        FROM joint_request JOIN person AS asker ON asker.id = joint_request.asked_by
        LEFT JOIN score_sheet ON CAST(score_sheet.id AS text) = joint_request.subject
        LEFT JOIN assignment ON assignment.id = score_sheet.assignment
        LEFT JOIN judge ON judge.id = assignment.judge
        LEFT JOIN person AS judge_person ON judge_person.id = judge.person
        LEFT JOIN entry ON CAST(entry.id AS text) = joint_request.subject OR entry.id = assignment.entry
        LEFT JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        WHERE joint_request.edition = {} ORDER BY joint_request.asked_at DESC""",
        edition_id,
    )
    rules = {
        str(row["id"]): (str(row["text_ar"]), str(row["text_en"]))
        for row in await run_sql("SELECT id, text_ar, text_en FROM eligibility_rule WHERE edition = {}", edition_id)
    }
    lines = [_joint(row, rules) for row in rows if row["category"] is None or UUID(str(row["category"])) in categories]
    return tuple(sorted(lines, key=lambda line: line.state != "waiting"))


async def count_joint(edition_id: UUID, person_id: UUID | None) -> int:
    """Count what waits for this person as the second: what others asked, outside the categories closed to them."""
    rows = await run_sql(
        """SELECT count(*) AS n FROM joint_request
        LEFT JOIN score_sheet ON CAST(score_sheet.id AS text) = joint_request.subject
        LEFT JOIN assignment ON assignment.id = score_sheet.assignment
        LEFT JOIN entry ON CAST(entry.id AS text) = joint_request.subject OR entry.id = assignment.entry
        WHERE joint_request.edition = {} AND joint_request.state = 'waiting' AND joint_request.asked_by <> {}
        AND (entry.category IS NULL OR entry.category NOT IN (SELECT tied.category FROM member_conflict
          JOIN entry AS tied ON tied.id = member_conflict.entry WHERE member_conflict.person = {}))""",
        edition_id,
        person_id,
        person_id,
    )
    return int(rows[0]["n"])


async def list_sheets(round_id: UUID) -> tuple[SheetLine, ...]:
    """List the sheets of a round that were given to judges."""
    rows = await run_sql(
        """SELECT score_sheet.id AS id, entry.category AS category_id, entry.code_name AS code_name,
        person.name_ar AS judge_ar, person.name_en AS judge_en, score_sheet.state AS state,
        score_sheet.sealed_at AS sealed_at, score_sheet.saved_at AS saved_at, assignment.due_at AS due_at,
        (SELECT count(*) FROM mark WHERE mark.sheet = score_sheet.id) AS n_marks,
        (SELECT count(*) FROM criterion WHERE criterion.category = entry.category) AS n_criteria,
        (SELECT count(*) FROM joint_request WHERE joint_request.subject = CAST(score_sheet.id AS text)
          AND joint_request.state = 'waiting') AS n_asked,
        (SELECT conflict.decided_at FROM conflict WHERE conflict.judge = assignment.judge
          AND conflict.entry = assignment.entry AND conflict.state = 'confirmed') AS tied_at,
        appeal.answer AS appeal, appeal.answered_at AS answered_at
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry JOIN judge ON judge.id = assignment.judge
        JOIN person ON person.id = judge.person
        LEFT JOIN appeal ON appeal.entry = assignment.entry AND appeal.state = 'answered'
          AND appeal.left_out LIKE '%' || CAST(judge.id AS text) || '%'
        WHERE assignment.round = {} AND score_sheet.abstained IS NULL
        AND (assignment.state = 'published' OR score_sheet.state = 'set-aside')
        ORDER BY person.name_ar, entry.code_name""",
        round_id,
    )
    return tuple(
        SheetLine(
            id=UUID(str(row["id"])), category_id=UUID(str(row["category_id"])), code_name=row["code_name"],
            judge_ar=row["judge_ar"], judge_en=row["judge_en"], state=row["state"],
            is_complete=row["n_marks"] == row["n_criteria"], sealed_at=row["sealed_at"], saved_at=row["saved_at"],
            is_asked=bool(row["n_asked"]), due_at=row["due_at"], appeal=row["appeal"],
            aside_at=row["answered_at"] or row["tied_at"],
        )
        for row in rows
    )  # fmt: skip


def _joint(row: dict[str, Any], rules: dict[str, tuple[str, str]]) -> JointLine:
    rule_ar, rule_en = rules.get(str((from_json(row["facts"]) or {}).get("rule", "")), ("", ""))
    same = ("matter", "reason", "state", "asker_ar", "asker_en", "asked_at", "answered_at")
    named = ("code_name", "title_ar", "title_en", "judge_ar", "judge_en")
    told: dict[str, Any] = {name: row[name] for name in same} | {name: row[name] or "" for name in named}
    return JointLine(
        id=UUID(str(row["id"])), asked_by=UUID(str(row["asked_by"])), rule_ar=rule_ar, rule_en=rule_en, **told
    )
