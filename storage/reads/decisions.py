"""What decisions and publication are made from: the last run, and the outcomes so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.columns.combination import Where

from storage.columns import from_json
from storage.engine import run_sql
from storage.reads.marks import SET_ASIDE
from storage.rows import get_row
from storage.tables.edition import Category, Edition, Honour
from storage.tables.result import Decision, DecisionSignature, Outcome, RankedEntry, RankingRun

__all__ = [
    "ComputedLine",
    "Decided",
    "HonouredEntry",
    "RunView",
    "SealedRules",
    "count_gone",
    "count_set_aside",
    "count_signatures",
    "find_last_run",
    "find_run",
    "is_outdated",
    "is_sheet_missed",
    "list_categories",
    "list_computed",
    "list_decided_on",
    "list_given_elsewhere",
    "list_places",
    "read_decided",
    "read_sealed_rules",
]

_MILLION = 1_000_000
_TENTHS = 10


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
    return await _find(RankingRun.round == round_id)


async def find_run(run_id: UUID) -> RunView | None:
    """Find a run that a decision rests on, whether it stands or not. As above, never change its output."""
    return await _find(RankingRun.id == run_id)


async def _find(which: Where) -> RunView | None:
    row = (
        await RankingRun.select(
            RankingRun.id, RankingRun.ordinal, RankingRun.method, RankingRun.made_at, RankingRun.inputs_hash,
            RankingRun.output_hash,
        )
        .where(which)
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


@dataclass(frozen=True, slots=True)
class ComputedLine:
    """Where an entry stands in the computed order. ``score`` is adjusted, in points of a hundred."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class SealedRules:
    """What the sealed rules say of places and honours.

    ``threshold``: points that no project may have reached where a place is withheld. ``others``: honours that have no
    place, and whether each category gives them (else one entry of the edition gets it).
    """

    threshold: float
    may_share: bool
    others: Mapping[UUID, bool]


async def list_computed(run_id: UUID, category_id: UUID) -> dict[UUID, ComputedLine]:
    """Read where each entry of one category stands in a run."""
    rows = await RankedEntry.select(RankedEntry.entry, RankedEntry.rank, RankedEntry.score).where(
        (RankedEntry.run == run_id) & (RankedEntry.category == category_id)
    )
    return {row["entry"]: ComputedLine(row["rank"], row["score"] / _MILLION) for row in rows}


async def count_gone(run_id: UUID, category_id: UUID) -> int:
    """Count the entries of a category that a run ranks and that are not in the competition any more."""
    found: int = await RankedEntry.count().where(
        (RankedEntry.run == run_id) & (RankedEntry.category == category_id) & (RankedEntry.entry.state != "admitted")
    )
    return found


async def count_set_aside(round_id: UUID) -> int:
    """Count the sheets that a round's ranking leaves out, as a run tells it."""
    rows = await run_sql(f"SELECT {SET_ASIDE} AS n FROM round WHERE round.id = {{}}", round_id)  # noqa: S608 - our own words
    return int(rows[0]["n"])


async def is_outdated(run: RunView, round_id: UUID, category_id: UUID) -> bool:
    """Say whether a run counts a project of this category that has left, or a sheet that was set aside since."""
    if await count_gone(run.id, category_id):
        return True
    return bool(await count_set_aside(round_id) != run.output["set_aside"])


async def is_sheet_missed(round_id: UUID) -> bool:
    """Say whether the run that stands counts a sheet that was set aside since."""
    run = await find_last_run(round_id)
    return run is not None and bool(await count_set_aside(round_id) != run.output["set_aside"])


async def read_sealed_rules(edition_id: UUID) -> SealedRules:
    """Read what the edition's rules say of places and honours."""
    edition = await get_row(
        Edition.select(Edition.honour_threshold, Edition.may_share).where(Edition.id == edition_id)
    )  # fmt: skip
    others = await Honour.select(Honour.id, Honour.is_per_category).where(
        (Honour.edition == edition_id) & Honour.place.is_null()
    )
    return SealedRules(
        threshold=edition["honour_threshold"] / _TENTHS,
        may_share=edition["may_share"],
        others={row["id"]: row["is_per_category"] for row in others},
    )


async def list_given_elsewhere(round_id: UUID, decision_id: UUID) -> frozenset[UUID]:
    """List the honours that the round's other decisions give."""
    rows = await Outcome.select(Outcome.honour).where(
        (Outcome.decision.round == round_id) & (Outcome.decision != decision_id) & Outcome.honour.is_not_null()
    )
    return frozenset(row["honour"] for row in rows)


async def list_places(edition_id: UUID) -> list[dict[str, Any]]:
    """Read the places that each category gives, in order."""
    return await Honour.select().where(
        (Honour.edition == edition_id) & Honour.place.is_not_null()
    ).order_by(Honour.place)  # fmt: skip


async def list_categories(edition_id: UUID) -> list[dict[str, Any]]:
    """Read the edition's categories in order."""
    return await Category.select().where(Category.edition == edition_id).order_by(Category.position)


async def list_decided_on(round_id: UUID) -> dict[UUID, UUID]:
    """Read by category the run that a round's decision rests on."""
    rows = await Decision.select(Decision.category, Decision.run).where(Decision.round == round_id)
    return {row["category"]: row["run"] for row in rows}


async def count_signatures(decision_id: UUID) -> int:
    """Count the members who signed."""
    found: int = await DecisionSignature.count().where(DecisionSignature.decision == decision_id)
    return found


@dataclass(frozen=True, slots=True)
class HonouredEntry:
    """An entry in a place, or with an honour that has none, as a round's decisions give it."""

    entry_id: UUID
    category_id: UUID
    honour_id: UUID
    place: int | None
    honour_ar: str
    honour_en: str
    is_shared: bool
    computed_rank: int
    citation_ar: str
    citation_en: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What a round's decisions give. ``withheld`` are places that no entry has, by category; ``n_deliberated`` counts
    those and the outcomes that stand for a written reason.
    """  # noqa: D205 -- one sentence

    honoured: tuple[HonouredEntry, ...]
    withheld: tuple[tuple[UUID, int], ...]
    n_deliberated: int


async def read_decided(round_id: UUID) -> Decided:
    """Read what a round's decisions give, in one query."""
    rows = await run_sql(_DECIDED, round_id)
    withheld = tuple(
        (UUID(str(row["category"])), int(row["place"]))
        for row in rows
        if row["place"] is not None
        and str(UUID(str(row["honour"]))) in (from_json(row["minutes"]) or {}).get("withheld", {})
    )
    given = [row for row in rows if row["entry"] is not None]
    return Decided(
        honoured=tuple(
            HonouredEntry(
                UUID(str(row["entry"])), UUID(str(row["category"])), UUID(str(row["honour"])), row["place"],
                row["honour_ar"], row["honour_en"], bool(row["is_shared"]), int(row["computed_rank"]),
                row["citation_ar"], row["citation_en"],
            )
            for row in given
        ),
        withheld=tuple(dict.fromkeys(withheld)),
        n_deliberated=sum(bool(row["reason"]) for row in given) + len(set(withheld)),
    )  # fmt: skip


_DECIDED = """SELECT decision.category AS category, decision.minutes AS minutes, honour.id AS honour,
    honour.place AS place, honour.name_ar AS honour_ar, honour.name_en AS honour_en, outcome.entry AS entry,
    outcome.is_shared AS is_shared, outcome.computed_rank AS computed_rank, outcome.reason AS reason,
    outcome.citation_ar AS citation_ar, outcome.citation_en AS citation_en
    FROM decision JOIN round ON round.id = decision.round JOIN honour ON honour.edition = round.edition
    LEFT JOIN outcome ON outcome.decision = decision.id AND outcome.honour = honour.id
    WHERE decision.round = {}"""
