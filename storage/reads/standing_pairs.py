"""The pairs of a round as they stand while it is assigned or judged: which are sealed, begun, or given up."""

from dataclasses import dataclass
from uuid import UUID

from storage.engine import run_sql

__all__ = ["StandingPair", "read_standing_pairs"]


@dataclass(frozen=True, slots=True)
class StandingPair:
    """One live assignment. ``sheet_state`` is None before publication; ``is_begun`` once anything was saved in it."""

    assignment_id: UUID
    entry_id: UUID
    judge_id: UUID
    state: str
    position: int
    sheet_state: str | None
    is_begun: bool
    has_abstained: bool

    @property
    def is_sealed(self) -> bool:
        """Whether its marks count."""
        return self.sheet_state == "sealed"

    @property
    def is_given_up(self) -> bool:
        """Whether it yields no marks: the judge abstained, or the sheet was set aside."""
        return self.sheet_state == "set-aside" or (self.has_abstained and not self.is_sealed)


async def read_standing_pairs(round_id: UUID) -> tuple[StandingPair, ...]:
    """Read the live pairs of a round, in one query, sorted by entry, then judge."""
    rows = await run_sql(
        """SELECT assignment.id AS id, assignment.entry AS entry, assignment.judge AS judge, assignment.state AS state,
        assignment.position AS position, score_sheet.state AS sheet, score_sheet.saved_at AS saved_at,
        score_sheet.abstained AS abstained
        FROM assignment LEFT JOIN score_sheet ON score_sheet.assignment = assignment.id
        WHERE assignment.round = {} AND assignment.state <> 'removed'""",
        round_id,
    )
    pairs = (
        StandingPair(
            UUID(str(row["id"])), UUID(str(row["entry"])), UUID(str(row["judge"])), row["state"], row["position"],
            row["sheet"], row["saved_at"] is not None, row["abstained"] is not None,
        )
        for row in rows
    )  # fmt: skip
    return tuple(sorted(pairs, key=lambda pair: (str(pair.entry_id), str(pair.judge_id))))
