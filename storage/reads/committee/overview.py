"""The committee's first page in numbers."""

from dataclasses import dataclass
from uuid import UUID

from storage.engine import run_sql
from storage.reads.committee.counted import STANDS
from storage.reads.matrices import IN_ROUND

__all__ = ["JudgeLoad", "Overview", "get_overview"]


@dataclass(frozen=True, slots=True)
class JudgeLoad:
    """How far one judge has come: sheets that stand, and sealed ones."""

    n_given: int
    n_done: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what there is and what waits. Entries by state; sheets of the round; conflicts by state.

    ``n_complete``: sheets that are marked and not sealed. ``n_short``: entries with fewer reviews under way or sealed
    than the round asks for. ``approved``: categories whose decision stands.
    """

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
    n_proposed_conflicts: int
    n_held_conflicts: int
    n_runs: int
    n_questions: int
    n_deletions: int
    n_appeals: int
    n_failed_letters: int
    n_complete: int
    n_short: int
    approved: frozenset[UUID]
    loads: tuple[JudgeLoad, ...]

    @property
    def n_entries(self) -> int:
        """Entries that were submitted and stand."""
        return self.n_waiting + self.n_returned + self.n_admitted

    @property
    def n_unsealed(self) -> int:
        """Sheets on which something is still expected."""
        return self.n_sheets - self.n_sealed


_OPEN = """category NOT IN (SELECT tied.category FROM member_conflict
    JOIN entry AS tied ON tied.id = member_conflict.entry WHERE member_conflict.person = {})"""
"""Leaves out the categories where this reader has a tie to an entry: not even a total may tell of it."""


_SHORT = f"""SELECT
    (SELECT count(*) FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
      JOIN entry ON entry.id = assignment.entry
      WHERE assignment.round = {{}} AND assignment.state = 'published' AND score_sheet.state = 'draft' AND {STANDS}
      AND (SELECT count(*) FROM mark WHERE mark.sheet = score_sheet.id)
        = (SELECT count(*) FROM criterion WHERE criterion.category = entry.category)
      AND entry.{_OPEN}) AS n_complete,
    (SELECT count(*) FROM entry WHERE entry.edition = {{}} AND entry.state = 'admitted' AND {IN_ROUND} AND entry.{_OPEN}
      AND (SELECT count(*) FROM assignment JOIN score_sheet ON score_sheet.assignment = assignment.id
        WHERE assignment.entry = entry.id AND assignment.round = {{}} AND assignment.state = 'published' AND {STANDS})
        < (SELECT reviews_per_entry FROM round WHERE round.id = {{}})) AS n_short"""  # noqa: S608 - our own words


async def get_overview(edition_id: UUID, round_id: UUID | None, person_id: UUID | None = None) -> Overview:
    """Count everything that this reader may see into, in four queries."""
    me = person_id
    (row,) = await run_sql(
        f"""SELECT
        (SELECT count(*) FROM entry WHERE edition = {{}} AND state = 'draft' AND {_OPEN}) AS n_drafts,
        (SELECT count(*) FROM entry WHERE edition = {{}} AND state = 'submitted' AND {_OPEN}) AS n_waiting,
        (SELECT count(*) FROM entry JOIN entry_version ON entry_version.entry = entry.id
          WHERE entry.edition = {{}} AND entry.state = 'submitted' AND entry_version.is_current
          AND entry_version.complete_at IS NULL AND entry.{_OPEN}) AS n_incomplete,
        (SELECT count(*) FROM entry WHERE edition = {{}} AND state = 'returned' AND {_OPEN}) AS n_returned,
        (SELECT count(*) FROM entry WHERE edition = {{}} AND state = 'admitted' AND {_OPEN}) AS n_admitted,
        (SELECT count(*) FROM entry WHERE edition = {{}} AND state = 'excluded' AND {_OPEN}) AS n_excluded,
        (SELECT count(*) FROM judge WHERE edition = {{}} AND is_active) AS n_judges,
        (SELECT count(*) FROM assignment JOIN entry ON entry.id = assignment.entry
          WHERE assignment.round = {{}} AND assignment.state = 'proposed' AND entry.{_OPEN}) AS n_proposed_pairs,
        (SELECT count(*) FROM conflict JOIN judge ON judge.id = conflict.judge
          JOIN entry ON entry.id = conflict.entry WHERE judge.edition = {{}}
          AND conflict.state = 'proposed' AND entry.{_OPEN}) AS n_proposed_conflicts,
        (SELECT count(*) FROM conflict JOIN judge ON judge.id = conflict.judge
          JOIN entry ON entry.id = conflict.entry WHERE judge.edition = {{}}
          AND conflict.state = 'held' AND entry.{_OPEN}) AS n_held_conflicts,
        (SELECT count(*) FROM ranking_run WHERE round = {{}}) AS n_runs,
        (SELECT count(*) FROM question JOIN entry ON entry.id = question.entry
          WHERE entry.edition = {{}} AND question.answered_at IS NULL) AS n_questions,
        (SELECT count(*) FROM deletion_request WHERE edition = {{}} AND state = 'waiting') AS n_deletions,
        (SELECT count(*) FROM appeal JOIN entry ON entry.id = appeal.entry
          WHERE entry.edition = {{}} AND entry.{_OPEN}
          AND (appeal.state = 'lodged' OR appeal.state = 'proposed' AND appeal.proposed_by <> {{}})) AS n_appeals,
        (SELECT count(*) FROM message JOIN group_letter
          ON message.name LIKE 'group:' || CAST(group_letter.id AS text) || '%'
          WHERE group_letter.edition = {{}} AND message.template = 'group' AND message.state = 'failed')
          AS n_failed_letters""",  # noqa: S608 - our own words
        edition_id, me, edition_id, me, edition_id, me, edition_id, me, edition_id, me, edition_id, me, edition_id,
        round_id, me, edition_id, me, edition_id, me, round_id, edition_id, edition_id,
        edition_id, me, me, edition_id,
    )  # fmt: skip
    loads = await run_sql(
        f"""SELECT assignment.judge AS judge, count(*) AS n_given,
        sum(CASE WHEN score_sheet.state = 'sealed' THEN 1 ELSE 0 END) AS n_sealed
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry
        WHERE assignment.round = {{}} AND assignment.state = 'published' AND {STANDS}
        AND entry.{_OPEN} GROUP BY assignment.judge""",  # noqa: S608 - our own words
        round_id,
        me,
    )
    (short,) = await run_sql(_SHORT, round_id, me, edition_id, round_id, round_id, me, round_id, round_id)
    approved = await run_sql(
        f"SELECT category FROM decision WHERE round = {{}} AND state = 'approved' AND {_OPEN}",  # noqa: S608 - our own words
        round_id,
        me,
    )
    return Overview(
        **row,
        **short,
        approved=frozenset(UUID(str(each["category"])) for each in approved),
        n_sheets=sum(int(each["n_given"]) for each in loads),
        n_sealed=sum(int(each["n_sealed"]) for each in loads),
        loads=tuple(JudgeLoad(int(each["n_given"]), int(each["n_sealed"])) for each in loads),
    )
