"""A frozen run asked otherwise: without a judge or a sheet, by another method, with other weights. Nothing is stored.

Everything is computed from the inputs that the run keeps, so an answer fits its run even after marks were changed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from judging import method_names
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.ranking.arrays import Encoded, encode_round, read_inputs, reweigh, score_encoded
from storage.columns import from_json
from storage.lifecycle import RoundState
from storage.reads.marks import FrozenRun, find_frozen_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from judging.scoring import RoundScores
    from judging.whatif import WhatIf
    from service.actors import Actor

__all__ = [
    "METHODS",
    "NothingLeft",
    "OtherRanking",
    "RankingClosed",
    "WhatIfLine",
    "ask_by_every_method",
    "ask_by_method",
    "ask_with_weights",
    "ask_without_judge",
    "ask_without_review",
    "find_run",
    "known",
    "score_again",
]

METHODS = (*method_names.METHODS, *method_names.ONLY_COMPARED)
"""Methods that can be asked for."""
_MOST_WEIGHT = 1000


class RankingClosed(Conflicting):
    """The round is open again: its earlier runs are not shown until it closes."""

    code = "ranking-closed"


class NothingLeft(Conflicting):
    """Without this judge or sheet no review would be left to rank by."""

    code = "nothing-left-to-rank"


@dataclass(frozen=True, slots=True)
class WhatIfLine:
    """An entry as it ranks, and as it would; rank 0 and score None where it would have no review left."""

    entry_id: UUID
    code_name: str
    category_id: UUID
    rank: int
    rank_would: int
    score: float
    score_would: float | None
    is_entering: bool
    is_leaving: bool


@dataclass(frozen=True, slots=True)
class OtherRanking:
    """The same round ranked otherwise, for comparison only: lines by category and by the rank that counts."""

    run_ordinal: int
    method: str
    lines: tuple[WhatIfLine, ...]
    n_moved: int

    @property
    def changes_places(self) -> bool:
        """Whether an entry would come into the places, or leave them."""
        return any(line.is_entering or line.is_leaving for line in self.lines)


async def ask_without_judge(actor: Actor, run_id: UUID, judge_id: UUID) -> OtherRanking:
    """Rank the run's round as if this judge had not taken part. Raises NothingLeft where no review remains."""
    run = await find_run(actor, run_id)
    require(Action.READ_RANKING, actor, stage=run.edition_state)
    return await asyncio.to_thread(_ask, run, partial(_without_judge, judge_id=judge_id))


async def ask_without_review(actor: Actor, run_id: UUID, *, entry_id: UUID, judge_id: UUID) -> OtherRanking:
    """Rank the run's round without one sheet."""
    run = await find_run(actor, run_id)
    require(Action.READ_RANKING, actor, stage=run.edition_state)
    return await asyncio.to_thread(_ask, run, partial(_without_review, entry_id=entry_id, judge_id=judge_id))


async def ask_by_method(actor: Actor, run_id: UUID, method: str) -> OtherRanking:
    """Rank the run's round by another method. Raises Invalid for an unknown one."""
    if method not in METHODS:
        raise Invalid(FieldError("method", "err.unknown_method"))
    run = await find_run(actor, run_id)
    require(Action.READ_RANKING, actor, stage=run.edition_state)
    return await asyncio.to_thread(_ask, run, partial(_by_method, method=method))


async def ask_by_every_method(actor: Actor, run_id: UUID) -> tuple[OtherRanking, ...]:
    """Rank the run's round by each of METHODS, in their order."""
    run = await find_run(actor, run_id)
    require(Action.READ_RANKING, actor, stage=run.edition_state)
    return await asyncio.to_thread(_ask_all, run, [partial(_by_method, method=each) for each in METHODS])


async def ask_with_weights(actor: Actor, run_id: UUID, weights: Mapping[UUID, int]) -> OtherRanking:
    """Rank the run's round with other weights; criteria that are not named keep theirs.

    Raises Invalid for weights that are negative, beyond a thousand, or all zero in a category.
    """
    run = await find_run(actor, run_id)
    require(Action.READ_RANKING, actor, stage=run.edition_state)
    given = reweigh(read_inputs(run.inputs), weights)
    bad = [str(each.id) for each in given.criteria if not 0 <= each.weight <= _MOST_WEIGHT]
    for category in {each.category_id for each in given.criteria}:
        mine = [each for each in given.criteria if each.category_id == category]
        bad += [str(each.id) for each in mine if not any(one.weight for one in mine)]
    if bad:
        raise Invalid(*(FieldError(f"weight-{each}", "err.weight") for each in sorted(set(bad))))
    changed = {each.id: each.weight for each in given.criteria}
    return await asyncio.to_thread(_ask, run, partial(_with_weights, weights=changed))


async def find_run(actor: Actor, run_id: UUID) -> FrozenRun:
    """Find a run that may be asked. Raises NotFound, RankingClosed."""
    run = await find_frozen_run(run_id)
    if run is None or actor.edition_id not in {None, run.edition_id}:
        raise NotFound
    if run.round_state not in {RoundState.CLOSED, RoundState.RANKED, RoundState.DECIDED}:
        raise RankingClosed
    return run


def score_again(run: FrozenRun) -> tuple[Encoded, RoundScores]:
    """Compute the run again from its own inputs, by the methods it was decided by."""
    given = read_inputs(run.inputs)
    encoded = encode_round(given)
    decided = (from_json(run.parameters) or {}).get("decided", {})
    kept = {UUID(category): method for category, method in decided.items()}
    return encoded, score_encoded(encoded, method=given.method, kept=kept)


def _ask(run: FrozenRun, question: Callable[[Encoded, RoundScores], WhatIf]) -> OtherRanking:
    return _ask_all(run, [question])[0]


def _ask_all(run: FrozenRun, questions: Iterable[Callable[[Encoded, RoundScores], WhatIf]]) -> tuple[OtherRanking, ...]:
    from judging.errors import NoMarksError  # noqa: PLC0415 - kept out of start-up

    encoded, scores = score_again(run)
    try:
        return tuple(_compare(run, encoded, scores, question(encoded, scores)) for question in questions)
    except NoMarksError as error:
        raise NothingLeft from error


def _compare(run: FrozenRun, encoded: Encoded, scores: RoundScores, other: WhatIf) -> OtherRanking:
    entering, leaving = set(other.entering.tolist()), set(other.leaving.tolist())
    lines = tuple(
        WhatIfLine(
            entry_id=encoded.entries[at].id,
            code_name=encoded.entries[at].code_name,
            category_id=encoded.entries[at].category_id,
            rank=int(scores.ranking.rank[at]),
            rank_would=int(other.scores.ranking.rank[at]),
            score=float(scores.score[at]),
            score_would=known(other.scores.score[at]),
            is_entering=at in entering,
            is_leaving=at in leaving,
        )
        for at in (int(each) for each in scores.ranking.order)
    )
    return OtherRanking(
        run_ordinal=run.ordinal,
        method=other.scores.choices[0].method,
        lines=lines,
        n_moved=sum(line.rank != line.rank_would for line in lines),
    )


def _without_judge(encoded: Encoded, scores: RoundScores, *, judge_id: UUID) -> WhatIf:
    from judging.whatif import without_judge  # noqa: PLC0415 - kept out of start-up

    return without_judge(encoded.marks, encoded.rubric, scores, judge=_place(encoded.judges, judge_id))


def _without_review(encoded: Encoded, scores: RoundScores, *, entry_id: UUID, judge_id: UUID) -> WhatIf:
    from judging.whatif import without_review  # noqa: PLC0415 - kept out of start-up

    entry = _place(tuple(each.id for each in encoded.entries), entry_id)
    judge = _place(encoded.judges, judge_id)
    if not ((encoded.marks.entry == entry) & (encoded.marks.judge == judge)).any():
        raise NotFound
    return without_review(encoded.marks, encoded.rubric, scores, entry=entry, judge=judge)


def _by_method(encoded: Encoded, scores: RoundScores, *, method: str) -> WhatIf:
    from judging.whatif import by_method  # noqa: PLC0415 - kept out of start-up

    return by_method(encoded.marks, encoded.rubric, scores, method=method)


def _with_weights(encoded: Encoded, scores: RoundScores, *, weights: Mapping[UUID, int]) -> WhatIf:
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.whatif import with_weights  # noqa: PLC0415 - as above

    weight = np.array([float(weights[each.id]) for each in encoded.criteria])
    return with_weights(encoded.marks, encoded.rubric, scores, weight=weight)


def _place(ids: tuple[UUID, ...], wanted: UUID) -> int:
    try:
        return ids.index(wanted)
    except ValueError as error:
        raise NotFound from error


def known(value: Any) -> float | None:
    """Give a number that could be computed; None for any other."""
    number = float(value)
    return number if abs(number) < float("inf") else None
