"""What decisions and publication are made from: the last run, and the outcomes so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.rows import get_row
from storage.tables.edition import Category, Honour
from storage.tables.result import Decision, DecisionSignature, Outcome, RankedEntry, RankingRun

__all__ = [
    "RunView",
    "count_signatures",
    "find_last_run",
    "list_categories",
    "list_honoured",
    "list_places",
    "list_ranks",
]


@dataclass(frozen=True, slots=True)
class RunView:
    """A frozen run. ``output`` is the run's own JSON, read."""

    id: UUID
    ordinal: int
    method: str
    made_at: datetime
    inputs_hash: str
    output_hash: str
    output: dict[str, Any]


async def find_last_run(round_id: UUID) -> RunView | None:
    """Find the run that stands: the last one of the round. Its output is shared with other readers: never change it."""
    row = (
        await RankingRun.select(
            RankingRun.id, RankingRun.ordinal, RankingRun.method, RankingRun.made_at, RankingRun.inputs_hash,
            RankingRun.output_hash,
        )
        .where(RankingRun.round == round_id)
        .order_by(RankingRun.ordinal, ascending=False)
        .first()
    )  # fmt: skip
    if row is None:
        return None
    output = _OUTPUTS.get((row["id"], row["output_hash"]))
    if output is None:
        output = await _read_output(row["id"], row["output_hash"])
    return RunView(
        row["id"], row["ordinal"], row["method"], row["made_at"], row["inputs_hash"], row["output_hash"], output
    )


OUTPUTS_KEPT = 4
"""Runs that a process keeps read: one of 2,000 entries takes some 20 MB, and its JSON a tenth of a second."""

_OUTPUTS: dict[tuple[UUID, str], dict[str, Any]] = {}


async def _read_output(run_id: UUID, output_hash: str) -> dict[str, Any]:
    """Read a run's output and keep it: a run is never changed."""
    row = await get_row(RankingRun.select(RankingRun.output).where(RankingRun.id == run_id))
    output: dict[str, Any] = from_json(row["output"])
    while len(_OUTPUTS) >= OUTPUTS_KEPT:
        _OUTPUTS.pop(next(iter(_OUTPUTS)))
    _OUTPUTS[run_id, output_hash] = output
    return output


async def list_ranks(run_id: UUID, category_id: UUID) -> dict[UUID, int]:
    """Read the computed rank of each entry of one category."""
    rows = await RankedEntry.select(RankedEntry.entry, RankedEntry.rank).where(
        (RankedEntry.run == run_id) & (RankedEntry.category == category_id)
    )
    return {row["entry"]: row["rank"] for row in rows}


async def list_places(edition_id: UUID) -> list[dict[str, Any]]:
    """Read the places that each category gives, in order."""
    return await Honour.select().where(
        (Honour.edition == edition_id) & Honour.place.is_not_null()
    ).order_by(Honour.place)  # fmt: skip


async def list_categories(edition_id: UUID) -> list[dict[str, Any]]:
    """Read the edition's categories in order."""
    return await Category.select().where(Category.edition == edition_id).order_by(Category.position)


async def count_signatures(decision_id: UUID) -> int:
    """Count the members who signed."""
    found: int = await DecisionSignature.count().where(DecisionSignature.decision == decision_id)
    return found


async def list_honoured(round_id: UUID) -> list[dict[str, Any]]:
    """Read the honoured outcomes of a round's approved decisions, by category, place and citation."""
    decisions = {row["id"]: row for row in await Decision.select().where(Decision.round == round_id)}
    rows = await Outcome.select().where(
        among(Outcome.decision, decisions) & Outcome.honour.is_not_null() & Outcome.entry.is_not_null()
    )
    return [row | {"category": decisions[row["decision"]]["category"]} for row in rows]
