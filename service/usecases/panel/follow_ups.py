"""Follow-up reviews: where one more review can still change a prize.

Projects on which judges differ beyond the set limit come first, whatever the gain.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from service.usecases.panel.assignment_arrays import Encoded, encode
from service.usecases.ranking.runs import PLACES
from storage.reads.marks import RankedEntryRow, RankedRound, read_marks
from storage.reads.matrices import AssignmentInput, read_assignment_input
from storage.reads.standing_pairs import StandingPair, read_standing_pairs

if TYPE_CHECKING:
    from judging.assignment import Problem
    from judging.assignment.problem import Ints

__all__ = ["MOST_AT_ONCE", "FollowUp", "FollowUpPlan", "plan_follow_ups", "with_more_room"]

MOST_AT_ONCE = 20
"""Reviews that one plan proposes at most."""
MORE_A_JUDGE = 2
"""Further reviews that a judge may be asked for beyond the round's own limit."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One review worth asking for. ``policy`` is differ, winner, line, or asked where its project was named.

    ``gain`` is in points for the winner, in wrong orders across the line otherwise; ``spread`` in points.
    """

    entry_id: UUID
    code_name: str
    category_id: UUID
    judge_id: UUID
    policy: str
    gain: float
    spread: float


@dataclass(frozen=True, slots=True)
class FollowUpPlan:
    """Reviews in the order of worth; for each category the expected share of right prizes, before and after them."""

    reviews: tuple[FollowUp, ...]
    chances: dict[UUID, tuple[float, float]]
    n_differing: int


async def plan_follow_ups(
    round_id: UUID, *, extra: int = 5, places: int = PLACES, only: Collection[str] = ()
) -> FollowUpPlan:
    """Say which further reviews would settle most, under every rule of assignment. Nothing is written.

    ``only``: code names of the projects that the reader asks about; each of these gets the best suited further judge
    even where another project would gain more.
    """
    given = await read_assignment_input(round_id)
    entries = tuple(RankedEntryRow(each.id, each.code_name, each.category_id) for each in given.entries)
    marks = await read_marks(round_id, entries=entries)
    standing = await read_standing_pairs(round_id)
    if not marks.marks or not given.judges:
        return FollowUpPlan((), {}, 0)
    wanted = max(0, min(extra, MOST_AT_ONCE))
    return await asyncio.to_thread(_plan, marks, given, standing, wanted, places=places, only=frozenset(only))


def _totals(marks: RankedRound) -> dict[tuple[UUID, UUID], float]:
    """Each review's points of 100, by the weights of the rubric."""
    weights = {each.id: each.weight for each in marks.criteria}
    totals: dict[tuple[UUID, UUID], float] = {}
    for each in marks.marks:
        pair = (each.entry_id, each.judge_id)
        totals[pair] = totals.get(pair, 0.0) + weights[each.criterion_id] * each.step / marks.steps
    return totals


def _plan(
    marks: RankedRound,
    given: AssignmentInput,
    standing: tuple[StandingPair, ...],
    extra: int,
    *,
    places: int,
    only: frozenset[str],
) -> FollowUpPlan:
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment import Policy, believe, propose_followups  # noqa: PLC0415 - heavy, for here alone

    encoded = encode(given)
    row = {entry: at for at, entry in enumerate(encoded.entries)}
    column = {judge: at for at, judge in enumerate(encoded.judges)}
    totals = {
        pair: total for pair, total in sorted(_totals(marks).items(), key=str) if pair[0] in row and pair[1] in column
    }
    reviewed = np.array([(row[entry], column[judge]) for entry, judge in totals], dtype=np.int64).reshape(-1, 2)
    if reviewed.shape[0] <= 1:
        return FollowUpPlan((), {}, 0)
    beliefs = believe(
        reviewed, np.array(list(totals.values())), n_judges=len(encoded.judges), category=encoded.problem.category
    )
    problem, asked = with_more_room(encoded, standing)
    prizes = np.full(int(problem.category.max(initial=0)) + 1, places)
    found = propose_followups(problem, asked, beliefs, extra=extra, prizes=prizes, seed=1)
    names = {Policy.WINNER: "winner", Policy.LINE: "line"}
    chosen = [
        (int(entry), int(judge), names[Policy(int(policy))], float(gain))
        for entry, judge, gain, policy in zip(found.entry, found.judge, found.gain, found.policy, strict=True)
    ]
    spreads = _spreads(totals)
    differing = sorted((row[entry] for entry, spread in spreads.items() if spread >= marks.differ_points))
    chosen += _settle(problem, asked, [entry for entry in differing if entry not in found.entry])
    if only:
        named = [at for at, code in enumerate(encoded.code_names) if code in only]
        proposed = {entry for entry, *_ in chosen}
        chosen += _settle(problem, asked, [entry for entry in named if entry not in proposed], policy="asked")
        chosen = [each for each in chosen if each[0] in named]
    category = {each.id: each.category_id for each in given.entries}
    reviews = [
        FollowUp(
            entry_id=encoded.entries[entry],
            code_name=encoded.code_names[entry],
            category_id=category[encoded.entries[entry]],
            judge_id=encoded.judges[judge],
            policy="differ" if entry in differing else policy,
            gain=gain,
            spread=spreads.get(encoded.entries[entry], 0.0),
        )
        for entry, judge, policy, gain in chosen
    ]
    return FollowUpPlan(
        reviews=tuple(sorted(reviews, key=lambda each: each.policy != "differ")),
        chances={
            encoded.categories[at]: (float(found.chance_before[at]), float(found.chance_after[at]))
            for at in sorted(set(problem.category.tolist()))
        },
        n_differing=len(differing),
    )


def with_more_room(encoded: Encoded, standing: tuple[StandingPair, ...]) -> "tuple[Problem, Ints]":
    """Return the round's problem with room for follow-up reviews, and the pairs that stand as rows."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment.rules import count_by_category  # noqa: PLC0415 - heavy, for here alone

    row = {entry: at for at, entry in enumerate(encoded.entries)}
    column = {judge: at for at, judge in enumerate(encoded.judges)}
    held = [
        (row[pair.entry_id], column[pair.judge_id])
        for pair in standing
        if pair.entry_id in row and pair.judge_id in column
    ]
    asked = np.array(held, dtype=np.int64).reshape(-1, 2)
    load = np.bincount(asked[:, 1], minlength=len(encoded.judges))
    by_category = count_by_category(encoded.problem, asked)
    roomy = replace(
        encoded.problem,
        load_max=np.maximum(encoded.problem.load_max, load) + MORE_A_JUDGE,
        category_load_max=np.maximum(encoded.problem.category_load_max, by_category) + MORE_A_JUDGE,
    )
    return roomy, asked


def _settle(
    problem: "Problem", asked: "Ints", entries: list[int], *, policy: str = "differ"
) -> list[tuple[int, int, str, float]]:
    """Find for each of these projects the best suited further judge, where one may."""
    from judging.assignment.rules import may_add  # noqa: PLC0415 - heavy, for here alone

    found = []
    for entry in entries:
        values = problem.affinity[[entry], :].toarray()[0]
        best = sorted(range(problem.n_judges), key=lambda judge: (-values[judge], judge))
        judge = next((judge for judge in best if may_add(problem, asked, entry, judge)), None)
        if judge is not None:
            found.append((entry, judge, policy, 0.0))
    return found


def _spreads(totals: dict[tuple[UUID, UUID], float]) -> dict[UUID, float]:
    by_entry: dict[UUID, list[float]] = {}
    for (entry, _), total in totals.items():
        by_entry.setdefault(entry, []).append(total)
    return {entry: max(values) - min(values) for entry, values in by_entry.items()}
