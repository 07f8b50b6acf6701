"""The session of a decision: who is there, who stepped aside, motions with their ballots, and members' comments."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json, to_json
from storage.engine import run_sql
from storage.reads.certificates import moment

__all__ = [
    "Attendance",
    "CommentLine",
    "DiscussionLine",
    "MotionLine",
    "list_comments",
    "list_discussion",
    "list_motions",
    "list_tied_members",
    "read_attendance",
    "write_attendance",
]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who takes part in a decision, and who stepped aside with the reason.

    ``is_noted``: attendance was written down, so whoever is not among them is absent. ``digest`` changes with it.
    """

    present: frozenset[UUID]
    recused: dict[UUID, str]
    is_noted: bool
    digest: str


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


@dataclass(frozen=True, slots=True)
class DiscussionLine:
    """What a member wrote on an entry of a category, as the minutes tell it."""

    code_name: str
    name_ar: str
    name_en: str
    content: str
    made_at: datetime


def read_attendance(written: str) -> Attendance:
    """Read a decision's attendance as stored; an empty list is nobody yet."""
    told = from_json(written) or {}
    digest = hashlib.sha256(written.encode()).hexdigest()[:32]
    if not isinstance(told, dict):
        return Attendance(frozenset(), {}, False, digest)
    return Attendance(
        frozenset(UUID(each) for each in told.get("present", ())),
        {UUID(person): reason for person, reason in told.get("recused", {}).items()},
        bool(told.get("noted", bool(told))),
        digest,
    )


def write_attendance(present: Iterable[UUID], recused: Mapping[UUID, str], *, is_noted: bool) -> str:
    """Write attendance as ``read_attendance`` reads it."""
    return to_json(
        {
            "present": sorted(str(each) for each in set(present)),
            "recused": {str(person): why for person, why in recused.items()},
            "noted": is_noted,
        }
    )


async def list_tied_members(category_id: UUID) -> frozenset[UUID]:
    """List the people with a declared tie to an entry of the category: they have no part in its decision."""
    rows = await run_sql(
        """SELECT DISTINCT member_conflict.person AS person FROM member_conflict
        JOIN entry ON entry.id = member_conflict.entry WHERE entry.category = {}""",
        category_id,
    )
    return frozenset(UUID(str(row["person"])) for row in rows)


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


async def list_discussion(category_id: UUID) -> tuple[DiscussionLine, ...]:
    """List what members wrote on a category's entries, entry by entry and the oldest first, in one query."""
    rows = await run_sql(
        """SELECT entry.code_name AS code_name, person.name_ar AS name_ar, person.name_en AS name_en,
        entry_comment.content AS content, entry_comment.made_at AS made_at
        FROM entry_comment JOIN entry ON entry.id = entry_comment.entry JOIN person ON person.id = entry_comment.person
        WHERE entry.category = {} ORDER BY entry.code_name, entry_comment.made_at, entry_comment.id""",
        category_id,
    )
    return tuple(DiscussionLine(**row | {"made_at": moment(row["made_at"])}) for row in rows)


async def list_comments(entry_id: UUID) -> tuple[CommentLine, ...]:
    """List what members wrote on an entry, the oldest first."""
    rows: list[dict[str, Any]] = await run_sql(
        """SELECT person.name_ar AS name_ar, person.name_en AS name_en, entry_comment.content AS content,
        entry_comment.made_at AS made_at FROM entry_comment JOIN person ON person.id = entry_comment.person
        WHERE entry_comment.entry = {} ORDER BY entry_comment.made_at, entry_comment.id""",
        entry_id,
    )
    return tuple(CommentLine(**row | {"made_at": moment(row["made_at"])}) for row in rows)
