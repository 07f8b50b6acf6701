"""The session of a decision: who is there, who stepped aside, motions with their ballots, and members' comments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.reads.certificates import moment
from storage.tables.result import Decision

__all__ = [
    "Attendance",
    "CommentLine",
    "MotionLine",
    "find_attendance",
    "list_comments",
    "list_motions",
    "read_attendance",
]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who takes part in a decision, and who stepped aside with the reason."""

    present: frozenset[UUID]
    recused: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class MotionLine:
    """A motion with its ballots: the choice of each member by id."""

    id: UUID
    content: str
    mover_ar: str
    mover_en: str
    made_at: datetime
    closed_at: datetime | None
    verdict: str | None
    ballots: dict[UUID, str]

    def count(self, choice: str) -> int:
        """Count the ballots of one choice."""
        return sum(each == choice for each in self.ballots.values())


@dataclass(frozen=True, slots=True)
class CommentLine:
    """What a member wrote on an entry."""

    name_ar: str
    name_en: str
    content: str
    made_at: datetime


def read_attendance(written: str) -> Attendance:
    """Read a decision's attendance as stored; an empty list is nobody yet."""
    told = from_json(written) or {}
    if not isinstance(told, dict):
        return Attendance(frozenset(), {})
    return Attendance(
        frozenset(UUID(each) for each in told.get("present", ())),
        {UUID(person): reason for person, reason in told.get("recused", {}).items()},
    )


async def find_attendance(decision_id: UUID) -> Attendance:
    """Find who takes part in a decision."""
    row = await Decision.select(Decision.present).where(Decision.id == decision_id).first()
    return read_attendance(row["present"] if row else "")


async def list_motions(decision_id: UUID) -> tuple[MotionLine, ...]:
    """List a decision's motions in the order in which they were put, with every ballot, in one query."""
    rows = await run_sql(
        """SELECT motion.id AS id, motion.content AS content, person.name_ar AS mover_ar, person.name_en AS mover_en,
        motion.made_at AS made_at, motion.closed_at AS closed_at, motion.verdict AS verdict,
        ballot.person AS voter, ballot.choice AS choice
        FROM motion JOIN person ON person.id = motion.person LEFT JOIN ballot ON ballot.motion = motion.id
        WHERE motion.decision = {} ORDER BY motion.made_at, motion.id""",
        decision_id,
    )
    motions: dict[UUID, MotionLine] = {}
    for row in rows:
        key = UUID(str(row["id"]))
        if key not in motions:
            motions[key] = MotionLine(
                key, row["content"], row["mover_ar"], row["mover_en"], moment(row["made_at"]),
                moment(row["closed_at"]) if row["closed_at"] else None, row["verdict"], {},
            )  # fmt: skip
        if row["voter"]:
            motions[key].ballots[UUID(str(row["voter"]))] = row["choice"]
    return tuple(motions.values())


async def list_comments(entry_id: UUID) -> tuple[CommentLine, ...]:
    """List what members wrote on an entry, the oldest first."""
    rows: list[dict[str, Any]] = await run_sql(
        """SELECT person.name_ar AS name_ar, person.name_en AS name_en, entry_comment.content AS content,
        entry_comment.made_at AS made_at FROM entry_comment JOIN person ON person.id = entry_comment.person
        WHERE entry_comment.entry = {} ORDER BY entry_comment.made_at, entry_comment.id""",
        entry_id,
    )
    return tuple(CommentLine(**row | {"made_at": moment(row["made_at"])}) for row in rows)
