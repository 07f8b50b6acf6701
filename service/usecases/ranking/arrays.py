"""The encoder of ranking: ids to row numbers, a run's inputs as canonical JSON and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from storage.columns import from_json, to_json
from storage.reads.marks import USUAL_DIFFERENCE, CriterionRow, MarkRow, RankedEntryRow, RankedRound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from judging.marks import Marks
    from judging.rubric import Rubric
    from judging.scoring import RoundScores

__all__ = ["PLACES", "Encoded", "encode_round", "read_inputs", "score_encoded", "write_inputs"]

PLACES = 3
"""Places of honour in a category: the decision line stands below the last of them."""
_TOP = 100.0


@dataclass(frozen=True, slots=True)
class Encoded:
    """Marks and rubric for the engine, and the ids behind their rows. Scores are points of a hundred."""

    marks: Marks
    rubric: Rubric
    entries: tuple[RankedEntryRow, ...]
    judges: tuple[UUID, ...]
    criteria: tuple[CriterionRow, ...]
    categories: tuple[UUID, ...]
    threshold: float
    differ: float


def encode_round(given: RankedRound) -> Encoded:
    """Encode a round: each mark a value of a hundred on its criterion, criteria by category, sheets in their order."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.marks import gather_marks  # noqa: PLC0415 - as above
    from judging.rubric import make_rubric  # noqa: PLC0415 - as above

    categories = tuple(sorted({each.category_id for each in given.entries}, key=str))
    criteria = tuple(each for each in given.criteria if each.category_id in categories)
    entry_at = {each.id: at for at, each in enumerate(given.entries)}
    judge_at = {judge: at for at, judge in enumerate(given.judges)}
    criterion_at = {each.id: at for at, each in enumerate(criteria)}
    step = _TOP / given.steps
    marks = gather_marks(
        np.array([entry_at[each.entry_id] for each in given.marks], dtype=np.int64),
        np.array([judge_at[each.judge_id] for each in given.marks], dtype=np.int64),
        np.array([criterion_at[each.criterion_id] for each in given.marks], dtype=np.int64),
        np.array([each.step * step for each in given.marks]),
        n_entries=len(given.entries),
        n_judges=len(given.judges),
        n_criteria=len(criteria),
        category=np.array([categories.index(each.category_id) for each in given.entries]),
        order=np.array([float(each.order) for each in given.marks]),
    )
    rubric = make_rubric(
        [float(each.weight) for each in criteria],
        step,
        _TOP,
        step,
        category=[categories.index(each.category_id) for each in criteria],
    )
    return Encoded(
        marks, rubric, given.entries, given.judges, criteria, categories, threshold=given.honour_threshold / 10,
        differ=float(given.differ_points),
    )  # fmt: skip


def score_encoded(encoded: Encoded, *, method: str, kept: Mapping[UUID, str] | None = None) -> RoundScores:
    """Score an encoded round. ``kept``: what the round's first run chose, by category, whatever would be chosen now."""
    from judging.scoring import score_round  # noqa: PLC0415 - kept out of start-up

    scores = score_round(encoded.marks, encoded.rubric, places=PLACES, method=method)
    held = {at: kept[each] for at, each in enumerate(encoded.categories) if each in kept} if kept else {}
    if all(held.get(k, chosen) == chosen for k, chosen in scores.decided.items()):
        return scores
    return score_round(encoded.marks, encoded.rubric, places=PLACES, method=method, kept=scores.decided | held)


def write_inputs(given: RankedRound) -> str:
    """Write everything that a run is computed from as canonical JSON; it names no person but judges by id."""
    entry_at = {each.id: at for at, each in enumerate(given.entries)}
    judge_at = {judge: at for at, judge in enumerate(given.judges)}
    criterion_at = {each.id: at for at, each in enumerate(given.criteria)}
    return to_json(
        {
            "edition": str(given.edition_id),
            "steps": given.steps,
            "method": given.method,
            "honour_threshold": given.honour_threshold,
            "entries": [[str(each.id), each.code_name, str(each.category_id)] for each in given.entries],
            "judges": [str(judge) for judge in given.judges],
            "criteria": [[str(each.id), str(each.category_id), each.weight] for each in given.criteria],
            "marks": [
                [
                    entry_at[each.entry_id],
                    judge_at[each.judge_id],
                    criterion_at[each.criterion_id],
                    each.step,
                    each.order,
                ]
                for each in given.marks
            ],
            "set_aside": given.n_set_aside,
            # Runs of before this rule are written without it, and have to be found again by the same bytes.
            **({} if given.differ_points == USUAL_DIFFERENCE else {"differ_points": given.differ_points}),
        }
    )


def read_inputs(written: str) -> RankedRound:
    """Read what ``write_inputs`` wrote."""
    told: dict[str, Any] = from_json(written)
    entries = tuple(RankedEntryRow(UUID(entry), code, UUID(category)) for entry, code, category in told["entries"])
    judges = tuple(UUID(judge) for judge in told["judges"])
    criteria = tuple(CriterionRow(UUID(each), UUID(category), weight) for each, category, weight in told["criteria"])
    return RankedRound(
        edition_id=UUID(told["edition"]),
        steps=told["steps"],
        method=told["method"],
        honour_threshold=told["honour_threshold"],
        entries=entries,
        judges=judges,
        criteria=criteria,
        marks=tuple(
            MarkRow(entries[entry].id, judges[judge], criteria[criterion].id, step, order)
            for entry, judge, criterion, step, order in told["marks"]
        ),
        n_set_aside=told["set_aside"],
        differ_points=told.get("differ_points", USUAL_DIFFERENCE),
    )


def reweigh(given: RankedRound, weights: Mapping[UUID, int]) -> RankedRound:
    """Give the same round with other weights; criteria that are not named keep theirs."""
    return replace(
        given,
        criteria=tuple(replace(each, weight=weights.get(each.id, each.weight)) for each in given.criteria),
    )
