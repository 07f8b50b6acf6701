"""The committee's first page in numbers."""

from dataclasses import dataclass
from uuid import UUID

from storage.engine import run_sql

__all__ = ["JudgeLoad", "Overview", "get_overview"]


@dataclass(frozen=True, slots=True)
class JudgeLoad:
    """How far one judge has come: sheets given, and sealed or abstained from."""

    n_given: int
    n_done: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what there is and what waits. Entries by state; sheets of the round; conflicts by state."""

    n_drafts: int
    n_waiting: int
    n_incomplete: int
    n_returned: int
    n_admitted: int
    n_excluded: int
    n_judges: int
    n_proposed_pairs: int
    n_sheets: int
    n_sealed: int
    n_abstained: int
    n_proposed_conflicts: int
    n_held_conflicts: int
    n_approved: int
    n_runs: int
    loads: tuple[JudgeLoad, ...]

    @property
    def n_entries(self) -> int:
        """Entries that were submitted and stand."""
        return self.n_waiting + self.n_returned + self.n_admitted

    @property
    def n_unsealed(self) -> int:
        """Sheets on which something is still expected."""
        return self.n_sheets - self.n_sealed - self.n_abstained


async def get_overview(edition_id: UUID, round_id: UUID | None) -> Overview:
    """Count everything in two queries."""
    (row,) = await run_sql(
        """SELECT
        (SELECT count(*) FROM entry WHERE edition = {} AND state = 'draft') AS n_drafts,
        (SELECT count(*) FROM entry WHERE edition = {} AND state = 'submitted') AS n_waiting,
        (SELECT count(*) FROM entry JOIN entry_version ON entry_version.entry = entry.id
          WHERE entry.edition = {} AND entry.state = 'submitted' AND entry_version.is_current
          AND entry_version.complete_at IS NULL) AS n_incomplete,
        (SELECT count(*) FROM entry WHERE edition = {} AND state = 'returned') AS n_returned,
        (SELECT count(*) FROM entry WHERE edition = {} AND state = 'admitted') AS n_admitted,
        (SELECT count(*) FROM entry WHERE edition = {} AND state = 'excluded') AS n_excluded,
        (SELECT count(*) FROM judge WHERE edition = {} AND is_active) AS n_judges,
        (SELECT count(*) FROM assignment WHERE round = {} AND state = 'proposed') AS n_proposed_pairs,
        (SELECT count(*) FROM conflict JOIN judge ON judge.id = conflict.judge
          WHERE judge.edition = {} AND conflict.state = 'proposed') AS n_proposed_conflicts,
        (SELECT count(*) FROM conflict JOIN judge ON judge.id = conflict.judge
          WHERE judge.edition = {} AND conflict.state = 'held') AS n_held_conflicts,
        (SELECT count(*) FROM decision WHERE round = {} AND state = 'approved') AS n_approved,
        (SELECT count(*) FROM ranking_run WHERE round = {}) AS n_runs""",
        edition_id, edition_id, edition_id, edition_id, edition_id, edition_id, edition_id, round_id, edition_id,
        edition_id, round_id, round_id,
    )  # fmt: skip
    loads = await run_sql(
        """SELECT assignment.judge AS judge, count(*) AS n_given,
        sum(CASE WHEN score_sheet.state = 'sealed' THEN 1 ELSE 0 END) AS n_sealed,
        sum(CASE WHEN score_sheet.state <> 'sealed' AND score_sheet.abstained IS NOT NULL THEN 1 ELSE 0 END)
          AS n_abstained
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        WHERE assignment.round = {} AND assignment.state = 'published' AND score_sheet.state <> 'set-aside'
        GROUP BY assignment.judge""",
        round_id,
    )
    return Overview(
        **row,
        n_sheets=sum(int(each["n_given"]) for each in loads),
        n_sealed=sum(int(each["n_sealed"]) for each in loads),
        n_abstained=sum(int(each["n_abstained"]) for each in loads),
        loads=tuple(
            JudgeLoad(int(each["n_given"]), int(each["n_sealed"]) + int(each["n_abstained"])) for each in loads
        ),
    )
