"""Finding one's own sheet, and the facts on which a write to it depends."""

from uuid import UUID

from storage.columns import from_json
from storage.engine import Row, Statement, is_in_transaction, on_postgres, read_quickly
from storage.reads.judge.views import SheetLock

__all__ = ["find_my_sheet_id", "find_sheet_and_marks", "find_sheet_lock", "still_as_read"]


async def find_my_sheet_id(judge_id: UUID, code_name: str) -> UUID | None:
    """Find the judge's own sheet by code name; None for a project that is not the judge's, or is no project."""
    rows = await read_quickly(_MINE, judge_id, code_name)
    return rows[0]["id"] if rows else None


async def find_sheet_lock(judge_id: UUID, sheet: UUID | str) -> SheetLock | None:
    """Read the facts on which a write to this sheet depends; inside a transaction, on PostgreSQL, lock them too.

    ``sheet``: its id, or its project's code name, by which a judge knows it: of several rounds, the last one's.

    The round is shared and the sheet is taken: saves of many sheets pass each other, a save and the close of its round
    do not.
    """
    locks = _LOCKS if on_postgres() and is_in_transaction() else ""
    rows = await _read(_FACTS + _OF_SHEET, judge_id, sheet, locks)
    return _make_lock(rows[0], judge_id) if rows else None


async def find_sheet_and_marks(
    judge_id: UUID, sheet: UUID | str
) -> tuple[SheetLock, dict[UUID, int], dict[UUID, int]] | None:
    """Read the same, without a lock, with the weight of each criterion and the steps marked.

    Every mark that is saved begins with it, and asks in the change itself whether it is ``still_as_read``.
    """
    rows = await _read(f"{_FACTS}, k.id AS criterion_id, k.weight, m.step{_OF_SHEET}{_WITH_RUBRIC}", judge_id, sheet)
    if not rows:
        return None
    rubric = [row for row in rows if row["criterion_id"] is not None]
    return (
        _make_lock(rows[0], judge_id),
        {row["criterion_id"]: row["weight"] for row in rubric},
        {row["criterion_id"]: row["step"] for row in rubric if row["step"] is not None},
    )


def still_as_read(sheet: SheetLock) -> Statement:
    """Find the sheet, and lock what ``find_sheet_lock`` does, if all stands as it was read for one that takes marks."""
    facts = sheet.id, sheet.revision, sheet.state, sheet.assignment_state, sheet.round_state, sheet.answer
    return _STILL + (_LOCKS if on_postgres() else ""), facts


async def _read(read: str, judge_id: UUID, sheet: UUID | str, locks: str = "") -> list[Row]:
    which, args = (_BY_ID, (sheet,)) if isinstance(sheet, UUID) else (f"s.id = ({_MINE})", (judge_id, sheet))
    return await read_quickly(f"{read} WHERE a.judge = {{}} AND {which}{locks}", judge_id, *args)


def _make_lock(row: Row, judge_id: UUID) -> SheetLock:
    return SheetLock(
        id=row["id"],
        assignment_id=row["assignment_id"],
        judge_id=judge_id,
        entry_id=row["entry_id"],
        round_id=row["round_id"],
        category_id=row["category_id"],
        code_name=row["code_name"],
        revision=row["revision"],
        state=row["state"],
        assignment_state=row["assignment_state"],
        answer=row["answer"],
        abstained=row["abstained"],
        comment_team=row["comment_team"],
        comment_committee=row["comment_committee"],
        round_state=row["round_state"],
        closes_at=row["due_at"] or row["closes_at"],
        edition_id=row["edition_id"],
        stage=row["stage"],
        steps=row["steps"],
        comment_levels=tuple(from_json(row["comment_levels"]) or ()),
        is_barred=row["bar"] is not None,
    )


_MINE = """SELECT s.id FROM entry e JOIN assignment a ON a.entry = e.id JOIN score_sheet s ON s.assignment = a.id
    JOIN round r ON r.id = a.round
    WHERE a.judge = {} AND a.state = 'published' AND e.code_name = {} ORDER BY r.ordinal DESC LIMIT 1"""

_FACTS = """SELECT s.id, s.revision, s.state, s.abstained, s.comment_team, s.comment_committee,
    a.id AS assignment_id, a.state AS assignment_state, a.entry AS entry_id, a.round AS round_id, e.code_name,
    v.category AS category_id, r.state AS round_state,
    r.closes_at, a.due_at, d.id AS edition_id, d.state AS stage, d.steps,
    d.comment_levels, i.answer, c.state AS bar"""
_OF_SHEET = """ FROM score_sheet s
    JOIN assignment a ON a.id = s.assignment
    JOIN entry e ON e.id = a.entry
    JOIN entry_version v ON v.entry = e.id AND v.is_current
    JOIN round r ON r.id = a.round
    JOIN edition d ON d.id = r.edition
    LEFT JOIN independence i ON i.assignment = a.id
    LEFT JOIN conflict c ON c.judge = a.judge AND c.entry = a.entry AND c.state IN ('held', 'confirmed')"""
_WITH_RUBRIC = """
    LEFT JOIN criterion k ON k.category = v.category
    LEFT JOIN mark m ON m.criterion = k.id AND m.sheet = s.id"""
_BY_ID = "s.id = {}"
_LOCKS = " FOR SHARE OF r FOR UPDATE OF s"
_STILL = """SELECT s.id FROM score_sheet s
    JOIN assignment a ON a.id = s.assignment
    JOIN round r ON r.id = a.round
    JOIN independence i ON i.assignment = a.id
    WHERE s.id = {} AND s.revision = {} AND s.state = {} AND s.abstained IS NULL
    AND a.state = {} AND r.state = {} AND i.answer = {} AND NOT EXISTS (
        SELECT 1 FROM conflict c WHERE c.judge = a.judge AND c.entry = a.entry AND c.state IN ('held', 'confirmed'))"""
