"""A round's sealed marks, on their way to becoming arrays: what the encoder of ranking starts from.

Everything is sorted by id, so that the same data give the same arrays whatever order the database answers in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import Row, run_sql
from storage.errors import StorageMisuse
from storage.reads.matrices import IN_ROUND
from storage.tables.entrant import EntryOwner
from storage.tables.panel import Judge
from storage.tables.result import RankingRun

__all__ = [
    "SET_ASIDE",
    "USUAL_DIFFERENCE",
    "CriterionRow",
    "FrozenRun",
    "MarkRow",
    "RankedEntryRow",
    "RankedRound",
    "find_first_parameters",
    "find_frozen_run",
    "read_institutions",
    "read_marks",
]


USUAL_DIFFERENCE = 25
"""Points of a hundred from which judges differ where the rules were sealed before they said so."""


@dataclass(frozen=True, slots=True)
class RankedEntryRow:
    """An admitted entry, without its people."""

    id: UUID
    code_name: str
    category_id: UUID


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion of one category, with its weight in points of a hundred."""

    id: UUID
    category_id: UUID
    weight: int


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One mark of a sealed sheet. ``order`` counts the sheets as the judge began to mark them."""

    entry_id: UUID
    judge_id: UUID
    criterion_id: UUID
    step: int
    order: int


@dataclass(frozen=True, slots=True)
class RankedRound:
    """What a round's ranking is computed from. ``honour_threshold`` is in tenths of a point.

    ``differ_points``: from so many points of a hundred between two reviews, judges are said to differ on an entry.
    """

    edition_id: UUID
    steps: int
    method: str
    honour_threshold: int
    entries: tuple[RankedEntryRow, ...]
    judges: tuple[UUID, ...]
    criteria: tuple[CriterionRow, ...]
    marks: tuple[MarkRow, ...]
    n_set_aside: int
    differ_points: int = USUAL_DIFFERENCE


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """A run with the inputs that it was computed from, as the canonical JSON that was stored."""

    id: UUID
    round_id: UUID
    edition_id: UUID
    edition_state: str
    round_state: str
    ordinal: int
    inputs: str
    inputs_hash: str
    parameters: str
    output: str


async def read_marks(round_id: UUID, *, entries: tuple[RankedEntryRow, ...] | None = None) -> RankedRound:
    """Read the marks of a round's sealed sheets, in three queries; sheets set aside are counted and left out.

    A further round has its shortlist's entries alone. Where its sealed rule carries marks on, those of the rounds
    before count too, but for a pair of entry and judge that has a sheet in the later round.
    ``entries``: where the caller has read them.
    """
    rows = await run_sql(_ROUND, round_id)
    if not rows:
        raise StorageMisuse(reason="row-missing", query="round")
    first = rows[0]
    if entries is None:
        entries = await _list_entries(UUID(str(first["edition"])), round_id)
    standing = {each.id for each in entries}
    marks = [
        row | {name: UUID(str(row[name])) for name in ("sheet", "criterion", "entry", "judge")}
        for row in await run_sql(
            _MARKS + ("" if first["is_carried"] else " AND round.ordinal = {}"),
            first["edition"], first["ordinal"], *([] if first["is_carried"] else [first["ordinal"]]),
        )
    ]  # fmt: skip
    last: dict[tuple[UUID, UUID], int] = {}
    for row in marks:
        pair = (row["entry"], row["judge"])
        last[pair] = max(last.get(pair, 0), row["ordinal"])
    kept = [row for row in marks if row["entry"] in standing and row["ordinal"] == last[row["entry"], row["judge"]]]
    order = _order_sheets(kept)
    found = [MarkRow(row["entry"], row["judge"], row["criterion"], row["step"], order[row["sheet"]]) for row in kept]
    return RankedRound(
        edition_id=UUID(str(first["edition"])),
        steps=first["steps"],
        method=first["method"],
        honour_threshold=first["honour_threshold"],
        differ_points=first["differ_points"],
        entries=entries,
        judges=tuple(sorted({each.judge_id for each in found}, key=str)),
        criteria=tuple(
            sorted(
                (
                    CriterionRow(UUID(str(row["criterion"])), UUID(str(row["category"])), row["weight"])
                    for row in rows
                    if row["criterion"] is not None
                ),
                key=lambda each: str(each.id),
            )
        ),
        marks=tuple(sorted(found, key=lambda each: (str(each.entry_id), str(each.judge_id), str(each.criterion_id)))),
        n_set_aside=int(first["n_set_aside"]),
    )


SET_ASIDE = """(SELECT count(*) FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
    JOIN round AS held ON held.id = assignment.round
    WHERE held.edition = round.edition AND score_sheet.state = 'set-aside' AND (held.id = round.id
      OR held.ordinal < round.ordinal AND EXISTS (SELECT 1 FROM round_rule WHERE round_rule.edition = round.edition
        AND round_rule.ordinal = round.ordinal AND round_rule.is_carried)))"""
"""How many sheets are left out of a ``round``: its own, and those of earlier rounds whose marks it carries on."""

_ROUND = f"""SELECT round.edition AS edition, round.ordinal AS ordinal, round.method AS method, edition.steps AS steps,
    edition.honour_threshold AS honour_threshold,
    edition.differ_points AS differ_points, criterion.id AS criterion, criterion.category AS category,
    criterion.weight AS weight,
    (SELECT count(*) FROM round_rule WHERE round_rule.edition = round.edition
      AND round_rule.ordinal = round.ordinal AND round_rule.is_carried) AS is_carried,
    {SET_ASIDE} AS n_set_aside
    FROM round JOIN edition ON edition.id = round.edition
    LEFT JOIN category ON category.edition = edition.id LEFT JOIN criterion ON criterion.category = category.id
    WHERE round.id = {{}}"""  # noqa: S608 - our own words

_MARKS = """SELECT mark.sheet AS sheet, mark.criterion AS criterion, mark.step AS step, assignment.entry AS entry,
    assignment.judge AS judge, assignment.position AS position, round.ordinal AS ordinal, begun.at AS began
    FROM round JOIN assignment ON assignment.round = round.id
    JOIN score_sheet ON score_sheet.assignment = assignment.id JOIN mark ON mark.sheet = score_sheet.id
    LEFT JOIN (SELECT sheet, min(made_at) AS at FROM mark_change WHERE criterion IS NOT NULL GROUP BY sheet) AS begun
      ON begun.sheet = score_sheet.id
    WHERE round.edition = {} AND round.ordinal <= {} AND score_sheet.state = 'sealed'"""


async def _list_entries(edition_id: UUID, round_id: UUID) -> tuple[RankedEntryRow, ...]:
    rows = await run_sql(
        """SELECT entry.id AS entry, entry.code_name AS code, entry_version.category AS category
        FROM entry JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        WHERE entry.edition = {} AND entry.state = 'admitted' AND entry.code_name IS NOT NULL AND """  # noqa: S608 (our own words)
        + IN_ROUND,
        edition_id,
        round_id,
        round_id,
    )
    entries = (RankedEntryRow(UUID(str(row["entry"])), row["code"], UUID(str(row["category"]))) for row in rows)
    return tuple(sorted(entries, key=lambda each: str(each.id)))


def _order_sheets(rows: Iterable[Row]) -> dict[UUID, int]:
    """Count each judge's sheets in the order of their first marks; the list's order where the times are equal."""
    by_judge: dict[UUID, set[tuple[int, str, int, str, UUID]]] = {}
    for row in rows:
        key = (row["ordinal"], str(row["began"] or ""), row["position"], str(row["sheet"]), row["sheet"])
        by_judge.setdefault(row["judge"], set()).add(key)
    return {key[-1]: at for mine in by_judge.values() for at, key in enumerate(sorted(mine))}


async def find_frozen_run(run_id: UUID) -> FrozenRun | None:
    """Find a run with its inputs, and where its round and edition stand."""
    rows = await run_sql(
        """SELECT ranking_run.id AS id, ranking_run.round AS round_id, round.edition AS edition_id,
        edition.state AS edition_state, round.state AS round_state, ranking_run.ordinal AS ordinal,
        ranking_run.inputs AS inputs, ranking_run.inputs_hash AS inputs_hash, ranking_run.parameters AS parameters,
        ranking_run.output AS output
        FROM ranking_run JOIN round ON round.id = ranking_run.round JOIN edition ON edition.id = round.edition
        WHERE ranking_run.id = {}""",
        run_id,
    )
    if not rows:
        return None
    row = rows[0]
    for name in ("id", "round_id", "edition_id"):
        row[name] = UUID(str(row[name]))
    return FrozenRun(**row)


async def find_first_parameters(round_id: UUID, *, since: datetime | None = None) -> str | None:
    """Find the parameters of the round's first run, or of the first after ``since``: what was chosen there stays."""
    query = RankingRun.select(RankingRun.parameters).where(RankingRun.round == round_id)
    if since is not None:
        query = query.where(RankingRun.made_at > since)
    row = await query.order_by(RankingRun.ordinal).first()
    return str(row["parameters"]) if row else None


async def read_institutions(edition_id: UUID) -> tuple[dict[UUID, UUID], dict[UUID, UUID]]:
    """Read the institutions of admitted entries and of judges, where known: for the chair's report alone."""
    owners = await EntryOwner.select(EntryOwner.entry, EntryOwner.institution).where(
        EntryOwner.institution.is_not_null()
        & (EntryOwner.entry.edition == edition_id)
        & (EntryOwner.entry.state == "admitted")
    )
    judges = await Judge.select(Judge.id, Judge.institution).where(
        (Judge.edition == edition_id) & Judge.institution.is_not_null()
    )
    return (
        {row["entry"]: row["institution"] for row in owners},
        {row["id"]: row["institution"] for row in judges},
    )
