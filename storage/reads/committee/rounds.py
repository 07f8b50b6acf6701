"""The rounds of an edition, the sealed rules of further ones, and how entries stand at the step between two."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import Row, run_sql
from storage.reads.committee.counted import OPEN_TO, STANDS

__all__ = ["RoundLine", "RoundRuleLine", "ShortlistLine", "find_next_rule", "list_rounds", "list_shortlist"]


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round: ``n_entries`` judged in it, ``n_sheets`` that stand with judges, ``n_sealed`` of them sealed."""

    id: UUID
    ordinal: int
    state: str
    opens_at: datetime
    closes_at: datetime
    reviews_per_entry: int
    n_entries: int
    n_sheets: int
    n_sealed: int


@dataclass(frozen=True, slots=True)
class RoundRuleLine:
    """The sealed rule of a round after the first."""

    ordinal: int
    takes: int
    reviews_per_entry: int
    is_carried: bool
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ShortlistLine:
    """An entry at the step into a further round. ``score`` is in points of a hundred."""

    entry_id: UUID
    category_id: UUID
    code_name: str
    title_ar: str
    title_en: str
    rank: int
    score: float
    is_in: bool | None


async def list_rounds(
    edition_id: UUID, person_id: UUID | None
) -> tuple[tuple[RoundLine, ...], tuple[RoundRuleLine, ...]]:
    """List the rounds that there are, counted as this reader may see into them, and the sealed rules of further ones.

    Two queries.
    """
    rounds = await run_sql(
        f"""SELECT round.id AS id, round.ordinal AS ordinal, round.state AS state, round.opens_at AS opens_at,
        round.closes_at AS closes_at, round.reviews_per_entry AS reviews_per_entry,
        (SELECT count(DISTINCT assignment.entry) FROM assignment JOIN entry ON entry.id = assignment.entry
          WHERE assignment.round = round.id AND assignment.state = 'published' AND {OPEN_TO}) AS n_entries,
        (SELECT count(*) {_STANDING}) AS n_sheets,
        (SELECT count(*) {_STANDING} AND score_sheet.state = 'sealed') AS n_sealed
        FROM round WHERE round.edition = {{}} ORDER BY round.ordinal""",  # noqa: S608 - our own words
        person_id, person_id, person_id, edition_id,
    )  # fmt: skip
    rules = await run_sql(_RULES, edition_id, 1)
    return tuple(RoundLine(**row | {"id": UUID(str(row["id"]))}) for row in rounds), tuple(map(_rule, rules))


async def find_next_rule(edition_id: UUID, ordinal: int) -> RoundRuleLine | None:
    """Find the sealed rule of the round that follows this one; None where it is the last."""
    rows = await run_sql(_RULES, edition_id, ordinal)
    return _rule(rows[0]) if rows else None


async def list_shortlist(round_id: UUID) -> tuple[ShortlistLine, ...]:
    """List a ranked round's entries by rank in its last run, and whether each went on (None while that is open)."""
    rows = await run_sql(
        """SELECT ranked_entry.entry AS entry_id, ranked_entry.category AS category_id, entry.code_name AS code_name,
        entry_version.title_ar AS title_ar, entry_version.title_en AS title_en, ranked_entry.rank AS rank,
        ranked_entry.score AS score, shortlist_entry.is_in AS is_in
        FROM ranked_entry JOIN ranking_run ON ranking_run.id = ranked_entry.run
        JOIN entry ON entry.id = ranked_entry.entry
        JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        LEFT JOIN shortlist_entry ON shortlist_entry.run = ranking_run.id AND shortlist_entry.entry = entry.id
        WHERE ranking_run.round = {} AND ranking_run.ordinal =
          (SELECT max(later.ordinal) FROM ranking_run AS later WHERE later.round = ranking_run.round)
        ORDER BY ranked_entry.rank, entry.code_name""",
        round_id,
    )
    return tuple(
        ShortlistLine(
            **row
            | {
                "entry_id": UUID(str(row["entry_id"])),
                "category_id": UUID(str(row["category_id"])),
                "score": row["score"] / 1_000_000,
                "is_in": None if row["is_in"] is None else bool(row["is_in"]),
            }
        )
        for row in rows
    )


_STANDING = f"""FROM assignment JOIN score_sheet ON score_sheet.assignment = assignment.id
    JOIN entry ON entry.id = assignment.entry WHERE assignment.round = round.id
    AND assignment.state = 'published' AND {STANDS} AND {OPEN_TO}"""
_RULES = """SELECT ordinal, takes, reviews_per_entry, is_carried, begins_at, ends_at FROM round_rule
    WHERE edition = {} AND ordinal > {} ORDER BY ordinal"""


def _rule(row: Row) -> RoundRuleLine:
    return RoundRuleLine(**row | {"is_carried": bool(row["is_carried"])})
