"""A round's ranking: computed by the engine from sealed sheets, frozen with everything that it was computed from."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.audit import Event, record
from service.errors import Conflicting, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.deciding.joint import Matter, find_agreed_at
from service.usecases.ranking.arrays import PLACES, encode_round, score_encoded, write_inputs
from service.usecases.ranking.output import tell_run
from storage.columns import from_json, to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import ROUND_MOVES, RoundState, move
from storage.reads.marks import RankedRound, find_first_parameters, read_marks
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.result import RankedEntry, RankingRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.actors import Actor

__all__ = ["PLACES", "compute_ranking", "hash_marks"]

MILLION = 1_000_000


class NotClosed(Conflicting):
    """Ranking opens when the round closes: before, only progress is shown."""

    code = "round-still-open"


class NothingSealed(Conflicting):
    """No sealed sheets: there is nothing to rank."""

    code = "nothing-sealed"


@dataclass(frozen=True, slots=True)
class _Computed:
    """A run's output and its rows, ready to be written."""

    output: dict[str, Any]
    rows: list[tuple[UUID, UUID, int, float, float, int]]
    version: str
    method: str
    decided: dict[str, str]
    digest: str
    seed: int


async def compute_ranking(actor: Actor, round_id: UUID, *, now: datetime, seen: int | None = None) -> UUID:
    """Rank a closed round and keep the run: inputs, parameters, versions, seed, output. It is never updated.

    What ``auto`` chose in the round's first run is kept by all later ones, until two members reopen the method. The
    engine runs in a thread, outside the transaction. A second call makes a second run, of equal bytes where nothing
    changed. ``seen`` is the last run that the asker saw: a newer one refuses the request, so a form sent twice makes
    one.
    """
    given = await read_marks(round_id)
    if not given.marks:
        raise NothingSealed
    computed = await asyncio.to_thread(_compute, given, await _find_kept(round_id))
    async with transaction():
        found = await for_update(Round.select().where(Round.id == round_id)).first()
        if found is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
        require(
            Action.COMPUTE_RANKING, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]}
        )
        if found["state"] not in {RoundState.CLOSED, RoundState.RANKED}:
            raise NotClosed(closes_at=found["closes_at"])
        if found["state"] == RoundState.CLOSED:
            await move(Round, round_id, "rank", ROUND_MOVES)
        ordinal = await RankingRun.count().where(RankingRun.round == round_id) + 1
        if seen is not None and seen != ordinal - 1:
            raise StaleRevision(current=ordinal - 1)
        written, inputs = to_json(computed.output), write_inputs(given)
        run = RankingRun(
            round=round_id,
            ordinal=ordinal,
            method=computed.method,
            inputs=inputs,
            inputs_hash=hashlib.sha256(inputs.encode()).hexdigest(),
            parameters=to_json(
                {
                    "method": given.method, "places": PLACES, "steps": given.steps, "digest": computed.digest,
                    "decided": computed.decided,
                }
            ),
            versions=to_json({"scoring": computed.version}),
            seed=str(computed.seed),
            output=written,
            output_hash=hashlib.sha256(written.encode()).hexdigest(),
            made_at=now,
        )  # fmt: skip
        await RankingRun.insert(run)
        await insert_many(
            [
                RankedEntry(
                    run=run.id, entry=entry, category=category, rank=rank, score=round(score * MILLION),
                    raw_mean=round(raw * MILLION), reviews=n,
                )
                for entry, category, rank, score, raw, n in computed.rows
            ]
        )  # fmt: skip
        await record(
            Event.RANKING_COMPUTED, by=actor, about=("round", round_id), at=now,
            after={"run": ordinal, "inputs": run.inputs_hash, "output": run.output_hash},
        )  # fmt: skip
        return run.id


async def _find_kept(round_id: UUID) -> dict[UUID, str]:
    """Find what the round's first run chose, by category; nothing before the first run.

    Where two members reopened the method, the first run after that counts.
    """
    since = await find_agreed_at(Matter.REOPEN_METHOD, round_id)
    parameters = from_json(await find_first_parameters(round_id, since=since)) or {}
    return {UUID(category): method for category, method in parameters.get("decided", {}).items()}


def hash_marks(given: RankedRound) -> str:
    """Return the SHA-256 over everything that a run is computed from: marks, rubric, method."""
    return hashlib.sha256(write_inputs(given).encode()).hexdigest()


def _compute(given: RankedRound, kept: Mapping[UUID, str] | None) -> _Computed:
    """Encode to arrays, score, and put ids back in place of row numbers."""
    encoded = encode_round(given)
    scores = score_encoded(encoded, method=given.method, kept=kept)
    return _Computed(
        output=tell_run(encoded, scores, set_aside=given.n_set_aside),
        rows=[
            (
                each.id, each.category_id, int(scores.ranking.rank[at]), float(scores.score[at]),
                float(scores.raw_mean[at]), int(scores.n_reviews[at]),
            )
            for at, each in enumerate(given.entries)
            if scores.ranking.rank[at] > 0
        ],
        version=scores.version,
        method=scores.choices[0].method,
        decided={str(encoded.categories[k]): method for k, method in scores.decided.items()},
        digest=scores.digest,
        seed=scores.seed,
    )  # fmt: skip
