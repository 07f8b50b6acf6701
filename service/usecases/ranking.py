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
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import ROUND_MOVES, RoundState, move
from storage.reads.matrices import RankedRound, read_marks
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.result import RankedEntry, RankingRun

if TYPE_CHECKING:
    from judging.scoring import RoundScores
    from service.actors import Actor

__all__ = ["PLACES", "compute_ranking", "hash_marks"]

PLACES = 3
"""Places of honour in a category: the decision line stands below the last of them."""
MILLION = 1_000_000
_TOP = 100.0


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
    digest: str


async def compute_ranking(actor: Actor, round_id: UUID, *, now: datetime, seen: int | None = None) -> UUID:
    """Rank a closed round and keep the run: inputs' hash, parameters, versions, seed, output. It is never updated.

    The engine runs in a thread, outside the transaction. A second call makes a second run, of equal bytes where nothing
    changed. ``seen`` is the last run that the asker saw: a newer one refuses the request, so a form sent twice makes
    one.
    """
    given = await read_marks(round_id)
    if not given.marks:
        raise NothingSealed
    computed = await asyncio.to_thread(_compute, given)
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
        written = to_json(computed.output)
        run = RankingRun(
            round=round_id,
            ordinal=ordinal,
            method=computed.method,
            inputs_hash=hash_marks(given),
            parameters=to_json(
                {"method": given.method, "places": PLACES, "steps": given.steps, "digest": computed.digest}
            ),
            versions=to_json({"scoring": computed.version}),
            seed=given.seed,
            output=written,
            output_hash=hashlib.sha256(written.encode()).hexdigest(),
            made_at=now,
        )
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


def hash_marks(given: RankedRound) -> str:
    """Return the SHA-256 over the marks and the rubric that a run is computed from."""
    told = {
        "steps": given.steps,
        "method": given.method,
        "seed": given.seed,
        "criteria": [[str(criterion), str(category), weight] for criterion, category, weight in given.criteria],
        "marks": [
            [str(each.entry_id), str(each.judge_id), str(each.criterion_id), each.step, each.position]
            for each in given.marks
        ],
    }
    return hashlib.sha256(to_json(told).encode()).hexdigest()


def _compute(given: RankedRound) -> _Computed:
    """Encode to arrays, score, and put ids back in place of row numbers."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.marks import gather_marks  # noqa: PLC0415 - as above
    from judging.rubric import make_rubric  # noqa: PLC0415 - as above
    from judging.scoring import score_round  # noqa: PLC0415 - as above

    categories = sorted({each.category_id for each in given.entries}, key=str)
    entry_at = {each.id: at for at, each in enumerate(given.entries)}
    judge_at = {judge: at for at, judge in enumerate(given.judges)}
    points, positions = _weigh(given)
    pairs = sorted(points, key=lambda pair: (entry_at[pair[0]], judge_at[pair[1]]))
    marks = gather_marks(
        np.array([entry_at[entry] for entry, _ in pairs]),
        np.array([judge_at[judge] for _, judge in pairs]),
        np.zeros(len(pairs), dtype=np.int64),
        np.array([points[pair] for pair in pairs]),
        n_entries=len(given.entries),
        n_judges=len(given.judges),
        n_criteria=1,
        category=np.array([categories.index(each.category_id) for each in given.entries]),
        order=np.array([float(positions[pair]) for pair in pairs]),
    )
    rubric = make_rubric([1.0], _TOP / given.steps, _TOP)
    scores = score_round(marks, rubric, places=PLACES, method=given.method)
    return _Computed(
        output=_tell(given, scores, categories),
        rows=[
            (
                each.id, each.category_id, int(scores.ranking.rank[at]), float(scores.score[at]),
                float(scores.raw_mean[at]), int(scores.n_reviews[at]),
            )
            for at, each in enumerate(given.entries)
            if scores.ranking.rank[at] > 0
        ],
        version=scores.version,
        method=scores.choices[0].method if scores.choices else given.method,
        digest=scores.digest,
    )  # fmt: skip


def _weigh(given: RankedRound) -> tuple[dict[tuple[UUID, UUID], float], dict[tuple[UUID, UUID], int]]:
    """Make each review one number of 100: the weighted points, by the rubric of the entry's category."""
    weights = {criterion: weight for criterion, _, weight in given.criteria}
    totals: dict[tuple[UUID, UUID], int] = {}
    positions: dict[tuple[UUID, UUID], int] = {}
    for each in given.marks:
        pair = (each.entry_id, each.judge_id)
        totals[pair] = totals.get(pair, 0) + weights[each.criterion_id] * each.step
        positions[pair] = each.position
    return {pair: total / given.steps for pair, total in totals.items()}, positions


def _tell(given: RankedRound, scores: RoundScores, categories: list[UUID]) -> dict[str, Any]:
    """Write a run down as plain data, ids in place of row numbers, numbers to the sixth decimal."""
    ranking, judges = scores.ranking, scores.judges
    entries: dict[str, list[dict[str, Any]]] = {str(category): [] for category in categories}
    flags: dict[int, list[str]] = {}
    for flag in scores.flags:
        flags.setdefault(int(flag.entry), []).append(flag.code)
    for number in ranking.order:
        at = int(number)
        parts = scores.parts
        entries[str(given.entries[at].category_id)].append(
            {
                "entry": str(given.entries[at].id),
                "code_name": given.entries[at].code_name,
                "rank": int(ranking.rank[at]),
                "rank_low": int(ranking.rank_low[at]),
                "rank_high": int(ranking.rank_high[at]),
                "score": _six(scores.score[at]),
                "se": _six(scores.se[at]),
                "score_50": [_six(each) for each in ranking.score_50[at]],
                "score_90": [_six(each) for each in ranking.score_90[at]],
                "p_inside": _six(ranking.p_inside[at]),
                "p_first": _six(ranking.p_top1[at]),
                "bracket": int(ranking.bracket[at]),
                "raw": _six(scores.raw_mean[at]),
                "raw_rank": int(scores.raw_rank[at]),
                "reviews": int(scores.n_reviews[at]),
                "group": int(ranking.group[at]),
                "flags": flags.get(at, []),
                "parts": {
                    name: _six(getattr(parts, name)[at]) for name in ("raw", "severity", "scale", "weight", "pull")
                },
            }
        )
    return {
        "categories": entries,
        "pairs": [
            {
                "upper": str(given.entries[int(pair.upper)].id),
                "lower": str(given.entries[int(pair.lower)].id),
                "probability": _six(pair.probability),
                "is_on_line": bool(pair.is_on_line),
            }
            for pair in ranking.pairs
        ],
        "judges": [
            {
                "judge": str(judge),
                "reviews": int(judges.n_reviews[at]),
                "severity": _six(judges.severity[at]),
                "low": _six(judges.severity_low[at]),
                "high": _six(judges.severity_high[at]),
                "scale": _six(judges.scale[at]),
                "noise": _six(judges.noise[at]),
                "weight_share": _six(judges.weight_share[at]),
            }
            for at, judge in enumerate(given.judges)
        ],
        "choices": [{"asked": each.asked, "method": each.method, "reason": each.reason} for each in scores.choices],
        "flags": [{"code": each.code, "component": int(each.component)} for each in scores.flags if each.entry < 0],
        "components": int(scores.component.max()) + 1,
        "unranked": [given.entries[int(at)].code_name for at in scores.unranked],
        "set_aside": given.n_set_aside,
    }


def _six(value: Any) -> float | None:
    number = float(value)
    return None if number != number else round(number, 6)  # noqa: PLR0124 - the test for not-a-number
