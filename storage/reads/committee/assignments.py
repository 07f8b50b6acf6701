"""A round's assignment: pairs with their reasons, judges with their loads, and how good the proposal is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import Row, run_sql
from storage.reads.matrices import IN_ROUND, RoundRules

__all__ = ["AssignedEntry", "AssignedJudge", "Pair", "RoundAssignment", "get_round_assignment"]


@dataclass(frozen=True, slots=True)
class AssignedEntry:
    """An admitted project under its code name."""

    id: UUID
    code_name: str
    category_id: UUID
    title_ar: str
    title_en: str


@dataclass(frozen=True, slots=True)
class AssignedJudge:
    """A judge with the most projects that may be given."""

    id: UUID
    name_ar: str
    name_en: str
    kind: str
    max_entries: int
    categories: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Pair:
    """A judge asked to judge a project, and why: a code with facts."""

    entry_id: UUID
    judge_id: UUID
    state: str
    reasons: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RoundAssignment:
    """Everything that the page of assignments shows. ``barred`` pairs say no reason.

    ``rules`` are the round's as they stand; ``made_under`` those of the last proposal, where it kept them.
    """

    rules: RoundRules
    made_under: RoundRules | None
    ordinal: int | None
    seed: str
    made_at: datetime | None
    published_at: datetime | None
    quality: dict[str, Any]
    entries: tuple[AssignedEntry, ...]
    judges: tuple[AssignedJudge, ...]
    pairs: tuple[Pair, ...]
    barred: frozenset[tuple[UUID, UUID]]


async def get_round_assignment(edition_id: UUID, round_id: UUID) -> RoundAssignment:
    """Read a round's assignment in four queries."""
    [found] = await run_sql(_ROUND, round_id)
    run = found if found["run"] is not None else None
    kept = from_json(run["parameters"]).get("rules") if run else None
    entries = await run_sql(
        """SELECT entry.id AS entry, entry_version.category AS category, entry_version.title_ar AS title_ar,
        entry_version.title_en AS title_en, entry.code_name AS code
        FROM entry JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        WHERE entry.edition = {} AND entry.state = 'admitted' AND entry.code_name IS NOT NULL AND """  # noqa: S608 (our own words)
        + IN_ROUND,
        edition_id,
        round_id,
        round_id,
    )
    seats: dict[UUID, set[UUID]] = {}
    judges: dict[UUID, Row] = {}
    for row in await run_sql(_JUDGES, round_id, edition_id):
        judges[UUID(str(row["id"]))] = row
        mine = seats.setdefault(UUID(str(row["id"])), set())
        if row["category"] is not None:
            mine.add(UUID(str(row["category"])))
    rows = [
        (UUID(str(row["entry"])), UUID(str(row["judge"])), row) for row in await run_sql(_PAIRS, round_id, edition_id)
    ]
    return RoundAssignment(
        rules=RoundRules(
            found["academics_least"],
            found["practitioners_least"],
            bool(found["institution_once"]),
            bool(found["team_once"]),
        ),
        made_under=RoundRules(**kept) if kept else None,
        ordinal=run["ordinal"] if run else None,
        seed=run["seed"] if run else "1",
        made_at=run["made_at"] if run else None,
        published_at=run["published_at"] if run else None,
        quality=from_json(run["quality"]) if run else {},
        entries=tuple(
            AssignedEntry(
                UUID(str(row["entry"])), row["code"], UUID(str(row["category"])), row["title_ar"], row["title_en"])
            for row in sorted(entries, key=lambda row: str(row["code"]))
        ),
        judges=tuple(
            AssignedJudge(
                judge, row["name_ar"], row["name_en"], row["kind"], row["max_entries"], frozenset(seats[judge])
            )
            for judge, row in sorted(judges.items(), key=lambda each: str(each[1]["name_ar"]))
        ),
        pairs=tuple(
            Pair(entry, judge, row["state"], tuple(from_json(row["reasons"]) or ()))
            for entry, judge, row in rows
            if row["state"] != "barred"
        ),
        barred=frozenset((entry, judge) for entry, judge, row in rows if row["state"] == "barred"),
    )  # fmt: skip


_ROUND = """SELECT round.academics_least AS academics_least, round.practitioners_least AS practitioners_least,
    round.institution_once AS institution_once, round.team_once AS team_once, run.id AS run, run.ordinal AS ordinal,
    run.seed AS seed, run.made_at AS made_at, run.published_at AS published_at, run.quality AS quality,
    run.parameters AS parameters
    FROM round LEFT JOIN assignment_run AS run ON run.round = round.id
    WHERE round.id = {} ORDER BY run.ordinal DESC LIMIT 1"""

_JUDGES = """SELECT judge.id AS id, judge.kind AS kind, judge.max_entries AS max_entries, person.name_ar AS name_ar,
    person.name_en AS name_en, panel_member.category AS category
    FROM judge JOIN person ON person.id = judge.person
    LEFT JOIN panel_member ON panel_member.judge = judge.id AND panel_member.round = {}
    WHERE judge.edition = {} AND judge.is_active"""

_PAIRS = """SELECT assignment.entry AS entry, assignment.judge AS judge, assignment.state AS state,
    assignment.reasons AS reasons FROM assignment
    WHERE assignment.round = {} AND assignment.state IN ('proposed', 'published')
    UNION ALL SELECT conflict.entry, conflict.judge, 'barred', NULL FROM conflict
    JOIN judge ON judge.id = conflict.judge
    WHERE judge.edition = {} AND conflict.state IN ('confirmed', 'held')"""
