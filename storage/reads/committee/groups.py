"""Whom a letter to a group reaches, and what became of the letters to groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from storage.engine import run_sql

__all__ = ["GROUPS", "FailedLetter", "GroupLetterLine", "Reader", "count_readers", "list_group_letters", "list_readers"]

_PREFIX = len("group:") + 36
FAILED_SHOWN = 100
"""So many letters that failed are listed at most; the counts cover all."""

# Each gives address, language and nothing else: a letter to a group names nobody.
_TEAMS = """SELECT team_member.email AS email, person.language AS language FROM team_member
    JOIN entry ON entry.id = team_member.entry LEFT JOIN person ON person.id = team_member.person
    WHERE entry.edition = {} AND team_member.confirmed_at IS NOT NULL AND """

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "judges": """SELECT person.email AS email, person.language AS language FROM judge
            JOIN person ON person.id = judge.person WHERE judge.edition = {} AND judge.is_active""",
        "teams": _TEAMS + "entry.state IN ('submitted', 'returned', 'admitted')",
        "drafts": _TEAMS + "entry.state = 'draft'",
        "supervisors": """SELECT supervision.email AS email, person.language AS language FROM supervision
            JOIN entry ON entry.id = supervision.entry LEFT JOIN person ON person.id = supervision.person
            WHERE entry.edition = {} AND entry.state = 'draft' AND supervision.asked_at IS NOT NULL
            AND supervision.approved_at IS NULL AND supervision.returned_at IS NULL""",
        "committee": """SELECT person.email AS email, person.language AS language FROM role_grant
            JOIN person ON person.id = role_grant.person WHERE role_grant.edition = {}
            AND role_grant.revoked_at IS NULL AND role_grant.role IN
            ('registrar', 'assigner', 'secretary', 'member', 'chair', 'observer')""",
    }
)
"""Group → the statement that finds its addresses; the one place holds the edition."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An address that a letter goes to. ``language`` is both where nobody with an account has it."""

    email: str
    language: str


@dataclass(frozen=True, slots=True)
class GroupLetterLine:
    """A letter to a group, with how many of its copies stand in each state of the queue."""

    id: UUID
    audience: str
    subject_ar: str
    subject_en: str
    body_ar: str
    body_en: str
    n_people: int
    made_at: datetime
    by_ar: str
    by_en: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A copy that could not be sent, and why."""

    id: UUID
    letter_id: UUID
    audience: str
    email: str
    attempts: int
    error: str


async def list_readers(edition_id: UUID, audience: str) -> tuple[Reader, ...]:
    """List whom a group's letters go to, each address once. Raises KeyError for an unknown group."""
    rows = await run_sql(f"SELECT DISTINCT email, language FROM ({GROUPS[audience]}) AS found", edition_id)  # noqa: S608 (the statements are ours)
    found = {str(row["email"]): str(row["language"] or "both") for row in rows}
    return tuple(Reader(email, found[email]) for email in sorted(found))


async def count_readers(edition_id: UUID) -> dict[str, int]:
    """Count the addresses of every group, in one query."""
    counted = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(DISTINCT email) AS n FROM ({sql}) AS of_{name}"  # noqa: S608 (as above)
        for name, sql in GROUPS.items()
    )
    return {str(row["name"]): int(row["n"]) for row in await run_sql(counted, *[edition_id] * len(GROUPS))}


async def list_group_letters(edition_id: UUID) -> tuple[tuple[GroupLetterLine, ...], tuple[FailedLetter, ...]]:
    """List the letters to groups, the newest first, and the copies that failed: three queries."""
    letters = await run_sql(
        """SELECT group_letter.id AS id, audience, subject_ar, subject_en, body_ar, body_en, n_people, made_at,
        person.name_ar AS by_ar, person.name_en AS by_en FROM group_letter
        JOIN person ON person.id = group_letter.made_by WHERE group_letter.edition = {} ORDER BY made_at DESC""",
        edition_id,
    )
    of = {f"group:{row['id']}": row for row in letters}
    counts: dict[str, dict[str, int]] = {}
    for row in await run_sql(
        f"""SELECT substr(name, 1, {_PREFIX}) AS prefix, state, count(*) AS n FROM message
        WHERE template = 'group' GROUP BY substr(name, 1, {_PREFIX}), state"""  # noqa: S608 (a number)
    ):
        counts.setdefault(str(row["prefix"]), {})[str(row["state"])] = int(row["n"])
    failed = await run_sql(
        """SELECT id, name, email, attempts, error FROM message
        WHERE template = 'group' AND state = 'failed' ORDER BY due_at, id"""
    )
    return (
        tuple(
            GroupLetterLine(**row | {"id": UUID(str(row["id"]))}, counts=counts.get(prefix, {}))
            for prefix, row in of.items()
        ),
        tuple(
            FailedLetter(
                UUID(str(row["id"])), UUID(str(of[name[:_PREFIX]]["id"])), str(of[name[:_PREFIX]]["audience"]),
                str(row["email"]), int(row["attempts"]), str(row["error"] or ""),
            )
            for row in failed
            if (name := str(row["name"]))[:_PREFIX] in of
        )[:FAILED_SHOWN],
    )  # fmt: skip
