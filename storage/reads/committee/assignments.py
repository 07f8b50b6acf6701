"""A round's assignment: pairs with their reasons, judges with their loads, and how good the proposal is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.reads.matrices import IN_ROUND
from storage.tables.assignment import Assignment, AssignmentRun
from storage.tables.conflict import Conflict
from storage.tables.panel import Judge, PanelMember

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
    """Everything that the page of assignments shows. ``barred`` pairs say no reason."""

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
    """Read a round's assignment in six queries."""
    run = (
        await AssignmentRun.select()
        .where(AssignmentRun.round == round_id)
        .order_by(AssignmentRun.ordinal, ascending=False)
        .first()
    )
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
    for row in await PanelMember.select(PanelMember.judge, PanelMember.category).where(PanelMember.round == round_id):
        seats.setdefault(row["judge"], set()).add(row["category"])
    judges = await Judge.select(
        Judge.id, Judge.kind, Judge.max_entries, Judge.person.name_ar.as_alias("name_ar"),
        Judge.person.name_en.as_alias("name_en"),
    ).where((Judge.edition == edition_id) & Judge.is_active.eq(True))  # fmt: skip
    pairs = await Assignment.select(Assignment.entry, Assignment.judge, Assignment.state, Assignment.reasons).where(
        (Assignment.round == round_id) & Assignment.state.is_in(["proposed", "published"])
    )
    barred = await Conflict.select(Conflict.entry, Conflict.judge).where(
        (Conflict.judge.edition == edition_id) & Conflict.state.is_in(["confirmed", "held"])
    )
    return RoundAssignment(
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
                row["id"], row["name_ar"], row["name_en"], row["kind"], row["max_entries"],
                frozenset(seats.get(row["id"], ())),
            )
            for row in sorted(judges, key=lambda row: str(row["name_ar"]))
        ),
        pairs=tuple(
            Pair(row["entry"], row["judge"], row["state"], tuple(from_json(row["reasons"]) or ())) for row in pairs
        ),
        barred=frozenset((row["entry"], row["judge"]) for row in barred),
    )  # fmt: skip
