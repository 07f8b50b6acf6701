"""A round's sealed marks, on their way to becoming arrays: what the encoder of ranking starts from.

Everything is sorted by id, so that the same data give the same arrays whatever order the database answers in.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.columns import among
from storage.engine import run_sql
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.entrant import EntryOwner
from storage.tables.entry import EntryVersion
from storage.tables.panel import Judge, Round
from storage.tables.result import RankingRun
from storage.tables.rubric import Criterion
from storage.tables.scoresheet import Mark, ScoreSheet

__all__ = [
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
    """What a round's ranking is computed from. ``honour_threshold`` is in tenths of a point."""

    edition_id: UUID
    steps: int
    method: str
    honour_threshold: int
    entries: tuple[RankedEntryRow, ...]
    judges: tuple[UUID, ...]
    criteria: tuple[CriterionRow, ...]
    marks: tuple[MarkRow, ...]
    n_set_aside: int


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


async def read_marks(round_id: UUID) -> RankedRound:
    """Read the marks of a round's sealed sheets; sheets set aside are counted and left out."""
    in_round = await get_row(Round.select(Round.edition, Round.method).where(Round.id == round_id))
    edition_id = in_round["edition"]
    edition = await get_row(Edition.select(Edition.steps, Edition.honour_threshold).where(Edition.id == edition_id))
    entries = await _list_entries(edition_id)
    standing = {each.id for each in entries}
    sheets = {
        row["id"]: row
        for row in await ScoreSheet.select(
            ScoreSheet.id,
            ScoreSheet.assignment.entry.as_alias("entry"),
            ScoreSheet.assignment.judge.as_alias("judge"),
            ScoreSheet.assignment.position.as_alias("position"),
        ).where((ScoreSheet.assignment.round == round_id) & (ScoreSheet.state == "sealed"))
        if row["entry"] in standing
    }
    order = await _order_sheets(round_id, sheets)
    rows = [
        MarkRow(
            sheets[row["sheet"]]["entry"], sheets[row["sheet"]]["judge"], row["criterion"], row["step"],
            order[row["sheet"]],
        )
        for row in await Mark.select(Mark.sheet, Mark.criterion, Mark.step).where(among(Mark.sheet, sheets))
    ]  # fmt: skip
    criteria = await Criterion.select(Criterion.id, Criterion.category, Criterion.weight).where(
        Criterion.category.edition == edition_id
    )
    set_aside: int = await ScoreSheet.count().where(
        (ScoreSheet.assignment.round == round_id) & (ScoreSheet.state == "set-aside")
    )
    return RankedRound(
        edition_id=edition_id,
        steps=edition["steps"],
        method=in_round["method"],
        honour_threshold=edition["honour_threshold"],
        entries=entries,
        judges=tuple(sorted({each.judge_id for each in rows}, key=str)),
        criteria=tuple(
            sorted(
                (CriterionRow(row["id"], row["category"], row["weight"]) for row in criteria),
                key=lambda each: str(each.id),
            )
        ),
        marks=tuple(sorted(rows, key=lambda each: (str(each.entry_id), str(each.judge_id), str(each.criterion_id)))),
        n_set_aside=set_aside,
    )


async def _list_entries(edition_id: UUID) -> tuple[RankedEntryRow, ...]:
    rows = await EntryVersion.select(
        EntryVersion.entry, EntryVersion.category, EntryVersion.entry.code_name.as_alias("code")
    ).where(
        EntryVersion.is_current.eq(True)
        & (EntryVersion.entry.edition == edition_id)
        & (EntryVersion.entry.state == "admitted")
        & EntryVersion.entry.code_name.is_not_null()
    )
    entries = (RankedEntryRow(row["entry"], row["code"], row["category"]) for row in rows)
    return tuple(sorted(entries, key=lambda each: str(each.id)))


async def _order_sheets(round_id: UUID, sheets: dict[UUID, dict[str, Any]]) -> dict[UUID, int]:
    """Count each judge's sheets in the order of their first marks; the list's order where the times are equal."""
    rows = await run_sql(
        """SELECT mark_change.sheet AS sheet, min(mark_change.made_at) AS began FROM mark_change
        JOIN score_sheet ON score_sheet.id = mark_change.sheet
        JOIN assignment ON assignment.id = score_sheet.assignment
        WHERE assignment.round = {} AND mark_change.criterion IS NOT NULL GROUP BY mark_change.sheet""",
        round_id,
    )
    began = {UUID(str(row["sheet"])): str(row["began"]) for row in rows}
    by_judge: dict[object, list[UUID]] = {}
    for sheet, row in sheets.items():
        by_judge.setdefault(row["judge"], []).append(sheet)
    order: dict[UUID, int] = {}
    for mine in by_judge.values():
        mine.sort(key=lambda sheet: (began.get(sheet, ""), sheets[sheet]["position"], str(sheet)))
        order |= {sheet: at for at, sheet in enumerate(mine)}
    return order


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


async def find_first_parameters(round_id: UUID) -> str | None:
    """Find the parameters of the round's first run: what was chosen there stays."""
    row = await RankingRun.select(RankingRun.parameters).where(
        RankingRun.round == round_id
    ).order_by(RankingRun.ordinal).first()  # fmt: skip
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
